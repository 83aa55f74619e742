"""Held, given away, sent digits and hung up by the API, on a real PBX, with people who have ears."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.processes import free_port, new_key
from cordpair.acd import events as ev
from cordpair.testing.people import MUSIC, VOICES, Caller, Phone
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS
from pbx.centre import EngineProcess, agent_table
from pbx.test_api import Program, program

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]
Lab = Callable[..., AsteriskLab | FreeSwitchLab]

CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[skills]
german = ""
[queues.sales]
wrap_up = "1s"
dispositions = ["solved"]
[queues.tech]
[services.sales]
queue = "sales"
dialled = ["5001"]
"""
HEARS_MUSIC = frozenset({"music"})


class Talk:
    """Ada (voice 3) talks to the first agent; both agents' phones and Ada have ears."""

    def __init__(self, lab: AsteriskLab | FreeSwitchLab, engine: EngineProcess, api: Program) -> None:
        self.lab, self.engine, self.api = lab, engine, api
        self.ada = Caller("0301234", TRUNK_ADDRESS, ("127.0.0.1", lab.trunk_port), VOICES[2], MUSIC)
        sip = ("127.0.0.1", lab.sip_port)
        self.phones = [
            Phone((agent.number, agent.password), f"127.0.0.1:{lab.sip_port}", PHONE_ADDRESS, sip, voice, MUSIC)
            for agent, voice in zip(lab.agents, VOICES, strict=False)
        ]
        self.agents = [f"a{agent.number}" for agent in lab.agents]
        self._news = asyncio.Event()
        for person in (self.ada, *self.phones):
            person.changed = self._news.set

    async def open(self) -> None:
        for phone in self.phones:
            await phone.open()
            await phone.register()
        for agent in self.agents:
            await self.api.ask("POST", f"/v1/agents/{agent}/sign-in", {})
        await self.ready(0)
        await self.ada.dial("5001")
        await self.api.until(lambda: self.api.contacts("connected"))
        self.contact = self.api.contacts("connected")[0]
        await self.hear(self.ada, self.phones[0])

    async def ready(self, number: int) -> None:
        await self.api.ask("POST", f"/v1/agents/{self.agents[number]}/ready")

    async def do(self, what: str, body: Any = None, status: int = 204) -> None:
        await self.api.ask("POST", f"/v1/contacts/{self.contact}/{what}", body, status)

    async def hold(self, *, on: bool) -> None:
        await self.do("hold", {"on": on}, 200)

    async def until(self, true: Callable[[], bool], deadline: float = 20) -> None:
        async with asyncio.timeout(deadline):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def hear(self, one: Caller | Phone, other: Caller | Phone) -> None:
        """Each other, and nobody and nothing else."""
        await self.until(lambda: one.heard() == {str(other.voice)} and other.heard() == {str(one.voice)})

    async def music(self) -> None:
        await self.until(lambda: self.ada.heard() == HEARS_MUSIC)

    def close(self) -> None:
        for person in (self.ada, *self.phones):
            person.close()


@asynccontextmanager
async def talk(tmp_path: Path, lab_of: Lab) -> AsyncIterator[Talk]:
    async with lab_of(agents=2) as lab:
        port = free_port()
        skills = {agent.number: {"german": 5} for agent in lab.agents}
        centre = CENTRE.format(port=port) + agent_table(skills, ["sales", "tech"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            key = await new_key(engine.file, "--role", "supervisor", "--name", "desk")
            async with program(port, key) as api:
                made = Talk(lab, engine, api)
                try:
                    await made.open()
                    yield made
                    assert await lab.until_empty() == (0, 0)
                finally:
                    made.close()
            assert engine.breaches() == []


async def test_on_hold_and_back(tmp_path: Path, lab_of: Lab) -> None:
    async with talk(tmp_path, lab_of) as made:
        for _ in range(2):
            await made.hold(on=True)
            await made.music()
            await made.until(lambda: not made.phones[0].heard())
            await made.hold(on=False)
            await made.hear(made.ada, made.phones[0])
        await made.hold(on=True)
        await made.music()
        made.ada.hang_up()
        await made.api.until(lambda: not made.api.seen.rows["contacts"])


async def test_given_away_and_digits_and_the_end(tmp_path: Path, lab_of: Lab) -> None:
    async with talk(tmp_path, lab_of) as made:
        first, second = made.phones
        await made.do("transfer", {"agent": made.agents[1]})
        await made.music()
        await made.ready(1)
        await made.hear(made.ada, second)
        assert first.rung == 1 and second.rung == 1
        await made.do("digits", {"digits": "47#"})
        await made.do("disposition", {"disposition": "solved", "agent": made.agents[1]})
        await made.hold(on=True)
        await made.music()
        await made.do("transfer", {"queue": "tech"})
        await made.hear(made.ada, first)  # the first is the only other who is ready
        await made.do("hang-up")
        await made.api.until(lambda: not made.api.seen.rows["contacts"])
        ends = made.engine.events(ev.ConnectionEnded)
        assert [(end.agent, end.by) for end in ends] == [
            (made.agents[0], "transferred"), (made.agents[1], "transferred"), (made.agents[0], "system"),
        ]  # fmt: skip
        assert len(made.engine.events(ev.ContactArrived)) == 1
        assert "47#" not in made.engine.said()


async def test_an_engine_that_is_killed_leaves_them_on_hold(tmp_path: Path, lab_of: Lab) -> None:
    async with talk(tmp_path, lab_of) as made:
        await made.hold(on=True)
        await made.music()
        await made.engine.kill()
        await made.engine.start()
        await made.engine.until(lambda _: len(made.engine.events(ev.HoldRepeated)) == 1, 20)
        await made.music()
        await made.hold(on=False)
        await made.hear(made.ada, made.phones[0])
        made.phones[0].hang_up()
        await made.engine.until(lambda state: not state.contacts and not state.legs, 20)
