"""The loopback with browsers at both ends reaches the basic level; every frame of theirs passes the door's policy."""

import pytest

from conformance.web_rig import WebRig
from cordpair.testing.conformance import LEVELS, SCENARIOS, Level, Scenario, run

CHOSEN = [scenario for scenario in SCENARIOS if scenario.name in LEVELS[Level.BASIC]]


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
async def test_conforms(scenario: Scenario) -> None:
    rig = WebRig()
    await rig.time.elapse(10)
    await run(scenario, rig)
    await rig.time.elapse(100)
    assert [refused for person in rig.people.values() for refused in person.refused] == []
