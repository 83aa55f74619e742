"""The loopback driver beside what the conformance suite asks: faults, races, delays, the dialplan's patience."""

import asyncio

import pytest

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    DriverInput,
    Joined,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    SeatChanged,
    Stamp,
)
from cordpair.ids import BridgeId, LegId, NodeId
from cordpair.pbx import (
    CommandTimedOut,
    Driver,
    Hears,
    LegGone,
    LinkLost,
    OriginateRequest,
    Refused,
    SpeaksTo,
)
from cordpair.testing import ManualClock
from cordpair_loopback import Call, FaultKind, LoopbackDriver, LoopbackPbx, answers, busy, rejects
from cordpair_loopback.pbx.pbx import RETRY_MS, TRIES

STAMP = Stamp("main")


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pbx = LoopbackPbx(self.clock, phones=("101", "102", "103"))
        self.loopback = LoopbackDriver(NodeId("n"), self.pbx, "main", ("101", "102"))
        self.driver: Driver = self.loopback
        self.inputs: list[DriverInput] = []

    async def open(self) -> None:
        await self.driver.open(self.inputs.append)

    async def arrive(self, **more: int) -> tuple[LegId, Call]:
        call = self.pbx.call("4711", patience_ms=more.get("patience_ms"), talk_ms=more.get("talk_ms"))
        await self.clock.settle()
        return LegId(call.leg), call

    async def ring(self, leg: str = "a", seat: str = "101", timeout_ms: int = 20_000) -> LegId:
        await self.driver.originate(OriginateRequest(leg=LegId(leg), endpoint=seat, timeout_ms=timeout_ms, stamp=STAMP))
        await self.clock.settle()
        return LegId(leg)

    def of(self, leg: str) -> list[str]:
        return [type(seen).__name__ for seen in self.inputs if getattr(seen, "leg", None) == leg]


def status_of(call: Call) -> int | None:
    return call.status


@pytest.fixture
async def bench() -> Bench:
    made = Bench()
    await made.open()
    return made


async def test_an_input_never_comes_from_inside_a_command(bench: Bench) -> None:
    leg, _ = await bench.arrive()
    before = len(bench.inputs)
    await bench.driver.answer(leg)
    assert len(bench.inputs) == before
    await bench.clock.settle()
    assert bench.inputs[-1] == LegAnswered(leg)


async def test_a_refused_command_is_not_done(bench: Bench) -> None:
    leg, _ = await bench.arrive()
    for kind, error in [
        (FaultKind.REFUSE, Refused),
        (FaultKind.GONE, LegGone),
        (FaultKind.TIME_OUT, CommandTimedOut),
    ]:
        bench.pbx.faults.plant("answer", kind)
        task = asyncio.ensure_future(bench.driver.answer(leg))
        await bench.clock.settle()
        with pytest.raises(error):
            await task
    assert bench.of(leg) == ["LegArrived"]
    await bench.driver.answer(leg)
    await bench.clock.settle()
    assert bench.of(leg) == ["LegArrived", "LegAnswered"]


async def test_a_lost_reply_is_done_all_the_same(bench: Bench) -> None:
    leg, _ = await bench.arrive()
    bench.pbx.faults.plant("answer", FaultKind.LOSE_REPLY, delay_ms=500)
    task = asyncio.ensure_future(bench.driver.answer(leg))
    await bench.clock.settle()
    assert bench.of(leg) == ["LegArrived", "LegAnswered"]
    assert not task.done()
    await bench.clock.advance(500)
    with pytest.raises(CommandTimedOut):
        await task


async def test_inputs_may_overtake_a_reply_and_a_command_may_be_late(bench: Bench) -> None:
    leg, _ = await bench.arrive()
    bench.pbx.faults.plant("answer", FaultKind.DELAY_REPLY, delay_ms=100)
    bench.pbx.faults.plant("hang_up", FaultKind.DELAY, delay_ms=100)
    answer = asyncio.ensure_future(bench.driver.answer(leg))
    end = asyncio.ensure_future(bench.driver.hang_up(leg, Cause.NORMAL))
    await bench.clock.settle()
    assert bench.of(leg) == ["LegArrived", "LegAnswered"]
    await bench.clock.advance(100)
    await asyncio.gather(answer, end)
    assert bench.of(leg)[-1] == "LegEnded"


async def test_a_command_that_hangs_ends_when_it_is_cancelled_or_the_link_is_cut(bench: Bench) -> None:
    leg, _ = await bench.arrive()
    bench.pbx.faults.plant("answer", FaultKind.HANG, times=2)
    first = asyncio.ensure_future(bench.driver.answer(leg))
    await bench.clock.advance(60_000)
    assert not first.done()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.ensure_future(bench.driver.answer(leg))
    await bench.clock.settle()
    bench.pbx.cut_link()
    with pytest.raises(LinkLost):
        await second


async def test_a_join_that_the_caller_outran_is_accepted_and_leaves_the_agent_alone(bench: Bench) -> None:
    caller, _ = await bench.arrive()
    bench.pbx.phones["101"].behaviour = answers(100)
    agent = await bench.ring()
    await bench.clock.advance(100)
    bench.pbx.faults.plant("join", FaultKind.CALLER_GOES)
    await bench.driver.join(BridgeId("b"), (caller, agent), STAMP)
    await bench.clock.settle()
    assert bench.of(caller) == ["LegArrived", "LegEnded"]
    assert bench.of(agent) == ["LegRinging", "LegAnswered", "Joined"]
    assert bench.pbx.faults.left() == 0


async def test_signals_on_a_slow_line_keep_their_order(bench: Bench) -> None:
    bench.pbx.signal_delay_ms = 40
    leg, call = await bench.arrive()
    await bench.clock.advance(10)
    await bench.driver.answer(leg)
    call.hang_up()
    assert bench.inputs == []
    await bench.clock.advance(30)
    assert bench.of(leg) == ["LegArrived"]
    await bench.clock.advance(10)
    assert bench.of(leg) == ["LegArrived", "LegAnswered", "LegEnded"]


async def test_nothing_comes_after_the_link_has_ended(bench: Bench) -> None:
    bench.pbx.call("4711")
    bench.pbx.cut_link()
    await bench.clock.settle()
    assert bench.inputs == []
    with pytest.raises(LinkLost):
        await bench.driver.snapshot()


async def test_a_pbx_that_refuses_links(bench: Bench) -> None:
    bench.pbx.cut_link(refuse=True)
    with pytest.raises(LinkLost):
        await bench.open()
    bench.pbx.admit_links()
    await bench.open()


async def test_a_pbx_is_away_while_it_restarts(bench: Bench) -> None:
    _, call = await bench.arrive()
    bench.pbx.restart(down_ms=1_000)
    assert call.status == 0
    assert bench.pbx.call("4711").status == 503
    with pytest.raises(LinkLost):
        await bench.open()
    await bench.clock.advance(1_000)
    await bench.open()
    assert (await bench.driver.snapshot()).legs == ()


async def test_callers_wait_for_an_engine_as_long_as_the_dialplan_does(bench: Bench) -> None:
    bench.pbx.cut_link()
    _, call = await bench.arrive()
    assert call.hears() == {"ringing"}
    await bench.clock.advance(TRIES * RETRY_MS - 1)
    assert status_of(call) is None
    await bench.clock.advance(1)
    assert status_of(call) == 503
    assert bench.inputs == []


async def test_one_who_gave_up_in_the_gap_is_never_seen(bench: Bench) -> None:
    bench.pbx.cut_link()
    await bench.arrive(patience_ms=1_000)
    await bench.clock.advance(2_000)
    await bench.open()
    await bench.clock.advance(2_000)
    assert bench.inputs == []


async def test_patience_and_talk_time(bench: Bench) -> None:
    first, _ = await bench.arrive(patience_ms=3_000, talk_ms=5_000)
    _, impatient = await bench.arrive(patience_ms=3_000)
    agent = await bench.ring()
    await bench.clock.advance(1_000)
    await bench.driver.join(BridgeId("b"), (first, agent), STAMP)
    await bench.clock.advance(2_000)
    assert impatient.ended_at is not None
    await bench.clock.advance(2_999)
    assert LegEnded(first, Cause.NORMAL) not in bench.inputs
    await bench.clock.advance(1)
    assert LegEnded(first, Cause.NORMAL) in bench.inputs


async def test_a_phone_that_hangs_up_after_talking(bench: Bench) -> None:
    caller, _ = await bench.arrive()
    bench.pbx.phones["101"].next_calls.append(answers(0, talk_ms=500, twice=True))
    agent = await bench.ring()
    await bench.clock.advance(2_000)
    assert bench.of(agent) == ["LegRinging", "LegAnswered"]
    await bench.driver.join(BridgeId("b"), (caller, agent), STAMP)
    await bench.clock.advance(500)
    assert bench.of(agent)[-1] == "LegEnded"


async def test_a_third_call_and_a_foreign_call_make_a_phone_busy(bench: Bench) -> None:
    await bench.ring("a")
    await bench.ring("b")
    await bench.ring("c")
    assert bench.inputs[-1] == LegEnded(LegId("c"), Cause.BUSY)
    bench.pbx.phones["102"].start_foreign_call()
    await bench.ring("d", "102")
    assert bench.inputs[-2:] == [
        SeatChanged(NodeId("n"), "102", SeatStatus.BUSY),
        LegEnded(LegId("d"), Cause.BUSY),
    ]


async def test_a_phone_worked_by_hand(bench: Bench) -> None:
    phone = bench.pbx.phones["101"]
    phone.behaviour = answers(60_000)
    agent = await bench.ring()
    phone.answer()
    phone.press("7")
    phone.hang_up()
    await bench.clock.settle()
    assert bench.of(agent) == ["LegRinging", "LegAnswered", "Digit", "LegEnded"]
    other = await bench.ring("b")
    phone.reject()
    await bench.clock.settle()
    assert bench.inputs[-2:] == [LegRinging(other), LegEnded(other, Cause.REJECTED)]


async def test_a_phone_answered_by_hand_does_not_refuse_later(bench: Bench) -> None:
    bench.pbx.phones["101"].behaviour = rejects(1_000)
    agent = await bench.ring()
    bench.pbx.phones["101"].answer()
    await bench.clock.advance(2_000)
    assert bench.of(agent) == ["LegRinging", "LegAnswered"]


async def test_a_caller_in_a_bridge_is_answered_when_the_agent_answers(bench: Bench) -> None:
    caller, call = await bench.arrive()
    agent = await bench.ring()
    await bench.driver.join(BridgeId("b"), (caller, agent), STAMP)
    await bench.clock.advance(999)
    assert bench.of(caller) == ["LegArrived", "Joined"]
    await bench.clock.advance(1)
    assert bench.of(caller) == ["LegArrived", "Joined", "LegAnswered"]
    assert call.hears() == {agent}


async def test_only_seats_that_were_asked_for_are_reported(bench: Bench) -> None:
    bench.pbx.phones["103"].unregister()
    bench.pbx.phones["102"].unregister()
    bench.pbx.phones["102"].unregister()
    await bench.clock.settle()
    assert bench.inputs == [SeatChanged(NodeId("n"), "102", SeatStatus.UNREACHABLE)]


async def test_a_whisper_reaches_the_agent_only(bench: Bench) -> None:
    bench.pbx.behaviour = answers(0)
    for seat in ("101", "102"):
        bench.pbx.phones[seat].behaviour = answers(0)
    caller, call = await bench.arrive()
    agent, supervisor = await bench.ring("agent", "101"), await bench.ring("supervisor", "102")
    await bench.driver.join(BridgeId("b"), (caller, agent), STAMP)
    heard = bench.pbx.switch.taps.heard_by
    for speaks, by_caller, by_agent in [
        (SpeaksTo.NONE, {agent}, {caller}),
        (SpeaksTo.TARGET, {agent}, {caller, supervisor}),
        (SpeaksTo.OTHER, {agent, supervisor}, {caller}),
        (SpeaksTo.BOTH, {agent, supervisor}, {caller, supervisor}),
    ]:
        await bench.driver.spy(supervisor, agent, Hears.BOTH, speaks)
        assert call.hears() == frozenset(by_caller)
        assert heard(agent) == frozenset(by_agent)
        assert heard(supervisor) == frozenset({caller, agent})


async def test_nothing_is_played_into_a_conversation(bench: Bench) -> None:
    bench.pbx.phones["101"].behaviour = answers(0)
    caller, call = await bench.arrive()
    agent = await bench.ring()
    await bench.driver.music(caller, "jazz")
    assert call.hears() == {"music:jazz"}
    await bench.driver.join(BridgeId("b"), (caller, agent), STAMP)
    assert call.hears() == {"a"}
    with pytest.raises(Refused):
        await bench.driver.music(caller, "jazz")


async def test_accounts_come_and_go(bench: Bench) -> None:
    await bench.driver.put_account("102", "secret", {})
    bench.inputs.clear()
    await bench.driver.put_account("104", "secret", {})
    assert bench.inputs == []  # it is not there before it registers
    bench.pbx.phones["104"].register()
    bench.pbx.phones["104"].behaviour = busy()
    assert (await bench.ring("a", "104")) and bench.inputs[-1] == LegEnded(LegId("a"), Cause.BUSY)
    await bench.driver.remove_account("104")
    assert "104" not in bench.pbx.phones


async def test_a_second_pair_joins_in_its_own_bridge(bench: Bench) -> None:
    """Legs of different bridges never hear each other."""
    for seat in ("101", "102"):
        bench.pbx.phones[seat].behaviour = answers(0)
    pairs = []
    for number, seat in enumerate(("101", "102")):
        caller, call = await bench.arrive()
        agent = await bench.ring(f"agent{number}", seat)
        await bench.driver.join(BridgeId(f"b{number}"), (caller, agent), STAMP)
        pairs.append((call, agent))
    await bench.clock.settle()
    assert [call.hears() for call, _ in pairs] == [{agent} for _, agent in pairs]
    assert sum(isinstance(seen, Joined) for seen in bench.inputs) == 4
    assert sum(isinstance(seen, LegArrived) for seen in bench.inputs) == 2


async def test_behind_the_trunk_to_the_world_every_number_is_somebodys() -> None:
    bench = Bench()
    await bench.open()
    bench.pbx.number("4711").behaviour = busy()
    await bench.ring("a", "4711@world")
    await bench.ring("b", "0815@world")
    await bench.ring("c", "0815@nowhere")
    await bench.clock.advance(5_000)
    assert [bench.of(leg)[-1] for leg in "abc"] == ["LegEnded", "LegAnswered", "LegEnded"]
    assert [seen.cause for seen in bench.inputs if isinstance(seen, LegEnded)] == [Cause.BUSY, Cause.UNREACHABLE]
    assert bench.pbx.number("4711").rung == 1


async def test_a_ring_tone_ends_with_what_is_heard_instead() -> None:
    bench = Bench()
    await bench.open()
    leg = await bench.ring()
    heard = bench.pbx.switch.taps.heard_by
    await bench.driver.ring(leg)
    assert heard(leg) == frozenset()  # it rings itself
    await bench.clock.advance(5_000)
    await bench.driver.ring(leg)
    assert heard(leg) == {"ringing"}
    await bench.driver.music(leg, "default")
    assert heard(leg) == {"music:default"}
    await bench.driver.ring(leg)
    assert heard(leg) == {"ringing"}
    await bench.driver.join(BridgeId("b"), (leg,), STAMP)
    await bench.driver.ring(leg)
    assert heard(leg) == frozenset()
