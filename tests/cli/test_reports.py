"""``cordpair reports``."""

import asyncio
import csv
import io
import json
from datetime import datetime

import pytest

from cli.conftest import CENTRE, one_shift
from cordpair.store import Store
from reports.receivers import listener

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
    assert "the journal was pruned" not in later.stderr


def test_what_is_compacted_away_stays_reportable(cordpair, centre, tmp_path):
    """It is counted before, into the archive of the configuration."""
    asyncio.run(one_shift(tmp_path / "journal.db"))
    whole = read(cordpair, *ALL)["lines"]
    assert "begins after entry" in cordpair("journal", "compact", "--keep", "6s").stdout
    assert (tmp_path / "reports.db").exists()
    found = read(cordpair, *ALL)
    assert found["lines"] == whole and found["complete_from"] is None and found["differences"] == []


def test_a_backup_has_the_archive(cordpair, centre, tmp_path):
    asyncio.run(one_shift(tmp_path / "journal.db"))
    assert cordpair("check", "cordpair.toml").exit_code == 0
    asyncio.run(_store(tmp_path))
    cordpair("journal", "compact", "--keep", "6s")
    whole = read(cordpair, *ALL)["lines"]
    assert cordpair("backup", "kept").exit_code == 0
    for file in tmp_path.glob("*.db*"):
        file.unlink()
    done = cordpair("restore", "kept")
    assert done.exit_code == 0, done.output
    assert read(cordpair, *ALL)["lines"] == whole


async def _store(directory) -> None:
    await (await Store.open(directory / "cordpair.db")).close()


SCHEDULED = """
[reports]
zone = "Europe/Berlin"
short_abandon = "1m"
[reports.schedules.daily]
by = ["queue"]
webhook = "{url}"
secret = {{ env = "REPORTS_SECRET" }}
"""


def test_a_schedule_is_tried(cordpair, centre, tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTS_SECRET", "0123456789abcdef")
    asyncio.run(one_shift(tmp_path / "journal.db"))

    async def try_it(refusals: int):
        async with listener(refusals) as hook:
            centre.write_text(CENTRE + SCHEDULED.format(url=hook.url))
            return await asyncio.to_thread(cordpair, "reports", "send", "daily"), hook.requests

    done, ((headers, _),) = asyncio.run(try_it(0))
    assert done.exit_code == 0 and "to the webhook: sent" in done.stdout, done.output
    assert headers["webhook-id"].startswith("report-daily-") and headers["Content-Type"].startswith("text/csv")
    done, _ = asyncio.run(try_it(1))
    assert done.exit_code == 1 and "to the webhook: the answer was 503" in done.stdout
    done = cordpair("reports", "send", "weekly")
    assert done.exit_code in (1, 2) and "there is no schedule 'weekly'" in done.stderr
    found = read(cordpair, *ALL)  # what is left out is as in the configuration
    assert (found["zone"], found["policy"]["short_abandon_s"]) == ("Europe/Berlin", 60)
