"""Days of a place, those of a clock change among them."""

from datetime import date

import pytest

from cordpair.errors import ConfigurationError
from cordpair.reports import INTERVAL_MS, By, Place, Policy, RawInterval, lines
from cordpair.reports.days import bounds, day_of, local, zone_of

HOUR = 3_600_000
BERLIN = zone_of("Europe/Berlin")


def quarters(begin: int, end: int) -> list[RawInterval]:
    return [RawInterval(Place(at, "q"), {"offered": 1}) for at in range(begin, end, INTERVAL_MS)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-11-21", 24),
        ("UTC", "2026-03-29", 24),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Sao_Paulo", "2018-11-04", 23),  # at midnight, which there is not
        ("Asia/Kathmandu", "2026-11-21", 24),
    ],
)
def test_a_day_is_as_long_as_it_is(zone, day, hours):
    place = zone_of(zone)
    begin, end = bounds(date.fromisoformat(day), date.fromisoformat(day), place)
    assert end - begin == hours * HOUR
    assert begin % INTERVAL_MS == 0
    rows = quarters(begin - HOUR, end + HOUR)
    found = {line.by["day"]: int(line.measures["offered"] or 0) for line in lines(rows, (By.DAY,), place, Policy())}
    assert found[day] == hours * 4 and sum(found.values()) == hours * 4 + 8


def test_the_hour_that_comes_twice_is_two_hours():
    begin, end = bounds(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    hours = [line.by["hour"] for line in lines(quarters(begin, end), (By.HOUR,), BERLIN, Policy())]
    assert len(hours) == 25
    assert hours[2:4] == ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]


def test_the_hour_that_there_is_not_is_none():
    begin, end = bounds(date(2026, 3, 29), date(2026, 3, 29), BERLIN)
    hours = [line.by["hour"][11:13] for line in lines(quarters(begin, end), (By.HOUR,), BERLIN, Policy())]
    assert hours[:3] == ["00", "01", "03"] and len(hours) == 23


def test_the_same_moment_is_another_day_elsewhere():
    begin, _ = bounds(date(2026, 11, 21), date(2026, 11, 21), BERLIN)
    assert local(begin, zone_of("UTC")).isoformat() == "2026-11-20T23:00:00+00:00"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "\0"])
def test_no_zone(name):
    with pytest.raises(ConfigurationError, match="zone: "):
        zone_of(name)


def test_no_days():
    with pytest.raises(ConfigurationError, match=r"from: '21\.11\.2026' is no day"):
        day_of("21.11.2026", "from")
    with pytest.raises(ConfigurationError, match="is before"):
        bounds(date(2026, 11, 21), date(2026, 11, 20), BERLIN)
    with pytest.raises(ConfigurationError, match="more than"):
        bounds(date(1990, 1, 1), date(2026, 11, 20), BERLIN)
    with pytest.raises(ConfigurationError, match="too far away"):
        bounds(date.max, date.max, BERLIN)
