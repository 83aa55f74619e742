"""Two PBXs with a trunk between them: one centre, on the shipped dialplans."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cordpair.acd import events as ev
from cordpair.acd.model import NodeStatus, State
from cordpair.acd.trunks import left_on
from cordpair.ids import NodeId
from cordpair.testing.people import VOICES, Caller
from cordpair.testing.people.messages import Message, uri
from cordpair.testing.people.user_agent import Dialog
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab
from lab.process import PbxLab, free_port
from lab.render import TRUNK_ADDRESS
from pbx.centre import EngineProcess, all_ready, work

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]

MAIN, SECOND = NodeId("main"), NodeId("second")
CENTRE = """
[queues.main]
[services.main]
queue = "main"
dialled = ["5000"]
[misses]
limit = 100
unreachable_delay = "500ms"
busy_delay = "500ms"
[seats.one]
endpoint = "101"
node = "main"
[seats.two]
endpoint = "201"
node = "second"
[agents.ann]
seat = "one"
queues = { main = {} }
[agents.bob]
seat = "two"
queues = { main = {} }
"""


Labs = Callable[[Path], contextlib.AbstractAsyncContextManager[tuple[PbxLab, PbxLab, EngineProcess]]]
PAIRS = [
    pytest.param((AsteriskLab, AsteriskLab), id="two-asterisks"),
    pytest.param((AsteriskLab, FreeSwitchLab), id="asterisk-and-freeswitch", marks=pytest.mark.freeswitch),
    pytest.param((FreeSwitchLab, AsteriskLab), id="freeswitch-and-asterisk", marks=pytest.mark.freeswitch),
]


@pytest.fixture(params=PAIRS)
def two_labs(request: pytest.FixtureRequest) -> Labs:
    """A PBX for callers, one with the agent's phone, and the engine of both."""
    here, there = request.param

    @contextlib.asynccontextmanager
    async def opened(tmp_path: Path) -> AsyncIterator[tuple[PbxLab, PbxLab, EngineProcess]]:
        ports = free_port(socket.SOCK_DGRAM, socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM, socket.SOCK_STREAM)
        hosts = "127.0.1.1", "127.0.1.2"
        to_one, to_two = {"cordpair-main": f"{hosts[0]}:{ports[0]}"}, {"cordpair-second": f"{hosts[1]}:{ports[1]}"}
        async with (
            here(1, sip_port=ports[0], peer_address=hosts[0], peers=to_two) as one,
            there(1, first_agent=201, sip_port=ports[1], peer_address=hosts[1], peers=to_one) as two,
            EngineProcess(one, tmp_path, CENTRE, second=two, more=trunks(*ports)) as engine,
        ):
            await engine.until(both_open, 10)
            await until_joined(one, "cordpair-second")
            await until_joined(two, "cordpair-main")
            yield one, two, engine

    return opened


async def until_joined(lab: PbxLab, peer: str) -> None:
    """An Asterisk that was there first has asked in vain, and asks again after a while."""
    async with asyncio.timeout(40):
        while isinstance(lab, AsteriskLab) and " Avail " not in await lab.rx(f"pjsip show contacts like {peer}"):
            await lab.rx(f"pjsip qualify {peer}")
            await asyncio.sleep(0.1)  # sleep: nobody is told of an answer to a question


def trunks(main: int, second: int) -> dict[str, str]:
    return {
        "main": f'address = "127.0.0.1:{main}"\npeers = {{ second = "cordpair-second" }}\n',
        "second": f'address = "127.0.0.1:{second}"\npeers = {{ main = "cordpair-main" }}\n',
    }


def both_open(state: State) -> bool:
    return all(state.nodes[node].status is NodeStatus.OPEN for node in (MAIN, SECOND))


class Follower(Caller):
    """A caller whose phone does as it is told: sent to another place, it calls there, and talks on."""

    def __init__(self, number: str, pbx: tuple[str, int], *, follows: bool = True) -> None:
        super().__init__(number, TRUNK_ADDRESS, pbx, VOICES[0])
        self.there: Follower | None = None
        self._follows = follows

    @property
    def state(self) -> str:
        """Of the call that counts."""
        if self.there is not None:
            return self.there.state
        return self._dialog.state if self._dialog is not None else "none"

    async def until(self, state: str, deadline: float = 10.0) -> None:
        async with asyncio.timeout(deadline):
            while self.state != state:
                await asyncio.sleep(0.01)  # sleep: several sockets, one of them not there yet

    def on_response(self, dialog: Dialog, message: Message) -> None:
        super().on_response(dialog, message)
        if message.method == "INVITE" and message.status == 302 and self._follows:
            self.spawn(self._redirected())

    def on_refer(self, dialog: Dialog, message: Message) -> None:
        """The old call is ended when the new one is answered, as RFC 5589 has it; or it is declined."""
        if not self._follows:
            self.reply(message, 603, more="Decline")
            return
        self.sent_to = uri(message.get("refer-to"))
        self.reply(message, 202, more="Accepted")
        self.spawn(self._change(dialog))

    async def _redirected(self) -> None:
        await self._go()

    async def _change(self, old: Dialog) -> None:
        there = await self._go()
        await there.until("answered")
        how = ("event", "refer"), ("subscription-state", "terminated;reason=noresource")
        self.in_dialog(old, "NOTIFY", *how, ("content-type", "message/sipfrag;version=2.0"), body="SIP/2.0 200 OK\r\n")
        self.bye(old)

    async def _go(self) -> "Follower":
        dialled, _, address = self.sent_to.removeprefix("sip:").partition("@")
        host, _, port = address.partition(":")
        there = Follower(self.number, (host, int(port)))
        await there.dial(dialled)
        self.there = there
        return there

    def leaves(self) -> None:
        (self.there or self).hang_up()

    def close(self) -> None:
        if self.there is not None:
            self.there.close()
        super().close()


@contextlib.asynccontextmanager
async def callers(lab: PbxLab, *numbers: str, follows: bool = True) -> AsyncIterator[list[Follower]]:
    people = [Follower(number, ("127.0.0.1", lab.trunk_port), follows=follows) for number in numbers]
    try:
        yield people
    finally:
        for each in people:
            each.close()


async def ask_drain(engine: EngineProcess, *options: str) -> str:
    """As an operator does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", "drain", "-c", str(engine.file), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "CORDPAIR_PBX_PASSWORD": engine.password},
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_callers_and_agents_of_both_are_one_centre(tmp_path: Path, two_labs: Labs) -> None:
    """Only bob works, on the second: callers of the first are served over the trunk, one after the other."""
    async with two_labs(tmp_path) as (one, two, engine):
        phones = await two.sipp.phones(two.agents, ring=0.05, talk=0.2)
        await work(two, engine, "011", "033")
        await engine.until(all_ready(1), 10)
        report = await (await one.sipp.callers("5000", count=6, rate=10)).wait(30)
        assert report.endings == {"far-bye": 6}
        outcomes = {event.outcome.value for event in engine.events(ev.OfferEnded)}
        assert outcomes == {"connected"}
        assert {event.via for event in engine.events(ev.OfferMade)} == {SECOND}
        assert all("03000000" in call.more for call in phones.report().calls)  # the caller's number, shown
        await engine.until(lambda state: not state.contacts and not state.legs, 10)
        assert engine.breaches() == []
        assert await one.until_empty() == (0, 0) == await two.until_empty()


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy"), (603, "rejected")])
async def test_a_refusal_comes_through(tmp_path: Path, two_labs: Labs, status: int, outcome: str) -> None:
    async with two_labs(tmp_path) as (one, two, engine):
        await two.sipp.phones(two.agents, ring=0.05, refuse=status)
        await work(two, engine, "011", "033")
        await engine.until(all_ready(1), 10)
        report = await (await one.sipp.callers("5000", hang_up_after=2)).wait(30)
        assert report.endings == {"near-bye": 1}
        assert engine.events(ev.OfferEnded)[0].outcome.value == outcome


async def test_a_pbx_that_dies_takes_only_its_own_calls(tmp_path: Path, two_labs: Labs) -> None:
    async with two_labs(tmp_path) as (one, two, engine):
        phones = await two.sipp.phones(two.agents, ring=0.05)
        await work(two, engine, "011", "033")
        await engine.until(all_ready(1), 10)
        async with callers(one, "030111") as (ada,):
            await ada.dial("5000")
            await engine.until(lambda state: any(row.connection for row in state.contacts.values()), 10)
            arrived = next(row.arrived_at for row in engine.state().contacts.values())
            await two.kill()
            await engine.until(lambda state: state.nodes[SECOND].status is NodeStatus.DOWN, 10)
            await two.start()  # it tells by its epoch that nobody is there any more
            # A registration of the last second before a power cut is not on the disk yet; a phone comes again.
            await two.sipp.register(two.agents, phones.port)
            await engine.until(lambda _: len(engine.events(ev.ContactConnected)) == 2, 20)
            assert [event.enqueued_at for event in engine.events(ev.VisitBegan)] == [arrived] * 2
            assert ada.state == "answered"
            ada.hang_up()
            await engine.until(lambda state: not state.contacts and not state.legs, 10)
        assert engine.breaches() == []
        assert await one.until_empty() == (0, 0) == await two.until_empty()


async def test_who_waits_is_moved_by_refer_and_new_calls_by_302(tmp_path: Path, two_labs: Labs) -> None:
    async with two_labs(tmp_path) as (one, two, engine), callers(one, "030111", "030222", "030333") as people:
        for ada in people[:2]:
            await ada.dial("5000")
            await ada.until("answered")
        await engine.until(lambda state: len(state.visits) == 2, 10)
        before = {row.contact: (row.visit, row.enqueued_at) for row in engine.state().visits.values()}
        assert "draining" in await ask_drain(engine, "main")
        await engine.until(lambda state: all(row.node == SECOND for row in state.visits.values()), 15)
        assert {row.contact: (row.visit, row.enqueued_at) for row in engine.state().visits.values()} == before
        await people[2].dial("5000")
        await engine.until(lambda state: len(state.visits) == 3 and not state.moves, 15)
        assert people[2].status == 302
        assert {row.node for row in engine.state().contacts.values()} == {SECOND}
        await engine.until(lambda state: left_on(state, MAIN) == (0, 0), 10)
        assert "drained" in await ask_drain(engine, "main")
        assert await one.until_empty() == (0, 0)

        await two.sipp.phones(two.agents, ring=0.05, talk=0.2)
        await work(two, engine, "011", "033")
        await engine.until(lambda state: not state.contacts and not state.legs, 20)
        assert engine.outcomes() == {"connected": 3}
        assert [event.contact for event in engine.events(ev.ContactConnected)] == [*before, *(
            event.contact for event in engine.events(ev.ContactArrived)[2:])]  # fmt: skip
        assert "is open and used" in await ask_drain(engine, "main", "--stop")
        assert engine.breaches() == []
        assert await two.until_empty() == (0, 0)


async def test_who_does_not_follow_a_refer_waits_on(tmp_path: Path, two_labs: Labs) -> None:
    async with two_labs(tmp_path) as (one, two, engine), callers(one, "030111", follows=False) as (ada,):
        await ada.dial("5000")
        await ada.until("answered")
        await ask_drain(engine, "main")
        await engine.until(lambda state: not state.moves and any(row.stays for row in state.contacts.values()), 20)
        assert engine.events(ev.MoveFailed)[0].reason == "not_followed"
        await two.sipp.phones(two.agents, ring=0.05, talk=0.2)
        await work(two, engine, "011", "033")
        await ada.until("ended", 15)
        assert engine.outcomes() == {"connected": 1}
        assert engine.breaches() == []
