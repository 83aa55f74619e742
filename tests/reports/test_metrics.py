"""Every metric against figures that are known, and what it says of nothing."""

import inspect
import re
from pathlib import Path

import pytest

from cordpair.reports import metrics
from cordpair.reports.erlang import erlang_a, erlang_b, erlang_c, erlang_c_service_level, erlang_c_wait


def about(expected: float) -> object:
    """To the last digit in which it is given."""
    return pytest.approx(expected, abs=0.51 * 10 ** -len(f"{expected}".partition(".")[2]))


def test_ciscos_three_service_levels():
    """70 answered in time, 10 gave up in time, 20 of 100 reached it: 77.8, 70 and 80 %."""
    counts = {"answered_within": 70, "abandoned_within": 10, "reached": 20}
    assert metrics.service_level_ignoring(**counts) == about(0.778)
    assert metrics.service_level_against(**counts) == 0.7
    assert metrics.service_level_in_favour(**counts) == 0.8


def test_the_same_day_in_the_other_service_levels():
    """90 answered, 70 of them in time; 25 gave up, 10 in time and 4 at once; 5 went on; 3 asked for a call-back."""
    assert metrics.answered_share_in_time(70, 90) == about(0.7778)
    assert metrics.ended_share_in_time(70, 10, 90, 25) == about(0.6957)
    assert metrics.service_level_of_offered(70, 90, 25) == about(0.6087)
    assert metrics.service_level_of_offered(70, 90, 25, flowed_out=5) == about(0.5833)
    assert metrics.service_level_of_offered(70, 90, 25, short_abandoned=4) == about(0.6306)
    assert metrics.service_level_of_offered(70, 90, 25, short_abandoned=25) == about(0.7778)
    assert metrics.service_level_of_removed(70 + 10 + 3, 123) == about(0.6748)


def test_waits():
    assert metrics.speed_of_answer(90_000, 9) == 10_000
    assert metrics.speed_of_answer_with_whisper(90_000, 18_000, 9) == 12_000
    assert metrics.mean_wait(300_000, 9, 3, 2, 1) == 20_000


def test_a_percentile_is_a_wait_that_somebody_had():
    waits = {1: 5, 10: 3, 60: 2}
    assert [metrics.wait_percentile(waits, percent) for percent in (0, 50, 51, 80, 81, 100)] == [1, 1, 10, 10, 60, 60]


def test_app_queues_moving_average():
    shown = None
    seen = [shown := metrics.moving_average(shown, value) for value in (60, 60, 60, 0)]
    assert seen == [60, 60, 60, 45]


def test_abandons_with_and_without_the_short_ones():
    assert metrics.abandon_rate(20, 100) == 0.2
    assert metrics.abandon_rate(20, 100, short_abandoned=5) == about(0.1579)
    assert metrics.abandon_rate_of_queued(20, 80) == 0.25
    assert metrics.answer_rate(75, 100) == 0.75


def test_handling():
    assert metrics.handling_time(120_000, 20_000, 40_000, 2) == 90_000
    assert metrics.talk_time(120_000, 2) == 60_000
    assert metrics.occupancy(handling_ms=45, idle_ms=15) == 0.75
    assert metrics.interaction_share(45, 15, 30) == 0.5
    assert metrics.utilisation(30, 10, 20, 20) == 0.5
    assert metrics.utilisation_of_signed_in(45, 100) == 0.45


RATIOS = [
    found
    for name, found in vars(metrics).items()
    if name in metrics.__all__ and inspect.isfunction(found) and name not in ("wait_percentile", "moving_average")
]


@pytest.mark.parametrize("metric", RATIOS, ids=lambda metric: metric.__name__)
def test_nothing_of_nothing_is_not_known(metric):
    assert metric(*[0] * len(inspect.signature(metric).parameters)) is None
    assert metrics.wait_percentile({}, 80) is None and metrics.wait_percentile({5: 0}, 80) is None


# 100 arrivals in 30 minutes, 180 s each, 14 agents; in seconds.
ARRIVALS, HANDLING = 100 / 1_800, 180.0
LOAD = ARRIVALS * HANDLING


def test_erlang_b_and_c():
    assert erlang_b(LOAD, 14) == about(0.05682)
    assert erlang_c(LOAD, 14) == about(0.17413)
    assert erlang_c_service_level(LOAD, 14, HANDLING, 20) == about(0.88835)
    assert erlang_c_wait(LOAD, 14, HANDLING) == about(7.836)
    load_of_one = LOAD / 14
    assert load_of_one == about(0.71429)


def test_with_too_few_agents_the_queue_grows_without_end():
    assert erlang_c(LOAD, 10) is None
    assert erlang_c_service_level(LOAD, 10, HANDLING, 20) is None and erlang_c_wait(LOAD, 10, HANDLING) is None


@pytest.mark.parametrize(
    ("agents", "expected"), [(14, (0.12698, 0.02284, 2.741, 0.69797)), (10, (0.49685, 0.13746, 16.50, None))]
)
def test_erlang_a(agents, expected):
    found = erlang_a(ARRIVALS, HANDLING, agents, 120)
    for value, known in zip(found, expected, strict=True):
        assert known is None or value == about(known)
    # Flow in is flow out: who does not give up is worked on.
    assert found.abandons == pytest.approx(1 - found.occupancy * agents / LOAD)
    assert found.wait == pytest.approx(found.abandons * 120)


def test_erlang_a_of_a_large_centre_and_of_none():
    assert erlang_a(3_000 / 60, 300, 16_000, 120).occupancy == pytest.approx(15_000 / 16_000, rel=1e-6)
    alone = erlang_a(ARRIVALS, HANDLING, 0, 120)
    assert (alone.waits, alone.abandons, alone.occupancy) == pytest.approx((1, 1, 0))


def test_every_metric_has_its_line():
    page = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` ", page.partition("## Erlang")[0], re.MULTILINE)
    functions = {metric.__name__ for metric in RATIOS} | {"wait_percentile", "moving_average"}
    one_for_each_level = {name for name in functions if name.startswith("service_level")}
    one_for_each_level |= {"share", "answered_share_in_time", "ended_share_in_time"}
    assert sorted(told) == sorted([*metrics.ServiceLevel, *(functions - one_for_each_level)])
