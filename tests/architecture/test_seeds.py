"""The page on the older systems has a row for each of their behaviours, and every test that it names is there."""

import re
from pathlib import Path

import pytest

COUNTS = {"S0": 9, "S1": 20, "S2": 20, "S3": 23, "S4": 6}
ROW = re.compile(r"^\| (S\d-\d+) \| (.+?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
OPEN = re.compile(r"\*\*waits\*\*|\*\*Waits\*\*|out of scope")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/seeds.md").read_text(encoding="utf-8")


def test_every_behaviour_has_its_row_in_order(page: str) -> None:
    assert [row[0] for row in ROW.findall(page)] == [
        f"{seed}-{number}" for seed, count in COUNTS.items() for number in range(1, count + 1)
    ]


def test_a_row_says_where_it_is_built_and_what_proves_it(page: str) -> None:
    for number, behaviour, built, proof in ROW.findall(page):
        assert behaviour, number
        assert built, number
        assert NAMED.search(proof) or OPEN.search(built), f"{number} is neither proved nor said to wait"
        assert not NAMED.sub("", proof).strip(" ,–"), f"{number} names a proof that is no test"


def test_every_test_that_is_named_is_there(page: str, root: Path) -> None:
    named = NAMED.findall(page)
    assert len(named) > 100
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (root / "tests" / file).is_file()
        or not re.search(rf"^\s*(async )?def {name}\(", (root / "tests" / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert not missing
