"""Two ways to wait: on a manual clock, and in real time until something happens."""

import asyncio
from collections.abc import Callable

from cordpair.testing.clock import ManualClock


class ManualTime:
    """Time goes on only as far as somebody waits."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def changed(self) -> None:
        pass

    async def until(self, condition: Callable[[], bool], timeout_ms: int) -> bool:
        end = self._clock.now_ms() + timeout_ms
        await self._clock.settle()
        while not condition():
            due = self._clock.next_due()
            if due is None or due > end:
                return False
            await self._clock.advance_to(due)
        return True

    async def elapse(self, ms: int) -> None:
        await self._clock.advance(ms)


class RealTime:
    """Whoever sees something happen calls ``changed``."""

    def __init__(self) -> None:
        self._something = asyncio.Event()

    def changed(self) -> None:
        self._something.set()

    async def until(self, condition: Callable[[], bool], timeout_ms: int) -> bool:
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                while not condition():
                    self._something.clear()
                    await self._something.wait()
        except TimeoutError:
            return condition()
        return True

    async def elapse(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)


__all__ = ["ManualTime", "RealTime"]
