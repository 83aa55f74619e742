"""Browsers' lines into the PBX inside the process: who is registered on which, and which call a frame belongs to.

The gateway's door stands before it, holds each line to its lock and writes the messages: what comes here is believed.
"""

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from cordpair.sip import Told, trusted
from cordpair_loopback.pbx.signals import Arrival
from cordpair_loopback.pbx.switch import Switch
from cordpair_loopback.pbx.timing import Clock
from cordpair_loopback.sip.caller import WebCaller, number_of
from cordpair_loopback.sip.capabilities import WEB_LEG
from cordpair_loopback.sip.dialog import response
from cordpair_loopback.sip.media import Media
from cordpair_loopback.sip.party import WebParty
from cordpair_loopback.sip.phone import WebPhone

if TYPE_CHECKING:
    from cordpair_loopback.pbx import LoopbackPbx

DOOR = "cordpair-door"
AGENTS = "cordpair-agents"
FORBIDDEN, NOT_FOUND, NO_CALL = 403, 404, 481
# Media goes on between the browsers when a line is gone, and nothing can be said any more.
GRACE_MS = 10_000


class Line:
    """One browser's connection."""

    def __init__(self, exchange: "Exchange", hear: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        self.parties: dict[str, WebParty] = {}
        self.phones: set[WebPhone] = set()
        self._exchange, self._hear, self._gone = exchange, hear, gone
        self.open = True

    def say(self, frame: bytes) -> None:
        told = trusted.read(frame)
        if told is not None:
            self._exchange.clock.call_later(0, lambda: self._exchange.heard(self, told))

    def speak(self, frame: bytes) -> None:
        if self.open:
            self._hear(frame)

    def begin(self, call_id: str, party: WebParty) -> None:
        self.parties[call_id] = party

    def end(self, call_id: str) -> None:
        self.parties.pop(call_id, None)

    def close(self) -> None:
        self.open = False
        for phone in tuple(self.phones):
            phone.left(self)
        for party in tuple(self.parties.values()):
            leg = party.leg
            if leg is None:
                continue
            delay = GRACE_MS if party.up else 0
            leg.timers.append(self._exchange.clock.call_later(delay, party.fail))

    def cut(self) -> None:
        """The PBX ends it."""
        if self.open:
            self.close()
            self._gone()


class Exchange:
    """Keeps the ``SipSwitch`` side of the port."""

    def __init__(self, pbx: "LoopbackPbx") -> None:
        self._pbx = pbx
        self.lines: list[Line] = []
        self.media = Media(self)
        self._ids = count(1)
        pbx.on_restart.append(self._restarted)

    @property
    def clock(self) -> Clock:
        return self._pbx.clock

    @property
    def switch(self) -> Switch:
        return self._pbx.switch

    def new_tag(self) -> str:
        return f"cp{next(self._ids):x}"

    def new_call_id(self) -> str:
        return f"{self._pbx.epoch}-{next(self._ids):x}@cordpair.invalid"

    def connect(self, hear: Callable[[bytes], None], gone: Callable[[], None]) -> Line:
        line = Line(self, hear, gone)
        self.lines = [each for each in self.lines if each.open] + [line]
        return line

    def _restarted(self) -> None:
        for line in self.lines:
            line.cut()

    # ------------------------------------------------------------ frames

    def heard(self, line: Line, told: Told) -> None:
        party = line.parties.get(told.call_id)
        if told.status:
            if party is not None:
                party.dialog.hear(told)
        elif told.method == "ACK":
            if party is not None:
                party.acknowledged(told)
        elif party is not None:
            party.asks(told)
        else:
            self._new(line, told)

    def _new(self, line: Line, told: Told) -> None:
        tag = self.new_tag()
        if told.method == "REGISTER":
            line.speak(self._register(line, told, tag))
        elif told.method == "INVITE" and not trusted.tag(told.receiver):
            self._arrives(line, told, tag)
        else:
            line.speak(response(told, 200 if told.method == "OPTIONS" else NO_CALL, tag))

    def _arrives(self, line: Line, told: Told, tag: str) -> None:
        line.speak(response(told, 100))
        endpoint = next((phone.endpoint for phone in line.phones if self._is_known(phone)), "")
        if line.phones and not endpoint:  # whose account was removed
            line.speak(response(told, FORBIDDEN, tag))
            return
        caller = WebCaller(self, line, told, tag)
        dialled = trusted.address(told.receiver).partition(":")[2].partition("@")[0]
        arrival = Arrival(
            dialled=dialled,
            to=dialled,
            arrived_at=self.clock.now_ms(),
            number=number_of(told),
            context=AGENTS if endpoint else DOOR,
            endpoint=endpoint or DOOR,
            # From a phone it would be anybody's claim.
            context_id="" if endpoint else told.header("X-Context-Id"),
        )
        self._pbx.arrive(arrival, caller, WEB_LEG)

    # ------------------------------------------------------------ registrations

    def _register(self, line: Line, told: Told, tag: str) -> bytes:
        endpoint = trusted.address(told.receiver).partition(":")[2].partition("@")[0]
        phone = self._phone(endpoint)
        if phone is None:
            return response(told, NOT_FOUND, tag)
        if told.header("Expires") == "0":
            phone.left(line)
            line.phones.discard(phone)
            return response(told, 200, tag)
        line.phones.add(phone)
        phone.seated(line, told.contact)
        expires = told.header("Expires") or "600"
        return response(told, 200, tag, more=[("Contact", f"<{told.contact}>;expires={expires}")])

    def _is_known(self, phone: WebPhone) -> bool:
        return self._pbx.phones.get(phone.endpoint) is phone

    def _phone(self, endpoint: str) -> WebPhone | None:
        """A simulated phone of that name gives its place to the browser's."""
        found = self._pbx.phones.get(endpoint)
        if found is not None and not isinstance(found, WebPhone):
            found.unregister()
            found = WebPhone(endpoint, self, self._pbx.phone_changed)
            self._pbx.phones[endpoint] = found
        return found


__all__ = ["DOOR", "GRACE_MS", "Exchange", "Line"]
