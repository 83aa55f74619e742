"""A new agent by one call, on a real PBX: the phone is baresip from Debian's package, with the settings made for it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from api.processes import free_port, new_key
from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome, SeatStatus
from cordpair.acd.model import AgentStatus, State
from cordpair.ids import AgentId, NodeId, SeatId
from cordpair.testing.people import VOICES, Caller
from lab.asterisk import AsteriskLab
from lab.baresip import Baresip
from lab.freeswitch import FreeSwitchLab
from lab.render import TRUNK_ADDRESS
from pbx.centre import EngineProcess

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]
Pbx = AsteriskLab | FreeSwitchLab
Lab = Callable[..., Pbx]

CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[gateway]
url = "http://127.0.0.1:{port}"
[queues.help]
offer_timeout = "20s"
[services.help]
queue = "help"
dialled = ["5001"]
[timing]
settle = "0s"
"""
CUSTOMER, EVE, DESK = VOICES[0], VOICES[3], VOICES[6]
MAIN = NodeId("main")


class Shop:
    """A centre, and somebody who may do everything in it over HTTP."""

    def __init__(self, lab: Pbx, engine: EngineProcess, http: ClientSession, directory: Path) -> None:
        self.lab, self.engine, self.http, self.directory = lab, engine, http, directory
        self._stack = AsyncExitStack()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self.http.request(method, path, json=body) as response:
            assert response.status in (200, 204), await response.text()
            return await response.json() if response.status == 200 else None

    async def phone(self, address: str, voice: int) -> Baresip:
        """A new one, with the settings that are there."""
        async with self.http.get(address, params={"program": "baresip"}) as response:
            assert response.status == 200
            return await self.phone_with(await response.text(), voice)

    async def phone_with(self, accounts: str, voice: int) -> Baresip:
        place = self.directory / f"phone-{voice}-{len(accounts)}"
        return await self._stack.enter_async_context(Baresip(place, accounts, voice=voice))

    async def caller(self) -> Caller:
        made = Caller("03012345", TRUNK_ADDRESS, ("127.0.0.1", self.lab.trunk_port), CUSTOMER)
        self._stack.callback(made.close)
        await made.dial("5001")
        return made

    async def linked(self) -> None:
        """Its journal still says what was when it was killed."""
        async with asyncio.timeout(20):
            while True:
                try:
                    async with self.http.get("/readyz") as response:
                        if response.status == 200:
                            return
                except ClientError:
                    pass
                await asyncio.sleep(0.05)  # sleep: a starting process has no event

    async def reachable(self, seat: str, deadline: float = 20) -> None:
        await self.engine.until(lambda state: status(state, seat) is SeatStatus.REACHABLE, deadline)

    async def agent(self, name: str, status: AgentStatus, seat: str) -> None:
        await self.engine.until(lambda state: at(state, name) == (status, seat), 10)

    async def close(self) -> None:
        await self._stack.aclose()


async def agents(engine: EngineProcess, *words: str) -> str:
    """What ``cordpair agents`` writes out."""
    command = (sys.executable, "-m", "cordpair", "agents", *words, "-c", str(engine.file))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return out.decode()


def status(state: State, seat: str) -> SeatStatus | None:
    row = state.seats.get(SeatId(seat))
    return row.status.get(MAIN) if row is not None else None


def at(state: State, name: str) -> tuple[AgentStatus, str | None] | None:
    row = state.agents.get(AgentId(name))
    return (row.status, row.seat) if row is not None else None


@asynccontextmanager
async def shop_on(lab: Pbx, directory: Path) -> AsyncIterator[Shop]:
    port = free_port()
    more = {"main": f'phones = "127.0.0.1:{lab.sip_port}"\n'}
    async with EngineProcess(lab, directory, CENTRE.format(port=port), more=more) as engine:
        key = await new_key(engine.file, "--role", "admin", "--name", "test")
        base = f"http://127.0.0.1:{port}"
        async with ClientSession(base, headers={"Authorization": f"Bearer {key}"}) as http:
            shop = Shop(lab, engine, http, directory)
            try:
                yield shop
            finally:
                await shop.close()


async def hears(person: Caller, voice: int) -> None:
    async with asyncio.timeout(10):
        while str(voice) not in person.heard():
            await asyncio.sleep(0.02)  # sleep: an ear has no event


async def has_heard(phone: Baresip, voice: int) -> None:
    async with asyncio.timeout(10):
        while not phone.heard(voice):
            await asyncio.sleep(0.1)  # sleep: a file that another program writes


async def test_a_new_agent_takes_a_call_on_baresip(tmp_path: Path, lab_of: Lab) -> None:
    """From the one call to a talk with sound both ways: no file is edited, nothing restarts."""
    async with lab_of(agents=1) as lab, shop_on(lab, tmp_path) as shop:
        made = await shop.ask("POST", "/v1/agents", {"name": "eve", "queues": ["help"], "seat": {"new": "sip"}})
        phone = await shop.phone(made["phone"]["address"], EVE)
        await shop.reachable("eve")
        await phone.order("dial", "011")
        await shop.agent("eve", AgentStatus.NOT_READY, "eve")
        await phone.order("dial", "033")
        await shop.agent("eve", AgentStatus.READY, "eve")
        customer = await shop.caller()
        await phone.until("CALL_INCOMING")
        await phone.order("accept")
        await hears(customer, EVE)
        await has_heard(phone, CUSTOMER)
        customer.hang_up()
        await shop.engine.until(lambda state: not state.contacts, 10)
        assert shop.engine.outcomes() == {"connected": 1}
        await shop.ask("DELETE", "/v1/agents/eve")
        assert await lab.until_empty() == (0, 0)
        await shop.engine.until(lambda state: SeatId("eve") not in state.seats, 10)
        await phone.restart()
        assert not await phone.is_registered()
        assert shop.engine.breaches() == []


async def test_an_account_outlives_restarts_and_not_its_password(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=1) as lab, shop_on(lab, tmp_path) as shop:
        words = ("add", "eve", "--queue", "help", "--phone", "sip", "--program", "baresip")
        phone = await shop.phone_with(await agents(shop.engine, *words), EVE)
        await shop.reachable("eve")

        await shop.engine.kill()
        await lab.restart()  # with nobody there who would put accounts
        await shop.engine.start()
        await shop.linked()
        await phone.restart()
        assert await phone.is_registered()
        await shop.reachable("eve")

        again = await shop.ask("POST", "/v1/seats/eve/phone-settings")
        newer = await shop.phone(again["address"], DESK)
        assert await newer.is_registered()
        await phone.restart()
        assert not await phone.is_registered()
        await shop.reachable("eve")


async def test_who_signs_in_at_another_phone_is_rung_there(tmp_path: Path, lab_of: Lab) -> None:
    """With the own number, at a phone that is nobody's: a call that rings at the first moves along, none is lost."""
    async with lab_of(agents=1) as lab, shop_on(lab, tmp_path) as shop:
        agent = {"name": "eve", "number": "7", "queues": ["help"], "seat": {"new": "sip"}}
        first = await shop.phone((await shop.ask("POST", "/v1/agents", agent))["phone"]["address"], EVE)
        await shop.ask(
            "POST", "/v1/configuration/changes", {"set": {"seats.desk": {"endpoint": "desk", "account": True}}}
        )
        desk = await shop.phone((await shop.ask("POST", "/v1/seats/desk/phone-settings"))["address"], DESK)
        await shop.reachable("eve")
        await shop.reachable("desk")
        await first.order("dial", "011")
        await shop.agent("eve", AgentStatus.NOT_READY, "eve")
        await first.order("dial", "033")
        await shop.agent("eve", AgentStatus.READY, "eve")
        customer = await shop.caller()
        await first.until("CALL_INCOMING")
        first.events.clear()

        await desk.order("dial", "0117")
        await shop.agent("eve", AgentStatus.READY, "desk")
        await desk.until("CALL_INCOMING")
        await desk.order("accept")
        await hears(customer, DESK)
        await first.until("CALL_CLOSED")
        assert not [event for event in first.events if event.get("type") == "CALL_ESTABLISHED"]
        ended = [event.outcome for event in shop.engine.events(ev.OfferEnded)]
        assert ended == [OfferOutcome.WITHDRAWN, OfferOutcome.CONNECTED]

        # In a talk, back to the first phone: the talk goes on where it is, the next call rings there.
        await first.order("dial", "011")
        await shop.agent("eve", AgentStatus.READY, "eve")
        await hears(customer, DESK)
        customer.hang_up()
        await shop.engine.until(lambda state: not state.contacts, 10)
        first.events.clear()
        another = await shop.caller()
        await first.until("CALL_INCOMING")
        await first.order("accept")
        await hears(another, EVE)
        assert shop.engine.outcomes() == {"connected": 2}
