"""Voices that can be told apart: everybody speaks one tone, and an ear says which tones it hears."""

import math
from collections.abc import Callable

from lab.sounds import MUSIC, RATE, melody

FRAME = 160
# Multiples of 40 Hz that are no tone of the lab's music and no multiple of one.
VOICES = (1160, 1240, 1400, 1480, 1720, 1880, 2040, 2360, 2440, 2680)
NAMES = {**dict.fromkeys(MUSIC, "music"), **{tone: str(tone) for tone in VOICES}}
WINDOW = 800
# A voice arrives with an amplitude of 6000, a little less when three are mixed.
LOUD = 1_500
SILENT_S = 0.25


def frames_of(voice: int) -> list[bytes]:
    sound = melody((voice,), 1_000)
    return [sound[start : start + FRAME] for start in range(0, len(sound), FRAME)]


def _linear(code: int) -> int:
    """ITU-T G.711, A-law."""
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 264) << (exponent - 1)
    return value if code & 0x80 else -value


LINEAR = [_linear(code) for code in range(256)]
WAVES = {
    tone: (
        [math.cos(2 * math.pi * tone * n / RATE) for n in range(WINDOW)],
        [math.sin(2 * math.pi * tone * n / RATE) for n in range(WINDOW)],
    )
    for tone in NAMES
}


def amplitude(samples: list[int], tone: int) -> float:
    cosine, sine = WAVES[tone]
    real = sum(map(lambda a, b: a * b, samples, cosine))
    imaginary = sum(map(lambda a, b: a * b, samples, sine))
    return 2 * math.hypot(real, imaginary) / WINDOW


class Ear:
    """The tones of the last tenth of a second."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.heard: frozenset[str] = frozenset()
        self._changed = changed
        self._samples: list[int] = []
        self._last = 0.0

    def hear(self, sound: bytes, now: float) -> None:
        self._last = now
        self._samples += [LINEAR[code] for code in sound]
        if len(self._samples) >= WINDOW:
            samples, self._samples = self._samples[:WINDOW], self._samples[WINDOW:]
            self._set(frozenset(name for tone, name in NAMES.items() if amplitude(samples, tone) > LOUD))

    def check(self, now: float) -> None:
        """Nothing comes any more: that is silence as well."""
        if self.heard and now - self._last > SILENT_S:
            self._samples.clear()
            self._set(frozenset())

    def _set(self, heard: frozenset[str]) -> None:
        if heard != self.heard:
            self.heard = heard
            self._changed()


__all__ = ["FRAME", "VOICES", "Ear", "frames_of"]
