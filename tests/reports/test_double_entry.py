"""Double entry: live counters, what is written down, and the journal's own entries, interval by interval."""

import sqlite3

import pytest

from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.reports import Live, Policy, presence, raw
from cordpair.reports.archive import Archive, archive, double_entry
from cordpair.reports.archive.double_entry import (
    Disagreement,
    disagreements,
    newest,
    reconcile_interval,
    recount,
)
from cordpair.reports.days import zone_of
from replay.test_journals import unpack
from reports.test_archive import EVER, NEWEST

SHORT = 10_000


@pytest.fixture(scope="module", autouse=True)
def short_intervals():
    with pytest.MonkeyPatch.context() as patched:
        for module in (raw, presence, archive, double_entry):
            patched.setattr(module, "INTERVAL_MS", SHORT)
        yield


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    return unpack(NEWEST, tmp_path_factory.mktemp("shift"))


@pytest.fixture(scope="module")
def entries(shift) -> list[Entry]:
    with SqliteReader(shift, current_codec()) as reader:
        return list(reader.read())


def seen(entries: list[Entry]) -> Live:
    live = Live(zone_of("UTC"), Policy(), lambda: entries[-1].at)
    for entry in entries:
        live.see(entry)
    return live


def starts(entries: list[Entry]) -> list[int]:
    return sorted({entry.at - entry.at % SHORT for entry in entries})


def test_all_three_agree_at_each_quarter(shift, entries, tmp_path):
    """As of the end of each interval, and as of the end of all: what becomes of a visit later is counted where it
    began."""
    with Archive.open(tmp_path / "r.db", shift, write=True) as found:
        counted = 0
        for start in starts(entries):
            known = [entry for entry in entries if entry.at < start + SHORT + 3_000]
            found.follow(known[-1].seq)
            live = seen(known)
            reconciled = reconcile_interval(found, start, known[-1].at, live.counts(start))
            assert reconciled.agrees, reconciled
            counted += sum(amount for (_, figure), amount in live.counts(start).items() if figure == "offered")
        found.follow(EVER)
        assert counted > 50 and newest(found) is not None and disagreements(found, 0, EVER) == []
        for start in starts(entries):
            assert recount(found.reader, start, found.seq) == seen(entries).counts(start)


@pytest.mark.parametrize("which", ["live", "stored", "journal"])
def test_each_of_the_three_is_missed(shift, entries, tmp_path, which, monkeypatch):
    """Whichever counts otherwise, it is told which."""
    start = starts(entries)[2]
    with Archive.open(tmp_path / "r.db", shift, write=True) as found:
        found.follow(EVER)
        found.save()
        counts = seen(entries).counts(start)
        (queue, figure), amount = next((name, amount) for name, amount in counts.items() if name[1] == "offered")
        if which == "live":
            counts[queue, figure] += 1
        elif which == "stored":
            assert found.connection is not None
            rows = found.connection.execute("SELECT place, amounts FROM intervals WHERE start = ?", (start,)).fetchall()
            place, amounts = next(row for row in rows if row[0].startswith(f'["{queue}"') and '"offered"' in row[1])
            number = int(amounts.partition('"offered":')[2].partition(",")[0].rstrip("}"))
            changed = amounts.replace(f'"offered":{number}', f'"offered":{number + 1}')
            found.connection.execute(
                "UPDATE intervals SET amounts = ? WHERE start = ? AND place = ?", (changed, start, place)
            )
        else:
            monkeypatch.setattr(
                double_entry, "recount", lambda *given: recount(*given) | {(queue, "offered"): amount + 1}
            )
        reconciled = reconcile_interval(found, start, found.at, counts)
        told = {"live": amount, "stored": amount, "journal": amount} | {which: amount + 1}
        assert reconciled.differences == (Disagreement(queue, figure, **told),) and not reconciled.agrees
        (kept,) = disagreements(found, start, start + 1)
        assert kept == reconciled == newest(found)
        assert disagreements(found, 0, start) == []


def test_a_damaged_entry_is_no_agreement(shift, entries, tmp_path):
    """The entries are checked against the journal's chain."""
    journal = tmp_path / "journal.db"
    journal.write_bytes(shift.read_bytes())
    with Archive.open(tmp_path / "r.db", journal, write=True) as found:
        found.follow(EVER)
        found.save()
        start = starts(entries)[3]
        seq = next(entry.seq for entry in entries if entry.at >= start) + 2
        with sqlite3.connect(journal) as connection:
            connection.execute("UPDATE entries SET at = at + 1 WHERE seq = ?", (seq,))
        connection.close()
        with pytest.raises(Exception, match="is damaged"):
            reconcile_interval(found, start, found.at, {})
