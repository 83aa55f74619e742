"""The main job on a real Asterisk: 200 callers of four services, 20 agents of mixed skills, phones only."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table, all_ready, work

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

LEVELS: tuple[dict[str, int], ...] = (
    {"german": 9, "billing": 7},
    {"german": 5, "english": 4},
    {"english": 9},
    {"billing": 9, "english": 6},
    {},
)
QUEUES = """
[prompts]
sign_in = "sound:cordpair/signed-in"
ready = "sound:cordpair/ready"
[skills]
german = ""
english = ""
billing = ""
[queues.billing]
steps = [{ levels = { german = 7, billing = 5 } }, { after = "2s", levels = { german = 4 } }]
wrap_up = "100ms"
[queues.english]
strategy = "best_skill"
steps = [{ levels = { english = 5 } }]
[queues.vip]
head_start = "1m"
strategy = "fewest_calls"
[queues.general]
strategy = "round_robin"
wrap_up = "200ms"
[services.billing]
queue = "billing"
dialled = ["5001"]
[services.english]
queue = "english"
dialled = ["5002"]
[services.vip]
queue = "vip"
dialled = ["5003"]
[services.general]
queue = "general"
dialled = ["5004"]
"""
CALLERS, IMPATIENT_EVERY = 200, 8


@pytest.mark.timeout(180)
async def test_two_hundred_callers_and_twenty_agents(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=20) as lab:
        skills = {agent.number: LEVELS[n % len(LEVELS)] for n, agent in enumerate(lab.agents)}
        centre = QUEUES + agent_table(skills, ["billing", "english", "vip", "general"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            # Ringing lasts longer than the impatient wait: those always abandon, whatever they were waiting for.
            phones = await lab.sipp.phones(lab.agents, ring=(0.3, 0.5), talk=(0.4, 1.0))
            codes = await work(lab, engine, "011", "033")
            assert [call.ending for call in codes] == ["far-bye"] * 40
            await engine.until(all_ready(20), 10)
            assert engine.events(ev.OfferMade) == []

            chance = random.Random(7)
            plans = [
                Plan(chance.choice(["5001", "5002", "5003", "5004"]), f"0301{n:05d}", hang_up_after=patience(n))
                for n in range(CALLERS)
            ]
            callers = await lab.sipp.callers(plans, rate=20)
            report = await callers.wait(90)
            await engine.until(lambda state: not state.contacts and not state.legs, 10)

            abandoned = CALLERS // IMPATIENT_EVERY
            assert report.endings == {"far-bye": CALLERS - abandoned, "near-bye": abandoned}, report.errors
            assert engine.outcomes() == {"connected": CALLERS - abandoned, "abandoned": abandoned}
            assert phones.report().answered == CALLERS - abandoned
            offers = {event.outcome for event in engine.events(ev.OfferEnded)}
            assert offers <= {OfferOutcome.CONNECTED, OfferOutcome.CONTACT_GONE}
            assert engine.unmet() == []
            assert engine.breaches() == []
            assert await lab.until_empty() == (0, 0)
            explains_every_call(engine, lab)


def patience(number: int) -> float | None:
    return 0.15 if number % IMPATIENT_EVERY == 0 else None


def explains_every_call(engine: EngineProcess, lab: PbxLab) -> None:
    """``cordpair why`` names everybody who was considered, and why each other was passed over."""
    connected = engine.events(ev.ContactConnected)
    for event in connected[:: len(connected) // 3]:
        command = [sys.executable, "-m", "cordpair", "why", event.contact, "--journal", str(engine.journal)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        assert all(f"a{agent.number}" in said for agent in lab.agents), said
