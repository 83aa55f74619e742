"""The caller hangs up in the very moment the agent answers, again and again: nobody is left alone, nobody is billed.

Whether the moment is hit cannot be ordered, only aimed at: the aim follows what happened in the volley before. A hit
is a call that the phone saw answered and the caller abandoned; the test reports how many there were.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.acd.causes import VisitOutcome
from cordpair.acd.model import SlotState
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table, all_ready, work

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

QUEUE = """
[queues.main]
wrap_up = "1h"
[services.main]
queue = "main"
dialled = ["5000"]
"""
PHONES, VOLLEYS = 20, 10
RING = 0.06
ENOUGH = 50


@pytest.mark.timeout(240)
async def test_caller_gone_as_the_agent_answers(
    tmp_path: Path, lab_of: Lab, record_property: Callable[[str, object], None]
) -> None:
    async with lab_of(agents=PHONES) as lab:
        centre = QUEUE + agent_table({agent.number: {} for agent in lab.agents}, ["main"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            phones = await lab.sipp.phones(lab.agents, ring=RING)
            await work(lab, engine, "011", "033")
            await engine.until(all_ready(PHONES), 10)
            chance, aim, total = random.Random(3), RING, 0
            for volley in range(VOLLEYS):
                plans = [
                    Plan(
                        "5000", f"03{volley:03d}{n:04d}", hang_up_after=max(0.005, aim + chance.uniform(-0.006, 0.006))
                    )
                    for n in range(PHONES)
                ]
                await (await lab.sipp.callers(plans, rate=50)).wait(20)
                total += len(plans)
                await engine.until(lambda state: not state.contacts and not state.legs, 15)
                in_wrap_up = [
                    row.agent for row in engine.state().agents.values() if row.slots[0].state is SlotState.WRAP_UP
                ]
                connected = {event.agent for event in engine.events(ev.ContactConnected)}
                assert set(in_wrap_up) <= connected
                aim += 0.002 * (1 if len(in_wrap_up) < PHONES / 2 else -1)
                await work(lab, engine, "055")
                await engine.until(free, 10)
            answered = phones.report().answered
            connected_calls = len(engine.events(ev.ContactConnected))
            hits = answered - connected_calls
            record_property("race hits", hits)
            print(f"\n{hits} of {total} calls hit the race: the phone was answered, the caller had gone")
            ended = [event.outcome for event in engine.events(ev.VisitEnded)]
            assert len(ended) == total == len(engine.events(ev.VisitBegan))
            assert ended.count(VisitOutcome.CONNECTED) == connected_calls
            assert ended.count(VisitOutcome.ABANDONED) == total - connected_calls
            assert len(engine.events(ev.ConnectionEnded)) == connected_calls
            assert engine.breaches() == []
            assert await lab.until_empty() == (0, 0)
            assert hits >= ENOUGH


def free(state: State) -> bool:
    agents = state.agents.values()
    return all(row.slots[0].state is SlotState.FREE for row in agents)
