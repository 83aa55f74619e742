"""``/v1/cobrowse``: the customer's end brings a page, the agent's sees it. See docs/reference/web-protocol.md."""

import asyncio
import contextlib
from collections.abc import Container, Coroutine
from typing import Any, Protocol

from aiohttp import WebSocketError, WSCloseCode, WSMsgType, web

from cordpair.api.app import OPERATION
from cordpair.ids import AgentId, ContactId
from cordpair_gateway.customers import Customers
from cordpair_gateway.shared.frames import LARGEST, Batch, Hello, Other, TooLarge, read, read_hello, small
from cordpair_gateway.shared.outbox import Outbox, Slow
from cordpair_gateway.shared.page import SharedPage
from cordpair_gateway.shared.pages import SharedPages
from cordpair_gateway.tickets import Purpose
from cordpair_gateway.upgrades import origin_of, speaks

PATH = "/v1/cobrowse"
PROTOCOL = "cordpair.cobrowse.v1"
HELLO_S = 5.0
HEARTBEAT_S = 20.0
LOOK_S = 10.0  # whether the agent is still signed in
MOST = 2_000  # lines at once
REFUSED = 4400
LONGEST_TOKEN = 256
TO_CUSTOMER = 64 * 1024
TO_VIEWER = 6 * 1024 * 1024  # a full picture, what came since, and room for what comes while it is sent
PACE = 1024 * 1024  # bytes a second that a page may bring in the long run; what is more is read later
BURST = 8 * 1024 * 1024
SENTRY = frozenset({Purpose.COBROWSE})


class Agents(Protocol):
    async def agent_of(self, request: web.Request) -> AgentId | None:
        """Whose desk it is, by the cookie."""


class Denied(Exception):
    """No page for this one."""


class SharedHandler:
    def __init__(
        self, pages: SharedPages, customers: Customers, agents: Agents, portals: Container[str], own: frozenset[str]
    ) -> None:
        """``portals``, ``own``: the origins of customers' pages, and of the desk."""
        self._pages, self._customers, self._agents = pages, customers, agents
        self._portals, self._own = portals, own
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        request[OPERATION] = "cobrowse"
        origin = origin_of(request)
        if origin not in self._portals and origin not in self._own:
            return web.json_response({"code": "origin"}, status=403)
        if not speaks(request, PROTOCOL):
            return web.json_response({"code": "protocol"}, status=400)
        if len(self._sockets) >= MOST:
            return web.json_response({"code": "full"}, status=503)
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), max_msg_size=LARGEST, heartbeat=HEARTBEAT_S, compress=False, timeout=2.0
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            hello = await self._hello(socket)
            if hello.token:
                await self._bring(request, socket, self._page_of(hello.token, origin))
            else:
                await self._look(request, socket, await self._page_for(request, hello, origin))
        except Denied:
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "error", "code": "token"})
            await socket.close(code=REFUSED, message=b"token")
        finally:
            self._sockets.discard(socket)
        return socket

    async def shut(self, _app: web.Application) -> None:
        await self._pages.close()
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)

    # ------------------------------------------------------------ who it is

    async def _hello(self, socket: web.WebSocketResponse) -> Hello:
        try:
            async with asyncio.timeout(HELLO_S):
                first = await socket.receive()
        except TimeoutError:
            raise Denied from None
        hello = read_hello(first.data) if first.type is WSMsgType.TEXT else None
        if hello is None or bool(hello.token) == bool(hello.contact) or len(hello.token) > LONGEST_TOKEN:
            raise Denied
        return hello

    def _page_of(self, token: str, origin: str) -> SharedPage:
        """The customer's own. The token is used up, also by another web site."""
        found = self._customers.tickets.take(token, SENTRY, self._customers.now())
        customer = self._customers.by_context.get(found[1].context_id) if found is not None else None
        page = self._pages.of(customer.contact) if customer is not None else None
        if found is None or origin not in found[1].origins or page is None or page.opened:
            raise Denied
        return page

    async def _page_for(self, request: web.Request, hello: Hello, origin: str) -> SharedPage:
        """For the agent who talks to this customer; for nobody else."""
        agent = await self._agents.agent_of(request) if origin in self._own else None
        page = self._pages.of(ContactId(hello.contact))
        if agent is None or page is None or not self._pages.may_see(page, agent):
            raise Denied
        return page

    # ------------------------------------------------------------ the customer's end

    async def _bring(self, request: web.Request, socket: web.WebSocketResponse, page: SharedPage) -> None:
        line = _Line(request, socket)
        outbox = Outbox(line, TO_CUSTOMER)
        page.open(outbox)
        reason = "line"
        try:
            await _all(line, outbox.run(), self._take_page(socket, page))
        except _Ended as ended:
            reason = ended.reason
        except TooLarge:
            reason = "too_large"
        finally:
            self._pages.end_page(page, reason)
            await socket.close(code=WSCloseCode.OK)

    async def _take_page(self, socket: web.WebSocketResponse, page: SharedPage) -> None:
        bucket = _Bucket()
        async for frame in socket:
            if isinstance(frame.data, WebSocketError) and frame.data.code == WSCloseCode.MESSAGE_TOO_BIG:
                raise TooLarge
            if frame.type is not WSMsgType.TEXT:
                return
            said = read(frame.data)
            if isinstance(said, Batch):
                page.relay(said)
                await bucket.take(len(frame.data))
            elif isinstance(said, Other) and said.type == "stop":
                raise _Ended("too_large" if said.reason == "too_large" else "customer")
            elif not (isinstance(said, Other) and said.type == "pong"):
                await socket.send_str(UNKNOWN)

    # ------------------------------------------------------------ the agent's end

    async def _look(self, request: web.Request, socket: web.WebSocketResponse, page: SharedPage) -> None:
        line = _Line(request, socket)
        outbox: Outbox = Outbox(line, TO_VIEWER, lambda: page.resume(outbox))
        page.watch(outbox)
        try:
            await _all(line, outbox.run(), self._take_wishes(socket, page), self._while_signed_in(request, page))
        except _Ended as ended:
            self._pages.end_page(page, ended.reason)
        except TooLarge:
            pass  # of an agent's end that brings a page: it is shown no more
        finally:
            page.leave(outbox)
            await socket.close(code=WSCloseCode.OK)

    async def _take_wishes(self, socket: web.WebSocketResponse, page: SharedPage) -> None:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                return
            said = read(frame.data)
            kind = said.type if isinstance(said, Other) else ""
            if kind == "snapshot":
                page.want_picture()
            elif kind == "stop":
                raise _Ended("agent")
            elif kind != "pong":
                await socket.send_str(UNKNOWN)

    async def _while_signed_in(self, request: web.Request, page: SharedPage) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if await self._agents.agent_of(request) != page.agent:
                return


UNKNOWN = small("error", code="unknown").decode()


class _Ended(Exception):
    """One of the two ends wants no more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Line:
    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request, self._socket = request, socket

    async def send(self, frame: bytes) -> None:
        await self._socket.send_frame(frame, WSMsgType.TEXT)

    def unsent(self) -> int:
        transport = self._request.transport
        return transport.get_write_buffer_size() if isinstance(transport, asyncio.WriteTransport) else 0

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


class _Bucket:
    """A page that brings too much is read more slowly: its browser notices, and stops by itself."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST), asyncio.get_running_loop().time()

    async def take(self, size: int) -> None:
        now = asyncio.get_running_loop().time()
        self._left = min(BURST, self._left + (now - self._at) * PACE) - size
        self._at = now
        if self._left < 0:
            await asyncio.sleep(-self._left / PACE)


async def _all(line: _Line, *parts: Coroutine[Any, Any, None]) -> None:
    """What is done with a line, until one part ends. Raises _Ended."""
    tasks = [asyncio.create_task(part, name="shared page") for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        said = await asyncio.gather(*tasks, return_exceptions=True)
    for each in said:
        if isinstance(each, Slow):
            line.abort()  # a goodbye would wait behind the rest
        elif isinstance(each, Exception) and not isinstance(each, ConnectionError):
            raise each


__all__ = ["PATH", "PROTOCOL", "Agents", "SharedHandler"]
