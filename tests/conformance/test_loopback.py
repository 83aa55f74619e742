"""The loopback driver conforms, and is a full driver."""

import pytest

from cordpair.ids import NodeId
from cordpair.pbx import Driver, Emit
from cordpair.testing import ManualClock
from cordpair.testing.conformance import (
    GOLDEN,
    SCENARIOS,
    ManualTime,
    Nonconformity,
    Rig,
    Scenario,
    missing,
    own_rig,
    run,
)
from cordpair_loopback import LoopbackDriver
from cordpair_loopback.rig import LoopbackRig

LOOPBACK = "loopback:"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_conforms(scenario: Scenario) -> None:
    await run(scenario, own_rig(LOOPBACK))


def test_it_is_a_full_driver() -> None:
    rig: Rig = own_rig(LOOPBACK)
    assert not missing(rig.driver().capabilities())


def test_every_scenario_has_a_golden_trace_and_no_trace_is_left_over() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names))
    assert set(names) == set(GOLDEN)


class Parking(LoopbackDriver):
    """As on a PBX that parks callers while nobody is connected: they are there before the link is."""

    twice = False

    async def open(self, emit: Emit) -> None:
        waiting = [leg for leg in self.pbx.switch.legs.values() if leg.arrival is not None and not leg.app]
        for leg in waiting:
            self.pbx.switch.enter(leg, "main")
        await super().open(emit)
        for leg in waiting if self.twice else []:
            leg.app = ""
            self.pbx.switch.enter(leg, "main")


class ParkingTwice(Parking):
    twice = True


class ParkingRig(LoopbackRig[ManualTime]):
    kind = Parking

    def __init__(self) -> None:
        clock = ManualClock()
        super().__init__(clock, ManualTime(clock))

    def driver(self, cell: str | None = None) -> Driver:
        return self.kind(NodeId("loopback"), self.pbx, cell or self.cell, (*self.seats, self.unknown_seat))


GAP = next(scenario for scenario in SCENARIOS if scenario.name == "callers_of_the_gap_keep_their_order")


async def test_callers_of_a_gap_may_be_in_the_snapshot() -> None:
    await run(GAP, ParkingRig())


async def test_but_they_do_not_arrive_once_more() -> None:
    rig = ParkingRig()
    rig.kind = ParkingTwice
    with pytest.raises(Nonconformity, match="saw \\[arrived, arrived\\]"):
        await run(GAP, rig)
