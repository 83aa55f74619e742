"""One browser's slot and its writer: what is to be shown last, and one task that sends it.

Who hands something over never waits. What was not sent yet is replaced by what is newer, so a slow browser costs a slot
and nothing else; one that does not take a message in time is dropped, and may come back with its resume token.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from cordpair_gateway.views import Message, View, messages

SEND_S = 10.0

Send = Callable[[Message], Awaitable[None]]
Fill = Callable[[Message], Message]  # adds what only the moment of sending knows: a call's token


class Slow(Exception):
    """The browser does not take what it is sent."""


class Slot:
    """Latest value wins: of the view, and of each type of what is said aside (``ping``, ``pointer``)."""

    def __init__(self, send_s: float = SEND_S) -> None:
        self.shown: View | None = None
        self._latest: View | None = None
        self._asides: dict[str, Message] = {}
        self._changed = asyncio.Event()
        self._send_s = send_s

    @property
    def latest(self) -> View | None:
        return self._latest

    def put(self, view: View) -> None:
        """Never waits. After the end nothing is shown any more."""
        if self._latest is not None and self._latest.phase == "ended":
            return
        self._latest = view
        self._changed.set()

    def say(self, message: Message) -> None:
        """What is no state: the next browser does not get it again. Never waits."""
        self._asides[message["type"]] = message
        self._changed.set()

    def anew(self) -> None:
        """The next browser has seen nothing."""
        self.shown = None
        self._asides.clear()
        if self._latest is not None:
            self._changed.set()

    async def write(self, send: Send, fill: Fill) -> None:
        """Until the end was sent. Raises Slow."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            view, before = self._latest, self.shown
            if view is not None and view != before:
                self.shown = view
                await self._send(messages(before, view), send, fill)
                if view.phase == "ended":
                    return
            asides, self._asides = self._asides, {}
            await self._send(asides.values(), send, fill)

    async def _send(self, said: Iterable[Message], send: Send, fill: Fill) -> None:
        for message in said:
            try:
                async with asyncio.timeout(self._send_s):
                    await send(fill(message))
            except TimeoutError:
                raise Slow from None


__all__ = ["SEND_S", "Fill", "Send", "Slot", "Slow"]
