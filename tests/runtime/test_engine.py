"""The whole engine on the loopback PBX, under the manual clock."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cordpair.acd import Acd
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
from cordpair.acd.inputs import NotReady, Ready, SignIn
from cordpair.acd.invariants import breaches
from cordpair.acd.model import NodeStatus
from cordpair.errors import AcdError
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId
from cordpair.runtime import Engine, EngineStopped, LinkState, MemoryRecords, Stop, engine_on
from cordpair_loopback import CallState, FaultKind, LoopbackDriver, LoopbackPbx

NODE, ANN, SALES = NodeId("n1"), AgentId("ann"), QueueId("sales")
CONFIGURATION = Configuration(
    revision=1,
    nodes=(NODE,),
    queues=(Queue(SALES, wrap_up_ms=1_000),),
    agents=(Agent(ANN, {}, (Assignment(SALES),), SeatId("s1")),),
    seats=(Seat(SeatId("s1"), "101"),),
    services=(Service(ServiceId("any"), SALES),),
    codes=(FeatureCode("011", FeatureAction.SIGN_IN),),
    reasons=("break",),
)


@pytest.fixture
def pbx(clock) -> LoopbackPbx:
    return LoopbackPbx(clock, phones=["101"])


@pytest.fixture
async def engine(journal, pbx, clock) -> Engine:
    driver = LoopbackDriver(NODE, pbx, "main", ("101",))
    return await engine_on(journal, CONFIGURATION, [driver], MemoryRecords(), clock)


@pytest.fixture
async def running(engine, clock) -> AsyncIterator["asyncio.Task[Stop]"]:
    task = asyncio.create_task(engine.run())
    await clock.advance(1_000)
    yield task
    engine.stop()
    await clock.advance(10_000)
    await task
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not others, "every task ends with the engine"


def laws_broken(engine: Engine, clock) -> list[str]:
    assert isinstance(engine._core, Acd)
    return breaches(engine._core, clock.now_ms())


async def ask(engine: Engine, clock, request) -> None:
    answer = asyncio.ensure_future(engine.request(request))
    await clock.settle()
    await answer


async def test_a_caller_and_an_agent_talk(engine, running, pbx, clock) -> None:
    assert engine.links == {NODE: LinkState.UP}
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, Ready(ANN))
    call = pbx.call("4711", number="+4930123456", name="Ada")
    await clock.advance(3_000)
    assert call.state is CallState.TALKING
    (leg,) = pbx.phones["101"].legs
    assert leg.caller == ("+4930123456", "Ada")
    call.hang_up()
    await clock.advance(5_000)
    assert pbx.switch.legs == {}
    assert pbx.switch.bridges == {}
    assert laws_broken(engine, clock) == []


async def test_a_refused_request_is_an_error_for_its_requester_only(engine, running, clock) -> None:
    with pytest.raises(AcdError):
        await ask(engine, clock, NotReady(ANN, "no such reason"))
    assert not running.done()


async def test_calls_go_on_when_the_engine_stops(engine, running, pbx, clock, journal) -> None:
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, Ready(ANN))
    call = pbx.call("4711")
    await clock.advance(3_000)
    engine.stop()
    await clock.advance(3_000)
    assert await running is Stop.REQUESTED
    assert call.state is CallState.TALKING
    assert journal.committed_seq == journal.last_seq
    with pytest.raises(EngineStopped):
        await engine.request(Ready(ANN))


async def test_what_is_committed_is_carried_out_before_the_link_is_closed(engine, running, pbx, clock, journal) -> None:
    journal.hold()
    call = pbx.call("4711")
    await clock.advance(1_000)
    engine.stop()
    await clock.advance(100)
    assert call.answered_at is None
    journal.release()
    await clock.advance(3_000)
    assert await running is Stop.REQUESTED
    assert call.answered_at is not None


async def test_the_next_engine_takes_the_calls_over(engine, running, pbx, clock, journal) -> None:
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, Ready(ANN))
    talking, waiting = pbx.call("4711"), pbx.call("4712")
    await clock.advance(3_000)
    engine.stop()
    await clock.advance(3_000)
    driver = LoopbackDriver(NODE, pbx, "main", ("101",))
    second = await engine_on(journal, CONFIGURATION, [driver], MemoryRecords(), clock)
    task = asyncio.create_task(second.run())
    await clock.advance(2_000)
    assert talking.state is CallState.TALKING
    talking.hang_up()
    await clock.advance(10_000)
    assert waiting.state is CallState.TALKING
    assert laws_broken(second, clock) == []
    second.stop()
    await clock.advance(5_000)
    assert await task is Stop.REQUESTED


async def test_a_second_engine_fences_the_first(engine, running, pbx, clock, journal) -> None:
    other = LoopbackDriver(NODE, pbx, "main", ())
    await other.open(lambda _: None)
    await clock.advance(10_000)
    assert await running is Stop.FENCED
    last = list(journal.read())[-1]
    assert type(last.input).__name__ == "Fenced"
    assert engine.links == {NODE: LinkState.FENCED}
    await other.close()


async def test_a_journal_that_fails_stops_the_engine_and_leaves_calls_up(engine, running, pbx, clock, journal, caplog):
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, Ready(ANN))
    call = pbx.call("4711")
    await clock.advance(3_000)
    journal.fail("the disk is full")
    await clock.advance(5_000)
    assert await running is Stop.JOURNAL_FAILED
    assert call.state is CallState.TALKING
    assert "the disk is full" in caplog.text


async def test_a_core_that_fails_stops_the_engine(engine, running, pbx, clock, monkeypatch, caplog) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine._core, "receive", broken)
    pbx.call("4711")
    await clock.advance(5_000)
    assert await running is Stop.CORE_FAILED


async def test_a_link_that_comes_and_goes_loses_nobody(engine, running, pbx, clock) -> None:
    await ask(engine, clock, SignIn(ANN))
    calls = [pbx.call("4711") for _ in range(3)]
    await clock.advance(1_000)
    pbx.cut_link(refuse=True)
    await clock.advance(5_000)
    assert engine.state.nodes[NODE].status is NodeStatus.DOWN
    pbx.admit_links()
    await clock.advance(10_000)
    assert engine.state.queues[SALES].waiting == 3
    assert [call.state for call in calls] == [CallState.ANSWERED] * 3


KINDS = [FaultKind.REFUSE, FaultKind.GONE, FaultKind.TIME_OUT, FaultKind.HANG]
# A PBX that denies a leg which it has is believed until the next link-up.
FAULTS = {(command, kind) for command in ("answer", "originate", "join", "music", "hang_up") for kind in KINDS} - {
    ("hang_up", FaultKind.GONE)
}


@pytest.mark.parametrize(("command", "kind"), sorted(FAULTS))
async def test_no_fault_of_a_command_leaves_anything_behind(engine, running, pbx, clock, kind, command) -> None:
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, Ready(ANN))
    pbx.faults.plant(command, kind)
    call = pbx.call("4711", patience_ms=120_000)
    await clock.advance(60_000)
    call.hang_up()
    await clock.advance(60_000)
    assert laws_broken(engine, clock) == []
    assert pbx.switch.legs == {}
    assert engine.state.contacts == {}
    row = engine.state.queues[SALES]
    assert row.offered == sum(row.outcomes.values()) == 1


async def test_subscribers_follow(engine, running, pbx, clock) -> None:
    subscription = engine.subscribe()
    await ask(engine, clock, SignIn(ANN))
    assert await subscription.changed()
    assert [type(entry.input).__name__ for entry in subscription.take().entries] == ["SignIn"]
    engine.unsubscribe(subscription)
