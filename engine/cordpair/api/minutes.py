"""How often something may be done in a minute: a sliding one, so that no minute has more, wherever it begins."""

import time
from collections import deque
from collections.abc import Callable

MINUTE_S = 60.0
KEPT = 10_000


class Minutes:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: dict[str, deque[float]] = {}  # name → when, oldest first; the name used last is last

    def wait_s(self, name: str, most: int) -> float:
        """How long until there may be one more; 0: now."""
        done = self._done.get(name)
        if done is None:
            return 0.0
        now = self._clock()
        while done and done[0] <= now - MINUTE_S:
            done.popleft()
        return 0.0 if len(done) < most else done[len(done) - most] + MINUTE_S - now

    def note(self, name: str) -> None:
        """One was done."""
        done = self._done.pop(name, None) or deque()
        done.append(self._clock())
        self._done[name] = done
        if len(self._done) > KEPT:
            del self._done[next(iter(self._done))]


__all__ = ["Minutes"]
