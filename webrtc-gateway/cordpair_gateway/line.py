"""One customer's WebSocket, taken over from aiohttp after the upgrade.

Thousands wait for minutes and are told a few bytes now and then. For as long as a WebSocket is open aiohttp keeps its
request, the parser, the frames of the middleware and tasks: several times what this takes, in memory and in time. See
docs/decisions/0024-lines-of-waiting-customers.md.
"""

import asyncio
import base64
import hashlib
import socket
from typing import Protocol, cast

from aiohttp import web
from aiohttp.http import WS_KEY

from cordpair_gateway.frames import CLOSE, PING, PONG, TEXT, FrameError, Frames, close_frame, frame

LARGEST = 64 * 1024  # of what a browser says
KERNEL = 16 * 1024  # bytes that the kernel may keep for it; by itself it would take megabytes
BUFFER = 4 * 1024  # bytes that may wait in this process, behind those, before it is *behind*
SEND_S = 10.0  # one that is behind for so long is dropped
CLOSE_S = 2.0  # for the answer to a goodbye


class Owner(Protocol):
    """Whom the line tells. Never waits."""

    def heard(self, text: bytes) -> None: ...

    def drained(self) -> None:
        """It was behind, and is no longer."""

    def lost(self) -> None:
        """Nothing is heard or sent any more; the last of all."""


class Line(asyncio.Protocol):
    __slots__ = ("_closing", "_deadline", "_frames", "_held", "_transport", "behind", "owner")

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.behind = False
        self._frames = Frames(LARGEST)
        self._transport: asyncio.Transport | None = None
        self._closing = self._held = False
        self._deadline: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------ what it is for

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._closing

    def send(self, text: bytes) -> None:
        """Never waits. Ask ``behind`` first: what is sent then is kept in this process."""
        if not self._closing:
            self._write(frame(TEXT, text))

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye, and give the browser a moment to answer."""
        if self.is_open:
            self._write(close_frame(code, reason))
            self._closing = True
            self._arm(CLOSE_S)
            self.hear(True)

    def abort(self) -> None:
        """At once: a goodbye would wait behind the rest."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    def hear(self, on: bool) -> None:
        """Off: what the browser says has to wait, there and here."""
        if self._transport is None or self._held is not on:
            return
        self._held = not on
        if on:
            self._transport.resume_reading()
            self._read()
        else:
            self._transport.pause_reading()

    # ------------------------------------------------------------ from the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(BUFFER)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)

    def data_received(self, data: bytes) -> None:
        self._frames.feed(data)
        self._read()

    def _read(self) -> None:
        try:
            while not self._held and self._is_there() and (found := self._frames.next()) is not None:
                self._take(found.kind, found.payload)
        except FrameError as error:
            self._write(close_frame(error.code, str(error)))
            self._end()

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == CLOSE:
            if not self._closing:
                self._write(frame(CLOSE, payload[:2]))
            self._end()
        elif kind == TEXT and not self._closing:
            self.owner.heard(payload)
        elif kind == PING and not self._closing and not self.behind:
            self._write(frame(PONG, payload))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and self._is_there():
            self._transport.write(data)

    def _is_there(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _end(self) -> None:
        """What was written is still sent, if the browser takes it."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()
            self._arm(CLOSE_S)

    def pause_writing(self) -> None:
        self.behind = True
        if not self._closing:
            self._arm(SEND_S)

    def resume_writing(self) -> None:
        self.behind = False
        if not self._closing:
            self._disarm()
            self.owner.drained()

    def connection_lost(self, error: Exception | None) -> None:
        self._disarm()
        self._transport = None
        self.owner.lost()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def take_over(request: web.Request, line: Line, protocol: str) -> web.Response | None:
    """Answer the upgrade and carry on without aiohttp, for which the connection is over: what it is to be given back.
    None: this is no upgrade to a WebSocket."""
    transport, http = request.transport, request.protocol
    if transport is None or not web.WebSocketResponse(protocols=(protocol,)).can_prepare(request):
        return None
    accept = base64.b64encode(hashlib.sha1(request.headers["Sec-WebSocket-Key"].encode() + WS_KEY).digest())
    transport.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nServer: cordpair\r\n"
        b"Sec-WebSocket-Accept: %b\r\nSec-WebSocket-Protocol: %b\r\n\r\n" % (accept, protocol.encode())
    )
    transport.set_protocol(line)
    line.connection_made(transport)
    http.transport = None  # it would close it
    http.connection_lost(None)
    return web.Response(status=101)


__all__ = ["BUFFER", "LARGEST", "SEND_S", "Line", "Owner", "take_over"]
