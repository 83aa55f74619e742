"""When a scheduled report is due, and of which time it tells. Pure.

A day begins and ends where the zone's does, so the report of a day on which the clock changes tells of 23 or 25 hours.
A time of day that does not exist then is the moment of the change; one that comes twice counts the first time.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cordpair.config.reports import Schedule
from cordpair.reports.days import local
from cordpair.reports.grouping import By
from cordpair.reports.report import Asked
from cordpair.reports.tallies import Policy

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def due_after(schedule: Schedule, zone: ZoneInfo, ms: int) -> int:
    """The first moment after that one."""
    hour, minute = map(int, schedule.at.split(":"))
    if schedule.every == "hour":
        return _minute_after(minute, zone, ms)
    day = local(ms, zone).date() - timedelta(days=1)
    while True:
        day += timedelta(days=1)
        if schedule.every == "week" and WEEKDAYS[day.weekday()] != schedule.on:
            continue
        at = _moment(day, time(hour, minute), zone)
        if at > ms:
            return at


def due_before(schedule: Schedule, zone: ZoneInfo, ms: int) -> int:
    """The last moment up to that one."""
    before = ms - {"hour": 1, "day": 26, "week": 8 * 24}[schedule.every] * HOUR_MS - MINUTE_MS
    found = due_after(schedule, zone, before)
    while (following := due_after(schedule, zone, found)) <= ms:
        found = following
    return found


def asked_at(schedule: Schedule, zone: ZoneInfo, due: int, policy: Policy) -> Asked:
    """The report that is due then: of the hour, day or week (from Monday) that is over."""
    by = tuple(map(By, schedule.by))
    today = local(due, zone).date()
    if schedule.every == "hour":
        end = due - local(due, zone).minute * MINUTE_MS
        begin = end - HOUR_MS
        first, last = local(begin, zone).date(), local(end - 1, zone).date()
        return Asked(first, last, zone.key, by, policy, begin=begin, end=end)
    if schedule.every == "day":
        yesterday = today - timedelta(days=1)
        return Asked(yesterday, yesterday, zone.key, by, policy)
    monday = today - timedelta(days=today.weekday() + 7)
    return Asked(monday, monday + timedelta(days=6), zone.key, by, policy)


def _minute_after(minute: int, zone: ZoneInfo, ms: int) -> int:
    at = ms - ms % MINUTE_MS + MINUTE_MS
    while (now := local(at, zone).minute) != minute:  # twice where a change is no whole hour
        at += (minute - now) % 60 * MINUTE_MS
    return at


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).astimezone(UTC).timestamp() * 1_000)


__all__ = ["asked_at", "due_after", "due_before"]
