"""The figures of the running day: where it begins and ends, and what belongs to it."""

from datetime import datetime

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import VisitOutcome
from cordpair.acd.inputs import TimerDue
from cordpair.ids import ContactId, QueueId, VisitId
from cordpair.journal import Entry
from cordpair.reports import Live, Place, Policy, RawInterval
from cordpair.reports.days import zone_of
from cordpair.reports.live import OpenVisit

BERLIN = zone_of("Europe/Berlin")
SALES = QueueId("sales")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000)


class Day:
    """A centre's entries, with a clock that is set by them."""

    def __init__(self, now: str, seq: int = 0, policy: Policy | None = None) -> None:
        self.now = at(now)
        self.live = Live(BERLIN, policy or Policy(), lambda: self.now, seq)
        self.seq = seq

    def tell(self, when: str, *events: ev.Event) -> None:
        self.now, self.seq = at(when), self.seq + 1
        self.live.see(Entry(self.seq, self.now, TimerDue(), events))

    def come(self, when: str, visit: str) -> None:
        begun = ev.VisitBegan(VisitId(visit), ContactId("c"), SALES, 1, at(when), at(when))
        self.tell(when, begun)

    def leave(self, when: str, visit: str, outcome: VisitOutcome, waited_ms: int) -> None:
        self.tell(when, ev.VisitEnded(VisitId(visit), outcome, waited_ms))


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_the_day_is_that_of_the_zone(day, hours):
    found = Day(f"{day}T12:00+01:00").live.day
    assert found[1] - found[0] == hours * 3_600_000
    assert datetime.fromtimestamp(found[0] / 1_000, BERLIN).isoformat()[:16] == f"{day}T00:00"


def test_what_began_yesterday_is_not_todays():
    day = Day("2026-10-25T22:00+01:00")
    day.come("2026-10-25T23:59+01:00", "v1")
    assert day.live.figures(SALES).waiting == 1
    day.come("2026-10-26T00:00+01:00", "v2")
    day.leave("2026-10-26T00:01+01:00", "v1", VisitOutcome.CONNECTED, 120_000)
    day.leave("2026-10-26T00:01+01:00", "v2", VisitOutcome.CONNECTED, 20_000)
    found = day.live.figures(SALES)
    assert (found.offered, found.answered, found.answered_in_time, found.asa_s) == (1, 1, 1, 20.0)
    assert day.live.counts(at("2026-10-25T23:45+01:00")) == {(SALES, "offered"): 1, (SALES, "outcome.connected"): 1}


def test_a_day_begins_without_anybody_coming():
    day = Day("2026-11-20T10:00+01:00")
    day.come("2026-11-20T10:00+01:00", "v1")
    day.now = at("2026-11-20T23:59:59+01:00")
    assert day.live.figures(SALES).offered == 1
    day.now = at("2026-11-21T00:00+01:00")
    assert day.live.figures(SALES).offered == 0


def test_a_clock_that_is_set_back_does_not_bring_yesterday_back():
    day = Day("2026-11-20T23:00+01:00")
    day.come("2026-11-21T00:10+01:00", "v1")
    day.now = at("2026-11-20T23:59+01:00")
    assert day.live.figures(SALES).offered == 1 and day.live.day[0] == at("2026-11-21T00:00+01:00")


def test_short_abandons():
    day = Day("2026-11-20T10:00+01:00", policy=Policy(short_abandon_s=5))
    for number, waited_ms in enumerate((4_999, 5_000, 5_001)):
        day.come("2026-11-20T10:00+01:00", f"v{number}")
        day.leave("2026-11-20T10:01+01:00", f"v{number}", VisitOutcome.ABANDONED, waited_ms)
    found = day.live.figures(SALES)
    assert (found.abandoned, found.abandoned_short, found.abandon_rate) == (3, 2, 1.0)


def test_turned_away_at_the_door_counts_when_the_contact_came():
    day = Day("2026-11-20T23:59+01:00")
    day.tell("2026-11-20T23:59+01:00", ev.ContactArrived(ContactId("c"), "n", "voice", day.now))  # type: ignore[arg-type]
    refused = ev.VisitRefused(VisitId("v1"), ContactId("c"), SALES, VisitOutcome.REJECTED_FULL, 1)
    day.tell("2026-11-21T00:00:01+01:00", refused)
    assert day.live.figures(SALES).offered == 0
    again = ev.VisitRefused(VisitId("v2"), ContactId("c"), SALES, VisitOutcome.REJECTED_FULL, 2)
    day.tell("2026-11-21T00:00:02+01:00", again)
    assert (day.live.figures(SALES).offered, day.live.figures(SALES).turned_away) == (1, 1)


def test_what_was_before_comes_later():
    day = Day("2026-11-20T10:20+01:00", seq=100)
    day.leave("2026-11-20T10:21+01:00", "old", VisitOutcome.CONNECTED, 60_000)
    day.come("2026-11-20T10:22+01:00", "new")
    assert not day.live.complete and day.live.figures(SALES).offered == 1
    earlier = at("2026-11-20T10:15+01:00")
    amounts = {"offered": 3, "waiting": 1, "outcome.connected": 2, "wait.connected.9": 2, "waited_ms.connected": 18_000}
    yesterday = RawInterval(Place(at("2026-11-19T10:15+01:00"), SALES), {"offered": 7})
    rows = [RawInterval(Place(earlier, SALES), amounts), yesterday]
    day.live.take_over(rows, rows, [OpenVisit(VisitId("old"), SALES, earlier)])
    found = day.live.figures(SALES)
    assert (found.offered, found.answered, found.answered_in_time, found.waiting) == (4, 3, 2, 1)
    assert found.asa_s == 26.0 and found.service_level == pytest.approx(2 / 3) and day.live.complete
    assert day.live.counts(earlier) == {(SALES, "offered"): 4, (SALES, "outcome.connected"): 3}


def test_each_entry_costs_the_same_however_long_the_day():
    """Counts of quarters that nobody asks for any more go."""
    day = Day("2026-11-20T00:00+01:00")
    for hour in range(24):
        for minute in (0, 15, 30, 45):
            day.come(f"2026-11-20T{hour:02}:{minute:02}+01:00", f"v{hour}.{minute}")
            day.leave(f"2026-11-20T{hour:02}:{minute:02}:30+01:00", f"v{hour}.{minute}", VisitOutcome.CONNECTED, 30_000)
    assert len(day.live._intervals) <= 9 and not day.live._open and day.live.figures(SALES).answered == 96
