"""Simulated phones: what each does when it is rung is a value that a test sets."""

from collections import deque
from collections.abc import Callable

import msgspec

from cordpair_loopback.pbx.signals import PhoneState
from cordpair_loopback.pbx.state import Leg
from cordpair_loopback.pbx.switch import BYE, Switch
from cordpair_loopback.pbx.timing import Clock

BUSY_HERE = 486
UNAVAILABLE = 480
DECLINE = 603

# A desk phone rings a second time beside a call; a third one it refuses.
LINES = 2


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone does when it is rung. Times in ms; None is never."""

    ring_after_ms: int | None = 0
    answer_after_ms: int | None = 1_000  # counted from the ringing, or from the INVITE if it does not ring
    status: int = BYE  # 200 answers; any other status refuses, at the same moment
    talk_ms: int | None = None  # hang up so long after the first words
    answers_twice: bool = False


def answers(
    after_ms: int = 1_000, *, ring_after_ms: int | None = 0, talk_ms: int | None = None, twice: bool = False
) -> Behaviour:
    return Behaviour(ring_after_ms=ring_after_ms, answer_after_ms=after_ms, talk_ms=talk_ms, answers_twice=twice)


def rejects(after_ms: int = 0) -> Behaviour:
    """603, after it rang."""
    return Behaviour(answer_after_ms=after_ms, status=DECLINE)


def busy() -> Behaviour:
    return Behaviour(ring_after_ms=None, answer_after_ms=0, status=BUSY_HERE)


def unavailable() -> Behaviour:
    """480, after it rang: do not disturb, or its own time-out."""
    return Behaviour(answer_after_ms=0, status=UNAVAILABLE)


def never_answers() -> Behaviour:
    return Behaviour(answer_after_ms=None)


def dead() -> Behaviour:
    """Registered, and nobody there: not even ringing."""
    return Behaviour(ring_after_ms=None, answer_after_ms=None)


class Phone:
    """One endpoint. ``behaviour`` holds for every call, ``next_calls`` for one call each."""

    def __init__(
        self, endpoint: str, clock: Clock, switch: Switch, changed: Callable[["Phone"], None], behaviour: Behaviour,
        *, registered: bool = True,
    ) -> None:  # fmt: skip
        self.endpoint = endpoint
        self.behaviour = behaviour
        self.next_calls: deque[Behaviour] = deque()
        self.legs: list[Leg] = []  # of calls to it that are alive
        self.last_end: tuple[int, bool] | None = None  # status of the last call to it; answered elsewhere?
        self.draw: Callable[[], Behaviour] | None = None  # instead of ``behaviour``, asked for every call
        self.rung = 0
        self.digits_heard = ""
        self.transferred_to = ""
        self._clock = clock
        self._switch = switch
        self._changed = changed
        self._registered = registered
        self._foreign = 0
        self._talk_ms: dict[str, int] = {}  # of calls that have not begun to talk

    @property
    def registered(self) -> bool:
        return self._registered

    @property
    def state(self) -> PhoneState:
        if not self._registered:
            return PhoneState.OFFLINE
        # Over a trunk it is a call of which no application here knows whose it is.
        in_use = self._foreign or any(not leg.app for leg in self.legs)
        return PhoneState.IN_USE if in_use else PhoneState.IDLE

    # ------------------------------------------------------------ what its user does

    def register(self) -> None:
        self._set(registered=True, foreign=self._foreign)

    def unregister(self) -> None:
        """Calls that are up go on."""
        self._set(registered=False, foreign=self._foreign)

    def start_foreign_call(self) -> None:
        """A call that no application of ours sees."""
        self._set(registered=self._registered, foreign=self._foreign + 1)

    def end_foreign_call(self) -> None:
        self._set(registered=self._registered, foreign=max(0, self._foreign - 1))

    def answer(self) -> None:
        for leg in self._waiting()[:1]:
            self._switch.picked_up(leg)

    def reject(self, status: int = DECLINE) -> None:
        for leg in self._waiting()[:1]:
            self._switch.end(leg, status)

    def hang_up(self) -> None:
        """End what is answered here."""
        for leg in [leg for leg in self.legs if leg.answered]:
            self._switch.end(leg, BYE)

    def press(self, digits: str) -> None:
        for leg in [leg for leg in self.legs if leg.answered]:
            self._switch.pressed(leg, digits)

    # ------------------------------------------------------------ what the PBX does to it

    def invite(self, leg: Leg) -> None:
        before = self.state
        self.legs.append(leg)
        self._compare(before)
        self.rung += 1
        usual = self.behaviour if self.draw is None else self.draw()
        does = self.next_calls.popleft() if self.next_calls else usual
        if self._foreign or len(self.legs) > LINES:
            does = busy()
        if does.ring_after_ms is not None:
            self._later(leg, does.ring_after_ms, lambda: self._rings(leg, does))
        else:
            self._decides(leg, does)

    def ringing(self, leg: Leg) -> None:
        pass

    def answered(self, leg: Leg) -> None:
        pass

    def talking(self, leg: Leg, partners: int) -> None:
        if partners and leg.id in self._talk_ms:
            self._later(leg, self._talk_ms.pop(leg.id), lambda: self._switch.end(leg, BYE))

    def digits(self, leg: Leg, digits: str) -> None:
        self.digits_heard += digits

    def transferred(self, leg: Leg, target: str) -> None:
        self.transferred_to = target

    def ended(self, leg: Leg, status: int, *, elsewhere: bool) -> None:
        self._talk_ms.pop(leg.id, None)
        if leg in self.legs:
            before = self.state
            self.legs.remove(leg)
            self.last_end = (status, elsewhere)
            self._compare(before)

    # ------------------------------------------------------------ inner parts

    def _set(self, *, registered: bool, foreign: int) -> None:
        before = self.state
        self._registered, self._foreign = registered, foreign
        self._compare(before)

    def _compare(self, before: PhoneState) -> None:
        if self.state is not before:
            self._changed(self)

    def _waiting(self) -> list[Leg]:
        return [leg for leg in self.legs if not leg.answered]

    def _later(self, leg: Leg, delay_ms: int, act: Callable[[], None]) -> None:
        leg.timers.append(self._clock.call_later(delay_ms, act))

    def _rings(self, leg: Leg, does: Behaviour) -> None:
        self._switch.rang(leg)
        self._decides(leg, does)

    def _decides(self, leg: Leg, does: Behaviour) -> None:
        if does.answer_after_ms is not None:
            self._later(leg, does.answer_after_ms, lambda: self._acts(leg, does))

    def _acts(self, leg: Leg, does: Behaviour) -> None:
        if leg.answered:
            return
        if does.status != BYE:
            self._switch.end(leg, does.status)
            return
        if does.talk_ms is not None:
            self._talk_ms[leg.id] = does.talk_ms
        self._switch.picked_up(leg)
        if does.answers_twice:
            self._switch.picked_up(leg)


__all__ = ["Behaviour", "Phone", "answers", "busy", "dead", "never_answers", "rejects", "unavailable"]
