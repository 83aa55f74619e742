"""The clock that the shell owns, as a protocol: the real one here, a manual one in ``cordpair.testing``."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Handle(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch; never goes backwards."""

    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> Handle:
        """Call once, ``delay_ms`` from now at the earliest; never from inside this call."""


class AsyncioClock:
    """Wall time at the start, monotonic from there: a corrected system clock does not reorder what we journal."""

    __slots__ = ("_anchor",)

    def __init__(self) -> None:
        self._anchor = time.time() - time.monotonic()

    def now_ms(self) -> int:
        return int((self._anchor + time.monotonic()) * 1000)

    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> Handle:
        return asyncio.get_running_loop().call_later(delay_ms / 1000, callback)


__all__ = ["AsyncioClock", "Clock", "Handle"]
