"""``cordpair reports``: what happened, in figures, read from the journal beside a running engine."""

import sys
from enum import StrEnum
from pathlib import Path

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from cordpair.cli.failures import output, say_warning
from cordpair.clock import AsyncioClock
from cordpair.errors import ConfigurationError, JournalError
from cordpair.journal import SqliteReader, current_codec
from cordpair.reports import INTERVAL_MS, By, Difference, Folder, Line, Policy, counted_of, lines, reconcile, standing
from cordpair.reports.days import bounds, day_of, local, zone_of
from cordpair.reports.raw import RawInterval, interval_of
from cordpair.reports.sheets import as_csv, number_cell
from cordpair.runtime.recovery import beginning, reading_on

# What a terminal has room for, of all that the other formats tell.
SHOWN = (
    "offered", "waiting", "answered", "abandoned", "service_level", "abandon_rate", "asa_s", "offers", "missed",
    "handled", "aht_s", "signed_in_s", "occupancy",
)  # fmt: skip
MINUTES = "%Y-%m-%d %H:%M"
SHARES = ("service_level", "abandon_rate", "occupancy")


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Report(msgspec.Struct, frozen=True):
    """``differences``: where the intervals disagree with the engine's own counters; none is expected."""

    zone: str
    first: str
    last: str
    as_of: int  # ms since the epoch: the journal's last decision
    complete_from: int | None  # of a pruned journal: before it, figures lack what was pruned
    policy: Policy
    differences: tuple[Difference, ...]
    lines: tuple[Line, ...]


def reports(
    journal: Path, *, first: str | None, last: str | None, zone: str, by: str, policy: Policy, shape: Format
) -> None:
    """Raises JournalError, ConfigurationError."""
    place, wanted = zone_of(zone), dimensions(by)
    today = local(AsyncioClock().now_ms(), place).date()
    from_day = day_of(first, "from") if first is not None else today
    to_day = day_of(last, "to") if last is not None else max(today, from_day)
    begin, end = bounds(from_day, to_day, place)
    with SqliteReader(journal, current_codec()) as reader:
        rows, folder, as_of = read(reader)
    complete = None
    if folder.before and folder.began_at is not None:
        complete = interval_of(folder.began_at) + INTERVAL_MS
    found = Report(
        zone,
        from_day.isoformat(),
        to_day.isoformat(),
        as_of,
        complete,
        policy,
        tuple(reconcile(counted_of(rows), folder.before, standing(folder.state))),
        tuple(lines([row for row in rows if begin <= row.place.start < end], wanted, place, policy)),
    )
    if complete is not None and begin < complete:
        say_warning(f"the journal was pruned: of what was before {local(complete, place):{MINUTES}} not all is known")
    for difference in found.differences:
        say_warning(str(difference))
    _write(found, wanted, shape)


def read(reader: SqliteReader) -> tuple[list[RawInterval], Folder, int]:
    """All intervals, as of the last decision. Raises JournalError."""
    state, base = beginning(reader)
    folder, as_of = Folder(state), 0
    for entry in reading_on(reader, base):
        folder.add(entry)
        as_of = entry.at
    if not as_of:
        raise JournalError("the journal is empty")
    return folder.intervals(as_of), folder, as_of


def dimensions(by: str) -> tuple[By, ...]:
    """``day,queue``. Raises ConfigurationError."""
    words = [word.strip() for word in by.split(",")]
    known = [each.value for each in By]
    for word in words:
        if word not in known:
            raise ConfigurationError(f"by: {word!r} is none of {', '.join(known)}")
    if len(set(words)) < len(words):
        raise ConfigurationError(f"by: {by!r} names one twice")
    return tuple(By(word) for word in words)


def _write(found: Report, by: tuple[By, ...], shape: Format) -> None:
    if shape is Format.JSON:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    elif shape is Format.CSV:
        sys.stdout.write(as_csv(found.lines))
    elif not found.lines:
        output.print("nothing was counted in these days")
    else:
        output.print(_table(found, by))
        output.print(_footer(found), soft_wrap=True, style="dim")


def _table(found: Report, by: tuple[By, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    names = [name for name in found.lines[0].measures if name in SHOWN]
    for each in by:
        table.add_column(each.value, style="bold", no_wrap=True)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for line in found.lines:
        cells = [_cell(name, line) for name in names]
        table.add_row(*(Text(value or "–") for value in line.by.values()), *cells)
    return table


def _cell(name: str, line: Line) -> str:
    value = line.measures[name]
    if value is None:
        return "–"
    if name in SHARES:
        return f"{value * 100:.1f} %"
    return number_cell(value) if isinstance(value, int) else f"{value:.0f}"


def _footer(found: Report) -> str:
    policy = found.policy
    short = f", who gave up within {policy.short_abandon_s} s not counted" if policy.short_abandon_s else ""
    agree = "disagrees with" if found.differences else "agrees with"
    return (
        f"service level {policy.service_level} {policy.threshold_s} s{short}; occupancy {policy.occupancy}; "
        f"{found.zone}; as of {local(found.as_of, zone_of(found.zone)):{MINUTES}}; {agree} the engine's counters"
    )


__all__ = ["Format", "Report", "dimensions", "read", "reports"]
