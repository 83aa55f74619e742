"""What waits to be sent to one desk, and the one task that sends it.

Of what it is shown the latest counts: what was not sent yet is replaced by what is newer. What is said beside it
(answers to what the desk said) is kept in order, so many of them: who asks for more than it takes is not heard until
it does. A desk that does not take a message in time is dropped, and comes back to the whole.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from cordpair_gateway.desk.messages import Message, messages
from cordpair_gateway.desk.views import View

SEND_S = 10.0
PING_S = 15.0  # of silence; the protocol promises 20
ASIDES = 64

Send = Callable[[Message], Awaitable[None]]


class Slow(Exception):
    """The desk does not take what it is sent."""


class Outbox:
    def __init__(self, send_s: float = SEND_S, ping_s: float = PING_S) -> None:
        self.latest: View | None = None
        self._shown: View | None = None
        self._asides: deque[Message] = deque()
        self._changed, self._room = asyncio.Event(), asyncio.Event()
        self._send_s, self._ping_s = send_s, ping_s

    def show(self, view: View) -> None:
        """Never waits."""
        self.latest = view
        self._changed.set()

    def say(self, message: Message) -> None:
        """Never waits."""
        self._asides.append(message)
        self._changed.set()

    async def room(self) -> None:
        """Before more is asked."""
        while len(self._asides) >= ASIDES:
            self._room.clear()
            await self._room.wait()

    async def write(self, send: Send, whole: Callable[[], Message]) -> None:
        """Until cancelled. Raises Slow."""
        while True:
            if not await self._news():
                await self._send([{"type": "ping"}], send)
            view, before = self.latest, self._shown
            if view is not None and view is not before:
                self._shown = view
                await self._send(messages(before, view, whole() if before is None else {}), send)
            if self._shown is not None:  # the first message is the whole
                while self._asides:
                    await self._send([self._asides.popleft()], send)
                    self._room.set()

    async def _news(self) -> bool:
        try:
            async with asyncio.timeout(self._ping_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True

    async def _send(self, said: Iterable[Message], send: Send) -> None:
        for message in said:
            try:
                async with asyncio.timeout(self._send_s):
                    await send(message)
            except TimeoutError:
                raise Slow from None


__all__ = ["ASIDES", "PING_S", "SEND_S", "Outbox", "Send", "Slow"]
