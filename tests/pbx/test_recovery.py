"""The engine killed, away, and Asterisk itself restarted: nobody's place is lost, no call is disturbed."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.acd.model import SlotState
from lab.process import PbxLab
from pbx.centre import EngineProcess, agent_table, all_ready, is_open, work

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

QUEUE = """
[queues.main]
wrap_up = "100ms"
[services.main]
queue = "main"
dialled = ["5000"]
[misses]
limit = 100
miss_delay = "500ms"
unreachable_delay = "500ms"
"""


def centre(lab: PbxLab) -> str:
    return QUEUE + agent_table({agent.number: {} for agent in lab.agents}, ["main"])


@pytest.mark.timeout(120)
async def test_killed_with_fifty_waiting_and_ten_talking(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=10) as lab, EngineProcess(lab, tmp_path, centre(lab)) as engine:
        phones = await lab.sipp.phones(lab.agents, ring=0.1, talk=(8, 9))
        await work(lab, engine, "011", "033")
        callers = await lab.sipp.callers("5000", count=60, rate=60)
        before = await engine.until(lambda state: len(state.visits) == 50 and talking(state) == 10, 15)
        line = [(visit.contact, visit.enqueued_at) for visit in sorted(before.visits.values(), key=lambda v: v.key)]
        connected = {row.contact for row in before.contacts.values() if row.connection is not None}

        await engine.kill()
        assert len(await lab.channels()) == 70
        await engine.start()
        linked = lambda: engine.events(ev.NodeLinked)  # noqa: E731
        after = await engine.until(lambda state: len(linked()) == 2, 10)  # how soon: make bench WHAT=recovery
        assert [(v.contact, v.enqueued_at) for v in sorted(after.visits.values(), key=lambda v: v.key)] == line
        assert {row.contact for row in after.contacts.values() if row.connection is not None} == connected
        assert callers.report().endings == {"open": 60}
        assert len(phones.report().calls) == 10, "nobody was rung again"

        await engine.until(lambda state: len(engine.events(ev.ContactConnected)) >= 25, 20)
        offered = [event.contact for event in engine.events(ev.OfferMade)][10:]
        assert offered == [contact for contact, _ in line][: len(offered)]
        assert callers.report().count("far-bye") >= 10 and engine.breaches() == []
        await lab.hang_up_all()
        await engine.until(lambda state: not state.contacts and not state.legs, 10)
        assert await lab.until_empty() == (0, 0)


def talking(state: State) -> int:
    return sum(row.connection is not None for row in state.contacts.values())


@pytest.mark.timeout(120)
async def test_fifty_callers_while_the_engine_is_away(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=5) as lab, EngineProcess(lab, tmp_path, centre(lab)) as engine:
        await lab.sipp.phones(lab.agents, ring=0.05, talk=(0.2, 0.3))
        await work(lab, engine, "011", "033")
        await engine.until(all_ready(5), 10)
        await engine.kill()
        died = time.monotonic()
        callers = await lab.sipp.callers("5000", count=50, rate=15)
        await callers.until("ringing", 50, 10)
        left = died + 5 - time.monotonic()
        await asyncio.sleep(max(0.0, left))  # sleep: the outage has a length, not an end to await
        await engine.start()
        report = await callers.wait(40)
        assert report.endings == {"far-bye": 50}
        await engine.until(lambda state: not state.contacts, 10)

        arrived = [event.arrived_at for event in engine.events(ev.ContactArrived)]
        called = sorted(call.started * 1000 for call in report.calls)
        assert len(arrived) == 50
        assert all(abs(ours - theirs) < 60 for ours, theirs in zip(sorted(arrived), called, strict=True))
        waited_since = {event.contact: event.arrived_at for event in engine.events(ev.ContactArrived)}
        offered = [waited_since[event.contact] for event in engine.events(ev.OfferMade)]
        assert offered == sorted(offered)
        assert await lab.until_empty() == (0, 0)


@pytest.mark.timeout(120)
async def test_asterisk_restarted_under_load(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=8) as lab, EngineProcess(lab, tmp_path, centre(lab)) as engine:
        await lab.sipp.phones(lab.agents, ring=0.05, talk=(0.5, 1.0))
        await work(lab, engine, "011", "033")
        await engine.until(all_ready(8), 10)
        await lab.sipp.callers("5000", count=100, rate=25)
        await engine.until(lambda state: len(engine.events(ev.ContactConnected)) >= 20, 15)
        await lab.restart(hard=True)
        links = lambda: len(engine.events(ev.NodeOpened))  # noqa: E731
        await engine.until(lambda state: links() >= 2 and is_open(state), 20)

        second = await lab.sipp.callers("5000", count=20, rate=10)
        report = await second.wait(40)
        assert report.endings == {"far-bye": 20}
        state = await engine.until(lambda state: not state.contacts and not state.legs, 20)
        slots = [slot.state for row in state.agents.values() for slot in row.slots]
        assert set(slots) <= {SlotState.FREE, SlotState.WRAP_UP} and all_ready(8)(state)
        outcomes = engine.outcomes()
        assert sum(outcomes.values()) == len(engine.events(ev.VisitBegan))
        assert outcomes["connected"] >= 40
        assert engine.breaches() == []
        assert await lab.until_empty() == (0, 0)
