"""What waits to be sent to one end, and the task that sends it. Who puts something in never waits."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

SEND_S = 10.0


class Line(Protocol):
    """A WebSocket, as far as it is needed here."""

    async def send(self, frame: bytes) -> None: ...

    def unsent(self) -> int:
        """Bytes that were handed over and are still in this process."""

    def abort(self) -> None:
        """Close it now; what is unsent is forgotten."""


class Slow(Exception):
    """The other end does not take what it is sent."""


class Outbox:
    """Bounded. When it is full, all of it is dropped and it is *behind*: from then on it takes nothing, and when its
    line has caught up, ``caught_up`` is called: the rest makes no sense without a new beginning (``begin``)."""

    def __init__(self, line: Line, most: int, caught_up: Callable[[], None] = lambda: None) -> None:
        self._line, self._most, self._caught_up = line, most, caught_up
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self._last: bytes | None = None
        self.behind = False

    def put(self, frame: bytes) -> None:
        if self.behind or self._last is not None:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._bytes > self._most:
            self.behind = True
            self._clear()
        self._changed.set()

    def begin(self, frames: list[bytes]) -> None:
        """Something new, whole in itself."""
        self.behind = False
        self._clear()
        for frame in frames:
            self.put(frame)

    def finish(self, last: bytes) -> None:
        """Nothing but ``last`` is sent any more. What the line has not sent yet is forgotten, with the line."""
        if self._last is None:
            self._clear()
            self._last = last
            if self._line.unsent():
                self._line.abort()
            self._changed.set()

    def _clear(self) -> None:
        self._frames.clear()
        self._bytes = 0

    async def run(self) -> None:
        """Send, until it is finished. Raises Slow, and what the line raises."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                await self._send(frame)
            if self._last is not None:
                await self._send(self._last)
                return
            if self.behind:
                self._caught_up()

    async def _send(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                await self._line.send(frame)
        except TimeoutError:
            raise Slow from None


__all__ = ["SEND_S", "Line", "Outbox", "Slow"]
