"""Double entry: what was counted live, what is written down, and what the journal's own entries give, held side by
side for each interval that is over.

The recomputation reads the entries again, checks them against the journal's hash chain, and counts bare events: it
knows neither the engine's tables nor what was counted before.
"""

import datetime as dt
from collections.abc import Callable, Iterable

import msgspec

from cordpair.acd import events as ev
from cordpair.acd.inputs import RingAgain
from cordpair.errors import JournalError
from cordpair.ids import ContactId, VisitId
from cordpair.journal import Entry, SqliteReader
from cordpair.journal.schema import sqlite_errors
from cordpair.reports.archive.archive import Archive
from cordpair.reports.days import moment
from cordpair.reports.live import Counts
from cordpair.reports.raw import INTERVAL_MS, RawInterval

MOST = 50  # disagreements that are told
SLICE = 2_000  # entries that are read at once on the way back to where a call began


class Disagreement(msgspec.Struct, frozen=True):
    queue: str
    figure: str
    live: int
    stored: int
    journal: int


class Reconciled(msgspec.Struct, frozen=True):
    """An interval, as of entry ``seq``."""

    start: dt.datetime
    end: dt.datetime
    at: dt.datetime
    seq: int
    agrees: bool
    differences: tuple[Disagreement, ...]


def reconcile_interval(archive: Archive, start: int, at: int, live: Counts) -> Reconciled:
    """``live``: as of the archive's newest entry. The result is written down. Raises JournalError."""
    stored = counts_of(archive.rows(start, start + INTERVAL_MS))
    journal = recount(archive.reader, start, archive.seq)
    found = tuple(
        Disagreement(queue, figure, *counts)
        for queue, figure in sorted({*live, *stored, *journal})
        if len(set(counts := tuple(each.get((queue, figure), 0) for each in (live, stored, journal)))) > 1
    )
    reconciled = _reconciled(start, at, archive.seq, found)
    if archive.connection is not None:
        with sqlite_errors(archive.path, "cannot be written"):
            archive.connection.execute(
                "INSERT OR REPLACE INTO reconciliations VALUES (?,?,?,?)",
                (start, at, archive.seq, msgspec.json.encode(found).decode()),
            )
    return reconciled


def newest(archive: Archive) -> Reconciled | None:
    """Raises JournalError."""
    found = _read(archive, "ORDER BY start DESC LIMIT 1")
    return found[0] if found else None


def disagreements(archive: Archive, begin: int, end: int) -> list[Reconciled]:
    """Of intervals that began there; the newest first. Raises JournalError."""
    where = "WHERE start >= ? AND start < ? AND differences != '[]' ORDER BY start DESC LIMIT ?"
    return _read(archive, where, begin, end, MOST)


def _read(archive: Archive, rest: str, *values: int) -> list[Reconciled]:
    if archive.connection is None:
        return []
    with sqlite_errors(archive.path, "cannot be read"):
        rows = archive.connection.execute(f"SELECT start, at, seq, differences FROM reconciliations {rest}", values)
        return [_reconciled(start, at, seq, _differences.decode(written)) for start, at, seq, written in rows]


def _reconciled(start: int, at: int, seq: int, found: tuple[Disagreement, ...]) -> Reconciled:
    return Reconciled(moment(start), moment(start + INTERVAL_MS), moment(at), seq, not found, found)


_differences = msgspec.json.Decoder(tuple[Disagreement, ...])


# ---------------------------------------------------------------- the three


def counts_of(rows: Iterable[RawInterval]) -> Counts:
    """What raw intervals count of what the live counters keep."""
    counts: Counts = {}
    for row in rows:
        for figure, amount in row.amounts.items():
            if figure in ("offered", "placed") or figure.startswith(("outcome.", "placed.")):
                counts[row.place.queue, figure] = counts.get((row.place.queue, figure), 0) + amount
    return counts


def recount(reader: SqliteReader, start: int, upto: int) -> Counts:
    """Of the visits that began in the interval, by the entries up to that one. Raises JournalError."""
    first = reader.first_since(start)
    if not first or reader.time_of(first) < start:
        return {}
    counter = _Counter(start, lambda contact: was_placed(reader, contact, first))
    for entry in _from(reader, first):
        if entry.seq > upto:
            break
        counter.add(entry)
    return counter.counts


def was_placed(reader: SqliteReader, contact: ContactId, before: int) -> bool:
    """Whether, at that entry, the contact was one whom an agent had called and not given away: read backwards to where
    it says so, which is as long ago as they have talked. Raises JournalError."""
    oldest, _ = reader.bounds()
    while before > oldest:
        first = max(oldest, before - SLICE)
        found: bool | None = None
        for entry in _from(reader, first):
            if entry.seq >= before:
                break
            for event in entry.events:
                if type(event) is ev.ContactArrived and event.contact == contact:
                    found = event.placed_by is not None
                elif type(event) is ev.ContactTransferred and event.contact == contact:
                    found = False
        if found is not None:
            return found
        before = first
    return False


def _from(reader: SqliteReader, first: int) -> Iterable[Entry]:
    try:
        return reader.read(first - 1)
    except JournalError:  # nothing before it is there: it is the oldest
        return reader.read()


class _Counter:
    def __init__(self, start: int, was_placed: Callable[[ContactId], bool]) -> None:
        """``was_placed``: of a contact who was here before the first entry."""
        self.counts: Counts = {}
        self._start = start
        self._was_placed = was_placed
        self._arrived: dict[ContactId, int] = {}  # those in no queue yet
        self._placed: dict[ContactId, bool] = {}  # of those who are here, as far as it is known
        self._open: dict[VisitId, tuple[str, bool]] = {}

    def add(self, entry: Entry) -> None:
        for event in entry.events:
            match event:
                case ev.ContactArrived():
                    self._arrived[event.contact] = event.arrived_at
                    self._placed[event.contact] = event.placed_by is not None
                case ev.ContactTransferred():
                    self._placed[event.contact] = False
                case ev.ContactEnded():
                    self._arrived.pop(event.contact, None)
                    self._placed.pop(event.contact, None)
                case ev.VisitBegan():
                    self._arrived.pop(event.contact, None)
                    if self._is_mine(event.began_at):
                        placed = self._is_placed(event.contact, entry)
                        self._open[event.visit] = event.queue, placed
                        self._count(event.queue, "placed" if placed else "offered")
                case ev.VisitRefused():
                    if self._is_mine(self._arrived.pop(event.contact, entry.at)):
                        self._count(event.queue, "offered")
                        self._count(event.queue, f"outcome.{event.outcome.value}")
                case ev.VisitEnded():
                    if (mine := self._open.pop(event.visit, None)) is not None:
                        queue, placed = mine
                        self._count(queue, f"{'placed' if placed else 'outcome'}.{event.outcome.value}")
                case _:
                    pass

    def _is_placed(self, contact: ContactId, entry: Entry) -> bool:
        """See ``acd.events_placed``. Whoever came before the first entry is looked for only where it may be so."""
        if contact not in self._placed:
            self._placed[contact] = isinstance(entry.input, RingAgain) and self._was_placed(contact)
        return self._placed[contact]

    def _is_mine(self, began_at: int) -> bool:
        return self._start <= began_at < self._start + INTERVAL_MS

    def _count(self, queue: str, figure: str) -> None:
        self.counts[queue, figure] = self.counts.get((queue, figure), 0) + 1


__all__ = [
    "Disagreement",
    "Reconciled",
    "counts_of",
    "disagreements",
    "newest",
    "reconcile_interval",
    "recount",
]
