"""``/v1/session``: the customer's browser, from hello to the end. See docs/reference/web-protocol.md."""

import asyncio
import contextlib
import logging
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.config.model import Gateway
from cordpair.errors import AcdError, CordpairError
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.fanout import Slow
from cordpair_gateway.tickets import Purpose, Ticket
from cordpair_gateway.turn import ice_servers
from cordpair_gateway.views import Message

log = logging.getLogger(__name__)

PATH = "/v1/session"
PROTOCOL = "cordpair.session.v1"
HELLO_S = 5.0
HEARTBEAT_S = 20.0
LARGEST = 64 * 1024
LONGEST_TOKEN = 1_024
BUFFER = 64 * 1024
MOST = 20_000  # sessions at once
REFUSED = 4400  # the close code after an error; the message before it says which


class Hello(msgspec.Struct, frozen=True):
    token: str
    in_call: bool = True  # false: the page was loaded anew, and a call that it had is dead


class Denied(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sessions:
    def __init__(self, customers: Customers, gateway: Gateway, turn_secret: str, origins: frozenset[str]) -> None:
        self._customers, self._gateway, self._secret, self._origins = customers, gateway, turn_secret, origins
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        origins = request.headers.getall("Origin", [])
        if len(origins) != 1 or origins[0] not in self._origins:
            return web.json_response({"code": "origin"}, status=403)
        if PROTOCOL not in [word.strip() for word in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]:
            return web.json_response({"code": "protocol"}, status=400)
        if len(self._sockets) >= MOST:
            return web.json_response({"code": "full"}, status=503)
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=HEARTBEAT_S, max_msg_size=LARGEST, compress=False, writer_limit=BUFFER,
            timeout=2.0,
        )  # fmt: skip
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            customer = await self._hello(socket, origins[0])
            await self._attend(request, socket, customer)
        except Denied as denied:
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "error", "code": denied.code})
            await socket.close(code=REFUSED, message=denied.code.encode())
        finally:
            self._sockets.discard(socket)
        return socket

    async def shut(self, _app: web.Application) -> None:
        """The process ends: the browsers come back to the next one."""
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)

    # ------------------------------------------------------------ who it is

    async def _hello(self, socket: web.WebSocketResponse, origin: str) -> Customer:
        try:
            async with asyncio.timeout(HELLO_S):
                first = await socket.receive()
        except TimeoutError:
            raise Denied("token") from None
        hello = _read_hello(first.data) if first.type is WSMsgType.TEXT else None
        if hello is None or not 0 < len(hello.token) <= LONGEST_TOKEN:
            raise Denied("token")
        found = self._customers.find(hello.token, self._now())
        if found is None:
            raise Denied("token")
        purpose, ticket = found
        if origin not in ticket.origins:  # another web site's: used up all the same
            raise Denied("origin")
        return await self._enter(purpose, ticket, hello)

    async def _enter(self, purpose: Purpose, ticket: Ticket, hello: Hello) -> Customer:
        try:
            if purpose is Purpose.SESSION:
                return await self._customers.open(ticket)
            customer = self._customers.by_context.get(ticket.context_id)
            if customer is None:
                raise Denied("expired")
            await self._customers.back(customer, in_call=hello.in_call)
            return customer
        except AcdError:
            raise Denied("expired") from None
        except CordpairError:
            raise Denied("busy") from None

    # ------------------------------------------------------------ one connection

    async def _attend(self, request: web.Request, socket: web.WebSocketResponse, customer: Customer) -> None:
        customer.over()  # another connection had it: a page that was loaded anew is quicker than a lost socket
        customer.taken += 1
        mine, customer.away = customer.taken, False
        customer.slot.anew()

        async def send(message: Message) -> None:
            await socket.send_str(msgspec.json.encode(message).decode())

        reader = asyncio.create_task(self._read(socket, customer), name="session reader")
        writer = asyncio.create_task(self._write(customer, send), name="session writer")
        tasks = {reader, writer}
        customer.over = writer.cancel
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            said = await asyncio.gather(reader, writer, return_exceptions=True)
            if customer.taken == mine:
                customer.away, customer.over = True, lambda: None
                await self._customers.gone(customer)
        for each in said:
            if isinstance(each, Slow) and request.transport is not None:
                request.transport.abort()  # a goodbye would wait behind the rest
            elif isinstance(each, Exception) and not isinstance(each, Slow | ConnectionError):
                log.error("a session failed", exc_info=each)
        await socket.close(code=WSCloseCode.OK)

    async def _write(self, customer: Customer, send: Any) -> None:
        if customer.ticket.context_id in self._customers.by_context:
            token = self._customers.resume_token(customer)
            grace_s = self._gateway.grace // 1_000
            await send(
                {"type": "welcome", "contact": customer.contact, "resume_token": token, "grace_s": grace_s}
            )  # fmt: skip
        await customer.slot.write(send, lambda message: self._fill(customer, message))

    def _fill(self, customer: Customer, message: Message) -> Message:
        """Into ``call``: its token, made when it is sent, for it is good once and not for long."""
        if message["type"] != "call":
            return message
        ticket, now = customer.ticket, self._now()
        token = self._customers.tickets.issue(ticket, Purpose.CALL, message["until"], now, customer.contact)
        return {
            "type": "call",
            "url": f"{socket_url(self._gateway, '/v1/sip')}?token={token}",
            "uri": ticket.target,
            "identity": ticket.identity,
            "media": customer.media,
            "until": message["until"],
            "ice_servers": ice_servers(self._gateway, self._secret, ticket.identity, now),
        }

    async def _read(self, socket: web.WebSocketResponse, customer: Customer) -> None:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                return
            said = _read(frame.data)
            kind = said.get("type")
            if kind == "leave" or (kind == "microphone" and said.get("state") == "refused"):
                # Without a microphone nobody could be heard: an agent would wait for nothing.
                await self._customers.leave(customer)
                await asyncio.Event().wait()  # the writer tells the end
            elif kind not in ("pong", "cobrowse", "microphone"):
                await socket.send_json({"type": "error", "code": "unknown"})

    def _now(self) -> int:
        return self._customers.now()


def socket_url(gateway: Gateway, path: str) -> str:
    """Where browsers open a WebSocket."""
    url = gateway.url or "http://127.0.0.1:8080"
    return f"ws{url.removeprefix('http')}{path}"


def _read(text: str) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _read_hello(text: str) -> Hello | None:
    said = _read(text)
    if said.get("type") != "hello":
        return None
    try:
        return msgspec.convert(said, Hello)
    except msgspec.ValidationError:
        return None


__all__ = ["PATH", "PROTOCOL", "Sessions", "socket_url"]
