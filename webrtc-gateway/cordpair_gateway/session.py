"""``/v1/session``: who may open one, and that it goes on. See docs/reference/web-protocol.md."""

import asyncio
from collections.abc import Container
from typing import Any

import msgspec
from aiohttp import web

from cordpair.api.app import OPERATION
from cordpair.config.model import Gateway
from cordpair.errors import AcdError, CordpairError
from cordpair_gateway.attendance import REFUSED, Attendance, Attendances, Consent
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.line import Line, take_over
from cordpair_gateway.messages import read_message
from cordpair_gateway.slices import Turn
from cordpair_gateway.tickets import Purpose, Ticket
from cordpair_gateway.upgrades import origin_of, speaks

PATH = "/v1/session"
PROTOCOL = "cordpair.session.v1"
HELLO_S = 5.0
LONGEST_TOKEN = 1_024
MOST = 20_000  # sessions at once

BEAT_S = 5.0  # how often all sessions are looked at
PAUSE_S = 0.005  # between two slices of them
PING_S = 14.0  # with BEAT_S: each is asked at least every 20 s
SILENT_S = 50.0  # then it is gone; a page that was put to sleep cannot take a call either


class Hello(msgspec.Struct, frozen=True):
    token: str
    in_call: bool = True  # false: the page was loaded anew, and a call that it had is dead


class Denied(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sessions:
    def __init__(
        self, customers: Customers, gateway: Gateway, turn_secret: str, origins: Container[str], consent: Consent
    ) -> None:
        self._customers, self._origins = customers, origins
        self._attendances = Attendances(customers, gateway, turn_secret, consent)
        self._greeting = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        request[OPERATION] = "session"
        origin = origin_of(request)
        if origin not in self._origins:
            return web.json_response({"code": "origin"}, status=403)
        if not speaks(request, PROTOCOL):
            return web.json_response({"code": "protocol"}, status=400)
        if len(self._attendances.all) + self._greeting >= MOST:
            return web.json_response({"code": "full"}, status=503)
        first = First()
        line = Line(first)
        response = take_over(request, line, PROTOCOL)
        if response is None:
            return web.json_response({"code": "protocol"}, status=400)
        self._greeting += 1
        try:
            await self._greet(first, line, origin)
        finally:
            self._greeting -= 1
        return response

    async def _greet(self, first: "First", line: Line, origin: str) -> None:
        try:
            customer = await self._hello(first, line, origin)
        except Denied as denied:
            line.send(msgspec.json.encode({"type": "error", "code": denied.code}))
            line.close(REFUSED, denied.code)
        except BaseException:
            line.abort()
            raise
        else:
            Attendance(self._attendances, line, customer).begin()
            line.hear(True)

    async def shut(self, _app: web.Application) -> None:
        """The process ends: the browsers come back to the next one."""
        await self._attendances.close()

    async def run(self) -> None:
        """Ask each page whether it is there, until cancelled. One task for all: a timer each costs more."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BEAT_S)
            turn = Turn(PAUSE_S)
            for attendance in list(self._attendances.all):
                await turn.after(attendance.beat(loop.time(), PING_S, SILENT_S))

    # ------------------------------------------------------------ who it is

    async def _hello(self, first: "First", line: Line, origin: str) -> Customer:
        try:
            async with asyncio.timeout(HELLO_S):
                text = await first.text
        except TimeoutError:
            raise Denied("token") from None
        line.hear(False)
        hello = _read_hello(text)
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


class First:
    """Owner of a line that nobody has spoken on yet."""

    def __init__(self) -> None:
        self.text: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def heard(self, text: bytes) -> None:
        if not self.text.done():
            self.text.set_result(text)

    def drained(self) -> None:
        """Nothing was said yet."""

    def lost(self) -> None:
        self.heard(b"")


def _read_hello(text: bytes) -> Hello | None:
    said: dict[str, Any] = read_message(text)
    if said.get("type") != "hello":
        return None
    try:
        return msgspec.convert(said, Hello)
    except msgspec.ValidationError:
        return None


__all__ = ["PATH", "PROTOCOL", "Sessions"]
