"""Somebody with a browser at the far end of a leg: what is said in their dialog, and the offer that waits.

There is no media here. What one browser describes is given to the other; a leg in nobody's company has an offer that
waits, or is held.
"""

from collections.abc import Callable

from cordpair.sip import Told
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import BYE, LOST
from cordpair_loopback.sip import sdp
from cordpair_loopback.sip.dialog import ELSEWHERE, Dialog, response
from cordpair_loopback.sip.port import Around, Wire

Taken = Callable[[str], None]  # gets the far end's description; "" when it would not
EXCHANGE_MS = 10_000
NOT_ACCEPTABLE = 488


class WebParty:
    def __init__(self, exchange: Around, line: Wire, dialog: Dialog) -> None:
        self.exchange, self.line, self.dialog = exchange, line, dialog
        self.leg: Leg | None = None
        self.up = False  # on the wire: a 200 and its ACK
        self.offer = ""  # of theirs, that we have not answered
        self.heard = ""  # the last description of somebody else's that they were given
        self.partner: WebParty | None = None  # whose description that is
        self.busy = False
        self._version = 0
        self._acknowledge: Taken = lambda description: None  # the answer to an offer that came in a response
        line.begin(dialog.call_id, self)

    # ------------------------------------------------------------ descriptions

    def answer_offer(self, description: str) -> None:
        """Their offer gets its answer; each kind of leg has its way."""
        raise NotImplementedError

    def give(self, description: str, taken: Taken) -> None:
        """Offer them this; ``taken`` gets their answer."""
        self._invite(self._again(description), lambda told, number: self._answered(told, number, taken))

    def ask(self, taken: Taken) -> None:
        """Ask for an offer of theirs: an INVITE without one."""

        def answered(told: Told, number: int) -> None:
            self.offer = told.body.decode(errors="replace") if told.status < 300 else ""
            self._acknowledge = lambda description: self.dialog.ack(number, description)
            taken(self.offer)

        self._invite("", answered)

    def hold(self, taken: Taken) -> None:
        self.give(sdp.inactive(self.heard), taken)

    def _again(self, description: str) -> str:
        self.heard = description
        self._version += 1
        return sdp.later(description, self._version)

    def _invite(self, description: str, answered: Callable[[Told, int], None]) -> None:
        number = 0

        def heard(told: Told) -> None:
            if told.status >= 200:
                timer.cancel()
                answered(told, number)

        timer = self.exchange.clock.call_later(EXCHANGE_MS, self.fail)
        if self.leg is not None:
            self.leg.timers.append(timer)
        number = self.dialog.request("INVITE", heard, description)

    def _answered(self, told: Told, number: int, taken: Taken) -> None:
        if told.status < 300:
            self.dialog.ack(number)
        taken(told.body.decode(errors="replace") if told.status < 300 else "")

    def fail(self, status: int = LOST) -> None:
        if self.leg is not None:
            self.exchange.switch.end(self.leg, status)

    # ------------------------------------------------------------ what the browser says

    def asks(self, told: Told) -> None:
        """A request in the call."""
        act = {"BYE": self._bye, "INFO": self._info, "INVITE": self._renegotiate, "UPDATE": self._renegotiate}
        act.get(told.method, self._agree)(told)

    def _agree(self, told: Told) -> None:
        self.line.speak(response(told, 200))

    def acknowledged(self, told: Told) -> None:
        """An ACK."""

    def _bye(self, told: Told) -> None:
        self.up = False
        self.line.speak(response(told, 200))
        self.fail(BYE)

    def _info(self, told: Told) -> None:
        self.line.speak(response(told, 200))
        digit = told.body.decode(errors="replace").partition("Signal=")[2][:1]
        if digit and self.leg is not None:
            self.exchange.switch.pressed(self.leg, digit)

    def _renegotiate(self, told: Told) -> None:
        """A hold of the browser's own, another camera: the partner is asked what it thinks of it."""
        offer, partner = told.body.decode(errors="replace"), self.partner
        if not offer:
            self.line.speak(response(told, 200 if told.method == "UPDATE" else NOT_ACCEPTABLE))
        elif partner is None or partner.leg is None or self.busy or partner.busy:
            self.line.speak(response(told, 491))
        else:
            self.busy = partner.busy = True

            def taken(answer: str) -> None:
                self.line.speak(response(told, 200 if answer else NOT_ACCEPTABLE, sdp=self._again(answer)))
                self.exchange.media.free(self, partner)

            partner.give(offer, taken)

    # ------------------------------------------------------------ what the PBX does

    def ringing(self, leg: Leg) -> None: ...
    def answered(self, leg: Leg) -> None: ...

    def talking(self, leg: Leg, partners: int) -> None:
        self.exchange.media.look(self)

    def digits(self, leg: Leg, digits: str) -> None: ...
    def transferred(self, leg: Leg, target: str) -> None: ...

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        """Nothing is said by a PBX that died (status 0)."""
        if self.up and status:
            self.dialog.request("BYE", lambda told: None, "", [ELSEWHERE] if elsewhere else [])
        self.up = False
        self.line.end(self.dialog.call_id)
        self.exchange.media.forget(self)


__all__ = ["Taken", "WebParty"]
