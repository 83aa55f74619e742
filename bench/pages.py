"""Customers' pages by the thousand, in this process: no more of a WebSocket than that takes, so that the machine is
busy with the server.

A page says what the web protocol asks of it and keeps its place. The crowd knows when all were told: places are
1 to n then, and their sum says so.
"""

import asyncio
import base64
import os
import socket
import ssl
import struct
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cordpair_gateway.session import PATH, PROTOCOL

ORIGIN = "https://shop.test"
# What Chromium says besides.
CHROMIUM = (
    "Pragma: no-cache\r\nCache-Control: no-cache\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-US,en;q=0.9\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)
OPENING = 50  # pages that open at once
NARROW = 4_096  # bytes that the kernel keeps for a page that does not read
TCP_CLOSE = (7, 8)  # in TCP_INFO: closed, or closed by the other side
MASK = bytes(4)  # what is masked with zeros is as it was


class Said(msgspec.Struct):
    type: str
    place: int = 0
    code: str = ""
    contact: str = ""
    resume_token: str = ""


_read = msgspec.json.Decoder(Said).decode


class Page(asyncio.Protocol):
    """One browser. ``deaf``: after the welcome it reads no more."""

    def __init__(self, crowd: "Crowd", token: str, *, deaf: bool = False) -> None:
        self._crowd, self._token, self.deaf = crowd, token, deaf
        self.place = 0
        self.contact = self.resume_token = ""
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._open = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._crowd.upgrade)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        at = 0
        if not self._open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._fail(data[:200].decode(errors="replace"))
                return
            self._open, at = True, end + 4
            self.say({"type": "hello", "token": self._token})
        self._rest = data[self._frames(data, at) :]

    def _frames(self, data: bytes, at: int) -> int:
        """Up to where whole frames went."""
        while at + 2 <= len(data):
            length, begins = data[at + 1], at + 2
            if length == 126:
                if at + 4 > len(data):
                    break
                length, begins = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if begins + length > len(data):
                break
            code = data[at] & 15
            at = begins + length
            if code == 1:
                self._crowd.bytes += length
                self._heard(_read(data[begins:at]))
            elif code == 9:
                self._send(10, data[begins:at])
            elif code == 8:
                self._send(8, data[begins : begins + 2])
                self._transport.close()
        return at

    def _heard(self, said: Said) -> None:
        kind = said.type
        if kind == "waiting":
            self._crowd.moved(self, said.place)
        elif kind == "welcome":
            self.contact, self.resume_token = said.contact, said.resume_token
            if self.deaf:
                self._transport.pause_reading()
            self.welcome.set_result(None)
        elif kind == "ping":
            self.say({"type": "pong"})
        elif kind == "call":
            self._crowd.called(self)
        elif kind == "error":
            self._fail(said.code)

    def say(self, message: dict[str, Any]) -> None:
        self._send(1, msgspec.json.encode(message))

    def _send(self, code: int, payload: bytes) -> None:
        size = len(payload)
        short = struct.pack("!BB", 0x80 | code, 0x80 | min(size, 126))
        self._transport.write(short + (size.to_bytes(2, "big") if size > 125 else b"") + MASK + payload)

    def leave(self) -> None:
        self.say({"type": "leave"})
        self._crowd.left(self)

    def is_dropped(self) -> bool:
        """Also of one that does not read, and so is not told."""
        ours = self._transport.get_extra_info("socket")
        return self._transport.is_closing() or ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in TCP_CLOSE

    def close(self) -> None:
        self._transport.abort()

    def _fail(self, why: str) -> None:
        if not self.welcome.done():
            self.welcome.set_exception(RuntimeError(f"no session: {why}"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"the connection was lost: {error}")
        self._crowd.left(self)
        self.gone.set_result(None)


class Crowd:
    """All of them wait in one queue, and nobody else does."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        at = urlsplit(url)
        self._host, self._port, self._context = at.hostname, at.port, context
        key = base64.b64encode(os.urandom(16)).decode()
        self.upgrade = (
            f"GET {PATH} HTTP/1.1\r\nHost: {at.netloc}\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\n{CHROMIUM}"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        ).encode()
        self.pages: dict[Page, None] = {}  # those that wait, in the order of their coming
        self.deaf: list[Page] = []
        self.told = self.bytes = 0  # messages with a place, bytes of all messages
        self._sum = 0
        self._all: asyncio.Future[None] | None = None
        self.called: Callable[[Page], object] = lambda page: None

    # ------------------------------------------------------------ coming and going

    async def open(self, tokens: list[str], *, deaf: bool = False) -> None:
        gate = asyncio.Semaphore(OPENING)

        async def one(token: str) -> None:
            async with gate:
                page = Page(self, token, deaf=deaf)
                await self._connect(page)
                await asyncio.wait_for(page.welcome, 60)

        await asyncio.gather(*(one(token) for token in tokens))

    async def _connect(self, page: Page) -> None:
        ours = socket.socket()
        ours.setblocking(False)
        if page.deaf:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
            self.deaf.append(page)
        else:
            self.pages[page] = None
        loop = asyncio.get_running_loop()
        await loop.sock_connect(ours, (self._host, self._port))
        await loop.create_connection(
            lambda: page, sock=ours, ssl=self._context, server_hostname=self._host if self._context else None
        )

    def left(self, page: Page) -> None:
        if page in self.pages:
            del self.pages[page]
            self._sum -= page.place
            self._look()

    async def leave(self) -> None:
        """All of them give up."""
        pages = list(self.pages)
        for number, page in enumerate(pages):
            page.leave()
            if number % OPENING == 0:
                await asyncio.sleep(0.05)  # sleep: not all at once
        await asyncio.wait_for(asyncio.gather(*(page.gone for page in pages)), 60)

    def close(self) -> None:
        for page in [*self.pages, *self.deaf]:
            page.close()
        self.pages.clear()
        self.deaf.clear()
        self._sum = 0

    # ------------------------------------------------------------ places

    def moved(self, page: Page, place: int) -> None:
        if page in self.pages:
            self.told += 1
            self._sum += place - page.place
            page.place = place
            if self._all is not None:
                self._look()

    def first(self) -> Page:
        return min(self.pages, key=lambda page: page.place)

    async def all_told(self, deadline: float = 60) -> None:
        """Each knows their place, and nobody the place of another."""
        self._all = asyncio.get_running_loop().create_future()
        self._look()
        try:
            await asyncio.wait_for(self._all, deadline)
        finally:
            self._all = None

    def _look(self) -> None:
        count = len(self.pages)
        if self._all is not None and not self._all.done() and self._sum == count * (count + 1) // 2:
            self._all.set_result(None)

    async def lone_change(self) -> float:
        """Milliseconds from the first in line going to the last of the others told."""
        began = time.perf_counter()
        self.first().leave()
        await self.all_told()
        return (time.perf_counter() - began) * 1_000


__all__ = ["ORIGIN", "Crowd", "Page"]
