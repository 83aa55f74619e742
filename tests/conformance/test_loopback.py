"""The loopback driver conforms, and is a full driver."""

import pytest

from conformance.loopback_rig import LoopbackRig
from cordpair.testing.conformance import GOLDEN, SCENARIOS, Rig, Scenario, missing, run


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_conforms(scenario: Scenario) -> None:
    await run(scenario, LoopbackRig())


def test_it_is_a_full_driver() -> None:
    rig: Rig = LoopbackRig()
    assert not missing(rig.driver().capabilities())


def test_every_scenario_has_a_golden_trace_and_no_trace_is_left_over() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names))
    assert set(names) == set(GOLDEN)
