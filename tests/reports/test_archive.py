"""What is counted is kept: wherever the counting is killed, and whatever is pruned, as the whole journal gives it."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordpair.acd import events as ev
from cordpair.errors import JournalError
from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.journal.mending import compact
from cordpair.reports import Folder, fold, presence, raw
from cordpair.reports.archive import Archive, archive, ended
from cordpair.reports.archive.ended import Wanted
from cordpair.runtime.snapshots import encode
from replay.make_journal import DATA
from replay.test_journals import unpack

EVER = 1 << 60
NEWEST = sorted(directory.name for directory in DATA.iterdir())[-1]


@pytest.fixture(scope="module", autouse=True)
def short_intervals():
    """The shift lasts some minutes: so that it has many intervals, they are of ten seconds."""
    with pytest.MonkeyPatch.context() as patched:
        for module in (raw, presence, archive):
            patched.setattr(module, "INTERVAL_MS", 10_000)
        yield


@pytest.fixture(scope="module")
def shift(tmp_path_factory) -> Path:
    """The journal of a shift with transfers, overflow, browsers, lost links and restarts."""
    return unpack(NEWEST, tmp_path_factory.mktemp("shift"))


@pytest.fixture(scope="module")
def entries(shift) -> list[Entry]:
    with SqliteReader(shift, current_codec()) as reader:
        return list(reader.read())


def expected(entries: list[Entry]):
    return fold(entries, entries[-1].at)


def contacts(path: Path) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT position, contact, seq, ended, entries FROM contacts").fetchall()
    connection.close()
    return rows


def test_all_of_it(shift, entries, tmp_path):
    with Archive.open(tmp_path / "r.db", shift, write=True) as found:
        found.follow(EVER)
        found.save()
        assert found.rows(0, EVER) == expected(entries)
        assert found.differences() == [] and found.complete_from is None
    with Archive.open(tmp_path / "r.db", shift, write=False) as again:
        assert (again.seq, again.rows(0, EVER)) == (entries[-1].seq, expected(entries))
        assert again.differences() == []


def test_who_only_reads_writes_nothing(shift, entries, tmp_path):
    with Archive.open(tmp_path / "r.db", shift, write=False) as found:
        found.follow(EVER)
        found.save()
        assert found.rows(0, EVER) == expected(entries)
    assert not (tmp_path / "r.db").exists()


@settings(max_examples=25)
@given(data=st.data())
def test_killed_anywhere(shift, entries, tmp_path_factory, data):
    """Saved at some entries, killed after others; once in the midst of being written down."""
    path = tmp_path_factory.mktemp("killed") / "r.db"
    last = entries[-1].seq
    stops = sorted(data.draw(st.lists(st.integers(1, last), max_size=6)))
    for stop in (*stops, last):
        with Archive.open(path, shift, write=True) as found:
            found.follow(data.draw(st.integers(0, stop)))
            found.save()
            found.follow(stop)
            assert found.rows(0, EVER) == fold(entries[: found.seq], found.at)
            if data.draw(st.booleans()):
                found.save()
    with Archive.open(path, shift, write=True) as found:
        found.follow(last)
        found.save()
        assert found.rows(0, EVER) == expected(entries) and found.differences() == []
    assert contacts(path) == contacts_of_the_whole(shift, tmp_path_factory)


_whole: list[list[tuple]] = []


def contacts_of_the_whole(shift, tmp_path_factory) -> list[tuple]:
    if not _whole:
        path = tmp_path_factory.mktemp("whole") / "r.db"
        with Archive.open(path, shift, write=True) as found:
            found.follow(EVER)
            found.save()
        _whole.append(contacts(path))
    return _whole[0]


def test_a_save_that_fails_changes_nothing(shift, entries, tmp_path, monkeypatch):
    path = tmp_path / "r.db"
    with Archive.open(path, shift, write=True) as found:
        found.follow(100)
        found.save()
        found.follow(200)
        with monkeypatch.context() as patched:
            patched.setattr(archive, "add_contacts", _full)
            with pytest.raises(JournalError, match="Make room on the disk"):
                found.save()
    with Archive.open(path, shift, write=True) as found:
        assert found.seq == 100
        found.follow(EVER)
        assert found.rows(0, EVER) == expected(entries)


def _full(*_: object) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    raise error


def test_what_is_pruned_stays_reportable(shift, entries, tmp_path):
    journal, path = tmp_path / "journal.db", tmp_path / "r.db"
    journal.write_bytes(shift.read_bytes())
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
    prune(journal, entries)
    with Archive.open(path, journal, write=True) as found:
        assert found.rows(0, EVER) == expected(entries) and found.complete_from is None
        assert found.differences() == []


def prune(journal: Path, entries: list[Entry], keep_ms: int = 60_000) -> int:
    """The number of the base."""

    def state_after(seq: int) -> bytes:
        folder = Folder()
        for entry in entries[:seq]:
            folder.add(entry)
        return encode(folder.state)

    base = compact(journal, current_codec(), keep_ms, state_after)
    assert base > 0
    return base


def test_what_was_pruned_before_it_was_counted_is_told(shift, entries, tmp_path):
    journal, path = tmp_path / "journal.db", tmp_path / "r.db"
    journal.write_bytes(shift.read_bytes())
    base = prune(journal, entries)
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
        assert found.complete_from is not None and found.complete_from > entries[base].at
        assert found.differences() == []
    with Archive.open(path, journal, write=False) as found:
        assert found.complete_from is not None


def test_a_gap_in_what_was_counted_is_told(shift, entries, tmp_path):
    """It was not counted for longer than the journal keeps its entries: nothing is counted twice."""
    journal, path = tmp_path / "journal.db", tmp_path / "r.db"
    journal.write_bytes(shift.read_bytes())
    with Archive.open(path, journal, write=True) as found:
        found.follow(200)
        found.save()
    base = prune(journal, entries)
    with Archive.open(path, journal, write=True) as found:
        assert found.seq == base > 200 and found.complete_from is not None
        found.follow(EVER)
        assert found.differences() == []
        whole = {row.place: row.amounts for row in expected(entries)}
        for row in found.rows(0, EVER):
            for figure in ("offered", "offers"):
                assert row.amounts.get(figure, 0) <= whole.get(row.place, {}).get(figure, 1 << 30)


def test_a_journal_that_was_put_back_is_counted_anew(shift, entries, tmp_path):
    journal, path = tmp_path / "journal.db", tmp_path / "r.db"
    journal.write_bytes(shift.read_bytes())
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
    with sqlite3.connect(journal) as connection:
        connection.execute("DELETE FROM entries WHERE seq > 500")
        connection.execute("DELETE FROM snapshots WHERE seq > 500")
    connection.close()
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
        assert found.rows(0, EVER) == fold(entries[:500], entries[499].at)
    assert all(seq <= 500 for _, _, seq, _, _ in contacts(path))


def test_what_another_version_remembers_is_counted_anew(shift, entries, tmp_path):
    journal, path = tmp_path / "journal.db", tmp_path / "r.db"
    journal.write_bytes(shift.read_bytes())
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
    prune(journal, entries)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET memory = x'00'")
    connection.close()
    with Archive.open(path, journal, write=True) as found:
        found.follow(EVER)
        found.save()
        assert found.rows(0, EVER) == expected(entries) and found.differences() == []


def test_another_journal_adds_to_it(shift, tmp_path):
    """An operator moves a damaged journal away: what was counted of it stays."""
    other = unpack(sorted(directory.name for directory in DATA.iterdir())[0], tmp_path)
    with sqlite3.connect(other) as connection:
        connection.execute("UPDATE meta SET value = 'other' WHERE key = 'run'")
    connection.close()
    path = tmp_path / "r.db"
    counts = []
    for journal in (shift, other):
        with Archive.open(path, journal, write=True) as found:
            found.follow(EVER)
            found.save()
            counts.append(sum(row.amounts.get("offered", 0) for row in found.rows(0, EVER)))
            assert found.differences() == []
    alone = sum(row.amounts.get("offered", 0) for row in expected_alone(other))
    assert counts[1] == counts[0] + alone


def expected_alone(journal: Path):
    with SqliteReader(journal, current_codec()) as reader:
        return expected(list(reader.read()))


def test_another_program_s_file_is_left_alone(shift, tmp_path):
    path = tmp_path / "r.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    before = path.read_bytes()[100:]
    for write in (True, False):
        with pytest.raises(JournalError, match="holds no reports of Cordpair"):
            Archive.open(path, shift, write=write)
    assert path.read_bytes()[100:] == before


# ---------------------------------------------------------------- ended contacts


def test_every_contact_that_ended(shift, entries, tmp_path):
    path = tmp_path / "r.db"
    with Archive.open(path, shift, write=True) as found:
        found.follow(EVER)
        found.save()
        assert found.connection is not None
        rows = ended.search(found.connection, Wanted(0, EVER, limit=100_000))
    gone = [event.contact for entry in entries for event in entry.events if type(event) is ev.ContactEnded]
    assert [track.contact for _, track in rows] == gone[::-1]
    by_seq = {entry.seq: entry for entry in entries}
    for _, track in rows:
        mine = [
            entry.seq
            for entry in entries
            if any(getattr(event, "contact", None) == track.contact for event in entry.events
                   if type(event) in archive_kinds())
        ]  # fmt: skip
        assert set(mine) <= set(track.entries) and track.entries == sorted(track.entries)
        assert any(type(event) is ev.ContactEnded for event in by_seq[mine[-1]].events) or track.ended_at


def archive_kinds() -> frozenset[type]:
    from cordpair.reports.archive.contacts import OF_CONTACTS

    return OF_CONTACTS


def test_pages_and_filters(shift, tmp_path):
    with Archive.open(tmp_path / "r.db", shift, write=True) as found:
        found.follow(EVER)
        found.save()
        connection = found.connection
        assert connection is not None
        everybody = ended.search(connection, Wanted(0, EVER, limit=100_000))
        paged, before = [], None
        while True:
            page = ended.search(connection, Wanted(0, EVER, before=before, limit=7))
            paged += page[:7]
            if len(page) <= 7:
                break
            before = page[6][0]
        assert paged == everybody
        for _, track in everybody[:50]:
            for kind, name in (("queue", track.queues[:1]), ("agent", track.agents[:1]), ("outcome", [track.outcome])):
                if name and name[0]:
                    hits = ended.search(connection, Wanted(0, EVER, limit=100_000, **{kind: name[0]}))  # type: ignore[arg-type]
                    assert track.contact in [each.contact for _, each in hits]
        assert ended.search(connection, Wanted(0, EVER, queue="moon")) == []
        seen = ended.search(connection, Wanted(0, EVER, queues=("all", "moon"), limit=100_000))
        assert seen and all("all" in track.queues for _, track in seen)
        assert ended.search(connection, Wanted(0, 1)) == []
