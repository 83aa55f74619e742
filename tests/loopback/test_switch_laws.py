"""The pure PBX under any sequence of commands and people: its laws hold after every step."""

from collections import Counter
from contextlib import suppress

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cordpair.acd.inputs import Stamp
from cordpair.ids import LegId
from cordpair.pbx import Direction, Hears, OriginateRequest, SpeaksTo
from cordpair.testing import ManualClock
from cordpair_loopback import Behaviour, Call, LoopbackPbx
from cordpair_loopback.pbx import SwitchError
from cordpair_loopback.pbx.signals import (
    Answered,
    Cleared,
    Entered,
    InBridge,
    OutOfBridge,
    PlayDone,
    Rang,
    Signal,
)

APP = "main"
SEATS = ("101", "102", "103")
BRIDGES = ("b1", "b2")
TIMES = st.none() | st.integers(0, 3_000)
BEHAVIOURS = st.builds(
    Behaviour,
    ring_after_ms=TIMES,
    answer_after_ms=TIMES,
    status=st.sampled_from([200, 200, 486, 603, 480]),
    talk_ms=TIMES,
    answers_twice=st.booleans(),
)


class Listener:
    """An application that writes everything down."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def signal(self, signal: Signal) -> None:
        self.signals.append(signal)

    def closed(self, reason: str, *, fenced: bool) -> None:
        pass


class PbxLaws(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.clock = ManualClock()
        self.pbx = LoopbackPbx(self.clock, phones=SEATS, app=APP)
        self.switch = self.pbx.switch
        self.listener = Listener()
        self.pbx.attach(APP, self.listener)
        self.calls: list[Call] = []
        self.originated = 0
        self.known: list[str] = []

    def leg(self, choice: int) -> str:
        """One that lives, or once did."""
        return self.known[choice % len(self.known)] if self.known else "nobody"

    # ------------------------------------------------------------ people

    @rule(patience=TIMES, talk=TIMES)
    def call(self, patience: int | None, talk: int | None) -> None:
        call = self.pbx.call("4711", patience_ms=patience, talk_ms=talk)
        self.calls.append(call)
        self.known.append(call.leg)

    @rule(choice=st.integers(0))
    @precondition(lambda self: self.calls)
    def caller_hangs_up(self, choice: int) -> None:
        self.calls[choice % len(self.calls)].hang_up()

    @rule(choice=st.integers(0))
    @precondition(lambda self: self.calls)
    def caller_presses(self, choice: int) -> None:
        self.calls[choice % len(self.calls)].press("1#")

    @rule(seat=st.sampled_from(SEATS), behaviour=BEHAVIOURS)
    def program(self, seat: str, behaviour: Behaviour) -> None:
        self.pbx.phones[seat].behaviour = behaviour

    @rule(seat=st.sampled_from(SEATS), what=st.sampled_from(["answer", "reject", "hang_up", "register", "unregister"]))
    def phone_acts(self, seat: str, what: str) -> None:
        getattr(self.pbx.phones[seat], what)()

    @rule(ms=st.integers(0, 4_000))
    def time_passes(self, ms: int) -> None:
        until = self.clock.now_ms() + ms
        while self.clock.run_next(until):
            self.laws()

    # ------------------------------------------------------------ commands

    @rule(seat=st.sampled_from([*SEATS, "nobody"]), timeout=st.integers(1, 5_000), again=st.booleans())
    def originate(self, seat: str, timeout: int, again: bool) -> None:
        if not again:
            self.originated += 1
        leg = LegId(f"out{self.originated}")
        self.pbx.originate(APP, OriginateRequest(leg=leg, endpoint=seat, timeout_ms=timeout, stamp=Stamp(APP)))
        if leg not in self.known:
            self.known.append(leg)

    @rule(
        what=st.sampled_from(
            ["answer", "ring", "hang", "music", "quiet", "play", "stop", "mute", "digits", "redirect"]
        ),
        choice=st.integers(0),
    )
    def command(self, what: str, choice: int) -> None:
        leg, switch = self.leg(choice), self.switch
        actions = {
            "answer": lambda: switch.answer(leg),
            "ring": lambda: switch.ring(leg),
            "hang": lambda: switch.hang_up(leg, 200),
            "music": lambda: switch.music(leg, "default"),
            "quiet": lambda: switch.stop_music(leg),
            "play": lambda: switch.play(leg, "p", "hello"),
            "stop": lambda: switch.stop_play(leg, "p"),
            "mute": lambda: switch.mute(leg, Direction.BOTH, on=True),
            "digits": lambda: switch.send_digits(leg, "12"),
            "redirect": lambda: switch.redirect(leg, "4799"),
        }
        with suppress(SwitchError):
            actions[what]()

    @rule(bridge=st.sampled_from(BRIDGES), choices=st.lists(st.integers(0), min_size=1, max_size=3))
    def join(self, bridge: str, choices: list[int]) -> None:
        legs = tuple(dict.fromkeys(map(self.leg, choices)))
        with suppress(SwitchError):
            self.switch.join(bridge, legs, Stamp(APP), APP)

    @rule(bridge=st.sampled_from(BRIDGES), choice=st.integers(0))
    def leave(self, bridge: str, choice: int) -> None:
        with suppress(SwitchError):
            self.switch.leave(bridge, (self.leg(choice),))

    @rule(bridge=st.sampled_from(BRIDGES))
    def release(self, bridge: str) -> None:
        with suppress(SwitchError):
            self.switch.release(bridge)

    @rule(one=st.integers(0), other=st.integers(0), speaks=st.sampled_from(SpeaksTo))
    def spy(self, one: int, other: int, speaks: SpeaksTo) -> None:
        with suppress(SwitchError):
            self.switch.taps.spy(self.leg(one), self.leg(other), Hears.BOTH, speaks)

    @rule(choice=st.integers(0))
    def record(self, choice: int) -> None:
        with suppress(SwitchError):
            self.switch.taps.record(f"r{choice % 5}", self.leg(choice), APP)

    @rule()
    def restart(self) -> None:
        self.pbx.restart()
        assert not self.switch.legs
        self.listener.signals.clear()  # another life
        self.known.clear()
        self.originated += 1
        self.pbx.attach(APP, self.listener)

    # ------------------------------------------------------------ the laws

    @invariant()
    def laws(self) -> None:
        self._bridges_and_legs_agree()
        self._signals_are_a_life()
        for leg in self.switch.legs.values():
            assert not leg.ended
            assert not (leg.bridge and (leg.music or leg.plays)), "something plays into a conversation"
            assert leg.id not in self.switch.taps.heard_by(leg.id)
            assert leg.spying is None or leg.spying.target in self.switch.legs
        for recording in self.switch.taps.recordings.values():
            assert recording.target in self.switch.legs or recording.target in self.switch.bridges

    def _bridges_and_legs_agree(self) -> None:
        inside = [(leg, bridge.id) for bridge in self.switch.bridges.values() for leg in bridge.legs]
        assert len(inside) == len({leg for leg, _ in inside}), "a leg is in two bridges"
        assert dict(inside) == {leg.id: leg.bridge for leg in self.switch.legs.values() if leg.bridge is not None}
        for bridge in self.switch.bridges.values():
            legs = [self.switch.legs[leg] for leg in bridge.legs]
            if any(leg.answered for leg in legs):
                assert all(leg.answered for leg in legs if leg.arrival is not None), "a caller waits in a conversation"

    def _signals_are_a_life(self) -> None:
        ends = Counter(signal.leg for signal in self.listener.signals if isinstance(signal, Cleared))
        assert all(number == 1 for number in ends.values())
        assert not (set(ends) & set(self.switch.legs))
        gone: set[str] = set()
        inside: dict[str, str] = {}
        once: Counter[tuple[type, str]] = Counter()
        for signal in self.listener.signals:
            leg = getattr(signal, "leg", None)
            assert leg not in gone, f"{signal} after the end"
            match signal:
                case Entered() | Rang() | Answered():
                    once[type(signal), signal.leg] += 1
                case InBridge():
                    assert signal.leg not in inside
                    inside[signal.leg] = signal.bridge
                case OutOfBridge():
                    assert inside.pop(signal.leg) == signal.bridge
                case Cleared():
                    assert signal.leg not in inside, "it ended inside a bridge"
                    gone.add(signal.leg)
                case PlayDone():
                    assert signal.leg not in inside
        assert all(number == 1 for number in once.values())


TestPbxLaws = PbxLaws.TestCase
TestPbxLaws.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
