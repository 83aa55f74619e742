"""A report as it is asked for, and as it is told: the same for the command line, the API and what is sent."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.reports.archive import Archive
from cordpair.reports.archive.double_entry import Reconciled, disagreements, newest
from cordpair.reports.days import TooMuch, bounds, moment, moment_or_none, zone_of
from cordpair.reports.definitions import DEFINITIONS, NEWEST, Unit
from cordpair.reports.grouping import By, Line, lines
from cordpair.reports.measures import Measure
from cordpair.reports.patience import ENDLESS, Patience
from cordpair.reports.raw import Place, RawInterval
from cordpair.reports.reconcile import Difference
from cordpair.reports.tallies import Policy

MOST_LINES = 20_000  # some 12 MB


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


class Asked(msgspec.Struct, frozen=True):
    """``first`` and ``last`` are days of the zone; ``begin`` and ``end`` (ms), where they are given, cut out a part of
    them. ``queues``: that may be seen; empty: all."""

    first: dt.date
    last: dt.date
    zone: str
    by: tuple[By, ...]
    policy: Policy
    queue: str = ""
    agent: str = ""
    service: str = ""
    queues: tuple[str, ...] = ()
    definitions: int = NEWEST
    begin: int | None = None
    end: int | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """Raises ConfigurationError."""
        begin, end = bounds(self.first, self.last, zone_of(self.zone))
        return max(begin, self.begin or begin), min(end, self.end or end)

    def wants(self, place: Place) -> bool:
        return (
            (not self.queues or place.queue in self.queues)
            and (not self.queue or place.queue == self.queue)
            and (not self.agent or place.agent == self.agent)
            and (not self.service or place.service == self.service)
        )


class Report(msgspec.Struct, frozen=True):
    """See docs/reference/reports-api.md."""

    definitions: int
    zone: str
    first: str
    last: str
    by: tuple[By, ...]
    as_of: dt.datetime
    final_until: dt.datetime
    complete_from: dt.datetime | None
    policy: Policy
    reconciled: Reconciled | None
    disagreements: tuple[Reconciled, ...]
    differences: tuple[Difference, ...]
    units: dict[str, Unit]
    total: dict[str, Measure]
    lines: tuple[Line, ...]


def make_report(archive: Archive, asked: Asked, patience: Patience = ENDLESS) -> Report:
    """As of the newest entry that was counted. Raises JournalError, ConfigurationError, TooMuch, TooSlow."""
    if asked.definitions not in DEFINITIONS:
        raise ConfigurationError(f"definitions: there are {', '.join(map(str, DEFINITIONS))}")
    zone = zone_of(asked.zone)
    begin, end = asked.bounds
    places = archive.sums(begin, end, patience).places
    rows = [RawInterval(place, amounts) for place, amounts in patience.each(places.items()) if asked.wants(place)]
    found = lines(rows, asked.by, zone, asked.policy, patience=patience)
    if len(found) > MOST_LINES:
        raise TooMuch(f"by: makes {len(found)} lines; ask for fewer days, or for less at once than {MOST_LINES}")
    total = total_of(patience.each(rows), asked, zone)
    return Report(
        asked.definitions,
        asked.zone,
        asked.first.isoformat(),
        asked.last.isoformat(),
        asked.by,
        moment(archive.at),
        moment(archive.final_until),
        moment_or_none(archive.complete_from),
        asked.policy,
        _seen(asked, newest(archive)),
        tuple(each for each in (_seen(asked, found) for found in disagreements(archive, begin, end)) if each),
        tuple(each for each in archive.differences() if not asked.queues or each.queue in asked.queues),
        {name: DEFINITIONS[asked.definitions][name].unit for name in total},
        total,
        tuple(found),
    )


def total_of(rows: Iterable[RawInterval], asked: Asked, zone: ZoneInfo) -> dict[str, Measure]:
    """The measures that the lines have, of all of them together; each visit once, also where it is in two lines."""
    grouped = lines(rows, asked.by, zone, asked.policy, together=True)
    return grouped[0].measures if grouped else {}


def _seen(asked: Asked, found: Reconciled | None) -> Reconciled | None:
    """Without what other queues counted."""
    if found is None or not asked.queues:
        return found
    mine = tuple(each for each in found.differences if each.queue in asked.queues)
    return msgspec.structs.replace(found, differences=mine, agrees=not mine)


__all__ = ["MOST_LINES", "Asked", "Format", "Report", "make_report"]
