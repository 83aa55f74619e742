"""Definitions are data: every measure of a report has one, and what a released version computes never changes."""

import re
from pathlib import Path

import msgspec
import pytest

from cordpair.config.reports import Dimension, Variant
from cordpair.reports import By, Policy, RawInterval, ServiceLevel, lines
from cordpair.reports.days import zone_of
from cordpair.reports.definitions import DEFINITIONS, NEWEST, Unit
from cordpair.reports.raw import Place

UTC = zone_of("UTC")
VISITS = {
    "offered": 10, "contacts": 9, "waiting": 1, "outcome.connected": 6, "waited_ms.connected": 90_000,
    "wait.connected.5": 2, "wait.connected.20": 4, "outcome.abandoned": 2, "waited_ms.abandoned": 30_000,
    "wait.abandoned.3": 1, "wait.abandoned.27": 1, "outcome.overflowed": 1, "wait.overflowed.60": 1,
    "waited_ms.overflowed": 60_000, "placed": 2, "placed.connected": 1, "placed.customer_not_reached": 1,
}  # fmt: skip
TALKS = {
    "offers": 9, "offer.connected": 7, "offer.missed": 1, "offer.rejected": 1, "conversations": 7, "talking": 1,
    "handled": 6, "talk_ms": 600_000, "hold_ms": 60_000, "wrap_up_ms": 120_000,
}  # fmt: skip
TIMES = {"time.talk": 600_000, "time.hold": 60_000, "time.wrap_up": 120_000, "time.alerted": 45_000,
         "time.idle": 220_000, "time.not_ready": 900_000, "not_ready.break": 900_000}  # fmt: skip
ROWS = [
    RawInterval(Place(0, "sales"), VISITS),
    RawInterval(Place(0, "sales", agent="ann"), TALKS),
    RawInterval(Place(0, agent="ann"), TIMES),
]
# By hand. A change of these is a change of released figures: make a new version instead.
GOLDEN = {
    1: {
        "offered": 10, "contacts": 9, "waiting": 1, "answered": 6, "answered_in_time": 6, "abandoned": 2,
        "short_abandoned": 1, "flowed_out": 1, "turned_away": 0, "timed_out": 0, "failed": 0,
        "service_level": 6 / 7, "abandon_rate": 1 / 9, "placed": 2, "placed_answered": 1, "answer_rate": 0.6,
        "asa_s": 15.0, "wait_p90_s": 20, "offers": 9, "taken": 7, "missed": 1, "rejected": 1, "talking": 1,
        "handled": 6, "aht_s": 130.0, "talk_s": 600.0, "hold_s": 60.0, "wrap_up_s": 120.0, "signed_in_s": 1_945.0,
        "with_contacts_s": 780.0, "alerted_s": 45.0, "idle_s": 220.0, "not_ready_s": 900.0, "occupancy": 0.78,
    },
}  # fmt: skip


def test_the_newest_is_what_is_computed():
    (line,) = lines(ROWS, (By.DAY,), UTC, Policy(short_abandon_s=5))
    assert line.measures == pytest.approx(GOLDEN[NEWEST])
    assert list(line.measures) == list(DEFINITIONS[NEWEST])


def test_every_version_has_golden_figures():
    assert set(DEFINITIONS) == set(GOLDEN)
    for version, golden in GOLDEN.items():
        assert set(DEFINITIONS[version]) == set(golden)


@pytest.mark.parametrize("by", list(By))
def test_every_measure_of_every_report_is_defined(by):
    for line in lines(ROWS, (by,), UTC, Policy()):
        assert set(line.measures) <= set(DEFINITIONS[NEWEST])
        for name, value in line.measures.items():
            unit = DEFINITIONS[NEWEST][name].unit
            assert value is None or (isinstance(value, int) if unit is Unit.COUNT else isinstance(value, int | float))
            if unit is Unit.SHARE and value is not None:
                assert 0 <= value <= 1


def test_the_configuration_knows_the_same_words():
    from typing import get_args

    assert set(get_args(Variant)) == {each.value for each in ServiceLevel}
    assert set(get_args(Dimension)) == {each.value for each in By}


def test_the_reference_shows_a_report_as_it_is():
    """Its examples are JSON, and name no measure that there is not."""
    text = (Path(__file__).parents[2] / "docs" / "reference" / "reports-api.md").read_text(encoding="utf-8")
    examples = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 4
    report = msgspec.json.decode(examples[0])
    assert set(report["units"]) | set(report["total"]) <= set(DEFINITIONS[NEWEST])
    for example in examples:
        msgspec.json.decode(example)
