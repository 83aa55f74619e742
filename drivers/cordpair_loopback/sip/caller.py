"""A web caller: their INVITE is a leg that arrived, and gets its answer when there is somebody to talk to."""

from cordpair.sip import Told, trusted
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import CANCELLED
from cordpair_loopback.sip.dialog import Dialog, response
from cordpair_loopback.sip.party import WebParty
from cordpair_loopback.sip.port import Around, Wire

ENDED_BEFORE = 480


class WebCaller(WebParty):
    def __init__(self, exchange: Around, line: Wire, told: Told, tag: str) -> None:
        dialog = Dialog(line.speak, told.call_id, f"{told.receiver};tag={tag}", told.sender, told.contact)
        super().__init__(exchange, line, dialog)
        self._invite_told: Told | None = told
        self._tag = tag
        self._sent_to = ""
        self.offer = told.body.decode(errors="replace")

    def came_in(self, leg: Leg) -> None:
        self.leg = leg

    def say(self, status: int) -> None:
        if self._invite_told is not None:
            moved = [("Contact", f"<{self._sent_to}>")] if self._sent_to else []
            self.line.speak(response(self._invite_told, status, self._tag, more=moved))
            if status >= 200:
                self._invite_told = None

    def answer_offer(self, description: str) -> None:
        """On the wire a web caller is answered now: before there was no voice to answer with."""
        told, self._invite_told = self._invite_told, None
        self.offer = ""
        if told is not None:
            self.up = True
            self.heard = description
            self.line.speak(response(told, 200, self._tag, description))
        else:
            self._acknowledge(self._again(description))

    def asks(self, told: Told) -> None:
        if told.method == "CANCEL":
            self.line.speak(response(told, 200, self._tag))
            if self._invite_told is not None:
                self.fail(CANCELLED)
        else:
            super().asks(told)

    def ringing(self, leg: Leg) -> None:
        self.say(180)

    def transferred(self, leg: Leg, target: str) -> None:
        self._sent_to = target

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        if status:
            self.say(status if status >= 300 else ENDED_BEFORE)
        super().ended(leg, status, elsewhere=elsewhere)


def number_of(told: Told) -> str:
    return trusted.address(told.sender).partition(":")[2].partition("@")[0]


__all__ = ["WebCaller", "number_of"]
