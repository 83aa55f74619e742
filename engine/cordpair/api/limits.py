"""How often a key may be used: a bucket for each, so that one program in a loop does not take the engine's time."""

import time
from collections.abc import Callable

RATE = 200.0  # requests a second
BURST = 400.0
KEPT = 10_000


class Limits:
    def __init__(self, rate: float = RATE, burst: float = BURST, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: dict[str, tuple[float, float]] = {}  # key → what is left, as of when

    def allow(self, key: str) -> bool:
        """Whether there is one more now; takes it."""
        now = self._clock()
        left, at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        allowed = left >= 1.0
        self._buckets[key] = (left - 1.0 if allowed else left, now)
        if len(self._buckets) > KEPT:
            del self._buckets[next(iter(self._buckets))]
        return allowed


__all__ = ["Limits"]
