"""The figures of the running day, counted as entries are committed: each entry costs the same, however long the day.

A visit belongs to the day, and to the quarter of an hour, in which it began, as in every report; what becomes of it is
told there. The day begins at midnight of the centre's zone: it has 23 hours when the clock is put forward and 25 when
it is put back.

What was before the first entry that is seen comes later, from who reads the journal (``take_over``). Until then the
figures are those since the start, and ``complete`` says so.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from cordpair.acd import events as ev
from cordpair.ids import ContactId, QueueId, VisitId
from cordpair.journal import Entry
from cordpair.reports.days import bounds, local
from cordpair.reports.raw import INTERVAL_MS, RawInterval, interval_of
from cordpair.reports.tallies import Policy, Tally

# Intervals whose counts are kept for the double entry: two hours.
KEPT_MS = 8 * INTERVAL_MS
# Ends of visits that were open before the first entry, until it is told what they were. More than can wait.
UNKNOWN = 200_000


class QueueFigures(msgspec.Struct, frozen=True):
    """Of the visits to a queue that began today. ``offered`` is ``waiting`` and everything that follows to ``failed``,
    added up; a share of nothing is None."""

    offered: int = 0
    waiting: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_short: int = 0  # of the abandoned: within the policy's threshold
    flowed_out: int = 0
    turned_away: int = 0
    timed_out: int = 0
    failed: int = 0
    service_level: float | None = None  # as the policy has it
    abandon_rate: float | None = None
    asa_s: float | None = None


class OpenVisit(msgspec.Struct, frozen=True):
    """A visit that has not ended."""

    visit: VisitId
    queue: QueueId
    began_at: int
    placed: bool = False


class Begun(NamedTuple):
    queue: QueueId
    at: int
    placed: bool = False  # see ``acd.events_placed``: nobody waits in it


# Of the visits that began in an interval, by queue and figure: offered, outcome.X, placed, placed.X.
Counts = dict[tuple[str, str], int]


class Live:
    def __init__(  # what it begins with
        self,
        zone: ZoneInfo,
        policy: Policy,
        now_ms: Callable[[], int],
        seq: int = 0,
        placed: Iterable[ContactId] = (),
    ) -> None:
        """``seq``: of the newest entry that will not be seen, since it was committed before. ``placed``: whom agents
        had called by then."""
        self.zone = zone
        self.policy = policy
        self.first = self.seq = seq
        self.complete = seq == 0  # whether what was before is known
        self._now_ms = now_ms
        self._newest = 0
        self._day = (0, 0)
        self._tallies: dict[QueueId, Tally] = {}
        self._intervals: dict[int, Counts] = {}
        self._open: dict[VisitId, Begun] = {}
        self._arrived: dict[ContactId, int] = {}  # when: those in no queue yet
        self._placed = set(placed)  # until they are given away
        self._unknown: dict[VisitId, tuple[str, int]] = {}

    # ------------------------------------------------------------ read

    def figures(self, queue: QueueId) -> QueueFigures:
        """As they are now; of a queue that nobody came to, all 0."""
        self._roll(self._now_ms())
        tally = self._tallies.get(queue)
        if tally is None:
            return QueueFigures()
        return QueueFigures(
            offered=tally.offered,
            waiting=tally.waiting,
            answered=tally.answered,
            answered_in_time=tally.answered_in_time,
            abandoned=tally.abandoned,
            abandoned_short=tally.abandoned_short,
            flowed_out=tally.flowed_out,
            turned_away=tally.turned_away,
            timed_out=tally.timed_out,
            failed=tally.failed,
            service_level=tally.service_level(self.policy),
            abandon_rate=tally.abandon_rate(),
            asa_s=tally.speed_of_answer_s(),
        )

    @property
    def day(self) -> tuple[int, int]:
        """When it began and when it will end, in ms since the epoch."""
        self._roll(self._now_ms())
        return self._day

    def counts(self, start: int) -> Counts:
        """Of an interval of the last two hours, for the double entry."""
        return dict(self._intervals.get(start, {}))

    # ------------------------------------------------------------ fed

    def see(self, entry: Entry) -> None:
        """A committed entry, in order."""
        self.seq = entry.seq
        self._roll(entry.at)
        for event in entry.events:
            count = _COUNTED.get(type(event))
            if count is not None:
                count(self, event, entry.at)

    def take_over(self, day: Iterable[RawInterval], late: Iterable[RawInterval], waiting: Iterable[OpenVisit]) -> None:
        """What there was up to the first entry that was seen: of the day, of the late intervals one by one, and who
        waited. Once."""
        if self.complete:
            return
        self.complete = True
        self._roll(self._now_ms())
        for row in day:
            if row.place.queue and self._day[0] <= row.place.start < self._day[1]:
                self._tally(QueueId(row.place.queue)).add(row.amounts, self.policy)
        for row in late:
            if row.place.queue and row.place.start >= interval_of(self._newest) - KEPT_MS:
                self._note_all(row)
        for visit in waiting:
            self._open[visit.visit] = Begun(visit.queue, visit.began_at, visit.placed)
        for name, (outcome, waited_ms) in self._unknown.items():
            self._end(name, outcome, waited_ms)
        self._unknown.clear()

    def _note_all(self, row: RawInterval) -> None:
        for figure, amount in row.amounts.items():
            if figure in ("offered", "placed") or figure.startswith(("outcome.", "placed.")):
                self._note(row.place.start, row.place.queue, figure, amount)

    # ------------------------------------------------------------ the day

    def _roll(self, at: int) -> None:
        """A day never comes back: a clock that is set back is not followed."""
        newest = max(at, self._newest)
        if self._newest and interval_of(newest) != interval_of(self._newest):
            for start in [start for start in self._intervals if start < interval_of(newest) - KEPT_MS]:
                del self._intervals[start]
        self._newest = newest
        if newest >= self._day[1]:
            today = local(newest, self.zone).date()
            self._day = bounds(today, today, self.zone)
            self._tallies.clear()

    def _tally(self, queue: QueueId) -> Tally:
        tally = self._tallies.get(queue)
        if tally is None:
            tally = self._tallies[queue] = Tally()
        return tally

    def _note(self, start: int, queue: str, figure: str, amount: int = 1) -> None:
        counts = self._intervals.setdefault(start, {})
        counts[queue, figure] = counts.get((queue, figure), 0) + amount

    # ------------------------------------------------------------ events

    def _arrives(self, event: ev.ContactArrived, at: int) -> None:
        self._arrived[event.contact] = event.arrived_at
        if event.placed_by is not None:
            self._placed.add(event.contact)

    def _given_away(self, event: ev.ContactTransferred, at: int) -> None:
        self._placed.discard(event.contact)

    def _gone(self, event: ev.ContactEnded, at: int) -> None:
        self._arrived.pop(event.contact, None)
        self._placed.discard(event.contact)

    def _began(self, event: ev.VisitBegan, at: int) -> None:
        self._arrived.pop(event.contact, None)
        begun = self._open[event.visit] = Begun(event.queue, event.began_at, event.contact in self._placed)
        self._offered(begun)

    def _refused(self, event: ev.VisitRefused, at: int) -> None:
        """It began when the contact arrived, if it is the first."""
        begun = Begun(event.queue, self._arrived.pop(event.contact, at))
        self._offered(begun)
        self._ended(begun, event.outcome.value, 0)

    def _visit_ended(self, event: ev.VisitEnded, at: int) -> None:
        if event.visit not in self._open and not self.complete:
            if len(self._unknown) < UNKNOWN:
                self._unknown[event.visit] = event.outcome.value, event.waited_ms
            return
        self._end(event.visit, event.outcome.value, event.waited_ms)

    def _end(self, visit: VisitId, outcome: str, waited_ms: int) -> None:
        if (begun := self._open.pop(visit, None)) is not None:
            self._ended(begun, outcome, waited_ms)

    def _offered(self, begun: Begun) -> None:
        self._note(interval_of(begun.at), begun.queue, "placed" if begun.placed else "offered")
        if begun.at >= self._day[0] and not begun.placed:
            self._tally(begun.queue).offered += 1

    def _ended(self, begun: Begun, outcome: str, waited_ms: int) -> None:
        self._note(interval_of(begun.at), begun.queue, f"{'placed' if begun.placed else 'outcome'}.{outcome}")
        if begun.at < self._day[0] or begun.placed:
            return
        tally = self._tally(begun.queue)
        tally.end(outcome, -(-waited_ms // 1_000), self.policy)
        if outcome == "connected":
            tally.answered_wait_ms += waited_ms


_COUNTED: Mapping[type, Callable[[Live, Any, int], None]] = {
    ev.ContactArrived: Live._arrives,
    ev.ContactTransferred: Live._given_away,
    ev.ContactEnded: Live._gone,
    ev.VisitBegan: Live._began,
    ev.VisitRefused: Live._refused,
    ev.VisitEnded: Live._visit_ended,
}


__all__ = ["Counts", "Live", "OpenVisit", "QueueFigures"]
