"""A driver that reaches the level *basic*. Its PBX is the one inside Cordpair's loopback driver."""

import asyncio
from typing import Any

from cordpair.acd import inputs
from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegArrived, LegSeen, Snapshot, Stamp
from cordpair.clock import AsyncioClock
from cordpair.ids import BridgeId, LegId, NodeId
from cordpair.pbx import Capability, Emit, LegGone, LinkEnd, LinkLost, OriginateRequest, Refused, Unsupported
from cordpair_loopback.pbx import LoopbackPbx, SwitchError, signals

STATUSES = {Cause.NORMAL: 200, Cause.BUSY: 486, Cause.REJECTED: 603, Cause.NO_ANSWER: 480, Cause.UNREACHABLE: 404}
STATUSES |= {Cause.CONGESTION: 503, Cause.ANSWERED_ELSEWHERE: 200}
CAUSES = {status: cause for cause, status in reversed(STATUSES.items())} | {408: Cause.NO_ANSWER, 487: Cause.NORMAL}


class AcmeDriver:
    def __init__(self, node: NodeId, pbx: LoopbackPbx, cell: str) -> None:
        self.node, self._pbx, self._cell = node, pbx, cell
        self._end: asyncio.Future[LinkEnd] | None = None

    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        return frozenset()  # calling, answering, joining and hanging up need no declaration

    # ------------------------------------------------------------ link

    async def open(self, emit: Emit) -> None:
        if not self._pbx.up:
            raise LinkLost(f"{self.node}: the PBX does not accept connections")
        self._emit, self._end = emit, asyncio.get_running_loop().create_future()
        self._pbx.attach(self._cell, self)

    async def snapshot(self) -> Snapshot:
        switch = self._act(lambda: self._pbx.switch)
        legs = tuple(self._seen(leg) for leg in switch.legs.values() if leg.app == self._cell)
        ours = [bridge for bridge in switch.bridges.values() if bridge.app == self._cell]
        bridges = (inputs.BridgeSeen(bridge.id, tuple(bridge.legs), bridge.stamp) for bridge in ours)
        return Snapshot(self._pbx.epoch, legs, tuple(bridges))

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        """Without the capability seat_status there is nothing to tell of seats."""

    async def ended(self) -> LinkEnd:
        return await asyncio.shield(self._end) if self._end is not None else LinkEnd("not open")

    async def close(self) -> None:
        self._pbx.detach(self._cell, self)
        self.closed("closed by us", fenced=False)

    def closed(self, reason: str, *, fenced: bool) -> None:
        """The PBX ended the connection, or gave our application to another engine (``fenced``)."""
        if self._end is not None and not self._end.done():
            self._end.set_result(LinkEnd(reason, fenced))

    # ------------------------------------------------------------ what the PBX reports → inputs

    def signal(self, signal: signals.Signal) -> None:
        asyncio.get_running_loop().call_soon(self._deliver, signal)  # never from inside a command

    def _deliver(self, signal: signals.Signal) -> None:
        if (seen := self._translate(signal)) is not None and self._end is not None and not self._end.done():
            self._emit(seen)

    def _translate(self, signal: signals.Signal) -> inputs.DriverInput | None:
        match signal:
            case signals.Entered(leg, arrival):
                return self._arrived(leg, arrival)
            case signals.Rang(leg):
                return inputs.LegRinging(LegId(leg))
            case signals.Answered(leg):
                return inputs.LegAnswered(LegId(leg))
            case signals.InBridge(leg, bridge):
                return inputs.Joined(LegId(leg), BridgeId(bridge))
            case signals.OutOfBridge(leg, bridge):
                return inputs.Left(LegId(leg), BridgeId(bridge))
            case signals.Cleared(leg, status, elsewhere):
                cause = Cause.ANSWERED_ELSEWHERE if elsewhere else CAUSES.get(status, Cause.UNKNOWN)
                return inputs.LegEnded(LegId(leg), cause)
        return None

    def _arrived(self, leg: str, call: signals.Arrival) -> LegArrived:
        caller = inputs.Caller(call.number, call.name)  # personal data: here, and nowhere else
        where = call.to, call.context, call.endpoint
        return LegArrived(LegId(leg), self.node, call.dialled, call.arrived_at, *where, caller=caller)

    def _seen(self, leg: Any) -> LegSeen:
        arrival = self._arrived(leg.id, leg.arrival) if leg.arrival is not None and leg.stamp is None else None
        return LegSeen(LegId(leg.id), leg.answered, leg.ringing, leg.bridge, leg.stamp, arrival)

    # ------------------------------------------------------------ commands → the PBX

    def _act(self, command: Any, *legs: LegId) -> Any:
        if self._end is None or self._end.done():
            raise LinkLost(f"{self.node}: no link")
        try:
            if any(self._pbx.switch.leg(leg).app != self._cell for leg in legs):
                raise LegGone("a leg is not under our control")
            return command()
        except SwitchError as refused:
            raise (LegGone if refused.status == 404 else Refused)(str(refused)) from refused

    async def answer(self, leg: LegId) -> None:
        self._act(lambda: self._pbx.switch.answer(leg), leg)

    async def ring(self, leg: LegId) -> None:
        self._act(lambda: self._pbx.switch.ring(leg), leg)

    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        elsewhere = cause is Cause.ANSWERED_ELSEWHERE
        self._act(lambda: self._pbx.switch.hang_up(leg, STATUSES.get(cause, 500), elsewhere=elsewhere), leg)

    async def originate(self, request: OriginateRequest) -> None:
        self._act(lambda: self._pbx.originate(self._cell, request))

    async def stamp(self, leg: LegId, stamp: Stamp) -> None:
        self._act(lambda: self._pbx.switch.stamp(leg, stamp), leg)

    async def set_variables(self, leg: LegId, variables: dict[str, str]) -> None:
        self._act(lambda: self._pbx.switch.set_variables(leg, variables), leg)

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        self._act(lambda: self._pbx.switch.join(bridge, legs, stamp, self._cell), *legs)

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        self._act(lambda: self._pbx.switch.leave(bridge, legs), *legs)

    async def release(self, bridge: BridgeId) -> None:
        if bridge not in {seen.bridge for seen in (await self.snapshot()).bridges}:
            raise LegGone(f"no bridge {bridge} of ours")
        self._act(lambda: self._pbx.switch.release(bridge))

    def __getattr__(self, name: str) -> Any:
        """Every other operation of the port. Write it, declare its capability, and its scenarios pass as well."""
        if name.startswith("_"):
            raise AttributeError(name)

        async def unsupported(*_: object) -> None:
            raise Unsupported(f"{name}: not on this PBX")

        return unsupported


def factory(node: NodeId, url: str, cell: str, endpoints: tuple[str, ...]) -> AcmeDriver:
    """The entry point. It opens nothing; for a URL that cannot be used it raises ConfigurationError."""
    return AcmeDriver(node, LoopbackPbx(AsyncioClock(), phones=endpoints, app=cell), cell)
