"""Backups there and back, and what is done to files at rest."""

import asyncio
import json
import sqlite3
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from cordpair.acd.inputs import Caller
from cordpair.cli import app
from cordpair.cli.settings import read_settings
from cordpair.clock import AsyncioClock
from cordpair.ids import ContactId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.journal.lock import WriterLock
from cordpair.store import Store
from cordpair.store.migrating import NAMES


@pytest.fixture
def kept(centre, journal) -> Path:
    """A centre that has run: a journal and a store."""

    async def run() -> None:
        settings = read_settings(centre)
        store = await Store.open(settings.store)
        await store.import_file(settings.loaded, at_ms=1, author="ann", source="cordpair.toml")
        await store.close()

    asyncio.run(run())
    return centre.parent


def good(cordpair, *arguments: object) -> str:
    done = cordpair(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(cordpair, *arguments: object) -> str:
    done = cordpair(*arguments)
    assert done.exit_code == 1, done.output
    return done.stderr


def state(cordpair, journal: Path) -> tuple[str, str]:
    found = json.loads(good(cordpair, "replay", "--json", journal))
    return found["chain"], found["state"]


def files(place: Path) -> set[str]:
    return {path.name for path in place.iterdir() if not path.name.endswith((".lock", "-wal", "-shm"))}


def test_there_and_back(cordpair, kept):
    before = state(cordpair, kept / "journal.db")
    exported = good(cordpair, "export")
    assert "read back, whole" in good(cordpair, "backup", "copies/monday")
    copies = kept / "copies/monday"
    assert files(copies) == {"journal.db", "store.db", "backup.json"}
    assert stat.S_IMODE((copies / "store.db").stat().st_mode) == 0o600
    about = json.loads((copies / "backup.json").read_text())
    assert (about["cell"], about["chain"], about["revision"]) == ("main", before[0], 1)
    for name in ("journal.db", "cordpair.db"):
        (kept / name).write_bytes(b"lost")
    assert "exists" in refused(cordpair, "restore", "copies/monday")
    assert (kept / "journal.db").read_bytes() == b"lost"
    good(cordpair, "restore", "copies/monday", "--replace")
    assert state(cordpair, kept / "journal.db") == before
    assert good(cordpair, "export") == exported
    assert [path.read_bytes() for path in kept.glob("journal.db.before-*Z")] == [b"lost"]
    assert not list(kept.glob("*.restored*"))


def test_restored_where_nothing_is(cordpair, kept):
    before = state(cordpair, kept / "journal.db")
    good(cordpair, "backup", "copy")
    for path in kept.glob("*.db*"):
        path.unlink()
    good(cordpair, "restore", "copy")
    assert state(cordpair, kept / "journal.db") == before
    done = cordpair("doctor")
    assert done.exit_code == 0, done.output


def test_beside_a_running_engine(cordpair, kept):
    """What is not in the file yet but in the write-ahead log is copied too; a restore is refused."""

    async def run() -> None:
        journal = await SqliteJournal.open(kept / "journal.db", current_codec(), cell="main", run="r")
        last = journal.last_seq
        (newest,) = journal.read(last - 1)
        committed = asyncio.Event()

        journal.append(replace(newest, seq=last + 1, events=()), committed.set)
        await committed.wait()
        assert (kept / "journal.db-wal").stat().st_size > 0
        good(cordpair, "backup", "copy")
        assert json.loads((kept / "copy/backup.json").read_text())["seq"] == last + 1
        assert "is being written" in refused(cordpair, "restore", "copy", "--replace")
        assert "is being written" in refused(cordpair, "journal", "mend")
        assert "is being written" in refused(cordpair, "journal", "compact")
        assert "is being written" in refused(cordpair, "store", "migrate", "--to", "1")
        await journal.close()

    asyncio.run(run())


def test_a_backup_never_overwrites(cordpair, kept):
    good(cordpair, "backup", "copy")
    assert "exists already" in refused(cordpair, "backup", "copy")


def test_a_damaged_journal_is_not_backed_up_as_good(cordpair, kept):
    with sqlite3.connect(kept / "journal.db") as connection:
        connection.execute("UPDATE entries SET body = '{}' WHERE seq = 3")
    connection.close()
    before = files(kept)
    assert "entry 3 is damaged" in refused(cordpair, "backup", "copy")
    assert files(kept) == before


@pytest.mark.parametrize("name", ["journal.db", "store.db", "backup.json"])
def test_a_backup_that_was_changed_is_not_restored(cordpair, kept, name):
    good(cordpair, "backup", "copy")
    content = bytearray((kept / "copy" / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (kept / "copy" / name).write_bytes(content)
    before = (kept / "journal.db").read_bytes()
    refused(cordpair, "restore", "copy", "--replace")
    assert (kept / "journal.db").read_bytes() == before
    (kept / "copy" / name).unlink()
    refused(cordpair, "restore", "copy", "--replace")


def test_another_cells_backup(cordpair, kept, centre):
    good(cordpair, "backup", "copy")
    centre.write_text('[cell]\nname = "berlin"\n' + centre.read_text())
    assert "cell 'main'" in refused(cordpair, "restore", "copy", "--replace")


def test_mending(cordpair, kept):
    journal = kept / "journal.db"
    assert "is whole" in good(cordpair, "journal", "mend")
    with sqlite3.connect(journal) as connection:
        (last,) = connection.execute("SELECT max(seq) FROM entries").fetchone()
        connection.execute("UPDATE entries SET body = substr(body, 1, 9) WHERE seq = ?", (last,))
    connection.close()
    assert "cordpair journal mend" in refused(cordpair, "replay", journal)
    assert f"entry {last} was taken off" in good(cordpair, "journal", "mend")
    assert json.loads(good(cordpair, "replay", "--json", journal))["seq"] == last - 1
    (copy,) = kept.glob("journal.db.before-mending-*")
    assert "cordpair journal mend" in refused(cordpair, "replay", copy)


def test_compacting(cordpair, kept):
    journal = kept / "journal.db"
    before = state(cordpair, journal)
    assert "nothing was old enough" in good(cordpair, "journal", "compact", "--keep", "90d")
    assert "begins after entry" in good(cordpair, "journal", "compact", "--keep", "4s")
    assert state(cordpair, journal) == before
    assert cordpair("journal", "compact", "--keep", "soon").exit_code == 2


def test_a_pruned_journal_is_backed_up_too(cordpair, kept):
    good(cordpair, "journal", "compact", "--keep", "4s")
    before = state(cordpair, kept / "journal.db")
    good(cordpair, "backup", "copy")
    good(cordpair, "restore", "copy", "--replace")
    assert state(cordpair, kept / "journal.db") == before


def test_migrating_the_store(cordpair, kept):
    assert good(cordpair, "store", "migrations").splitlines()[0] == "* 1 configuration"
    newest = len(NAMES)
    assert f"from {newest} to 1" in good(cordpair, "store", "migrate", "--to", "1")
    assert good(cordpair, "store", "migrations").splitlines()[1] == "  2 contact_records"
    (copy,) = kept.glob(f"cordpair.db.before-migration-from-{newest}-*")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (0,)
    connection.close()
    assert f"from 1 to {newest}" in good(cordpair, "store", "migrate")
    assert "nothing was changed" in good(cordpair, "store", "migrate")
    assert "no migration 99" in refused(cordpair, "store", "migrate", "--to", "99")


ANNA, BEN, CARLA = Caller("+4930123456", "Anna"), Caller("+4930777777", "Ben"), Caller("+4930999999", "Carla")


def stored(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        found = [row[0] for row in connection.execute("SELECT contact FROM contacts ORDER BY contact")]
    connection.close()
    return found


@pytest.fixture
def known(kept) -> Path:
    """A store that knows four contacts of three people, one of them of today."""

    async def run() -> None:
        store = await Store.open(kept / "cordpair.db")
        for contact, at, caller in (("c1", 1, ANNA), ("c2", 2, ANNA), ("c3", 3, BEN), ("c4", now(), CARLA)):
            store.records.put(ContactId(contact), at, caller, {})
        await store.close()

    asyncio.run(run())
    return kept / "cordpair.db"


def now() -> int:
    return AsyncioClock().now_ms()


def test_people_are_erased(cordpair, known):
    assert "2 contacts erased" in good(cordpair, "store", "erase", "--number", ANNA.number)
    assert stored(known) == ["c3", "c4"]
    assert ANNA.number.encode() not in known.read_bytes()
    assert "1 contact erased" in good(cordpair, "store", "erase", "--older", "1d")
    assert stored(known) == ["c4"]
    assert "1 contact erased" in good(cordpair, "store", "erase", "--contact", "c4")
    assert "0 contacts erased" in good(cordpair, "store", "erase", "--contact", "c4")


def test_a_number_need_not_be_an_argument(known):
    done = CliRunner().invoke(
        app, ["store", "erase", "--number", "-", "-c", str(known.parent / "cordpair.toml")], input=f"{BEN.number}\n"
    )
    assert "1 contact erased" in done.stdout
    assert stored(known) == ["c1", "c2", "c4"]


def test_nothing_is_erased_by_half_a_wish_or_under_an_engine(cordpair, known):
    assert cordpair("store", "erase").exit_code == 2
    assert cordpair("store", "erase", "--contact", "c1", "--number", ANNA.number).exit_code == 2
    assert cordpair("store", "erase", "--older", "long").exit_code == 2
    lock = WriterLock(known.parent / "journal.db")
    lock.acquire()
    try:
        assert "is being written by" in refused(cordpair, "store", "erase", "--contact", "c1")
    finally:
        lock.release()
    assert len(stored(known)) == 4
