"""Drivers that break their promises, each with a rig by which the suite finds it."""

import asyncio
from typing import Any

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegEnded
from cordpair.ids import LegId, NodeId
from cordpair.pbx import FULL, Capability, Driver, Emit, Hears, OriginateRequest, SpeaksTo
from cordpair_loopback import LoopbackDriver
from cordpair_loopback.rig import LoopbackRig


class Whispers(LoopbackDriver):
    """What is whispered to the agent reaches the customer."""

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        loud = SpeaksTo.BOTH if speaks_to is SpeaksTo.TARGET else speaks_to
        await super().spy(supervisor, target, hears, loud)


class DeclaresLess(LoopbackDriver):
    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        return FULL - {Capability.RECORD, Capability.MASK}


class EndsTwice(LoopbackDriver):
    async def open(self, emit: Emit) -> None:
        def twice(seen: Any) -> None:
            emit(seen)
            if isinstance(seen, LegEnded):
                emit(seen)

        await super().open(twice)


class Crashes(LoopbackDriver):
    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        raise ZeroDivisionError("a defect")


class Hangs(LoopbackDriver):
    async def originate(self, request: OriginateRequest) -> None:
        await asyncio.Event().wait()


class BrokenRig(LoopbackRig[Any]):
    kind: type[LoopbackDriver]

    def driver(self, cell: str | None = None) -> Driver:
        return self.kind(NodeId("broken"), self.pbx, cell or self.cell, (*self.seats, self.unknown_seat))


def rig(url: str, clock: Any, time: Any) -> BrokenRig:
    made = BrokenRig(clock, time)
    made.kind = globals()[url.partition(":")[2]]
    return made
