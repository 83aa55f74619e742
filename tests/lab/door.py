"""The SIP door on a port of one's own, a browser that writes its frames itself, and a relay that keeps what passes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from cordpair.sip import CallLock, Doorway, Lock, Reason
from cordpair_gateway.door import DoorHandler, DoorMetrics, DoorSettings, Upstream, Way
from lab.connections import Connections
from lab.process import free_port

ORIGIN = "https://shop.example"
TARGET, IDENTITY = "sip:help@cordpair.invalid", "sip:w-7f3a@cordpair.invalid"
DEADLINE = 5.0
CONTACT = "<sip:b2c3@x9y8.invalid;transport=ws>"
# What a browser offers; no media ever comes.
WEB_SDP = (
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 8 0 101\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Ab3d\r\n"
    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\n"
    "a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=candidate:1 1 udp 2122260223 127.0.0.1 40000 typ host\r\n"
)


def call_lock(context_id: str = "ctx-1", **more: Any) -> CallLock:
    given = {"target": TARGET, "identity": IDENTITY, "origins": frozenset({ORIGIN}), "subject": "c-1"} | more
    return CallLock(context_id=context_id, **given)


class Once:
    """Tokens, and the journal beside them."""

    def __init__(self) -> None:
        self.locks: dict[str, Lock] = {}
        self.told: list[tuple[str, ...]] = []

    def redeem(self, token: str) -> Lock | None:
        return self.locks.pop(token, None)

    def denied(self, reason: str) -> None:
        self.told.append(("denied", reason))

    def opened(self, lock: Lock) -> None:
        self.told.append(("opened", lock.subject))

    def refused(self, lock: Lock, reason: Reason, method: str) -> None:
        self.told.append(("refused", lock.subject, reason.value, method))

    def closed(self, lock: Lock, why: str) -> None:
        self.told.append(("closed", lock.subject, why))

    def reasons(self) -> list[str]:
        return [told[2] for told in self.told if told[0] == "refused"]


class Entrance:
    """A running door."""

    def __init__(self, port: int, tokens: Once, registry: CollectorRegistry, handler: DoorHandler) -> None:
        self.tokens, self.registry, self.handler = tokens, registry, handler
        self.url = f"http://127.0.0.1:{port}/v1/sip"

    def ticket(self, token: str, lock: Lock | None = None) -> str:
        self.tokens.locks[token] = lock or call_lock()
        return token


@asynccontextmanager
async def entrance(upstream: Upstream, doorway: Doorway | None = None, **settings: Any) -> AsyncIterator[Entrance]:
    way = Way(upstream, doorway or Doorway())
    tokens, registry, port = Once(), CollectorRegistry(), free_port(socket.SOCK_STREAM)
    used = DoorSettings(**({"origins": frozenset({ORIGIN, "https://other.example"})} | settings))
    handler = DoorHandler(tokens, lambda _: way, tokens, DoorMetrics(registry), used)
    app = web.Application()
    handler.add_to(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield Entrance(port, tokens, registry, handler)
    finally:
        await runner.cleanup()


class Browser:
    """A SIP over WebSocket client without a stack."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session, self._socket = session, socket
        self.heard: list[str] = []

    @classmethod
    async def open(cls, url: str, token: str, origin: str | None = ORIGIN, protocol: str = "sip") -> Self:
        """Raises aiohttp.WSServerHandshakeError."""
        session = aiohttp.ClientSession(connector=Connections())
        headers = {} if origin is None else {"Origin": origin}
        try:
            socket = await session.ws_connect(f"{url}?token={token}", protocols=(protocol,), headers=headers)
        except BaseException:
            await session.close()
            raise
        return cls(session, socket)

    async def send(self, frame: bytes) -> None:
        try:
            await self._socket.send_str(frame.decode())
        except UnicodeDecodeError:
            await self._socket.send_bytes(frame)

    async def next(self, *starts: str, deadline: float = DEADLINE) -> str:
        """The next frame that begins so; others are passed over."""
        async with asyncio.timeout(deadline):
            while True:
                message = await self._socket.receive()
                if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                    raise ConnectionError(f"the door closed: {self._socket.close_code}")
                self.heard.append(message.data)
                if message.data.startswith(starts or ("",)):
                    return str(message.data)

    async def closed(self) -> int:
        """Wait until the door has closed it; the code."""
        while True:
            try:
                await self.next("nothing begins so")
            except ConnectionError:
                return self._socket.close_code or 0

    async def close(self) -> None:
        await self._socket.close()
        await self._session.close()


class Relay:
    """Between the door and the PBX: what was really said on that hop."""

    def __init__(self, far: str) -> None:
        self._far = far
        self.to_pbx: list[str] = []
        self.from_pbx: list[str] = []
        self.lines = 0
        self.changed: Callable[[], None] = lambda: None
        self.url = ""

    def requests(self) -> list[str]:
        return [frame.split(" ")[0] for frame in self.to_pbx if not frame.startswith("SIP/2.0")]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        near = web.WebSocketResponse(protocols=("sip",), max_msg_size=0)
        await near.prepare(request)
        self.lines += 1
        async with aiohttp.ClientSession() as session, session.ws_connect(self._far, protocols=("sip",)) as far:

            async def back() -> None:
                async for message in far:
                    self.from_pbx.append(message.data if isinstance(message.data, str) else message.data.decode())
                    await near.send_str(self.from_pbx[-1])
                await near.close()

            task = asyncio.create_task(back())
            async for message in near:
                self.to_pbx.append(message.data if isinstance(message.data, str) else message.data.decode())
                await far.send_str(self.to_pbx[-1])
            task.cancel()
        return near


@asynccontextmanager
async def relay(far: str) -> AsyncIterator[Relay]:
    made, port = Relay(far), free_port(socket.SOCK_STREAM)
    app = web.Application()
    app.router.add_get("/ws", made.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"ws://127.0.0.1:{port}/ws"
    try:
        yield made
    finally:
        await runner.cleanup()


__all__ = ["ORIGIN", "Browser", "Entrance", "Once", "Relay", "call_lock", "entrance", "relay"]
