"""Nothing happens before its entry is committed, in the order of the entries, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cordpair.acd.commands import Answer, HangUp
from cordpair.acd.core import Decision
from cordpair.acd.events import AgentBecameReady, ContactArrived, ContactConnected, LegRang
from cordpair.acd.inputs import (
    Caller,
    LegAnswered,
    LegArrived,
    LegRinging,
    LegSeen,
    LinkUp,
    Ready,
    SignIn,
    Snapshot,
    TimerDue,
)
from cordpair.errors import AcdError, JournalError
from cordpair.ids import AgentId, ContactId, LegId, NodeId, OfferId, VisitId
from cordpair.runtime import CoreFailed, EngineBusy, EngineStopped, MemoryRecords
from cordpair.runtime.personal import Personal
from cordpair.runtime.writer import Writer

LEG = LegId("r-l1")
NODE = NodeId("n1")


@pytest.fixture
def done() -> list:
    """The commands that were let happen."""
    return []


@pytest.fixture
def records() -> MemoryRecords:
    return MemoryRecords()


@pytest.fixture
async def writer(core, journal, clock, records, done) -> AsyncIterator[Writer]:
    writer = Writer(core, journal, Personal(records), clock, done.extend, bound=10)
    task = asyncio.create_task(writer.run())
    await clock.settle()
    yield writer
    writer.stop()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()


@pytest.fixture(autouse=True)
def reactions(core) -> None:
    core.decides[LegRinging] = lambda given, now: Decision([LegRang(given.leg)], [Answer(NODE, given.leg)])
    core.decides[LegAnswered] = lambda given, now: Decision([], [HangUp(NODE, given.leg)])
    core.decides[Ready] = lambda given, now: Decision([AgentBecameReady(given.agent)], [])
    core.decides[SignIn] = lambda given, now: Decision([], [], "no such agent")


async def test_commands_wait_for_the_commit_of_their_entry(writer, journal, clock, done) -> None:
    journal.hold()
    writer.submit(LegRinging(LEG))
    await clock.settle()
    assert (journal.last_seq, journal.committed_seq, done) == (1, 0, [])
    journal.release()
    await clock.settle()
    assert done == [Answer(NODE, LEG)]


async def test_the_next_input_does_not_wait_for_a_commit(writer, journal, clock, core, done) -> None:
    journal.hold()
    for number in range(3):
        writer.submit(LegRinging(LegId(f"l{number}")))
    await clock.settle()
    assert journal.last_seq == 3
    journal.release()
    await clock.settle()
    assert [command.leg for command in done] == ["l0", "l1", "l2"]


async def test_what_has_no_events_still_follows_what_was_decided_before(writer, journal, clock, done) -> None:
    journal.hold()
    writer.submit(LegRinging(LEG))
    writer.submit(LegAnswered(LEG))
    await clock.settle()
    assert done == []
    journal.release()
    await clock.settle()
    assert done == [Answer(NODE, LEG), HangUp(NODE, LEG)]
    assert journal.last_seq == 1
    writer.submit(LegAnswered(LEG))
    await clock.settle()
    assert len(done) == 3


async def test_a_request_is_answered_after_the_commit(writer, journal, clock) -> None:
    journal.hold()
    answer = asyncio.ensure_future(writer.request(Ready(AgentId("ann"))))
    await clock.settle()
    assert not answer.done()
    journal.release()
    await clock.settle()
    assert (await answer).events == [AgentBecameReady(AgentId("ann"))]


async def test_a_refusal_is_raised_and_waits_too(writer, journal, clock) -> None:
    journal.hold()
    writer.submit(LegRinging(LEG))
    answer = asyncio.ensure_future(writer.request(SignIn(AgentId("ann"))))
    await clock.settle()
    assert not answer.done()
    journal.release()
    with pytest.raises(AcdError, match="no such agent"):
        await answer


async def test_a_requester_who_left_changes_nothing(writer, journal, clock) -> None:
    answer = asyncio.ensure_future(writer.request(Ready(AgentId("ann"))))
    await asyncio.sleep(0)
    answer.cancel()
    await clock.settle()
    assert journal.committed_seq == 1


async def test_driver_inputs_are_kept_and_requests_refused_beyond_the_bound(writer, journal, clock) -> None:
    for number in range(11):
        writer.submit(LegRinging(LegId(f"l{number}")))
    assert writer.overloaded
    with pytest.raises(EngineBusy):
        await writer.request(Ready(AgentId("ann")))
    await clock.settle()
    assert journal.committed_seq == 11
    assert not writer.overloaded


async def test_a_journal_that_fails_stops_everything_and_nobody_waits_for_ever(core, journal, clock, records, done):
    writer = Writer(core, journal, Personal(records), clock, done.extend)
    run = asyncio.create_task(writer.run())
    journal.hold()
    writer.submit(LegRinging(LEG))
    answer = asyncio.ensure_future(writer.request(Ready(AgentId("ann"))))
    await clock.settle()
    journal.fail("the disk is full")
    await clock.settle()
    with pytest.raises(JournalError, match="the disk is full"):
        await run
    with pytest.raises(JournalError, match="the disk is full"):
        await answer
    with pytest.raises(JournalError):
        await writer.request(Ready(AgentId("ann")))
    assert done == []
    await writer.flushed()


async def test_a_core_that_raises_stops_the_engine_without_an_entry(core, journal, clock, records, done, caplog):
    def broken(given: LegRinging, now: int) -> Decision:
        raise ZeroDivisionError

    core.decides[LegRinging] = broken
    writer = Writer(core, journal, Personal(records), clock, done.extend)
    run = asyncio.create_task(writer.run())
    writer.submit(LegRinging(LEG))
    writer.submit(LegAnswered(LEG))
    with pytest.raises(CoreFailed, match="LegRinging"):
        await run
    assert journal.last_seq == 0
    assert "LegRinging" in caplog.text


async def test_after_stop_nothing_is_decided_and_requests_are_told(writer, journal, clock) -> None:
    answer = asyncio.ensure_future(writer.request(Ready(AgentId("ann"))))
    await asyncio.sleep(0)
    writer.stop()
    writer.submit(LegRinging(LEG))
    await clock.settle()
    with pytest.raises(EngineStopped):
        await answer
    with pytest.raises(EngineStopped):
        await writer.request(Ready(AgentId("ann")))
    assert journal.last_seq == 0


async def test_time_never_goes_back_in_the_journal(core, journal, clock, records, done) -> None:
    writer = Writer(core, journal, Personal(records), clock, done.extend, last_at=clock.now_ms() + 5_000)
    writer.decide(LegRinging(LEG))
    assert core.received[-1][1] == clock.now_ms() + 5_000


async def test_the_timer_gives_the_deadline_and_a_stuck_one_is_no_busy_loop(writer, core, clock) -> None:
    core.deadline = clock.now_ms() + 700
    writer.submit(LegRinging(LEG))
    await clock.advance(699)
    assert TimerDue not in [type(given) for given, _ in core.received]
    await clock.advance(1)
    due = [now for given, now in core.received if type(given) is TimerDue]
    assert due == [clock.now_ms()]
    await clock.advance(2_000)
    assert len([given for given, _ in core.received if type(given) is TimerDue]) == 3


async def test_a_timer_that_came_too_late_does_not_delay_the_next(writer, core, clock) -> None:
    core.deadline = clock.now_ms() + 30
    writer.submit(TimerDue())  # whose deadline another input dealt with
    await clock.advance(30)
    assert [now for _, now in core.received][-1] == clock.now_ms()


async def test_subscribers_see_committed_entries_only(writer, journal, clock) -> None:
    subscription = writer.subscriptions.add()
    journal.hold()
    writer.submit(LegRinging(LEG))
    await clock.settle()
    assert subscription.take().entries == ()
    journal.release()
    await subscription.changed()
    assert [entry.seq for entry in subscription.take().entries] == [1]


async def test_flushed_waits_for_what_was_decided(writer, journal, clock) -> None:
    await writer.flushed()
    journal.hold()
    writer.submit(LegRinging(LEG))
    await clock.settle()
    flushed = asyncio.ensure_future(writer.flushed())
    await clock.settle()
    assert not flushed.done()
    journal.release()
    await flushed


class TestPersonalData:
    ARRIVED = LegArrived(
        LEG, NODE, "4711", 5, caller=Caller("+4930123456", "Ada"), variables={"CUSTOMER": "7", "OTHER": "x"}
    )

    @pytest.fixture(autouse=True)
    def arrivals(self, core) -> Iterator[None]:
        def arrive(given, now: int) -> Decision:
            return Decision([ContactArrived(ContactId("r-c1"), NODE, "voice", now, leg=LEG)], [])

        core.decides[LegArrived] = arrive
        core.decides[LinkUp] = arrive
        core.decides[LegRinging] = lambda given, now: Decision(
            [ContactConnected(ContactId("r-c1"), VisitId("r-v1"), OfferId("r-o1"), AgentId("ann"), 5)], []
        )
        yield

    async def test_it_is_filed_and_neither_decided_nor_journaled(self, writer, core, journal, clock, records) -> None:
        writer.submit(self.ARRIVED)
        await clock.settle()
        given = core.received[0][0]
        assert (given.caller, given.variables, given.dialled) == (None, {}, "4711")
        (entry,) = journal.read()
        assert "4930123456" not in repr(entry)
        assert "Ada" not in repr(entry)
        assert records.record(ContactId("r-c1")).caller == self.ARRIVED.caller

    async def test_also_from_a_snapshot(self, writer, core, journal, clock, records) -> None:
        legs = (LegSeen(LEG, answered=False, arrival=self.ARRIVED), LegSeen(LegId("other"), answered=True))
        writer.submit(LinkUp(NODE, Snapshot("e1", legs=legs)))
        await clock.settle()
        (entry,) = journal.read()
        assert "4930123456" not in repr(entry)
        assert records.record(ContactId("r-c1")).caller == self.ARRIVED.caller

    async def test_records_that_fail_cost_no_call(self, writer, journal, clock, records, monkeypatch, caplog) -> None:
        def full(*_: object) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(records, "put", full)
        writer.submit(self.ARRIVED)
        await clock.settle()
        assert journal.committed_seq == 1
        assert "4930123456" not in caplog.text
