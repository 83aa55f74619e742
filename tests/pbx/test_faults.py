"""Phones that do not answer, a link that is cut, engines that are two: each has a defined outcome."""

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.model import SlotState
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table, all_ready, secret, work

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

QUEUE = """
[queues.main]
strategy = "top_down"
offer_timeout = "1s"
[services.main]
queue = "main"
dialled = ["5000"]
[misses]
limit = 2
miss_delay = "0s"
reject_delay = "0s"
busy_delay = "0s"
unreachable_delay = "0s"
"""


def centre(lab: PbxLab, extra: str = "") -> str:
    return QUEUE + extra + agent_table({agent.number: {} for agent in lab.agents}, ["main"])


@pytest.mark.timeout(120)
async def test_phones_that_do_not_take_the_call(tmp_path: Path, lab_of: Lab) -> None:
    """Each agent before the last fails in a way of their own; the last takes the call. Nobody is stuck."""
    async with lab_of(agents=6) as lab, EngineProcess(lab, tmp_path, centre(lab)) as engine:
        rejects, busy, silent, dead, gone, answers = lab.agents
        await lab.sipp.phones([rejects], refuse=603, ring=0.05)
        await lab.sipp.phones([busy], refuse=486, ring=0.0)
        await lab.sipp.phones([silent], answers=False)
        await lab.sipp.phones([dead], answers=False, rings=False)
        leaving = await lab.sipp.phones([gone], ring=0.05)
        await lab.sipp.phones([answers], ring=0.05, talk=0.3)
        await work(lab, engine, "011", "033")
        await engine.until(all_ready(6), 10)
        await lab.sipp.unregister([gone], leaving.port)
        await engine.until(lambda state: seat_status(state, gone.number) == "unreachable", 10)

        report = await (await lab.sipp.callers("5000")).wait(30)
        assert report.endings == {"far-bye": 1}
        await engine.until(lambda state: not state.contacts and not state.legs, 10)
        made = {event.offer: event.agent for event in engine.events(ev.OfferMade)}
        ended = {made[event.offer]: event.outcome for event in engine.events(ev.OfferEnded)}
        assert ended == {
            f"a{rejects.number}": OfferOutcome.REJECTED,
            f"a{busy.number}": OfferOutcome.BUSY,
            f"a{silent.number}": OfferOutcome.MISSED,
            f"a{dead.number}": OfferOutcome.UNREACHABLE,
            f"a{answers.number}": OfferOutcome.CONNECTED,
        }
        # A second failure in a row: not ready, for that reason.
        for reason in ("rejected", "busy", "missed", "unreachable"):
            await (await lab.sipp.callers([Plan("5000", hang_up_after=None)])).wait(30)
            await engine.until(lambda state: not state.contacts and not state.legs, 10)
            assert reason in {row.reason for row in engine.state().agents.values()}
        assert engine.breaches() == []
        assert await lab.until_empty() == (0, 0)


def seat_status(state: State, seat: str) -> str:
    return next(
        (status.value for row in state.seats.values() if row.seat == seat for status in row.status.values()), ""
    )


@pytest.mark.timeout(120)
async def test_callers_who_leave_in_every_state(tmp_path: Path, lab_of: Lab) -> None:
    """From before the answer to deep in the conversation: 60 moments, one outcome each, nothing left behind."""
    async with lab_of(agents=4) as lab, EngineProcess(lab, tmp_path, centre(lab)) as engine:
        await lab.sipp.phones(lab.agents, ring=0.15)
        await work(lab, engine, "011", "033")
        plans = [Plan("5000", f"03055{n:04d}", hang_up_after=0.01 * n) for n in range(1, 41)]
        plans += [Plan("5000", f"03066{n:04d}", cancel_after=0.001 * n, hang_up_after=0.05) for n in range(20)]
        random.Random(5).shuffle(plans)
        report = await (await lab.sipp.callers(plans, rate=15)).wait(40)
        assert sum(report.endings.values()) == 60 and report.count("open") == 0
        await engine.until(lambda state: not state.contacts and not state.legs, 10)
        outcomes = engine.outcomes()
        assert set(outcomes) <= {"connected", "abandoned"}
        assert sum(outcomes.values()) == len(engine.events(ev.ContactArrived))
        assert len(engine.events(ev.ContactEnded)) == len(engine.events(ev.ContactArrived))
        assert engine.breaches() == [] and all_ready(4)(engine.state())
        assert await lab.until_empty() == (0, 0)


@pytest.mark.timeout(120)
async def test_the_link_is_cut_again_and_again(tmp_path: Path, lab_of: Lab) -> None:
    """Under load, at random moments, with requests on their way. Calls go on; what we believe becomes true again."""
    async with (
        lab_of(agents=6) as lab,
        cuttable(lab) as proxy,
        EngineProcess(lab, tmp_path, centre(lab), host=proxy.host) as engine,
    ):
        await lab.sipp.phones(lab.agents, ring=0.05, talk=(0.3, 0.6))
        await work(lab, engine, "011", "033")
        callers = await lab.sipp.callers("5000", count=80, rate=10)
        chance = random.Random(11)
        for cut in range(10):
            await engine.until(lambda state: len(engine.events(ev.NodeLinked)) > cut, 15)  # noqa: B023
            await asyncio.sleep(chance.uniform(0.0, 0.8))  # sleep: a random moment is the point
            proxy.cut()
        report = await callers.wait(60)
        assert report.endings == {"far-bye": 80}
        state = await engine.until(lambda state: not state.contacts and not state.legs, 15)
        assert len(engine.events(ev.NodeLost)) == 10
        assert {slot.state for row in state.agents.values() for slot in row.slots} == {SlotState.FREE}
        assert sum(engine.outcomes().values()) == len(engine.events(ev.VisitBegan))
        assert engine.breaches() == []
        assert await lab.until_empty() == (0, 0)


@pytest.mark.timeout(60)
async def test_a_second_engine_takes_the_application_over(tmp_path: Path, lab_of: Lab) -> None:
    """The first stops at once with a status of its own; on one journal, the second does not even start."""
    async with lab_of(agents=2) as lab, EngineProcess(lab, tmp_path / "one", centre(lab)) as first:
        same = subprocess.run(
            [sys.executable, "-m", "cordpair", "serve", str(first.file)],
            env={"CORDPAIR_PBX_PASSWORD": secret(lab)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert same.returncode == 74
        assert "journal.db" in same.stderr and str(first.process.pid if first.process else "?") in same.stderr
        assert "Traceback" not in same.stderr
        async with EngineProcess(lab, tmp_path / "two", centre(lab)):
            assert first.process is not None
            assert await asyncio.wait_for(first.process.wait(), 10) == 75
        assert [event.node for event in first.events(ev.NodeFenced)] == ["main"]


@pytest.mark.timeout(60)
async def test_a_wrong_password_is_said_and_retried(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=1) as lab:
        engine = EngineProcess(lab, tmp_path, centre(lab))
        engine.password = "wrong"
        await engine.start()
        await until_said(engine, "credentials")
        assert "wrong" not in engine.said().replace("are wrong", "")
        assert await engine.stop() == 0


async def until_said(engine: EngineProcess, words: str) -> None:
    async with asyncio.timeout(15):
        while words not in engine.said():
            await asyncio.sleep(0.05)  # sleep: a log file has no event to await


# ---------------------------------------------------------------- a proxy that can be cut


class Proxy:
    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Every connection, at once, in the middle of whatever it carries."""
        for writer in self.writers:
            writer.transport.abort()


@contextlib.asynccontextmanager
async def cuttable(lab: PbxLab) -> AsyncIterator[Proxy]:
    there = urlsplit(lab.url)
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        proxy.writers.add(writer)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        proxy.writers.discard(writer)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(there.hostname, there.port)
        except ConnectionError:
            writer.close()
            return
        for each in (pump(reader, there_writer), pump(there_reader, writer)):
            task = asyncio.create_task(each)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        await asyncio.gather(*tasks, return_exceptions=True)
