"""``/v1/session``: who may open one, and that it goes on. See docs/reference/web-protocol.md."""

import asyncio
import contextlib
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.api.app import OPERATION
from cordpair.config.model import Gateway
from cordpair.errors import AcdError, CordpairError
from cordpair_gateway.attendance import Attendance, Consent
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.messages import read_message
from cordpair_gateway.tickets import Purpose, Ticket

PATH = "/v1/session"
PROTOCOL = "cordpair.session.v1"
HELLO_S = 5.0
LARGEST = 64 * 1024
LONGEST_TOKEN = 1_024
BUFFER = 64 * 1024
MOST = 20_000  # sessions at once
REFUSED = 4400  # the close code after an error; the message before it says which

BEAT_S = 5.0  # how often all sessions are looked at
PING_S = 14.0  # with BEAT_S: each is asked at least every 20 s
SILENT_S = 50.0  # then it is gone; a page that was put to sleep cannot take a call either
SLICE = 500


class Hello(msgspec.Struct, frozen=True):
    token: str
    in_call: bool = True  # false: the page was loaded anew, and a call that it had is dead


class Denied(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sessions:
    def __init__(
        self, customers: Customers, gateway: Gateway, turn_secret: str, origins: frozenset[str], consent: Consent
    ) -> None:
        self._customers, self._gateway, self._secret, self._origins = customers, gateway, turn_secret, origins
        self._consent = consent
        self._sockets: set[web.WebSocketResponse] = set()
        self._attendances: set[Attendance] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        request[OPERATION] = "session"
        origins = request.headers.getall("Origin", [])
        if len(origins) != 1 or origins[0] not in self._origins:
            return web.json_response({"code": "origin"}, status=403)
        if PROTOCOL not in [word.strip() for word in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]:
            return web.json_response({"code": "protocol"}, status=400)
        if len(self._sockets) >= MOST:
            return web.json_response({"code": "full"}, status=503)
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), max_msg_size=LARGEST, compress=False, writer_limit=BUFFER, timeout=2.0
        )
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

    async def run(self) -> None:
        """Ask each page whether it is there, until cancelled. One task for all: a timer each costs more."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_S)
            for number, attendance in enumerate(list(self._attendances), 1):
                attendance.beat(loop.time(), PING_S, SILENT_S)
                if number % SLICE == 0:
                    await asyncio.sleep(0)

    async def _attend(self, request: web.Request, socket: web.WebSocketResponse, customer: Customer) -> None:
        attendance = Attendance(
            request, socket, customer, self._customers, self._gateway, self._secret, self._consent
        )  # fmt: skip
        self._attendances.add(attendance)
        try:
            if not await attendance.run():
                raise Denied("busy")
        finally:
            self._attendances.discard(attendance)

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
        found = self._customers.find(hello.token, self._customers.now())
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
            raise Denied("unavailable") from None


def _read_hello(text: str) -> Hello | None:
    said: dict[str, Any] = read_message(text)
    if said.get("type") != "hello":
        return None
    try:
        return msgspec.convert(said, Hello)
    except msgspec.ValidationError:
        return None


__all__ = ["PATH", "PROTOCOL", "Sessions"]
