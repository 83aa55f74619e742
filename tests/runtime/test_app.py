"""An engine put together and run to its end: exit statuses, and what a restart applies."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from cordpair.acd.configuration import Agent, Assignment, Configuration, FeatureAction, FeatureCode, Queue, Seat
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.acd.model import NodeStatus
from cordpair.clock import AsyncioClock
from cordpair.ids import AgentId, NodeId, QueueId, SeatId
from cordpair.journal import SqliteJournal, SqliteReader, current_codec
from cordpair.runtime import EXIT_CONFIGURATION, EXIT_FENCED, EXIT_JOURNAL, EXIT_OK, Engine, Setup, run_engine
from cordpair_loopback import LoopbackDriver, LoopbackPbx, share, unshare

NODE = NodeId("n1")
CONFIGURATION = Configuration(
    revision=1,
    nodes=(NODE,),
    queues=(Queue(QueueId("sales")),),
    agents=(Agent(AgentId("ann"), {}, (Assignment(QueueId("sales")),), SeatId("s1")),),
    seats=(Seat(SeatId("s1"), "101"),),
    codes=(FeatureCode("011", FeatureAction.SIGN_IN),),
)


@pytest.fixture
async def pbx() -> AsyncIterator[LoopbackPbx]:
    pbx = LoopbackPbx(AsyncioClock(), phones=["101"])
    share("app-test", pbx)
    yield pbx
    unshare("app-test")


@pytest.fixture
def setup(tmp_path, pbx) -> Setup:
    return Setup(configuration=CONFIGURATION, pbxs={NODE: "loopback://app-test"}, journal=tmp_path / "journal.db")


async def stop(engine: Engine) -> None:
    engine.stop()


async def linked(engine: Engine) -> None:
    news = engine.subscribe()
    while engine.state.nodes[NODE].status is NodeStatus.DOWN:
        await news.changed()
        news.take()
    engine.unsubscribe(news)


async def run(setup: Setup, started=stop) -> int:
    async with asyncio.timeout(30):
        return await run_engine(setup, started=started, own_process=False)


async def test_stopped_on_request(setup) -> None:
    assert await run(setup) == EXIT_OK


async def test_fenced_by_another_engine(setup, pbx) -> None:
    other = LoopbackDriver(NODE, pbx, "main", ())

    async def take_over(engine: Engine) -> None:
        await linked(engine)
        await other.open(lambda _: None)
        await asyncio.Event().wait()

    assert await run(setup, take_over) == EXIT_FENCED
    await other.close()
    with SqliteReader(setup.journal, current_codec()) as reader:
        assert type(list(reader.read())[-1].input).__name__ == "Fenced"


async def test_a_second_engine_on_the_journal(setup, caplog) -> None:
    journal = await SqliteJournal.open(setup.journal, current_codec(), cell="main", run="r")
    assert await run(setup) == EXIT_JOURNAL
    assert "is being written" in caplog.text
    await journal.close()


async def test_no_driver_for_the_url(setup, caplog) -> None:
    assert await run(replace(setup, pbxs={NODE: "acme://u:secret@host/"})) == EXIT_CONFIGURATION
    assert "secret" not in caplog.text


async def test_what_runs_beside_may_fail(setup) -> None:
    async def broken(engine: Engine) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(setup, broken)


async def test_a_restart_applies_what_changed_and_nothing_else(setup) -> None:
    await run(setup)
    await run(replace(setup, configuration=replace(CONFIGURATION, revision=2)))
    changed = replace(CONFIGURATION, revision=3, queues=(Queue(QueueId("sales"), wrap_up_ms=9_000),))
    await run(replace(setup, configuration=changed))
    with SqliteReader(setup.journal, current_codec()) as reader:
        inputs = [entry.input for entry in reader.read()]
    assert [each.configuration.revision for each in inputs if isinstance(each, ApplyConfiguration)] == [1, 3]
