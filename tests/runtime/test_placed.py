"""Who asked for a call is told what became of both, in time, and not for ever."""

import asyncio

import pytest

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome
from cordpair.acd.model import Connection, ContactRow, State, VisitRow
from cordpair.ids import AgentId, BridgeId, ContactId, LegId, NodeId, OfferId, QueueId, VisitId
from cordpair.journal import Entry
from cordpair.runtime.placed import Placed, PlacedCall, placed_calls
from cordpair.testing import ManualClock

NODE, ANN, CONTACT, OFFER = NodeId("n1"), AgentId("ann"), ContactId("c1"), OfferId("o1")
ARRIVED = ev.ContactArrived(CONTACT, NODE, "voice", 1_000, key="k", placed_by=ANN)
MADE = ev.OfferMade(OFFER, 1, VisitId("v1"), CONTACT, ANN, 0, 31_000, LegId("o1-a"))
TAKEN = ev.OfferAnswered(OFFER, None, 40_000)
DIALLED = ev.CustomerDialled(CONTACT, LegId("c1-k"), 40_000)
ANSWERED = ev.CustomerAnswered(CONTACT, BridgeId("b"), 50_000)
TALK = ev.ContactConnected(CONTACT, VisitId("v1"), OFFER, ANN, 9)
OVER = ev.ContactEnded(CONTACT, ContactEnd.SYSTEM)


def entry(at: int, *events: ev.Event) -> Entry:
    return Entry(at, at, inp.TimerDue(), events)


def ended(outcome: OfferOutcome) -> ev.OfferEnded:
    return ev.OfferEnded(OFFER, outcome)


def test_a_conversation() -> None:
    calls = placed_calls([entry(1_000, ARRIVED, MADE), entry(3_000, TAKEN, DIALLED), entry(8_000, ANSWERED)])
    assert calls[CONTACT] == PlacedCall(CONTACT, "k", ANN, 1_000, "answered", "answered", 3_000)
    assert not calls[CONTACT].is_decided
    more = [entry(9_000, TALK, ended(OfferOutcome.CONNECTED)), entry(60_000, OVER)]
    calls = placed_calls([entry(1_000, ARRIVED, MADE), entry(3_000, TAKEN, DIALLED), entry(8_000, ANSWERED), *more])
    assert calls[CONTACT] == PlacedCall(CONTACT, "k", ANN, 1_000, "answered", "answered", 3_000, 9_000, 60_000)


@pytest.mark.parametrize(
    ("events", "agent", "customer"),
    [
        ((ended(OfferOutcome.MISSED), OVER), "missed", "not_called"),
        ((ended(OfferOutcome.UNREACHABLE), OVER), "unreachable", "not_called"),
        ((TAKEN, DIALLED, ev.CustomerNotReached(CONTACT, Cause.BUSY), OVER), "answered", "busy"),
        ((TAKEN, ev.CustomerNotReached(CONTACT, Cause.UNREACHABLE), OVER), "answered", "unreachable"),
        ((TAKEN, DIALLED, ev.CustomerNotReached(CONTACT, Cause.NORMAL, True), OVER), "answered", "cancelled"),
        ((TAKEN, DIALLED, ended(OfferOutcome.CONTACT_GONE), OVER), "answered", "cancelled"),
    ],
)
def test_what_became_of_both(events: tuple[ev.Event, ...], agent: str, customer: str) -> None:
    call = placed_calls([entry(1_000, ARRIVED, MADE), entry(2_000, *events)])[CONTACT]
    assert (call.agent_result, call.customer_result, call.ended_at) == (agent, customer, 2_000)
    assert call.is_decided and call.connected_at is None


def test_other_contacts_are_none() -> None:
    other = ev.ContactArrived(CONTACT, NODE, "voice", 1_000, leg=LegId("in"))
    assert placed_calls([entry(1_000, other, MADE), entry(2_000, TAKEN, TALK, OVER)]) == {}


async def test_waiting_until_both_are_known() -> None:
    placed = Placed(State(), ManualClock())
    placed.see(entry(1_000, ARRIVED, MADE))
    waiting = [asyncio.create_task(placed.wait(CONTACT, 65)) for _ in range(2)]
    await asyncio.sleep(0)
    placed.see(entry(3_000, TAKEN, DIALLED))
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    placed.see(entry(9_000, ev.CustomerNotReached(CONTACT, Cause.BUSY), OVER))
    assert [(await task).customer_result for task in waiting] == ["busy", "busy"]
    assert (await placed.wait(CONTACT, 65)).ended_at == 9_000
    assert placed.of(CONTACT) == placed.of_key("k") and placed.of_key("x") is None


async def test_not_longer_than_asked() -> None:
    clock = ManualClock()
    placed = Placed(State(), clock)
    placed.see(entry(1_000, ARRIVED, MADE))
    waiting = asyncio.create_task(placed.wait(CONTACT, 2))
    await clock.advance(2_000)
    assert (await waiting).agent_result == ""
    with pytest.raises(KeyError):
        await placed.wait(ContactId("c9"), 2)


async def test_what_lives_when_the_engine_starts() -> None:
    """A call that rings, one whose agent has answered, one in conversation, and a caller of no agent's."""
    waits = {VisitId(f"v{n}"): VisitRow(VisitId(f"v{n}"), ContactId(f"c{n}"), QueueId("q"), "voice", NODE, n, 1, 1, 0, (), {}) for n in (1, 2)}  # fmt: skip # noqa: E501
    waits[VisitId("v1")].offers = waits[VisitId("v2")].offers = [OFFER]
    waits[VisitId("v2")].accepted = OFFER
    talk = Connection(ANN, 0, OFFER, QueueId("q"), 7_000, 1_000, 0)
    rows = [
        ContactRow(ContactId("c1"), NODE, "voice", 1_000, visit=VisitId("v1"), key="k1", placed_by=ANN),
        ContactRow(ContactId("c2"), NODE, "voice", 1_000, visit=VisitId("v2"), key="k2", placed_by=ANN),
        ContactRow(ContactId("c3"), NODE, "voice", 1_000, connection=talk, key="k3", placed_by=ANN),
        ContactRow(ContactId("c4"), NODE, "voice", 1_000, leg=LegId("in")),
    ]
    placed = Placed(State(contacts={row.contact: row for row in rows}, visits=waits), ManualClock())
    found = [placed.of_key(key) for key in ("k1", "k2", "k3")]
    assert [call and (call.agent_result, call.customer_result) for call in found] == [
        ("", ""), ("answered", ""), ("answered", "answered"),
    ]  # fmt: skip
    assert placed.of(ContactId("c4")) is None
    placed.see(entry(9_000, ev.ContactEnded(ContactId("c2"), ContactEnd.SYSTEM)))
    ended_call = placed.of_key("k2")
    assert ended_call is not None and ended_call.customer_result == "not_called"


def test_memory_is_bounded() -> None:
    def call(n: int) -> ev.ContactArrived:
        return ev.ContactArrived(ContactId(f"c{n}"), NODE, "voice", n, key=f"k{n}", placed_by=ANN)

    calls = placed_calls([entry(n, call(n)) for n in range(10)], most=3)
    assert list(calls) == ["c7", "c8", "c9"]
