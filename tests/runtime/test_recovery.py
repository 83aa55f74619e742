"""A restart: the same tables, the same time order, and links that are known to be lost."""

import asyncio

import pytest

from cordpair.acd import Acd, State
from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Configuration,
    FeatureAction,
    FeatureCode,
    Queue,
    Seat,
    Service,
)
from cordpair.acd.core import Decision
from cordpair.acd.events import LegRang
from cordpair.acd.inputs import LegRinging, LinkUp, NotReady, Request, SignIn, Snapshot
from cordpair.ids import AgentId, LegId, NodeId, QueueId, SeatId, ServiceId
from cordpair.journal import InMemoryJournal, SqliteJournal, current_codec
from cordpair.runtime import MemoryRecords, engine_on, recover
from cordpair.runtime.recovery import begin, differs
from cordpair.runtime.snapshots import FORCE, QUIET_MS, Snapshots, decode, encode

NODE = NodeId("n1")


def configuration(revision: int = 1, wrap_up_ms: int = 1_000) -> Configuration:
    return Configuration(
        revision=revision,
        nodes=(NODE,),
        queues=(Queue(QueueId("sales"), wrap_up_ms=wrap_up_ms),),
        agents=(Agent(AgentId("ann"), {"german": 5}, (Assignment(QueueId("sales")),), SeatId("s1")),),
        seats=(Seat(SeatId("s1"), "101"),),
        services=(Service(ServiceId("any"), QueueId("sales")),),
        codes=(FeatureCode("011", FeatureAction.SIGN_IN),),
        reasons=("break",),
    )


async def test_a_fresh_journal_begins_with_the_configuration(journal, clock) -> None:
    found = await begin(journal, Acd, configuration(), clock.now_ms())
    (entry,) = journal.read()
    assert (entry.seq, entry.at, found.last_at) == (1, clock.now_ms(), clock.now_ms())
    assert found.core.state.configuration == configuration()
    assert found.core.state.run == journal.run == "r"


@pytest.mark.parametrize("snapshot_after", [None, 1, 2, 3])
async def test_the_tables_come_back_from_a_snapshot_and_the_tail(journal, clock, snapshot_after) -> None:
    found = await begin(journal, Acd, configuration(), clock.now_ms())
    engine = await engine_on(journal, configuration(), [], MemoryRecords(), clock)
    running = asyncio.create_task(engine.run())
    requests: list[Request] = [SignIn(AgentId("ann")), NotReady(AgentId("ann"), "break")]
    for number, request in enumerate(requests, 2):
        if snapshot_after == number - 1:
            engine.save_snapshot()
        await clock.advance(1_000)
        answer = asyncio.ensure_future(engine.request(request))
        await clock.settle()
        await answer
    if snapshot_after == 3:
        engine.save_snapshot()
    live = encode(engine.state)
    engine.stop()
    await clock.settle()
    await running
    again = recover(journal, Acd)
    assert encode(again.core.state) == live
    assert again.last_at == clock.now_ms()
    assert found.core.state.agents.keys() == again.core.state.agents.keys()


async def test_a_snapshot_of_another_version_is_passed_over(journal, clock, caplog) -> None:
    await begin(journal, Acd, configuration(), clock.now_ms())
    journal.save_snapshot(1, b"\x81\xa3run\x05")
    await clock.settle()
    found = recover(journal, Acd)
    assert found.core.state.run == "r"
    assert (found.replayed, "does not fit this version" in caplog.text) == (1, True)


async def test_a_restart_says_that_links_were_lost_when_the_journal_ended(journal, clock) -> None:
    await begin(journal, Acd, configuration(), clock.now_ms())
    engine = await engine_on(journal, configuration(), [], MemoryRecords(), clock)
    running = asyncio.create_task(engine.run())
    engine.submit(LinkUp(NODE, Snapshot("e1")))
    await clock.advance(1_000)
    engine.stop()
    await clock.settle()
    await running
    died = recover(journal, Acd).last_at
    await clock.advance(3_600_000)
    again = await engine_on(journal, configuration(), [], MemoryRecords(), clock)
    running = asyncio.create_task(again.run())
    await clock.settle()
    entries = list(journal.read())
    assert type(entries[-1].input).__name__ == "LinkDown"
    assert entries[-1].at == died
    again.stop()
    await clock.settle()
    await running


async def test_the_same_on_disk(tmp_path, clock) -> None:
    path = tmp_path / "journal.db"
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="abc")
    await begin(journal, Acd, configuration(), clock.now_ms())
    await journal.close()
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="other")
    assert recover(journal, Acd).core.state.run == "abc"
    await journal.close()


def test_a_revision_s_number_alone_is_no_difference() -> None:
    assert not differs(configuration(1), configuration(2))
    assert differs(configuration(1, 1_000), configuration(1, 2_000))


class TestSnapshots:
    @pytest.fixture
    def idle(self) -> list[bool]:
        return [True]

    @pytest.fixture
    async def snapshots(self, core, journal, clock, idle) -> Snapshots:
        core.decides[LegRinging] = lambda given, now: Decision([LegRang(LegId("l"))], [])
        snapshots = Snapshots(core, journal, clock, lambda: idle[0])
        snapshots.every = 10
        return snapshots

    async def test_one_is_saved_in_a_quiet_moment(self, snapshots, journal, clock) -> None:
        snapshots.count(9)
        await clock.advance(1_000)
        assert journal.load_snapshot() is None
        snapshots.count()
        await clock.advance(QUIET_MS - 1)
        snapshots.count()
        await clock.advance(QUIET_MS)
        assert journal.load_snapshot() is None
        await clock.advance(QUIET_MS)
        assert decode(journal.load_snapshot().state) == State()

    async def test_without_quiet_it_is_saved_in_the_end(self, snapshots, journal, clock, idle) -> None:
        idle[0] = False
        snapshots.count(10)
        await clock.advance(1_000)
        assert journal.load_snapshot() is None
        snapshots.count(10 * FORCE)
        await clock.advance(QUIET_MS)
        assert journal.load_snapshot() is not None

    async def test_a_journal_that_refuses_is_no_disaster(self, snapshots, journal: InMemoryJournal, caplog) -> None:
        journal.fail()
        snapshots.save()
        assert "no snapshot was saved" in caplog.text
