"""A look into a FreeSWITCH from outside: the least Event Socket client there can be."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Self

import msgspec

from cordpair_freeswitch.esl import EVENT_JSON, NOTICE, REPLY, RESPONSE, Frame, Framer, commands, json_headers

Headers = dict[str, str]
DEADLINE = 5.0


class Refused(Exception):
    """FreeSWITCH said -ERR."""


class EventSocket:
    """One connection. Replies come in the order of the commands; events wait in a queue of their own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._framer = Framer()
        self._frames: deque[Frame] = deque()
        self._replies: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._events: asyncio.Queue[Headers] = asyncio.Queue()
        self._one_at_a_time = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, password: str, *, user: str = "") -> Self:
        """`user` is `name@domain` of the directory. Raises OSError or Refused."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        found = cls(reader, writer)
        try:
            async with asyncio.timeout(DEADLINE):
                await found._next()
            await found.command(commands.userauth(user, password) if user else commands.auth(password), read=True)
        except BaseException:
            writer.transport.abort()
            raise
        found._reading = asyncio.create_task(found._read())
        return found

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._writer.transport.abort()

    async def command(self, line: bytes, *, read: bool = False) -> str:
        """The reply, or what an API function says. Raises Refused."""
        async with self._one_at_a_time:
            self._writer.write(line)
            async with asyncio.timeout(DEADLINE):  # not wait_for, which may lose a cancellation from outside
                frame = await self._next() if read else await self._replies.get()
        if frame is None:
            raise ConnectionError("FreeSWITCH closed the connection")
        if frame.reply.startswith("-ERR"):
            raise Refused(frame.reply.strip())
        return frame.reply

    async def api(self, function: str, *arguments: str) -> str:
        return await self.command(commands.encode(" ".join(("api", function, *arguments))))

    async def json(self, function: str, *arguments: str) -> Any:
        return msgspec.json.decode(await self.api(function, *arguments))

    async def subscribe(self, names: Iterable[str], subclasses: Iterable[str] = ()) -> None:
        await self.command(commands.subscribe(tuple(names), tuple(subclasses)))

    async def event(self, wanted: Callable[[Headers], bool] | str, deadline: float = DEADLINE) -> Headers:
        """The next event that fits: a name, a subclass, or a question. Others before it are dropped."""
        async with asyncio.timeout(deadline):
            while True:
                event = await self._events.get()
                names = event.get("Event-Name"), event.get("Event-Subclass")
                if wanted in names if isinstance(wanted, str) else wanted(event):
                    return event

    async def silent(self, wanted: str, during: float) -> bool:
        """Whether no such event comes in that time."""
        try:
            await self.event(wanted, during)
        except TimeoutError:
            return True
        return False

    async def _next(self) -> Frame:
        while not self._frames:
            data = await self._reader.read(65536)
            if not data:
                raise ConnectionError("FreeSWITCH closed the connection")
            self._frames += self._framer.feed(data)
        return self._frames.popleft()

    async def _read(self) -> None:
        try:
            while True:
                while self._frames:
                    self._take(self._frames.popleft())
                data = await self._reader.read(65536)
                if not data:
                    break
                self._frames += self._framer.feed(data)
        except OSError:
            pass
        self._replies.put_nowait(None)

    def _take(self, frame: Frame) -> None:
        if frame.kind in (REPLY, RESPONSE):
            self._replies.put_nowait(frame)
        elif frame.kind == EVENT_JSON:
            self._events.put_nowait(json_headers(frame.body))
        elif frame.kind == NOTICE:
            self._replies.put_nowait(None)


__all__ = ["EventSocket", "Headers", "Refused"]
