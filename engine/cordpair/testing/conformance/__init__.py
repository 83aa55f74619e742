"""The conformance suite for drivers.

A driver's author writes a ``Rig`` and runs every scenario that the driver's capabilities allow:

    @pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
    async def test_conforms(scenario, rig):
        await run(scenario, rig)

    def test_full():
        assert not missing(driver.capabilities())

Each run is compared with the scenario's golden trace, the same for every driver.
"""

from cordpair.testing.conformance.examination import Result, Rigs, Verdict, examine, rigs_on
from cordpair.testing.conformance.golden import GOLDEN
from cordpair.testing.conformance.levels import BASIC, LEVELS, Level, level_of, reached
from cordpair.testing.conformance.own_rigs import has_own_rig, own_rig
from cordpair.testing.conformance.rig import (
    ANSWERS,
    BUSY,
    DEAD,
    NEVER_ANSWERS,
    REJECTS,
    UNAVAILABLE,
    Does,
    NotPossible,
    Rig,
    Time,
)
from cordpair.testing.conformance.run import Nonconformity, Run
from cordpair.testing.conformance.sip_pbx import Seat, SipPbx, from_environment
from cordpair.testing.conformance.sip_rig import RigFailed, SipRig
from cordpair.testing.conformance.suite import SCENARIOS, Scenario, missing, run
from cordpair.testing.conformance.trace import Golden, Trace
from cordpair.testing.conformance.waiting import ManualTime, RealTime

__all__ = [
    "ANSWERS",
    "BASIC",
    "BUSY",
    "DEAD",
    "GOLDEN",
    "LEVELS",
    "NEVER_ANSWERS",
    "REJECTS",
    "SCENARIOS",
    "UNAVAILABLE",
    "Does",
    "Golden",
    "Level",
    "ManualTime",
    "Nonconformity",
    "NotPossible",
    "RealTime",
    "Result",
    "Rig",
    "RigFailed",
    "Rigs",
    "Run",
    "Scenario",
    "Seat",
    "SipPbx",
    "SipRig",
    "Time",
    "Trace",
    "Verdict",
    "examine",
    "from_environment",
    "has_own_rig",
    "level_of",
    "missing",
    "own_rig",
    "reached",
    "rigs_on",
    "run",
]
