"""Simulated callers: the far end of a leg that came in."""

from collections.abc import Callable
from enum import StrEnum

from cordpair_loopback.pbx.signals import Arrival
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import BYE, CANCELLED, Switch
from cordpair_loopback.pbx.timing import Clock


class CallState(StrEnum):
    CALLING = "calling"
    ANSWERED = "answered"
    TALKING = "talking"
    ENDED = "ended"


class Call:
    """One caller. ``patience_ms``: gives up if nobody talks to them by then. ``talk_ms``: hangs up so long after the
    first words."""

    def __init__(
        self,
        clock: Clock,
        switch: Switch,
        arrival: Arrival,
        *,
        patience_ms: int | None = None,
        talk_ms: int | None = None,
    ) -> None:
        self.leg = ""  # the id, set when the dialplan has it
        self.arrival = arrival
        self.state = CallState.CALLING
        self.heard_ringing = False
        self.answered_at: int | None = None
        self.talked_at: int | None = None  # the first words
        self.ended_at: int | None = None
        self.status: int | None = None  # how it ended, as the caller's phone saw it; 0: the PBX died
        self.digits_heard = ""
        self.transferred_to = ""
        self.on_end: Callable[[Call], None] | None = None
        self.on_transfer: Callable[[str], None] | None = None  # what the phone does when it is sent elsewhere
        self._clock = clock
        self._switch = switch
        self._patience_ms = patience_ms
        self._talk_ms = talk_ms
        self._leg: Leg | None = None

    # ------------------------------------------------------------ what the caller does

    def hang_up(self) -> None:
        """CANCEL before the answer, BYE after it. Nothing when it is over already."""
        if self._leg is not None:
            self._switch.end(self._leg, BYE if self._leg.answered else CANCELLED)

    def press(self, digits: str) -> None:
        if self._leg is not None:
            self._switch.pressed(self._leg, digits)

    def hears(self) -> frozenset[str]:
        """Ids of legs, ``music:name``, ``prompt:medium``, ``ringing``."""
        if self._leg is None or self._leg.ended:
            return frozenset()
        heard = self._switch.taps.heard_by(self._leg.id)
        return heard | {"ringing"} if self.heard_ringing and not self._leg.answered else heard

    # ------------------------------------------------------------ what the PBX does

    def came_in(self, leg: Leg) -> None:
        self._leg, self.leg = leg, leg.id
        if self._patience_ms is not None:
            self._after(self._patience_ms, lambda: None if self.talked_at is not None else self.hang_up())

    def ringing(self, leg: Leg) -> None:
        self.heard_ringing = True

    def answered(self, leg: Leg) -> None:
        self.state = CallState.ANSWERED
        self.answered_at = self._clock.now_ms()

    def talking(self, leg: Leg, partners: int) -> None:
        self.state = CallState.TALKING if partners else CallState.ANSWERED
        if partners and self.talked_at is None:
            self.talked_at = self._clock.now_ms()
            if self._talk_ms is not None:
                self._after(self._talk_ms, self.hang_up)

    def digits(self, leg: Leg, digits: str) -> None:
        self.digits_heard += digits

    def transferred(self, leg: Leg, target: str) -> None:
        self.transferred_to = target
        if self.on_transfer is not None:
            self.on_transfer(target)

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        self.state = CallState.ENDED
        self.status = status
        self.ended_at = self._clock.now_ms()
        if self.on_end is not None:
            self.on_end(self)

    def _after(self, delay_ms: int, act: Callable[[], None]) -> None:
        if self._leg is not None:
            self._leg.timers.append(self._clock.call_later(delay_ms, act))


__all__ = ["Call", "CallState"]
