"""Which interval counts what, for contacts that cross intervals, are given away, held, lost, and call back."""

import pytest

from acd.centre import agent, centre, queue
from acd.floor import START, Floor
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import HangUpAction, QueueAction, Step
from cordpair.ids import AgentId, QueueId
from cordpair.reports.folding import Folder
from cordpair.reports.raw import INTERVAL_MS, interval_of, total
from cordpair.reports.reconcile import counted_of, reconcile, standing

ANN, BOB = AgentId("ann"), AgentId("bob")
QUARTER = interval_of(START)
NEXT = QUARTER + INTERVAL_MS


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (
        agent("ann", {"german": 9}, ("sales", "late"), wrap_up_ms=30_000),
        agent("bob", {"german": 2}, ("tech", "late")),
    )
    queues = (
        queue("sales", steps=(Step(0, {"german": 5}),), dispositions=("sold", "lost"), **options),
        queue("tech"),
        queue("late", max_length=1, on_full=HangUpAction(Cause.BUSY)),
    )
    return Floor(centre(queues, agents, reasons=("break",)), ready)


def until(floor: Floor, moment: int) -> None:
    floor.wait(moment - floor.now)


def counted(floor: Floor) -> Folder:
    folder = Folder()
    for at, _, events in floor.journal:
        folder.add_events(at, events)
    assert reconcile(counted_of(folder.intervals(floor.now)), folder.before, standing(floor.acd.state)) == []
    return folder


def figures(floor: Floor, **wanted: object) -> dict[str, int]:
    """Of the places that have all this; times only where they are asked for by agent alone."""
    rows = counted(floor).intervals(floor.now)
    return total(rows, lambda place: all(getattr(place, name) == value for name, value in wanted.items()))


def test_a_visit_counts_where_it_began_and_time_where_it_was_spent():
    floor = floor_with("ann")
    until(floor, NEXT - 10_000)
    contact = floor.call("sales")
    floor.wait(5_000)
    floor.answers("ann")
    until(floor, NEXT + 25_000)
    floor.receive(inp.Dispose(contact, ANN, "lost"))
    floor.hangs_up("ann")
    floor.wait(10_000)
    floor.receive(inp.Dispose(contact, ANN, "sold"))  # the last one counts
    floor.wait(30_000)
    visit = figures(floor, queue="sales")
    assert visit == {
        "offered": 1, "contacts": 1, "outcome.connected": 1, "waited_ms.connected": 5_000, "wait.connected.5": 1,
        "offers": 1, "offer.connected": 1, "alert_ms": 5_000,
        "conversations": 1, "handled": 1, "ended_by.agent": 1, "talk_ms": 30_000, "wrap_up_ms": 30_000,
    }  # fmt: skip
    place = {"start": QUARTER, "queue": "sales", "service": "sales", "skills": ("german",), "agent": "ann"}
    assert figures(floor, **place, disposition="sold")["handled"] == 1
    assert figures(floor, start=NEXT, queue="sales") == {}
    before, after = figures(floor, start=QUARTER, queue=""), figures(floor, start=NEXT, queue="")
    assert (before["time.talk"], before["time.alerted"]) == (5_000, 5_000)
    assert after == {"time.talk": 25_000, "time.wrap_up": 30_000, "time.idle": 10_000}
    assert sum(before.values()) == NEXT - START - floor.configuration.timing.settle_ms


def test_a_wait_is_rounded_up_so_that_whole_seconds_are_exact():
    floor = floor_with("bob")
    for ms in (10_000, 10_001):
        contact = floor.call("late")
        floor.refuses("bob", Cause.REJECTED)
        floor.pause("bob")
        floor.wait(ms)
        floor.abandon(contact)
        floor.ready("bob")
    found = figures(floor, queue="late", agent="")
    assert {name: amount for name, amount in found.items() if name.startswith("wait")} == {
        "wait.abandoned.10": 1,
        "wait.abandoned.11": 1,
        "waited_ms.abandoned": 20_001,
    }


def test_a_transfer_is_a_visit_of_its_own_and_the_same_contact():
    floor = floor_with("ann")
    contact = floor.call("sales")
    floor.answers("ann")
    floor.wait(60_000)
    until(floor, NEXT + 1_000)
    assert floor.receive(inp.Transfer(contact, ANN, QueueId("tech"))).refusal is None
    floor.wait(7_000)
    floor.ready("bob")
    floor.answers("bob")
    floor.wait(20_000)
    sales, tech = figures(floor, start=QUARTER, queue="sales"), figures(floor, start=NEXT, queue="tech")
    assert (sales["contacts"], sales["handled"], sales["ended_by.transferred"]) == (1, 1, 1)
    assert sales["in_wrap_up"] == 1 and "wrap_up_ms" not in sales
    assert (tech["offered"], tech["talking"], tech["waited_ms.connected"]) == (1, 1, 7_000)
    assert "contacts" not in tech and "handled" not in tech
    assert figures(floor, queue="tech", agent="bob", service="sales")["conversations"] == 1


def test_hold_is_not_talk():
    floor = floor_with("ann")
    contact = floor.call("sales")
    floor.answers("ann")
    floor.wait(10_000)
    floor.receive(inp.Hold(contact, ANN))
    floor.wait(20_000)
    floor.receive(inp.Hold(contact, ANN, on=False))
    floor.wait(5_000)
    floor.receive(inp.Hold(contact, ANN))
    floor.wait(1_000)
    floor.abandon(contact)
    found, times = figures(floor, queue="sales"), figures(floor, queue="", agent="ann")
    assert (found["talk_ms"], found["hold_ms"], found["holds"]) == (15_000, 21_000, 2)
    assert (times["time.talk"], times["time.hold"]) == (15_000, 21_000)


def test_who_is_lost_and_waits_again_is_offered_twice():
    floor = floor_with("ann")
    contact = floor.call("sales")
    floor.answers("ann")
    floor.wait(10_000)
    floor.hangs_up("ann", Cause.LOST)
    assert floor.lives(contact)
    found = figures(floor, queue="sales")
    assert (found["offered"], found["contacts"], found["waiting"], found["ended_by.lost"]) == (2, 1, 1, 1)


def test_overflow_and_a_closed_door():
    floor = floor_with(max_wait_ms=60_000, on_timeout=QueueAction(QueueId("late")))
    floor.call("sales")
    floor.call("late")
    floor.wait(60_000)  # sales overflows to late, which is full
    sales, late = figures(floor, queue="sales"), figures(floor, queue="late")
    assert (sales["offered"], sales["outcome.overflowed"]) == (1, 1)
    assert (late["offered"], late["contacts"], late["waiting"], late["outcome.rejected_full"]) == (2, 1, 1, 1)
    assert late["wait.rejected_full.0"] == 1


def test_a_late_report_of_an_arrival_counts_when_it_arrived():
    floor = floor_with()
    until(floor, NEXT + 1_000)
    floor.call("sales", ago=5_000)
    assert figures(floor, start=QUARTER, queue="sales")["waiting"] == 1


def test_reasons():
    floor = floor_with("ann")
    floor.wait(1_000)
    floor.pause("ann")
    floor.wait(9_000)
    floor.receive(inp.SignOut(ANN))
    floor.wait(3_600_000)
    found = figures(floor, agent="ann")
    assert found == {"time.idle": 1_000, "time.not_ready": 9_000, "not_ready.break": 9_000}


def test_offers_count_with_whom_they_were_made_to():
    floor = floor_with("bob")
    floor.call("late")
    floor.wait(2_000)
    floor.rings("bob")
    floor.refuses("bob", Cause.BUSY)
    found = figures(floor, queue="late", agent="bob")
    assert found == {"offers": 1, "offer.busy": 1, "alert_ms": 2_000}


@pytest.mark.parametrize(("queue", "figure"), [("sales", "offered"), ("tech", "outcome.connected")])
def test_a_difference_is_named(queue, figure):
    floor = floor_with("ann")
    floor.call("sales")
    folder = counted(floor)
    now = standing(floor.acd.state)
    now[queue, figure] = now.get((queue, figure), 0) + 3
    (difference,) = reconcile(counted_of(folder.intervals(floor.now)), folder.before, now)
    assert (difference.queue, difference.figure, difference.kept - difference.counted) == (queue, figure, 3)
    assert f"queue {queue}: {figure}" in str(difference)
