"""An ear: which voices it hears, and whether there is music."""

import math
from collections.abc import Callable, Sequence
from functools import cache

from cordpair.testing.people.tones import LINEAR, RATE, VOICES, Codec

WINDOW = 800
# A voice arrives with an amplitude of 6000, a little less when three are mixed.
LOUD = 1_500
SILENT_S = 0.25
# Sound that is nobody's voice: louder than this (as an effective value) for so many windows in a row is music. One
# window is torn by every beginning and end of a voice.
STRANGE = 300
STRANGE_WINDOWS = 3
MUSIC_HEARD = "music"
# The ring tone of ITU-T E.180. Where no tones of music are given it is taken for music, as any other country's is.
RING_TONE = 425
RINGING_HEARD = "ringing"


@cache
def _waves(tone: int) -> tuple[list[float], list[float]]:
    angles = [2 * math.pi * tone * n / RATE for n in range(WINDOW)]
    return [math.cos(angle) for angle in angles], [math.sin(angle) for angle in angles]


def amplitude(samples: list[int], tone: int) -> float:
    cosine, sine = _waves(tone)
    real = sum(map(lambda a, b: a * b, samples, cosine))
    imaginary = sum(map(lambda a, b: a * b, samples, sine))
    return 2 * math.hypot(real, imaginary) / WINDOW


class Ear:
    """The voices of the last tenth of a second.

    Music is heard by its tones where they are given, else by any lasting sound that is nobody's voice.
    """

    def __init__(self, changed: Callable[[], None], music_tones: Sequence[int] = ()) -> None:
        self.heard: frozenset[str] = frozenset()
        self._changed = changed
        self._music_tones = frozenset(music_tones)
        self._samples: list[int] = []
        self._last = 0.0
        self._strange = 0

    def hear(self, sound: bytes, codec: Codec, now: float) -> None:
        self._last = now
        table = LINEAR[codec]
        self._samples += [table[code] for code in sound]
        if len(self._samples) >= WINDOW:
            samples, self._samples = self._samples[:WINDOW], self._samples[WINDOW:]
            self._set(self._recognise(samples))

    def check(self, now: float) -> None:
        """Nothing comes any more: that is silence as well."""
        if self.heard and now - self._last > SILENT_S:
            self._samples.clear()
            self._strange = 0
            self._set(frozenset())

    def _recognise(self, samples: list[int]) -> frozenset[str]:
        levels = {voice: amplitude(samples, voice) for voice in VOICES}
        heard = {str(voice) for voice, level in levels.items() if level > LOUD}
        if self._music_tones:
            ringing = amplitude(samples, RING_TONE)
            loudest = max(amplitude(samples, tone) for tone in self._music_tones)
            music = loudest > max(LOUD, ringing)
            if ringing > max(LOUD, loudest):
                heard.add(RINGING_HEARD)
        else:
            power = sum(sample * sample for sample in samples) / WINDOW
            rest = power - sum(level * level / 2 for level in levels.values())
            self._strange = self._strange + 1 if rest > STRANGE**2 else 0
            music = self._strange >= STRANGE_WINDOWS
        return frozenset(heard | {MUSIC_HEARD} if music else heard)

    def _set(self, heard: frozenset[str]) -> None:
        if heard != self.heard:
            self.heard = heard
            self._changed()


__all__ = ["MUSIC_HEARD", "RINGING_HEARD", "Ear"]
