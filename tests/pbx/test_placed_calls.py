"""An agent's phone, then a number on a trunk, on a real PBX: who rings, who hears what, and what is told of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.processes import free_port as free_tcp_port
from api.processes import new_key
from cordpair.acd import events as ev
from cordpair.ids import AgentId
from cordpair.testing.people import BUSY, MUSIC, NEVER_ANSWERS, VOICES, Does, Phone
from cordpair.testing.people.messages import Message, uri
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab
from lab.process import free_port
from lab.render import PHONE_ADDRESS
from pbx.centre import EngineProcess, agent_table
from pbx.test_api import Program, program
from pbx.test_joined_nodes import until_joined

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]
Lab = Callable[..., AsteriskLab | FreeSwitchLab]

HERE, THERE = "127.0.1.1", "127.0.1.9"
NUMBER, CALLER_ID = "+4930123456", "+4989100"
CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[reasons.break]
[queues.outbound]
wrap_up = "1s"
[queues.sales]
[services.sales]
queue = "sales"
dialled = ["5001"]
[calls]
queue = "outbound"
ring_customer = "4s"
numbers = {{ region = "DE" }}
[calls.trunks.main]
dial = "{{number}}@provider"
caller_id = "{caller_id}"
"""
RINGING = frozenset({"ringing"})


class Provider(Phone):
    """The carrier: every number is one phone's."""

    dialled = ""
    alerting: bool = False  # rung, and neither answered nor over

    def on_invite(self, message: Message) -> None:
        self.dialled = uri(message.start.split()[1]).removeprefix("sip:").partition("@")[0]
        self.alerting = True
        super().on_invite(message)

    def over(self, dialog: Any) -> None:
        self.alerting = False
        super().over(dialog)
        self.changed()


class Call:
    """An agent, paused, whose phone has ears; a carrier; and a program that asks for calls."""

    def __init__(self, engine: EngineProcess, api: Program, phone: Phone, carrier: Provider, agent: str) -> None:
        self.engine, self.api, self.phone, self.carrier, self.agent = engine, api, phone, carrier, agent
        self._news = asyncio.Event()
        for person in (phone, carrier):
            person.changed = self._news.set

    async def place(self, key: str = "k1", status: int = 201) -> Any:
        return await self.api.ask("POST", "/v1/calls", {"agent": self.agent, "to": "030 123456", "key": key}, status)

    async def told(self, call: Any, wait: int = 0) -> Any:
        return await self.api.ask("GET", f"/v1/calls/{call['id']}?wait={wait}")

    async def until(self, true: Callable[[], Any], deadline: float = 15) -> None:
        async with asyncio.timeout(deadline):
            while not true():
                self._news.clear()
                await self._news.wait()

    def results(self, told: Any) -> tuple[str, str, str]:
        return told["state"], told["agent_result"], told["customer_result"]


@asynccontextmanager
async def placing(tmp_path: Path, lab_of: Lab, centre: str = CENTRE) -> AsyncIterator[Call]:
    port = free_port(socket.SOCK_DGRAM, socket.SOCK_STREAM)
    carrier = Provider(("provider", ""), THERE, THERE, (HERE, port), VOICES[1], MUSIC)
    people: list[Phone] = [carrier]
    try:
        await carrier.open()
        assert carrier.socket is not None
        trunk = {"provider": f"{THERE}:{carrier.socket.address[1]}"}
        async with lab_of(agents=1, sip_port=port, peer_address=HERE, peers=trunk) as lab:
            await until_joined(lab, "provider")
            (agent,), sip = lab.agents, ("127.0.0.1", lab.sip_port)
            domain = f"127.0.0.1:{lab.sip_port}"
            phone = Phone((agent.number, agent.password), domain, PHONE_ADDRESS, sip, VOICES[0], MUSIC)
            people.append(phone)
            await phone.open()
            await phone.register()
            async with _asking(tmp_path, lab, phone, carrier, centre) as made:
                yield made
    finally:
        for person in people:
            person.close()


@asynccontextmanager
async def _asking(
    tmp_path: Path, lab: AsteriskLab | FreeSwitchLab, phone: Phone, carrier: Provider, centre: str
) -> AsyncIterator[Call]:
    """The engine, the agent at her break, a program; afterwards nothing is left, and no number is in the journal."""
    api_port, (agent,) = free_tcp_port(), lab.agents
    name = f"a{agent.number}"
    text = centre.format(port=api_port, caller_id=CALLER_ID) + agent_table({agent.number: {}}, ["sales"])
    async with EngineProcess(lab, tmp_path, text) as engine:
        key = await new_key(engine.file, "--role", "supervisor", "--name", "crm")
        async with program(api_port, key) as api:
            await api.ask("POST", f"/v1/agents/{name}/sign-in", {})
            await api.ask("POST", f"/v1/agents/{name}/not-ready", {"reason": "break"})
            yield Call(engine, api, phone, carrier, name)
            assert await lab.until_empty() == (0, 0)
            row = engine.state().agents[AgentId(name)]
            assert (row.status, row.reason) == ("not_ready", "break")
        assert engine.breaches() == []
        journal = (tmp_path / "journal.db").read_bytes() + (tmp_path / "journal.db-wal").read_bytes()
        assert b"30123456" not in journal and "30123456" not in engine.said()


@pytest.mark.parametrize("early", [False, True], ids=["180", "183"])
async def test_the_agent_first_then_the_customer(tmp_path: Path, lab_of: Lab, early: bool) -> None:
    async with placing(tmp_path, lab_of) as made:
        made.phone.does = Does(after_ms=400)
        made.carrier.does = Does(after_ms=2_500, early=early)
        call = await made.place()
        await made.until(lambda: made.phone.rung)
        assert made.carrier.rung == 0 and made.phone.shows[0] == NUMBER
        await made.until(lambda: made.phone.heard() == RINGING)
        assert (made.carrier.dialled, made.carrier.shows[0]) == (NUMBER, CALLER_ID)
        assert made.results(await made.told(call)) == ("ringing_customer", "answered", "")
        voices = frozenset({str(made.phone.voice)}), frozenset({str(made.carrier.voice)})
        await made.until(lambda: (made.carrier.heard(), made.phone.heard()) == voices)
        assert made.results(await made.told(call, 5)) == ("connected", "answered", "answered")
        assert (await made.place(status=200))["id"] == call["id"]
        made.carrier.hang_up()
        await made.until(lambda: not made.phone.heard())
        assert (await made.told(call))["ended_at"] is not None
        await made.engine.until(lambda state: not state.legs and not state.contacts, 5)
        await made.engine.until(lambda state: all(slot.state == "free" for slot in _slots(state)), 5)
        assert (made.phone.rung, made.carrier.rung) == (1, 1)


async def test_the_customer_is_busy(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of) as made:
        made.carrier.does = BUSY
        call = await made.place()
        assert made.results(await made.told(call, 15)) == ("ended", "answered", "busy")
        assert made.carrier.rung == 1


async def test_the_customer_does_not_answer(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of) as made:
        made.carrier.does = NEVER_ANSWERS
        call = await made.place()
        assert made.results(await made.told(call, 15)) == ("ended", "answered", "no_answer")
        await made.until(lambda: not made.carrier.alerting)  # told so


async def test_the_agent_hangs_up_while_the_customer_is_rung(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of) as made:
        made.carrier.does = NEVER_ANSWERS
        call = await made.place()
        await made.until(lambda: made.phone.heard() == RINGING)
        made.phone.hang_up()
        assert made.results(await made.told(call, 15)) == ("ended", "answered", "cancelled")
        await made.until(lambda: not made.carrier.alerting)


async def test_the_agent_declines(tmp_path: Path, lab_of: Lab) -> None:
    async with placing(tmp_path, lab_of) as made:
        made.phone.does = Does(status=603)
        call = await made.place()
        assert made.results(await made.told(call, 15)) == ("ended", "rejected", "not_called")
        assert made.carrier.rung == 0


async def test_the_engine_is_killed_while_the_customer_is_rung(tmp_path: Path, lab_of: Lab) -> None:
    """The phone rings on, and who answers it talks to the agent. (Asterisk hangs up who answers while no application is
    there: so the engine is back before.)"""
    async with placing(tmp_path, lab_of) as made:
        made.carrier.does = Does(after_ms=3_000)
        await made.place()
        await made.until(lambda: made.phone.heard() == RINGING)
        await made.engine.kill()
        await made.engine.start()
        voices = frozenset({str(made.phone.voice)}), frozenset({str(made.carrier.voice)})
        await made.until(lambda: (made.carrier.heard(), made.phone.heard()) == voices)
        await made.engine.until(lambda state: any(row.connection for row in state.contacts.values()), 5)
        made.phone.hang_up()
        await made.engine.until(lambda state: not state.legs and not state.contacts, 5)
        assert (made.phone.rung, made.carrier.rung) == (1, 1)
        assert len(made.engine.events(ev.CustomerDialled)) == 1


def _slots(state: Any) -> list[Any]:
    return [slot for row in state.agents.values() for slot in row.slots]
