"""When scheduled reports are due, and of what time they tell: on days of 23 and 25 hours too."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.config.reports import Schedule
from cordpair.reports import Policy
from cordpair.reports.days import zone_of
from cordpair.reports.sending import asked_at, due_after, due_before

BERLIN = zone_of("Europe/Berlin")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000)


def at(when: int, zone=BERLIN) -> str:
    return datetime.fromtimestamp(when / 1_000, zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("day", "06:30"), "2026-11-20T06:29+01:00", "2026-11-20T06:30+01:00"),
        (Schedule("day", "06:30"), "2026-11-20T06:30+01:00", "2026-11-21T06:30+01:00"),
        # put forward: 02:30 is not there; put back: it comes twice, and counts once
        (Schedule("day", "02:30"), "2026-03-29T00:00+01:00", "2026-03-29T03:30+02:00"),
        (Schedule("day", "02:30"), "2026-10-25T00:00+02:00", "2026-10-25T02:30+02:00"),
        (Schedule("day", "02:30"), "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        (Schedule("week", "08:00", "monday"), "2026-11-20T00:00+01:00", "2026-11-23T08:00+01:00"),
        (Schedule("week", "08:00", "friday"), "2026-11-20T08:00+01:00", "2026-11-27T08:00+01:00"),
        (Schedule("hour", "00:05"), "2026-10-25T02:05+02:00", "2026-10-25T02:05+01:00"),
        (Schedule("hour", "23:05"), "2026-03-29T01:05+01:00", "2026-03-29T03:05+02:00"),
    ],
)
def test_due(schedule, after, due):
    assert at(due_after(schedule, BERLIN, ms(after))) == due


@pytest.mark.parametrize(
    ("schedule", "due", "begin", "end", "hours"),
    [
        (Schedule("day", "06:30"), "2026-03-30T06:30+02:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 23),
        (Schedule("day", "06:30"), "2026-10-26T06:30+01:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 25),
        (Schedule("hour", "00:05"), "2026-10-25T02:05+01:00", "2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00", 1),
        (Schedule("hour", "00:05"), "2026-11-20T00:05+01:00", "2026-11-19T23:00+01:00", "2026-11-20T00:00+01:00", 1),
        (Schedule("week", "08:00"), "2026-03-30T08:00+02:00", "2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00", 167),
    ],
)
def test_what_it_tells_of(schedule, due, begin, end, hours):
    found = asked_at(schedule, BERLIN, ms(due), Policy()).bounds
    assert (at(found[0]), at(found[1])) == (begin, end)
    assert found[1] - found[0] == hours * 3_600_000


SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(["hour", "day", "week"]),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from(["monday", "thursday", "sunday"]),
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])


@given(SCHEDULES, ZONES, st.integers(ms("2025-01-01T00:00+00:00"), ms("2028-01-01T00:00+00:00")))
def test_each_comes_once(schedule, zone, now):
    """What was due last is before what is due next, with nothing between; and it tells of time that is over."""
    place = zone_of(zone)
    before, after = due_before(schedule, place, now), due_after(schedule, place, now)
    assert before <= now < after and due_after(schedule, place, before) == after
    begin, end = asked_at(schedule, place, after, Policy()).bounds
    assert begin < end <= after
    assert begin % 900_000 == end % 900_000 == 0
