"""Raw intervals → lines of a report, by any of the things that figures are kept by."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import product
from zoneinfo import ZoneInfo

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.reports.days import local
from cordpair.reports.measures import Measure, handling, offers, times, waiting
from cordpair.reports.patience import ENDLESS, Patience
from cordpair.reports.raw import Place, RawInterval
from cordpair.reports.tallies import Policy


class By(StrEnum):
    INTERVAL = "interval"  # a quarter of an hour
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # ISO: from Monday
    QUEUE = "queue"
    AGENT = "agent"
    SKILL = "skill"
    SERVICE = "service"
    DISPOSITION = "disposition"


TIME = {By.INTERVAL, By.HOUR, By.DAY, By.WEEK}

# With the moment before the text: as texts, the two hours of 02:00 are in the wrong order.
Name = tuple[float, str]


class Line(msgspec.Struct, frozen=True):
    by: dict[str, str]
    measures: dict[str, Measure]


def lines(
    rows: Iterable[RawInterval],
    by: tuple[By, ...],
    zone: ZoneInfo,
    policy: Policy,
    *,
    together: bool = False,
    patience: Patience = ENDLESS,
) -> list[Line]:
    """Raises TooSlow. In order of what they are by; ``together``: one line of everything that would be in one of them.

    A visit that asked for two skills is in the lines of both: lines by skill do not add up to the whole. By agent or
    disposition there are only visits that somebody took, so nothing is said of waiting; and an agent's time belongs to
    no queue, so nothing is said of it where lines are by queue.
    """
    groups: dict[tuple[Name, ...], dict[str, int]] = {}
    begins: dict[int, datetime | None] = {}  # a year has 35,000 intervals, and many places in each
    for row in patience.each(rows):
        if _counts(row, by):
            start = row.place.start
            if start not in begins:
                begins[start] = local(start, zone) if TIME & set(by) else None
            for names in ((),) if together else _names(row.place, by, begins[start]):
                amounts = groups.setdefault(names, {})
                for figure, amount in row.amounts.items():
                    amounts[figure] = amounts.get(figure, 0) + amount
    words = [each.value for each in by]
    return [
        Line(dict(zip(words, (name for _, name in names), strict=not together)), _measures(groups[names], by, policy))
        for names in patience.each(sorted(groups))
    ]


def _counts(row: RawInterval, by: tuple[By, ...]) -> bool:
    if By.DISPOSITION in by and "conversations" not in row.amounts:
        return False
    if By.AGENT in by and not row.place.agent:
        return False
    return bool(row.place.queue) or _knows_times(by)


def _knows_times(by: tuple[By, ...]) -> bool:
    return set(by) <= TIME | {By.AGENT}


def _names(place: Place, by: tuple[By, ...], begins: datetime | None) -> Iterable[tuple[Name, ...]]:
    if len(by) == 1:
        return ((name,) for name in _name(place, by[0], begins))
    return product(*(_name(place, each, begins) for each in by))


def _name(place: Place, by: By, begins: datetime | None) -> tuple[Name, ...]:
    if by in TIME:
        assert begins is not None
        if by is By.DAY:
            return ((0, f"{begins:%Y-%m-%d}"),)
        if by is By.WEEK:
            return ((0, f"{begins:%G-W%V}"),)
        moment = begins if by is By.INTERVAL else begins.replace(minute=0)
        # With the offset: an hour that the clock goes through twice is two.
        return ((moment.timestamp(), moment.isoformat(timespec="minutes")),)
    names = (place.skills or ("",)) if by is By.SKILL else (str(getattr(place, by.value)),)
    return tuple((0, name) for name in names)


def _measures(amounts: dict[str, int], by: tuple[By, ...], policy: Policy) -> dict[str, Measure]:
    found: dict[str, Measure] = {}
    if By.AGENT not in by and By.DISPOSITION not in by:
        found |= waiting(amounts, policy)
    if By.DISPOSITION not in by:
        found |= offers(amounts)
    found |= handling(amounts)
    if _knows_times(by):
        found |= times(amounts, policy)
    return found


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


__all__ = ["By", "Line", "dimensions", "lines"]
