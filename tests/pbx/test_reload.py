"""The file is edited under load on a real PBX: what it says is in force at once, and no call is dropped."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.acd.model import AgentStatus
from lab.process import PbxLab
from pbx.centre import EngineProcess, agent_table, gather_bounded

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

# Nobody speaks Finnish: who wants it waits, until the requirement changes.
CENTRE = """
[skills]
finnish = ""
german = ""
[queues.main]
wrap_up = "100ms"
steps = [{{ levels = {{ german = 5 }} }}]
[queues.rare]
head_start = "1h"
steps = [{{ levels = {{ finnish = {finnish} }} }}{second}]
[services.main]
queue = "main"
dialled = ["5000"]
[services.rare]
queue = "rare"
dialled = ["5001"]
[misses]
limit = 100
miss_delay = "500ms"
unreachable_delay = "500ms"
"""


def centre(numbers: list[str], finnish: int = 10, second: str = "") -> str:
    skills = {number: {"german": 9, "finnish": 1} for number in numbers}
    return CENTRE.format(finnish=finnish, second=second) + agent_table(skills, ["main", "rare"])


def edit(engine: EngineProcess, before: str, after: str) -> None:
    """As an editor does: a new file in the place of the old one."""
    text = engine.file.read_text()
    assert text.count(before) == 1
    aside = engine.file.with_suffix(".new")
    aside.write_text(text.replace(before, after))
    aside.rename(engine.file)


def talking(state: State) -> int:
    return sum(row.connection is not None for row in state.contacts.values())


async def until_said(engine: EngineProcess, what: str, deadline: float = 10) -> None:
    ends = time.monotonic() + deadline
    while what not in engine.said():
        assert time.monotonic() < ends, f"{what!r} was not said:\n{engine.said()}"
        await asyncio.sleep(0.05)  # sleep: a log file has no event to await


@pytest.mark.timeout(120)
async def test_the_file_is_edited_with_twenty_waiting_and_four_talking(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=5) as lab:
        *staff, newcomer = lab.agents
        table = centre([agent.number for agent in staff])
        async with EngineProcess(lab, tmp_path, table) as engine:
            phones = await lab.sipp.phones(lab.agents, ring=0.1, talk=(20, 21))
            for code in ("011", "033"):
                await gather_bounded([partial(lab.sipp.dial, agent, code) for agent in staff], 4)
            callers = await lab.sipp.callers("5000", count=23, rate=30)
            await engine.until(lambda state: len(state.visits) == 19 and talking(state) == 4, 15)
            rare = await lab.sipp.callers("5001", count=1)
            before = await engine.until(lambda state: len(state.visits) == 20, 10)
            main = [visit for visit in before.visits.values() if visit.queue == "main"]
            line = [visit.contact for visit in sorted(main, key=lambda each: each.key)]

            # Not valid: nothing changes, and it is said why.
            edit(engine, "german = 5", "germann = 5")
            await until_said(engine, "germann")
            assert "stays in force" in engine.said()
            assert len([e for e in engine.entries if isinstance(e.input, ApplyConfiguration)]) == 1
            # Valid, but it takes away what is in use: the same.
            edit(engine, "germann = 5", "german = 5")
            first = f'[seats.{staff[0].number}]\nendpoint = "{staff[0].number}"'
            edit(engine, first, first.replace("endpoint = ", "endpoint = ").replace(staff[0].number + '"', 'other"'))
            await until_said(engine, "a call is at its phone")
            edit(engine, 'endpoint = "other"', f'endpoint = "{staff[0].number}"')

            # An agent more: signs in by phone, and is rung, on a phone that was not watched before.
            links = len(engine.events(ev.NodeLinked))
            with engine.file.open("a") as file:
                file.write(agent_table({newcomer.number: {"german": 9}}, ["main"]))
            await until_said(engine, f"agents.a{newcomer.number}: added")
            for code in ("011", "033"):
                assert (await lab.sipp.dial(newcomer, code)).ending == "far-bye"
            state = await engine.until(lambda state: talking(state) == 5, 10)
            fifth = next(row for row in state.contacts.values()
                         if row.connection is not None and row.connection.agent == f"a{newcomer.number}")  # fmt: skip
            assert fifth.contact == line[0]

            # Other steps: who waits is looked at again, from the beginning of the wait.
            edit(engine, "finnish = 10 } }]", 'finnish = 10 } }, { after = "100ms", levels = { finnish = 1 } }]')
            engine.process.send_signal(signal.SIGHUP)  # type: ignore[union-attr]  # with the watcher: once is enough
            await until_said(engine, "changed: queues.rare.steps")
            changed = engine.events(ev.VisitChanged)
            assert [(event.levels, event.step) for event in changed] == [({"finnish": 1}, 2)]

            assert len(engine.events(ev.NodeLinked)) == links, "the link stayed up"
            assert callers.report().endings == {"open": 23} and rare.report().endings == {"open": 1}
            assert len(phones.report().calls) == 5, "nobody was disturbed"

            # The four hang up after their conversation; the re-routed call is one of those answered.
            await rare.until("answered", 1, 40)
            await engine.until(lambda state: len(engine.events(ev.ContactConnected)) >= 9, 40)
            assert any(event.visit == changed[0].visit for event in engine.events(ev.ContactConnected))
            ends = {event.end.value for event in engine.events(ev.ContactEnded)}
            assert ends <= {"agent_hung_up"}
            assert engine.breaches() == [] and engine.events(ev.InvariantBroken) == []
            assert all(row.status is AgentStatus.READY for row in engine.state().agents.values())
            said = [json.loads(line) for line in (tmp_path / "engine.log").read_text().splitlines() if line[0] == "{"]
            assert not [line for line in said if line["level"] == "critical" or "exception" in line]
            await lab.hang_up_all()
            await engine.until(lambda state: not state.contacts and not state.legs, 10)
