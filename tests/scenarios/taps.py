"""What a test sees of the engine from outside, and where it strikes: every driver input and every command is a step."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from cordpair.acd import Acd, Decision, Input, State, breaches
from cordpair.clock import Clock, Handle
from cordpair.ids import NodeId
from cordpair.pbx import Emit, LinkLost, OriginateRequest
from cordpair_loopback import Fault, LoopbackDriver, LoopbackPbx
from cordpair_loopback.pbx.faults import Faults


class Moment(StrEnum):
    BEFORE = "before"  # the input never reaches the engine, the command never the PBX
    AFTER = "after"  # the input was heard; the command was done, and what it led to is not heard


class Step(NamedTuple):
    node: NodeId
    name: str  # of the input's class, or of the driver's method
    command: bool


class Taps:
    """Counts steps; ``strike_at`` a number and a moment lets ``strike`` happen there, once."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.strike_at: int | None = None
        self.strike_on = ""  # or at the next step of this name
        self.moment = Moment.BEFORE
        self.strike: Callable[[NodeId], None] | None = None
        self.struck: Step | None = None
        self.loses_link = True  # a command struck before it was done fails as on a lost link
        self.faults: dict[int, Fault | Exception] = {}  # by number of the command
        self.commands = 0
        self.originated: Counter[str] = Counter()

    def step(self, node: NodeId, name: str, command: bool) -> bool:
        """Whether this is the step to strike at."""
        number = len(self.steps)
        self.steps.append(Step(node, name, command))
        if self.strike is None or (number != self.strike_at and name != self.strike_on):
            return False
        self.strike_on = ""
        self.struck = self.steps[-1]
        return True


class TappedFaults(Faults):
    """The PBX asks for a fault before each command: there we stand."""

    def __init__(self, taps: Taps, node: NodeId, soon: Callable[[Callable[[], None]], object]) -> None:
        super().__init__()
        self._taps, self._node, self._soon = taps, node, soon

    def take(self, command: str) -> Fault | None:
        taps, strike = self._taps, self._taps.strike
        taps.commands += 1
        if taps.step(self._node, command, command=True) and strike is not None:
            if taps.moment is Moment.BEFORE:
                strike(self._node)
                if taps.loses_link:
                    raise LinkLost("struck by the test")
            else:
                self._soon(lambda: strike(self._node))
        planted = taps.faults.pop(taps.commands - 1, None)
        if planted is not None:
            taps.struck = taps.steps[-1]
        if isinstance(planted, Exception):
            raise planted
        return planted or super().take(command)


class TappedDriver(LoopbackDriver):
    def __init__(self, node: NodeId, pbx: LoopbackPbx, cell: str, endpoints: tuple[str, ...], taps: Taps) -> None:
        super().__init__(node, pbx, cell, endpoints)
        self._taps = taps

    async def open(self, emit: Emit) -> None:
        def hear(given: Input) -> None:
            taps = self._taps
            struck = taps.step(self.node, type(given).__name__, command=False)
            if struck and taps.moment is Moment.BEFORE:
                assert taps.strike is not None
                taps.strike(self.node)
                if taps.loses_link:
                    return
            emit(given)  # type: ignore[arg-type]
            if struck and taps.moment is Moment.AFTER:
                assert taps.strike is not None
                taps.strike(self.node)

        await super().open(hear)

    async def originate(self, request: OriginateRequest) -> None:
        self._taps.originated[request.leg] += 1
        await super().originate(request)


class WatchedAcd(Acd):
    """Checks the laws after every ``every``-th input. A breach is noted: the engine must not be able to swallow it."""

    noted: list[str]
    every = 1
    received = 0

    def receive(self, given: Input, now_ms: int) -> Decision:
        decision = super().receive(given, now_ms)
        self.received += 1
        if self.received % self.every == 0:
            self.noted.extend(f"after {type(given).__name__}: {breach}" for breach in breaches(self, now_ms))
        if decision.commands and not decision.events:
            self.noted.append(f"after {type(given).__name__}: commands without an event")
        return decision


def watched(noted: list[str], every: int) -> Callable[[State | None], WatchedAcd]:
    def make(state: State | None = None) -> WatchedAcd:
        acd = WatchedAcd(state)
        acd.noted, acd.every = noted, every
        return acd

    return make


class MortalClock:
    """The clock of one engine: when that engine is killed, none of its timers fires."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.dead = False

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def call_later(self, delay_ms: int, callback: Callable[[], None]) -> Handle:
        return self._clock.call_later(delay_ms, lambda: None if self.dead else callback())


__all__ = ["Moment", "MortalClock", "Step", "TappedDriver", "TappedFaults", "Taps", "WatchedAcd", "watched"]
