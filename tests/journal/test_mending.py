"""What is done to a journal while no engine runs."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from cordpair.errors import JournalError
from cordpair.journal import SqliteJournal, SqliteReader, chain, current_codec
from cordpair.journal.mending import at_rest, compact, take_off, torn_entry
from journal.test_pruning import DAY, look, write


def alter(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "journal.db"
    asyncio.run(write(path, 1, 210, keep=None))
    return path


TORN = [
    "UPDATE entries SET body = substr(body, 1, 30) WHERE seq = 210",
    "UPDATE entries SET body = '' WHERE seq = 210",
    "UPDATE entries SET at = 'noon' WHERE seq = 210",
    "UPDATE entries SET hash = zeroblob(32) WHERE seq = 210",
]


@pytest.mark.parametrize("statement", TORN)
async def test_a_torn_last_entry_is_taken_off(path, statement):
    alter(path, statement)
    with at_rest(path):
        assert torn_entry(path, current_codec()) == 210
        take_off(path, 210)
        assert torn_entry(path, current_codec()) is None
    assert look(path)[:3] == (0, 1, 209)
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    assert journal.last_seq == 209
    snapshot = journal.load_snapshot()
    assert snapshot is not None and snapshot.seq == 200  # that of the torn entry went with it
    await journal.close()


def test_a_whole_journal_is_left_alone(path):
    assert torn_entry(path, current_codec()) is None


def test_damage_in_the_middle_is_not_mended(path):
    alter(path, "UPDATE entries SET body = 'x' WHERE seq = 100")
    with pytest.raises(JournalError, match="110 entries come after it"):
        torn_entry(path, current_codec())


def test_an_entry_of_a_newer_version_is_not_torn(path):
    """Its hash fits: taking it off would lose what was decided."""
    with sqlite3.connect(path) as connection:
        previous, at, body = connection.execute(
            "SELECT p.hash, e.at, e.body FROM entries e JOIN entries p ON p.seq = e.seq - 1 WHERE e.seq = 210"
        ).fetchone()
        hash_ = chain(previous, 99, at, body.encode())
        connection.execute("UPDATE entries SET version = 99, hash = ? WHERE seq = 210", (hash_,))
    connection.close()
    with pytest.raises(JournalError, match="format version is 99"):
        torn_entry(path, current_codec())


async def test_not_under_a_running_engine(path):
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    with pytest.raises(JournalError, match="is being written"), at_rest(path):
        pass
    await journal.close()


def test_compacting_makes_the_file_small(path):
    before = path.stat().st_size
    asked = []

    def state_after(seq: int) -> bytes:
        asked.append(seq)
        return b"state"

    with at_rest(path):
        assert compact(path, current_codec(), DAY, state_after) == 174
    assert asked == [174]
    assert look(path)[:3] == (174, 175, 210)
    assert path.stat().st_size < before * 0.7
    with SqliteReader(path, current_codec()) as reader:
        base = reader.load_base()
        assert base is not None and base.state == b"state"
    with at_rest(path):
        assert compact(path, current_codec(), None, state_after) == 174  # without an age, nothing more goes


@pytest.mark.parametrize("size", [0, 100, 5_000, 20_000])
def test_a_truncated_file_is_said_to_be_one(path, size):
    with path.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(JournalError):
        torn_entry(path, current_codec())
