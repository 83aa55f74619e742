"""What others say that a caller will wait."""

import re
from pathlib import Path

import pytest

from cordpair.reports import expected_wait
from cordpair.reports.expected_wait import (
    announced_minutes,
    wait_by_available,
    wait_by_length,
    wait_by_signed_in,
)


def test_app_queue_goes_down_and_up_again():
    """With an average of two minutes, said after 0, 1, 2, 3, 4, 5 and 10 minutes."""
    assert [announced_minutes(120, waited) for waited in (0, 60, 120, 180, 240, 300, 600)] == [2, 1, 0, 0, 1, 2, 7]


def test_the_others():
    assert wait_by_signed_in(180, 4, 6) == 120
    assert wait_by_available(10, 120, 3, 2, 4) == 76
    assert wait_by_available(10, 120, 1, 0, 1) == 16
    assert wait_by_length(180, 4, 6) == 150


@pytest.mark.parametrize("estimate", [wait_by_signed_in, wait_by_length])
def test_where_nobody_works_nothing_is_known(estimate):
    assert estimate(180, 4, 0) is None
    assert wait_by_available(10, 120, 1, 0, 0) is None


def test_every_estimate_has_its_line():
    page = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` ", page.partition("## Expected waits\n")[2].partition("\n## ")[0], re.MULTILINE)
    assert sorted(told) == sorted(expected_wait.__all__)
