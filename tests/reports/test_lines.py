"""From raw intervals to lines, measures and cells."""

import csv
import io

import pytest

from cordpair.acd.causes import VisitOutcome
from cordpair.reports import By, Line, Place, Policy, RawInterval, ServiceLevel, lines
from cordpair.reports.days import zone_of
from cordpair.reports.measures import times, waiting
from cordpair.reports.metrics import Occupancy
from cordpair.reports.sheets import as_csv, text_cell
from cordpair.reports.tallies import Tally

UTC = zone_of("UTC")


def visits(**counts: int) -> dict[str, int]:
    """``connected_5=70``: 70 visits with that outcome that waited so many seconds."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        outcome, _, seconds = name.rpartition("_")
        for figure, amount in (
            ("offered", count),
            (f"outcome.{outcome}", count),
            (f"wait.{outcome}.{seconds}", count),
            (f"waited_ms.{outcome}", count * int(seconds) * 1_000),
        ):
            found[figure] = found.get(figure, 0) + amount
    return found


# 70 answered and 10 gave up in time, of these 4 at once; 20 reached the threshold.
DAY = visits(connected_20=70, abandoned_3=4, abandoned_20=6, connected_21=12, abandoned_21=5, timed_out_600=3)


@pytest.mark.parametrize(
    ("level", "expected", "without_short"),
    [
        ("answered_only", 70 / 82, 70 / 82),
        ("with_abandoned", 80 / 97, 76 / 93),
        ("ignore", 70 / 90, 70 / 90),
        ("negative", 70 / 100, 70 / 96),
        ("positive", 80 / 100, 76 / 96),
        ("offered", 70 / 97, 70 / 93),
        ("removed", 80 / 100, 80 / 100),
    ],
)
def test_service_levels(level, expected, without_short):
    assert waiting(DAY, Policy(ServiceLevel(level)))["service_level"] == pytest.approx(expected)
    short = Policy(ServiceLevel(level), short_abandon_s=3)
    assert waiting(DAY, short)["service_level"] == pytest.approx(without_short)


def test_short_abandons_may_be_longer_than_the_threshold():
    policy = Policy(ServiceLevel.NEGATIVE, threshold_s=2, short_abandon_s=20)
    assert waiting(visits(connected_1=5, abandoned_3=4, connected_9=5), policy)["service_level"] == 0.5


def test_waits():
    found = waiting(DAY | {"waiting": 2, "offered": 102}, Policy(short_abandon_s=3))
    assert (found["offered"], found["waiting"], found["answered"], found["abandoned"]) == (102, 2, 82, 15)
    assert found["asa_s"] == pytest.approx((70 * 20 + 12 * 21) / 82)
    assert found["abandon_rate"] == pytest.approx(11 / 98)
    assert (found["wait_p90_s"], found["timed_out"], found["short_abandoned"]) == (21, 3, 4)


def test_occupancy():
    amounts = {"time.talk": 30, "time.hold": 5, "time.wrap_up": 10, "time.alerted": 5, "time.idle": 15}
    amounts["time.not_ready"] = 35
    found = [times(amounts, Policy(occupancy=each))["occupancy"] for each in Occupancy]
    assert found == [45 / 60, 45 / 65, 45 / 100]


def row(amounts: dict[str, int], **place: object) -> RawInterval:
    return RawInterval(Place(0, **place), amounts)  # type: ignore[arg-type]


ROWS = [
    row(visits(connected_5=2) | {"conversations": 2, "handled": 2, "talk_ms": 8_000},
        queue="q", agent="ann", skills=("it", "german"), disposition="solved"),
    row(visits(abandoned_9=1), queue="q", skills=("german",)),
    row({"offers": 3, "offer.connected": 2, "offer.missed": 1}, queue="q", agent="ann"),
    row({"time.talk": 8_000, "time.idle": 2_000}, agent="ann"),
]  # fmt: skip


def by(*words: By) -> dict[tuple[str, ...], dict]:
    return {tuple(line.by.values()): line.measures for line in lines(ROWS, words, UTC, Policy())}


def test_by_queue_there_are_no_times():
    found = by(By.QUEUE)[("q",)]
    assert (found["offered"], found["offers"], found["handled"]) == (3, 3, 2) and "occupancy" not in found


def test_by_agent_nothing_is_said_of_waiting():
    found = by(By.AGENT)
    assert list(found) == [("ann",)] and "service_level" not in found[("ann",)]
    assert (found[("ann",)]["occupancy"], found[("ann",)]["missed"], found[("ann",)]["aht_s"]) == (0.8, 1, 4.0)


def test_by_agent_and_queue_time_belongs_to_no_queue():
    assert list(by(By.AGENT, By.QUEUE)) == [("ann", "q")] and "occupancy" not in by(By.AGENT, By.QUEUE)[("ann", "q")]


def test_by_skill_a_visit_counts_for_each():
    found = by(By.SKILL)
    assert {name: measures["offered"] for (name,), measures in found.items()} == {"": 0, "german": 3, "it": 2}


def test_by_disposition_only_what_was_a_conversation():
    assert {name: measures["handled"] for (name,), measures in by(By.DISPOSITION).items()} == {"solved": 2}


def test_by_day_there_is_everything():
    (found,) = by(By.DAY).values()
    assert (found["offered"], found["missed"], found["occupancy"]) == (3, 1, 0.8)


def test_what_is_not_known_is_empty():
    (line,) = lines([row({"offers": 1}, queue="q")], (By.QUEUE,), UTC, Policy())
    (cells,) = csv.DictReader(io.StringIO(as_csv([line])))
    assert (cells["service_level"], cells["asa_s"], cells["offered"]) == ("", "", "0")


@pytest.mark.parametrize("name", ["=1+1", "+49", "-2", "@sum", "\t=1", "\r=1", "\n=1", " =1", "  @x", "\uff1d1"])
def test_no_name_is_a_formula(name):
    assert text_cell(name) == f"'{name}"
    (_, cells) = csv.reader(io.StringIO(as_csv([Line({"queue": name}, {"offered": 1})]), newline=""))
    assert cells == [f"'{name}", "1"]


def test_other_names_are_as_they_are():
    for name in ("sales", "a,b", 'say "hi"', "größe", "a=b", "two\nlines", ""):
        (_, cells) = csv.reader(io.StringIO(as_csv([Line({"queue": name}, {"share": 0.25})]), newline=""))
        assert cells == [name, "0.25"]


def test_every_outcome_is_told_once():
    """Of those who wait; the other three are of calls that agents place."""
    placed = {"agent_not_reached", "customer_not_reached", "cancelled"}
    for outcome in VisitOutcome:
        tally = Tally()
        tally.end(outcome.value, 1, Policy())
        told = (tally.answered, tally.abandoned, tally.turned_away, tally.flowed_out, tally.timed_out, tally.failed)
        assert sum(told) == (outcome.value not in placed), outcome
