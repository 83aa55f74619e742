"""The agent hangs up in the very moment of being joined, again and again: the caller stays, and the next is rung.

FreeSWITCH says +OK to ``uuid_bridge`` and takes some 50 ms for it; who is left alone meanwhile it would hang up.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from lab.process import PbxLab
from pbx.centre import EngineProcess, agent_table, all_ready, work

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

QUEUE = """
[queues.main]
strategy = "top_down"
[services.main]
queue = "main"
dialled = ["5000"]
[misses]
limit = 1000
miss_delay = "0s"
reject_delay = "0s"
busy_delay = "0s"
unreachable_delay = "0s"
"""
HASTY, CALLERS = 8, 60


@pytest.mark.timeout(120)
async def test_agents_who_hang_up_while_they_are_joined(
    tmp_path: Path, lab_of: Lab, record_property: Callable[[str, object], None]
) -> None:
    async with lab_of(agents=HASTY + 2) as lab:
        centre = QUEUE + agent_table({agent.number: {} for agent in lab.agents}, ["main"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            for n, agent in enumerate(lab.agents[:HASTY]):
                await lab.sipp.phones([agent], ring=0.02, talk=0.01 * n)
            await lab.sipp.phones(lab.agents[HASTY:], ring=0.02, talk=0.2)
            await work(lab, engine, "011", "033")
            await engine.until(all_ready(HASTY + 2), 10)
            report = await (await lab.sipp.callers("5000", count=CALLERS, rate=4)).wait(60)
            await engine.until(lambda state: not state.contacts and not state.legs, 10)

            failed = sum(event.outcome is OfferOutcome.FAILED for event in engine.events(ev.OfferEnded))
            record_property("offers that failed in the moment of joining", failed)
            assert engine.outcomes() == {"connected": CALLERS}, failed
            assert report.endings == {"far-bye": CALLERS}
            assert engine.breaches() == []
            assert await lab.until_empty() == (0, 0)
