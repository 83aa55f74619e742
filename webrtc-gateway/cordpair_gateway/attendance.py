"""One connection of a customer's browser, from the welcome to the end: one task reads, one writes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.config.model import Gateway
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.fanout import Slow
from cordpair_gateway.messages import read_message, socket_url
from cordpair_gateway.tickets import Purpose
from cordpair_gateway.turn import ice_servers
from cordpair_gateway.views import Message

log = logging.getLogger(__name__)

Consent = Callable[[Customer, bool], Awaitable[None]]  # to share the page, or its end


class Attendance:
    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, customer: Customer, customers: Customers,
        gateway: Gateway, turn_secret: str, consent: Consent,
    ) -> None:  # fmt: skip
        self._request, self._socket, self._customer, self._customers = request, socket, customer, customers
        self._gateway, self._secret, self._consent = gateway, turn_secret, consent
        self._heard = self._asked = asyncio.get_running_loop().time()
        self._given_up = False  # another page has the customer now

    async def run(self) -> bool:
        """Whether it ended by itself; false: the customer is in another page now."""
        customer = self._customer
        customer.over()  # another connection had it: a page that was loaded anew is quicker than a lost socket
        customer.taken += 1
        mine, customer.away = customer.taken, False
        customer.slot.anew()
        if customer.asked:  # the page that was asked is gone
            self._customers.answered(customer)
        reader = asyncio.create_task(self._read(), name="session reader")
        writer = asyncio.create_task(self._write(), name="session writer")
        tasks = (reader, writer)

        def give_up() -> None:
            """At once: what the slot holds is for the other page."""
            self._given_up = True
            writer.cancel()

        customer.over = give_up
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            said = await asyncio.gather(*tasks, return_exceptions=True)
            if customer.taken == mine:
                customer.away, customer.over = True, lambda: None
                await self._customers.gone(customer)
        for each in said:
            if isinstance(each, Slow):
                self._abort()  # a goodbye would wait behind the rest
            elif isinstance(each, Exception) and not isinstance(each, ConnectionError):
                log.error("a session failed", exc_info=each)
        if self._given_up:
            return False
        await self._socket.close(code=WSCloseCode.OK)
        return True

    def beat(self, now: float, ping_s: float, silent_s: float) -> None:
        """Ask whether the page is there, when it is time; let it go when it has not answered for long."""
        if now - self._heard > silent_s:
            self._abort()
        elif now - self._asked > ping_s:
            self._asked = now
            self._customer.slot.say({"type": "ping"})

    def _abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    # ------------------------------------------------------------ what it is told

    async def _send(self, message: Message) -> None:
        await self._socket.send_str(msgspec.json.encode(message).decode())

    async def _write(self) -> None:
        customer = self._customer
        if customer.ticket.context_id in self._customers.by_context:
            token = self._customers.resume_token(customer)
            grace_s = self._gateway.grace // 1_000
            await self._send(
                {"type": "welcome", "contact": customer.contact, "resume_token": token, "grace_s": grace_s}
            )
        await customer.slot.write(self._send, self._fill)

    def _fill(self, message: Message) -> Message:
        """Into ``call``: its token, made when it is sent, for it is good once and not for long."""
        if message["type"] != "call":
            return message
        customer, now = self._customer, self._customers.now()
        ticket = customer.ticket
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

    # ------------------------------------------------------------ what it says

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        async for frame in self._socket:
            if frame.type is not WSMsgType.TEXT:
                return
            self._heard = loop.time()
            await self._take(read_message(frame.data))

    async def _take(self, said: Message) -> None:
        kind, on = said.get("type"), said.get("on")
        if kind == "leave" or (kind == "microphone" and said.get("state") == "refused"):
            # Without a microphone nobody could be heard: an agent would wait for nothing.
            await self._customers.leave(self._customer)
            await asyncio.Event().wait()  # the writer tells the end
        elif kind == "cobrowse" and isinstance(on, bool):
            await self._consent(self._customer, on)
        elif kind not in ("pong", "microphone"):
            await self._send({"type": "error", "code": "unknown"})


__all__ = ["Attendance", "Consent"]
