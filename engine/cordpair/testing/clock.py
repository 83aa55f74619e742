"""A clock that moves only when a test says so."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from itertools import count

YEAR_2024 = 1_704_067_200_000
# A test that keeps tasks busy for longer than this has a loop in it.
ROUNDS = 100_000
# Yields on an event loop that does not show its queue (uvloop).
BLIND_YIELDS = 64

Work = Callable[[], Awaitable[bool]]


class ManualHandle:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """Timers run in order of time, then of arming; between two of them every task comes to rest.

    Without that rest a test's outcome would depend on how many turns of the event loop each task needs, so that an
    unrelated ``await`` somewhere could reorder what a caller and an agent did a minute apart.
    """

    def __init__(self, now_ms: int = YEAR_2024) -> None:
        self._now = now_ms
        self._timers: list[tuple[int, int, ManualHandle]] = []
        self._number = count()
        self._work: list[Work] = []

    def now_ms(self) -> int:
        return self._now

    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> ManualHandle:
        handle = ManualHandle(callback)
        heapq.heappush(self._timers, (self._now + max(0, delay_ms), next(self._number), handle))
        return handle

    def add_work(self, work: Work) -> None:
        """Let ``settle`` see what the event loop does not show, such as a thread: ``work`` waits for what is under
        way there and says whether there was anything."""
        self._work.append(work)

    def next_due(self) -> int | None:
        """When the next timer is due, in ms since the epoch; None when no timer is armed."""
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    async def advance(self, ms: int) -> None:
        """Let ``ms`` pass: run what falls due, each at its own time, and let tasks come to rest after each."""
        await self.advance_to(self._now + ms)

    async def advance_to(self, moment_ms: int) -> None:
        await self._rest()
        while self.run_next(moment_ms):
            await self._rest()
        self._now = max(self._now, moment_ms)

    async def settle(self) -> None:
        """Let every task run until it waits for time or for the test; timers that are due now run too."""
        await self.advance(0)

    def run_next(self, until_ms: int) -> bool:
        """Run the next timer that is due by ``until_ms``, for tests without an event loop; False when there is none."""
        due = self.next_due()
        if due is None or due > until_ms:
            return False
        handle = heapq.heappop(self._timers)[2]
        self._now = max(self._now, due)
        callback, handle.callback = handle.callback, None
        if callback is not None:
            callback()
        return True

    async def _rest(self) -> None:
        for _ in range(ROUNDS):
            await self._drain()
            if not any([await work() for work in self._work]):
                return
        raise RuntimeError("the tasks never come to rest: something runs without waiting")

    @staticmethod
    async def _drain() -> None:
        """Yield until nothing else is ready to run.

        ``sleep(0)`` puts us behind everything that is ready now. asyncio shows what is ready in ``_ready``: if that
        is empty when our turn comes, nobody was made ready meanwhile. Other loops get a generous number of turns.
        """
        ready = getattr(asyncio.get_running_loop(), "_ready", None)
        for turn in range(ROUNDS):
            await asyncio.sleep(0)
            if not ready if ready is not None else turn >= BLIND_YIELDS:
                return
        raise RuntimeError("the tasks never come to rest: something runs without waiting")


__all__ = ["ManualClock", "ManualHandle"]
