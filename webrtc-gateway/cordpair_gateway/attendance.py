"""One connection of a customer's browser, from the welcome to the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import msgspec
from aiohttp import WSCloseCode

from cordpair.config.model import Gateway
from cordpair_gateway.customers import Customer, Customers
from cordpair_gateway.line import Line
from cordpair_gateway.messages import read_message, socket_url
from cordpair_gateway.tickets import Purpose
from cordpair_gateway.turn import ice_servers
from cordpair_gateway.views import Message

log = logging.getLogger(__name__)

REFUSED = 4400  # the close code after an error; the message before it says which

Consent = Callable[[Customer, bool], Awaitable[None]]  # to share the page, or its end
_encode = msgspec.json.Encoder().encode


class Attendances:
    """All of them, and what they share."""

    def __init__(self, customers: Customers, gateway: Gateway, turn_secret: str, consent: Consent) -> None:
        self.customers, self.gateway, self.secret, self.consent = customers, gateway, turn_secret, consent
        self.all: dict[Attendance, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def task(self, doing: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(doing, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a session failed", exc_info=error)

    async def close(self) -> None:
        """The process ends: who waits comes back to the next one."""
        for attendance in list(self.all):
            attendance.shut()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Attendance:
    """Owner of the line, and the screen of the customer's slot."""

    __slots__ = ("_asked", "_customer", "_heard", "_left", "_line", "_of")

    def __init__(self, of: Attendances, line: Line, customer: Customer) -> None:
        self._of, self._line, self._customer = of, line, customer
        self._heard = self._asked = asyncio.get_running_loop().time()
        self._left = False

    def begin(self) -> None:
        """Say welcome, and what is true now."""
        customer, customers = self._customer, self._of.customers
        customer.slot.attach(self)  # a page that was loaded anew is quicker than a lost socket
        customer.away = False
        if customer.asked:  # the page that was asked is gone
            customers.answered(customer)
        self._of.all[self] = None
        if not self._line.is_open:
            self.lost()
            return
        self._line.owner = self
        if customer.ticket.context_id in customers.by_context:
            token, grace_s = customers.resume_token(customer), self._of.gateway.grace // 1_000
            self.show({"type": "welcome", "contact": customer.contact, "resume_token": token, "grace_s": grace_s})
        customer.slot.drained()

    def beat(self, now: float, ping_s: float, silent_s: float) -> bool:
        """Ask whether the page is there, when it is time; let it go when it has not answered for long. Whether
        something was to be done."""
        if now - self._heard > silent_s:
            self._line.abort()
        elif now - self._asked > ping_s:
            self._asked = now
            self._customer.slot.say({"type": "ping"})
        else:
            return False
        return True

    def shut(self) -> None:
        """The process ends. The engine is not told that the browser is gone: the next process knows."""
        self._customer.slot.detach(self)
        self._line.close(WSCloseCode.GOING_AWAY, "restart")

    # ------------------------------------------------------------ what it is told

    @property
    def behind(self) -> bool:
        return self._line.behind

    def show(self, message: Message) -> None:
        self._line.send(_encode(self._call(message) if message["type"] == "call" else message))

    def over(self) -> None:
        self._line.close(WSCloseCode.OK)

    def replaced(self) -> None:
        self.show({"type": "error", "code": "busy"})
        self._line.close(REFUSED, "busy")

    def _call(self, message: Message) -> Message:
        """With its token, made when it is sent, for it is good once and not for long."""
        customer, customers, gateway = self._customer, self._of.customers, self._of.gateway
        ticket, now = customer.ticket, customers.now()
        token = customers.tickets.issue(ticket, Purpose.CALL, message["until"], now, customer.contact)
        return {
            "type": "call",
            "url": f"{socket_url(gateway, '/v1/sip')}?token={token}",
            "uri": ticket.target,
            "identity": ticket.identity,
            "media": customer.media,
            "until": message["until"],
            "ice_servers": ice_servers(gateway, self._of.secret, ticket.identity, now),
        }

    # ------------------------------------------------------------ what it says

    def drained(self) -> None:
        self._customer.slot.drained()

    def heard(self, text: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        if self._left:
            return
        said = read_message(text)
        kind, on = said.get("type"), said.get("on")
        if kind == "leave" or (kind == "microphone" and said.get("state") == "refused"):
            # Without a microphone nobody could be heard: an agent would wait for nothing.
            self._left = True
            self._of.task(self._of.customers.leave(self._customer), "customer leaves")
        elif kind == "cobrowse" and isinstance(on, bool):
            self._line.hear(False)  # one after the other
            self._of.task(self._agree(on), "consent")
        elif kind not in ("pong", "microphone"):
            self._customer.slot.say({"type": "error", "code": "unknown"})

    async def _agree(self, on: bool) -> None:
        try:
            await self._of.consent(self._customer, on)
        finally:
            self._line.hear(True)

    def lost(self) -> None:
        self._of.all.pop(self, None)
        customer = self._customer
        if customer.slot.detach(self) and customer.ticket.context_id in self._of.customers.by_context:
            customer.away = True
            self._of.task(self._of.customers.gone(customer), "customer is gone")


__all__ = ["REFUSED", "Attendance", "Attendances", "Consent"]
