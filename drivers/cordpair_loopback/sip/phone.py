"""A browser's phone: registered over its line, rung by an INVITE there."""

from collections.abc import Callable

from cordpair.sip import Told
from cordpair_loopback.pbx.phones import LINES, Behaviour, Phone
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import BYE
from cordpair_loopback.sip.caller import WebCaller
from cordpair_loopback.sip.capabilities import WEB_LEG
from cordpair_loopback.sip.dialog import ELSEWHERE, HOST, Dialog
from cordpair_loopback.sip.party import WebParty
from cordpair_loopback.sip.port import Around, Wire

BUSY_HERE, UNAVAILABLE = 486, 480


class WebPhone(Phone):
    """What it does when it is rung is its user's business: ``behaviour`` says nothing here."""

    def __init__(self, endpoint: str, exchange: Around, changed: Callable[[Phone], None]) -> None:
        super().__init__(endpoint, exchange.clock, exchange.switch, changed, Behaviour(), registered=False)
        self._exchange = exchange
        self.line: Wire | None = None
        self.contact = ""

    def seated(self, line: Wire, contact: str) -> None:
        """It registered; one that was registered before is forgotten."""
        self.line, self.contact = line, contact
        self.register()

    def left(self, line: Wire) -> None:
        if self.line is line:
            self.line, self.contact = None, ""
            self.unregister()

    def invite(self, leg: Leg) -> None:
        before = self.state
        self.legs.append(leg)
        self._compare(before)
        if self.line is None or len(self.legs) > LINES:
            status = UNAVAILABLE if self.line is None else BUSY_HERE
            self._later(leg, 0, lambda: self._switch.end(leg, status))
            return
        self.rung += 1
        callee = WebCallee(self._exchange, self.line, self, leg, self.contact)
        leg.party, leg.capabilities = callee, WEB_LEG
        callee.ring()


class WebCallee(WebParty):
    """One call to a browser's phone."""

    def __init__(self, exchange: Around, line: Wire, phone: WebPhone, leg: Leg, contact: str) -> None:
        number, name = leg.caller
        shown = "".join(letter for letter in name if letter.isprintable() and letter not in '"\\')
        sender = f'"{shown}" <sip:{number or "anonymous"}@{HOST}>;tag={exchange.new_tag()}'
        super().__init__(exchange, line, Dialog(line.speak, exchange.new_call_id(), sender, f"<{contact}>", contact))
        self.leg = leg
        self._phone = phone
        self._number: int | None = None  # of our INVITE, while nobody answered it
        self._to_cancel: list[tuple[str, str]] | None = None
        self._provisional = False
        self.ready_for: WebParty | None = None  # whose offer it answered
        self.answer = ""

    def ring(self) -> None:
        """With the offer of the caller it is for, if they still wait with one; else the phone is to make the offer."""
        leg = self.leg
        assert leg is not None
        originator = self.exchange.switch.legs.get(leg.originator)
        caller = originator.party if originator is not None else None
        offer = caller.offer if isinstance(caller, WebCaller) else ""
        self.ready_for = caller if offer and isinstance(caller, WebCaller) else None
        self._number = self.dialog.request("INVITE", self._heard, offer, list(leg.headers.items()))

    def answer_offer(self, description: str) -> None:
        self.offer = ""
        self._acknowledge(self._again(description))

    def _heard(self, told: Told) -> None:
        leg, number = self.leg, self._number
        if leg is None or number is None:
            return
        self._provisional = True
        if told.status < 200:
            if self._to_cancel is not None:
                self.dialog.cancel(number, self._to_cancel)
                self._to_cancel = None
            elif told.status > 100:
                self.exchange.switch.rang(leg)
            return
        self._number = None
        if told.status >= 300:
            self.exchange.switch.end(leg, told.status)
        else:
            self._picked_up(leg, told, number)

    def _picked_up(self, leg: Leg, told: Told, number: int) -> None:
        self.up = True
        description = told.body.decode(errors="replace")
        if self.ready_for is not None:
            self.answer = description
            self.dialog.ack(number)
        else:  # acknowledged when there is an answer
            self.offer = description
            self._acknowledge = lambda description: self.dialog.ack(number, description)
        if leg.ended:  # it was too late to stop it
            self.end_call(elsewhere=False)
        else:
            self.exchange.switch.picked_up(leg)

    def end_call(self, *, elsewhere: bool) -> None:
        if self.offer:  # an answered call without a word: acknowledged all the same
            self.offer = ""
            self._acknowledge("")
        self.up = False
        self.dialog.request("BYE", lambda told: None, "", [ELSEWHERE] if elsewhere else [])
        self.line.end(self.dialog.call_id)

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        self.exchange.media.forget(self)
        why = [ELSEWHERE] if elsewhere else []
        if self.up and status:
            self.end_call(elsewhere=elsewhere)
        elif self._number is not None and status:
            if self._provisional:
                self.dialog.cancel(self._number, why)
            else:
                self._to_cancel = why
        else:
            self.line.end(self.dialog.call_id)
        self._phone.ended(leg, status or BYE, elsewhere=elsewhere)


__all__ = ["WebCallee", "WebPhone"]
