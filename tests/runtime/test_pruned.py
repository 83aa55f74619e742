"""Recovery of a journal whose oldest entries are gone."""

import sqlite3
from hashlib import sha256

import pytest

from cli.conftest import one_shift
from cordpair.acd import Acd
from cordpair.errors import JournalError
from cordpair.journal import SqliteReader, current_codec
from cordpair.journal.mending import at_rest, compact
from cordpair.runtime.recovery import reading_on, recover
from cordpair.runtime.snapshots import encode


@pytest.fixture
async def pruned(tmp_path):
    """Its path, the number of its base, and the tables that it must come to."""
    path = tmp_path / "journal.db"
    await one_shift(path, hang_up=False)
    codec = current_codec()

    def state_after(seq: int) -> bytes:
        core = Acd()
        with SqliteReader(path, codec) as reader:
            for entry in reader.read():
                if entry.seq <= seq:
                    core.fold(entry.events, entry.at)
        return encode(core.state)

    with SqliteReader(path, codec) as reader:
        expected = state_after(reader.last_seq())
    with at_rest(path):
        base = compact(path, codec, 6_000, state_after)
    assert base > 1
    return path, base, expected


def alter(path, statement):
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def recovered(path):
    with SqliteReader(path, current_codec()) as reader:
        found = recover(reader, Acd)
        return encode(found.core.state), found.replayed


async def test_from_its_newest_snapshot(pruned):
    path, _, expected = pruned
    assert recovered(path) == (expected, 0)


async def test_from_its_base_when_no_other_snapshot_is_good(pruned):
    path, base, expected = pruned
    alter(path, f"UPDATE snapshots SET digest = x'00' WHERE seq > {base}")
    state, replayed = recovered(path)
    assert state == expected and replayed > 0


async def test_a_base_of_tables_that_nobody_knows_is_said(pruned):
    path, base, _ = pruned
    alter(path, f"DELETE FROM snapshots WHERE seq > {base}")
    torn = b"\x81\xa3run\x05"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE snapshots SET state = ?, digest = ?", (torn, sha256(torn).digest()))
    connection.close()
    with pytest.raises(JournalError, match=r"pruned up to entry .* by a version whose tables"):
        recovered(path)


async def test_tables_are_never_taken_for_those_of_another_moment(pruned):
    path, _, _ = pruned
    with SqliteReader(path, current_codec()) as reader, pytest.raises(JournalError, match="Begin again"):
        reading_on(reader, 0)  # as if it had been whole a moment ago
