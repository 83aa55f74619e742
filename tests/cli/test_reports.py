"""``cordpair reports``."""

import asyncio
import csv
import io
import json
from datetime import datetime

import pytest

from cli.conftest import one_shift

ALL = ("--from", "2020-01-01", "--to", "2029-12-31")


def read(cordpair, *arguments: object) -> dict:
    done = cordpair("reports", *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_by_queue(cordpair, journal):
    found = read(cordpair, "--journal", journal, *ALL)
    (sales,) = found["lines"]
    measures = sales["measures"]
    assert sales["by"] == {"queue": "sales"}
    assert (measures["offered"], measures["answered"], measures["abandoned"], measures["handled"]) == (2, 1, 1, 1)
    assert (measures["service_level"], measures["abandon_rate"]) == (0.5, 0.5)
    assert found["differences"] == [] and found["complete_from"] is None and found["zone"] == "UTC"


def test_by_agent(cordpair, journal):
    ann, bob = read(cordpair, "--journal", journal, *ALL, "--by", "agent")["lines"]
    assert (ann["by"], ann["measures"]["handled"]) == ({"agent": "ann"}, 1)
    assert ann["measures"]["occupancy"] > 0 and bob["measures"]["occupancy"] == 0
    assert ann["measures"]["signed_in_s"] == pytest.approx(bob["measures"]["signed_in_s"], abs=1)


@pytest.mark.parametrize("by", ["interval", "hour", "day", "skill", "service", "day,queue", "disposition"])
def test_by_others(cordpair, journal, by):
    lines = read(cordpair, "--journal", journal, *ALL, "--by", by, "--zone", "Asia/Kathmandu")["lines"]
    assert sum(line["measures"]["handled"] for line in lines) == 1
    assert list(lines[0]["by"]) == by.split(",")


def test_of_other_days_there_is_nothing(cordpair, journal):
    assert read(cordpair, "--journal", journal, "--from", "2020-01-01", "--to", "2020-01-02")["lines"] == []
    assert "nothing was counted" in cordpair("reports", "--journal", journal, "--from", "2020-01-01", "--to",
                                             "2020-01-02").stdout  # fmt: skip


def test_policy(cordpair, journal):
    found = read(cordpair, "--journal", journal, *ALL, "--service-level", "answered_only", "--short-abandon", "1m")
    (sales,) = found["lines"]
    assert (sales["measures"]["service_level"], sales["measures"]["abandon_rate"]) == (1.0, 0.0)
    assert found["policy"]["short_abandon_s"] == 60


def test_as_a_table(cordpair, centre, tmp_path):
    asyncio.run(one_shift(tmp_path / "journal.db"))
    shown = cordpair("reports", *ALL).stdout
    assert "sales" in shown and "50.0 %" in shown and "agrees with the engine's counters" in shown


def test_as_csv(cordpair, journal):
    done = cordpair("reports", "--journal", journal, *ALL, "--format", "csv", "--by", "queue,agent")
    (line,) = csv.DictReader(io.StringIO(done.stdout))
    assert (line["queue"], line["agent"], line["handled"]) == ("sales", "ann", "1")


def test_no_number_is_told(cordpair, journal):
    for by in ("queue", "agent", "interval"):
        assert "+4930" not in cordpair("reports", "--journal", journal, *ALL, "--by", by, "--format", "json").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "moon"), "by: 'moon' is none of interval, hour"),
        (("--by", "day,day"), "names one twice"),
        (("--zone", "Mars/Olympus"), "zone: 'Mars/Olympus' is no time zone"),
        (("--from", "yesterday"), "from: 'yesterday' is no day"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "to: 2026-02-01 is before"),
        (("--threshold", "1500ms"), "--threshold: '1500ms' is no whole number of seconds"),
    ],
)
def test_bad_wishes(cordpair, journal, arguments, said):
    done = cordpair("reports", "--journal", journal, *arguments)
    assert done.exit_code in (1, 2) and said in done.stderr


def test_without_a_journal(cordpair, centre):
    done = cordpair("reports")
    assert done.exit_code == 1 and "there is no journal" in done.stderr


def test_of_a_pruned_journal(cordpair, journal):
    """What is left is counted, and says since when it is all there is."""
    whole = read(cordpair, "--journal", journal, *ALL)["lines"][0]["measures"]
    assert "begins after entry" in cordpair("journal", "compact", "--journal", journal, "--keep", "6s").stdout
    done = cordpair("reports", "--journal", journal, *ALL, "--format", "json")
    found = json.loads(done.stdout)
    (sales,) = found["lines"]
    assert found["differences"] == [] and datetime.fromisoformat(found["complete_from"]).minute % 15 == 0
    assert "the journal was pruned: of what was before" in done.stderr
    assert 0 < sales["measures"]["offered"] <= whole["offered"]
    assert datetime.fromisoformat(found["as_of"]) < datetime.fromisoformat(found["complete_from"])
    later = cordpair("reports", "--journal", journal, "--from", "2029-01-01", "--to", "2029-01-02")
    assert "pruned" not in later.stderr
