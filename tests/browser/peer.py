"""One WebSocket of a browser, as the fake gateway holds it: what was heard is kept, waited for, answered."""

import asyncio
from typing import Any

from aiohttp import web

PATIENCE = 10


class Peer:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.inbox: list[dict[str, Any]] = []
        self._read = 0
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        async for message in self.socket:
            async with self._news:
                self.inbox.append(message.json())
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    async def say(self, type: str, **fields: Any) -> None:
        await self.socket.send_json({"type": type, **fields})

    async def hear(self, type: str) -> dict[str, Any]:
        """The next message of the type; those before it are passed over."""

        def found() -> bool:
            return any(message["type"] == type for message in self.inbox[self._read :])

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(found)
        while True:
            message = self.inbox[self._read]
            self._read += 1
            if message["type"] == type:
                return message

    def said(self, type: str) -> list[dict[str, Any]]:
        return [message for message in self.inbox if message["type"] == type]

    async def hang_up(self, code: int = 1000) -> None:
        await self.socket.close(code=code)


class Line:
    """The peers that opened one address, in order."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self._came = asyncio.Condition()
        self._next = 0

    async def add(self, peer: Peer) -> None:
        async with self._came:
            self.peers.append(peer)
            self._came.notify_all()

    async def next(self) -> Peer:
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: len(self.peers) > self._next)
        self._next += 1
        return self.peers[self._next - 1]
