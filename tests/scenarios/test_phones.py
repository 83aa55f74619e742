"""What an agent's phone can do wrong: the caller gets somebody else, the agent is never stuck."""

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import SeatStatus
from cordpair.acd.configuration import FeatureAction, FeatureCode
from cordpair.acd.model import AgentStatus
from cordpair.ids import AgentId, SeatId
from cordpair_loopback import Behaviour, FaultKind, answers, busy, dead, never_answers, rejects, unavailable
from scenarios.rig import MAIN, agent, centre, queue

SALES = queue("sales", offer_timeout_ms=5_000)
AGENTS = (agent("ann", "sales"), agent("bob", "sales"))
LAST_MOMENT = Behaviour(answer_after_ms=5_000)

# name: what the phone does, the offer's outcome, when the next agent's phone is rung (ms)
FAULTS = {
    "rejects": (rejects(300), "rejected", 300),
    "rejects at once": (rejects(0), "rejected", 0),
    "busy": (busy(), "busy", 0),
    "do not disturb": (unavailable(), "missed", 0),
    "never answers": (never_answers(), "missed", 5_000),
    "dead": (dead(), "unreachable", 5_000),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_next_agent_gets_the_call(fault: str) -> None:
    behaviour, outcome, after = FAULTS[fault]
    async with centre([SALES], AGENTS) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", behaviour)
        start = rig.clock.now_ms()
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(after + 1_100)
        assert ada.talks_to() == "bob"
        assert [event.outcome.value for event in rig.events(ev.OfferEnded)] == [outcome, "connected"]
        assert ada.call.talked_at == start + after + 1_000
        row = rig.agent("ann")
        assert (row.failures, row.not_before) == (1, start + after + 10_000)
        await rig.advance(10_000)
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(1_100)
        assert bea.talks_to() == "ann"
        assert rig.agent("ann").failures == 0


@pytest.mark.parametrize("fault", FAULTS)
async def test_three_in_a_row_make_the_agent_not_ready(fault: str) -> None:
    behaviour, outcome, _ = FAULTS[fault]
    async with centre([SALES], AGENTS[:1]) as rig:
        await rig.staff("ann")
        rig.phone("ann").behaviour = behaviour
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(60_000)
        assert rig.phone("ann").rung == 3
        assert (rig.agent("ann").status, rig.agent("ann").reason) == (AgentStatus.NOT_READY, outcome)
        rig.phone("ann").behaviour = answers(500)
        rig.dial("ann", "033")
        await rig.advance(1_000)
        assert ada.talks


@pytest.mark.parametrize("how", ["unregistered", "in a call of its own"])
async def test_a_phone_that_cannot_be_rung_is_not_rung(how: str) -> None:
    async with centre([SALES], AGENTS[:1]) as rig:
        await rig.staff("ann")
        phone = rig.phone("ann")
        (phone.unregister if how == "unregistered" else phone.start_foreign_call)()
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(30_000)
        assert (phone.rung, rig.agent("ann").status) == (0, AgentStatus.READY)
        (phone.register if how == "unregistered" else phone.end_foreign_call)()
        await rig.advance(1_100)
        assert ada.talks


async def test_a_phone_that_unregisters_while_it_rings() -> None:
    async with centre([SALES], AGENTS) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", never_answers())
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        rig.phone("ann").unregister()
        await rig.advance(5_500)
        assert ada.talks_to() == "bob"
        await rig.advance(20_000)
        assert rig.state.seats[SeatId("seat-ann")].status == {MAIN: SeatStatus.UNREACHABLE}


async def test_a_phone_that_unregisters_in_a_conversation_goes_on_talking() -> None:
    async with centre([SALES], AGENTS[:1]) as rig:
        await rig.staff("ann")
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(2_000)
        rig.phone("ann").unregister()
        await rig.advance(2_000)
        assert ada.talks
        ada.hangs_up()
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(5_000)
        assert not bea.talked
        assert rig.agent("ann").status is AgentStatus.READY


async def test_a_phone_that_answers_twice() -> None:
    async with centre([SALES], AGENTS) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", answers(500, twice=True))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        assert ada.talks_to() == "ann"
        assert len(rig.events(ev.ContactConnected)) == 1


@pytest.mark.parametrize("late", [-1, 0, 1])
async def test_an_answer_in_the_last_moment(late: int) -> None:
    """Around the offer's time-out either the agent has the call or the next one gets it: never both, never none."""
    async with centre([SALES], AGENTS) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", Behaviour(answer_after_ms=5_000 + late))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(7_000)
        assert ada.talks
        assert ada.talks_to() == ("ann" if late < 0 else "bob")
        assert sum(len(phone.legs) for phone in rig.phones()) == 1
        await rig.advance(10_000)
        assert rig.is_free("bob" if late < 0 else "ann")


@pytest.mark.parametrize("delay", [5, 40])
async def test_an_answer_that_crosses_the_cancel(delay: int) -> None:
    """The phone answers while our CANCEL is decided: the report is late."""
    async with centre([SALES], AGENTS) as rig:
        await rig.staff("ann", "bob")
        next(iter(rig.pbxs.values())).signal_delay_ms = delay
        rig.does("ann", Behaviour(answer_after_ms=5_000 - delay // 2))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(8_000)
        assert ada.talks_to() == "bob"
        assert rig.phone("ann").legs == []


async def test_two_calls_at_once_never_ring_one_phone_twice() -> None:
    async with centre([SALES], AGENTS[:1]) as rig:
        await rig.staff("ann")
        rig.phone("ann").behaviour = rejects(0)
        for number in range(5):
            rig.caller(f"c{number}").arrives("5001")
        most = 0
        for _ in range(300):
            await rig.advance(100)
            most = max(most, len(rig.phone("ann").legs))
        assert most <= 1


@pytest.mark.parametrize("answer_ms", [300, 4_950, 5_050, 8_000])
async def test_the_reply_to_an_originate_is_lost_but_the_phone_rang(answer_ms: int) -> None:
    """What was seen of the leg counts, not the reply. The join waits for it, but not longer than its deadline."""
    async with centre([queue("sales")], AGENTS[:1]) as rig:
        await rig.staff("ann")
        rig.pbxs[MAIN].faults.plant("originate", FaultKind.DELAY_REPLY, delay_ms=60_000)
        rig.does("ann", answers(answer_ms))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(30_000)
        assert ada.talks
        assert ada.call.talked_at == ada.call.arrival.arrived_at + max(answer_ms, 5_000)
        assert (rig.phone("ann").rung, rig.agent("ann").failures) == (1, 0)


BOBS = FeatureCode("0117", FeatureAction.SIGN_IN, agent=AgentId("bob"))


async def test_an_own_number_makes_any_phone_theirs() -> None:
    """Bob at Ann's phone, who is not there: the ring that was at his follows him, and so do the other codes."""
    async with centre([SALES], AGENTS, codes=(BOBS,)) as rig:
        await rig.staff("bob")
        rig.phone("bob").behaviour = never_answers()
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        rig.dial("ann", "0117")
        await rig.advance(2_000)
        assert rig.agent("bob").seat == SeatId("seat-ann") and ada.talks_to() == "ann"
        assert rig.agent("bob").failures == 0 and rig.agent("ann").status is AgentStatus.SIGNED_OUT
        ada.hangs_up()
        await rig.advance(1_000)
        rig.dial("ann", "022")
        await rig.advance(1_000)
        assert rig.agent("bob").status is AgentStatus.SIGNED_OUT


async def test_a_phone_that_somebody_has_is_not_taken_from_them() -> None:
    async with centre([SALES], AGENTS, codes=(BOBS,)) as rig:
        await rig.staff("ann", "bob")
        rig.dial("ann", "0117")
        await rig.advance(1_000)
        assert rig.events(ev.FeatureUsed)[-1].result == "refused"
        assert (rig.agent("ann").seat, rig.agent("bob").seat) == (SeatId("seat-ann"), SeatId("seat-bob"))
