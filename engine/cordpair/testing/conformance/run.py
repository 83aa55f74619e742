"""One run of a scenario: opens the driver, names what it makes, waits for inputs, clears up, checks the laws."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    DriverInput,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegSeen,
    SeatChanged,
    Snapshot,
    Stamp,
)
from cordpair.ids import BridgeId, ContactId, LegId, PlayId, RecordingId
from cordpair.pbx import Driver, LegGone, OriginateRequest, PbxError, Refused
from cordpair.testing.conformance.rig import Rig
from cordpair.testing.conformance.trace import Trace

PATIENCE_MS = 8_000

_runs = count(1)
I = TypeVar("I")  # noqa: E741  an input


class Nonconformity(AssertionError):
    """The driver does not do what the port says."""


def require(truth: object, message: str) -> None:
    if not truth:
        raise Nonconformity(message)


class Run:
    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.time = rig.time
        self.trace = Trace()
        self.inputs: list[DriverInput] = []
        self.driver: Driver = rig.driver()
        self._older: list[Driver] = []
        self._refused: set[LegId] = set()
        self._number = next(_runs)
        self._callers = count(1)
        self._numbers: dict[str, str] = {}  # caller's number → role
        self._legs: dict[LegId, str] = {}  # ours and arrived
        self._bridges: list[BridgeId] = []
        self._ended: set[LegId] = set()
        self._recording = True
        self._broken: list[str] = []
        self.reachable: set[str] = set()  # seats that were seen to become so

    # ------------------------------------------------------------ names

    def id(self, role: str) -> str:
        """An id of ours; the same role gives the same id."""
        identifier = f"{self.rig.token}-{self._number}-{role}"
        self.trace.name(identifier, role)
        return identifier

    def bridge(self, role: str = "talk") -> BridgeId:
        bridge = BridgeId(self.id(role))
        if bridge not in self._bridges:
            self._bridges.append(bridge)
        return bridge

    def play(self, role: str) -> PlayId:
        return PlayId(self.id(role))

    def recording(self, role: str) -> RecordingId:
        return RecordingId(self.id(role))

    def stamp(self, role: str = "", bridge: str = "") -> Stamp:
        return Stamp(cell=self.rig.cell, contact=ContactId(f"c{self._number}"), role=role, bridge=bridge)

    # ------------------------------------------------------------ the link

    async def open(self) -> Snapshot:
        """Open and look, as an engine does on every link-up."""
        await self.driver.open(self.emit)
        return await self.driver.snapshot()

    def greet(self, snapshot: Snapshot) -> None:
        """Callers of a gap may be in the snapshot instead of arriving after it: they arrive now."""
        known = {seen.leg for seen in self.inputs if isinstance(seen, LegArrived)}
        arrivals = [seen.arrival for seen in snapshot.legs if seen.arrival is not None and seen.stamp is None]
        for arrival in sorted(arrivals, key=lambda each: (each.arrived_at, each.leg)):
            if arrival.leg not in known:
                self.emit(arrival)

    def hand_over(self, driver: Driver) -> None:
        """From now on ``driver``, opened with ``emit``, is the one."""
        self._older.append(self.driver)
        self.driver = driver

    def emit(self, seen: DriverInput) -> None:
        if isinstance(seen, LegArrived):
            number = seen.caller.number if seen.caller is not None else ""
            role = self._numbers.get(number)
            if role is not None:
                self.trace.name(seen.leg, role)
                self._legs[seen.leg] = role
        leg = getattr(seen, "leg", None)
        if leg in self._ended:
            self._broken.append(f"after its end: {type(seen).__name__} of {self._legs.get(leg, leg)}")
        if isinstance(seen, LegEnded):
            self._ended.add(seen.leg)
        if isinstance(seen, SeatChanged) and seen.status is SeatStatus.REACHABLE:
            self.reachable.add(seen.endpoint)
        self.inputs.append(seen)
        if self._recording:
            self.trace.record(seen)
        self.time.changed()

    # ------------------------------------------------------------ people and legs

    async def call(self, role: str = "caller") -> str:
        """Somebody dials in; the rig's key for them."""
        number = f"49{self._number:04}{next(self._callers):03}"
        self._numbers[number] = role
        return await self.rig.call(self.rig.dialled, number)

    async def arrive(self, role: str = "caller") -> tuple[LegId, str]:
        """Somebody dials in and arrives: the leg, and the rig's key for the caller."""
        caller = await self.call(role)
        return (await self.arrived(role)).leg, caller

    async def arrived(self, role: str = "caller") -> LegArrived:
        return await self.saw(LegArrived, lambda seen: self._legs.get(seen.leg) == role)

    async def answered_caller(self, role: str = "caller") -> tuple[LegId, str]:
        leg, caller = await self.arrive(role)
        await self.driver.answer(leg)
        await self.saw(LegAnswered, lambda seen: seen.leg == leg)
        return leg, caller

    async def dial(self, role: str = "agent", seat: int | str = 0, timeout_ms: int = 20_000) -> LegId:
        """Ring a seat, given by its endpoint or its place in the rig's list.

        Where the PBX itself says that the seat cannot be rung a driver may raise Refused: the engine takes that as a
        leg that ended unreachable, and so does the trace.
        """
        endpoint = self.rig.seats[seat] if isinstance(seat, int) else seat
        leg = LegId(self.id(role))
        self._legs[leg] = role
        request = OriginateRequest(
            leg=leg,
            endpoint=endpoint,
            timeout_ms=timeout_ms,
            stamp=self.stamp(role),
            caller_number="4930123",
            caller_name="Ann Example",
            headers={"X-Context-Id": f"ctx-{self._number}"},
        )
        try:
            await self.driver.originate(request)
        except Refused:
            self._refused.add(leg)
            self._ended.add(leg)
            self.trace.note(role, f"ended {Cause.UNREACHABLE}")
        return leg

    async def answered_agent(self, role: str = "agent", seat: int = 0) -> LegId:
        leg = await self.dial(role, seat)
        await self.saw(LegAnswered, lambda seen: seen.leg == leg)
        return leg

    # ------------------------------------------------------------ waiting and looking

    async def saw(self, kind: type[I], match: Callable[[I], bool] = lambda _: True, times: int = 1) -> I:
        """Wait until so many inputs of this kind were seen; the last of them."""

        def found() -> list[I]:
            return [seen for seen in self.inputs if isinstance(seen, kind) and match(seen)]

        if not await self.time.until(lambda: len(found()) >= times, PATIENCE_MS):
            raise Nonconformity(f"{kind.__name__} was not seen {times} time(s); seen: {self.trace.lanes()}")
        return found()[times - 1]

    async def saw_end(self, leg: LegId, cause: Cause | None = None) -> Cause:
        """Wait for the leg's end."""
        if leg in self._refused:
            return Cause.UNREACHABLE
        ended = await self.saw(LegEnded, lambda seen: seen.leg == leg)
        require(cause is None or ended.cause is cause, f"ended with {ended.cause}, not {cause}")
        return ended.cause

    async def holds(self, condition: Callable[[], bool], message: str) -> None:
        """Wait until it is true."""
        require(await self.time.until(condition, PATIENCE_MS), message)

    async def hears(self, person: str, *whom: str) -> None:
        """Wait until the person hears these, and nobody else."""
        heard = self.rig.heard_by
        if not await self.time.until(lambda: heard(person) == frozenset(whom), PATIENCE_MS):
            raise Nonconformity(f"{person} hears {sorted(heard(person))}, not {sorted(whom)}")

    async def never_hears(self, person: str, whom: str, during_ms: int = 400) -> None:
        heard = self.rig.heard_by
        require(not await self.time.until(lambda: whom in heard(person), during_ms), f"{person} heard {whom}")

    async def seen_leg(self, leg: LegId) -> LegSeen | None:
        return find(await self.driver.snapshot(), leg)

    def forget(self, *roles: str) -> None:
        """These ended unseen: nothing is to be cleared up."""
        self._ended.update(leg for leg, role in self._legs.items() if role in roles)

    # ------------------------------------------------------------ commands that may come too late

    async def attempt(self, command: Awaitable[None]) -> bool:
        """True when accepted, False when the leg or bridge is gone; anything else is wrong."""
        try:
            await command
        except LegGone:
            return False
        except PbxError as wrong:
            raise Nonconformity(f"neither done nor LegGone: {type(wrong).__name__}: {wrong}") from wrong
        return True

    # ------------------------------------------------------------ the end

    async def finish(self) -> None:
        """Clear up and check what holds after every scenario."""
        self._recording = False
        for leg in [leg for leg in self._legs if leg not in self._ended]:
            if await self.attempt(self.driver.hang_up(leg, Cause.NORMAL)):
                await self.saw_end(leg)
        for bridge in self._bridges:
            await self.attempt(self.driver.release(bridge))
        await self.time.elapse(50)
        snapshot = await self.driver.snapshot()
        require(not snapshot.legs, f"legs are left: {snapshot.legs}")
        require(not snapshot.bridges, f"bridges are left: {snapshot.bridges}")
        require(not snapshot.recordings, f"recordings are left: {snapshot.recordings}")
        ends = [seen.leg for seen in self.inputs if isinstance(seen, LegEnded)]
        require(len(ends) == len(set(ends)), "a leg ended twice")
        require(not self._broken, "; ".join(self._broken))
        unknown = [role for role in self.trace.lanes() if role.startswith("unknown")]
        require(not unknown, f"inputs about what is none of ours: {unknown}")

    async def close(self) -> None:
        for driver in (*self._older, self.driver):
            await driver.close()


def find(snapshot: Snapshot, leg: LegId) -> LegSeen | None:
    return next((seen for seen in snapshot.legs if seen.leg == leg), None)


__all__ = ["PATIENCE_MS", "Nonconformity", "Run", "find", "require"]
