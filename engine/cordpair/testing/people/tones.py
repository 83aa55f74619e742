"""Tones in G.711: the voices of people, and a melody that a PBX may play as music."""

import math
from collections.abc import Callable, Iterable
from enum import IntEnum

RATE = 8000
FRAME = 160
# Every multiple of 40 Hz fits a whole number of times into these samples, so a tone is one block repeated.
BLOCK = 200
LEVEL = 6000
# A melody whose tones are known: whoever hears one of them hears music.
MUSIC = (440, 560, 640, 880, 640, 560)
# Multiples of 40 Hz that are no tone of that music and no multiple of one.
VOICES = (1160, 1240, 1400, 1480, 1720, 1880, 2040, 2360, 2440, 2680)


class Codec(IntEnum):
    """By its number in RTP."""

    PCMU = 0
    PCMA = 8


def melody(tones: Iterable[int], step_ms: int, codec: Codec = Codec.PCMA) -> bytes:
    """Tones one after the other, in hertz (multiples of 40, 0 is silence), at 8 kHz."""
    repeats = RATE * step_ms // 1000 // BLOCK
    return b"".join(_block(tone, codec) * repeats for tone in tones)


def frames_of(voice: int, codec: Codec) -> list[bytes]:
    """A second of it, 20 ms each; it can be repeated without a click."""
    sound = melody((voice,), 1_000, codec)
    return [sound[start : start + FRAME] for start in range(0, len(sound), FRAME)]


def _block(tone: int, codec: Codec) -> bytes:
    encode = ENCODE[codec]
    return bytes(encode(round(LEVEL * math.sin(2 * math.pi * tone * n / RATE))) for n in range(BLOCK))


def _a_law(sample: int) -> int:
    """ITU-T G.711: sign, three bits of exponent, four of mantissa, even bits inverted."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = (sample if sample >= 0 else -sample - 1) >> 4
    exponent = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude >> max(exponent - 1, 0) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def _from_a_law(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 264) << (exponent - 1)
    return value if code & 0x80 else -value


def _mu_law(sample: int) -> int:
    """ITU-T G.711: as A-law, with a bias in place of the first linear segment, and all bits inverted."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3) & 0x0F)) & 0xFF


def _from_mu_law(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return -value if code & 0x80 else value


ENCODE: dict[Codec, Callable[[int], int]] = {Codec.PCMA: _a_law, Codec.PCMU: _mu_law}
LINEAR: dict[Codec, list[int]] = {
    Codec.PCMA: [_from_a_law(code) for code in range(256)],
    Codec.PCMU: [_from_mu_law(code) for code in range(256)],
}

__all__ = ["FRAME", "LINEAR", "MUSIC", "RATE", "VOICES", "Codec", "frames_of", "melody"]
