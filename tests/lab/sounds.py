"""Music and prompts of the lab: generated tones, so that nothing depends on what a package brings."""

import math
from collections.abc import Iterable
from pathlib import Path

RATE = 8000
# Every multiple of 40 Hz fits a whole number of times into these samples, so a tone is one block repeated.
BLOCK = 200
LEVEL = 6000

# Prompts of our own, and those of Asterisk's standard set that are used where the packages lack them. A file
# of the language directory is found first, so these never hide a real one.
PROMPTS: dict[str, tuple[int, ...]] = {
    "cordpair/signed-in": (440, 880),
    "cordpair/signed-out": (880, 440),
    "cordpair/ready": (640, 640, 960),
    "cordpair/not-ready": (960, 640, 640),
    "cordpair/wrong-code": (240, 240, 240),
    "cordpair/welcome": (440, 560, 640, 880),
    "cordpair/closed": (640, 560, 440, 240),
    "agent-loginok": (440, 880),
    "agent-loggedoff": (880, 440),
    "agent-incorrect": (240, 240),
    "all-circuits-busy-now": (440, 0, 440),
    "beep": (1000,),
    "pls-try-call-later": (440, 240),
    "silence/1": (0,) * 5,
}
STEP_MS = 200
MUSIC = (440, 560, 640, 880, 640, 560)
MUSIC_STEP_MS = 500


def write(data: Path) -> None:
    """Fill `moh/` and `sounds/` of a data directory."""
    for name, tones in PROMPTS.items():
        path = data / "sounds" / f"{name}.alaw"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(melody(tones, STEP_MS))
    music = data / "moh" / "hold.alaw"
    music.parent.mkdir(parents=True, exist_ok=True)
    music.write_bytes(melody(MUSIC, MUSIC_STEP_MS))


def melody(tones: Iterable[int], step_ms: int) -> bytes:
    """Tones one after the other, in hertz (multiples of 40, 0 is silence), as A-law at 8 kHz."""
    repeats = RATE * step_ms // 1000 // BLOCK
    return b"".join(_block(tone) * repeats for tone in tones)


def _block(tone: int) -> bytes:
    return bytes(_a_law(round(LEVEL * math.sin(2 * math.pi * tone * n / RATE))) for n in range(BLOCK))


def _a_law(sample: int) -> int:
    """ITU-T G.711: sign, three bits of exponent, four of mantissa, even bits inverted."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = (sample if sample >= 0 else -sample - 1) >> 4
    exponent = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude >> max(exponent - 1, 0) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
