"""The journal file: who may open it, and what is said of a damaged one."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cordpair.acd import Event, Input
from cordpair.errors import JournalError
from cordpair.journal import Codec, SqliteJournal, SqliteReader
from cordpair.journal.writer import BATCHES, batch_size


def alter(path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def test_it_goes_on_where_it_ended(tmp_path, codec, fill, make_entry) -> None:
    path = tmp_path / "journal.db"
    hashes = []
    for run in ("first", "second", "third"):
        journal = await SqliteJournal.open(path, codec, cell="main", run=run, synchronous="full")
        assert journal.run == "first"
        await fill(journal, 700)
        reading = journal.read()
        assert list(reading) == [make_entry(seq) for seq in range(1, journal.last_seq + 1)]
        hashes.append(reading.hash)
        await journal.close()
    assert journal.last_seq == 2100
    assert len(set(hashes)) == 3


async def test_a_second_engine_is_refused_by_name(file, tmp_path, codec) -> None:
    with pytest.raises(
        JournalError, match=rf"journal\.db: is being written by the engine with process id {os.getpid()}"
    ):
        await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r")
    await file.close()
    second = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r")
    await second.close()


async def test_a_process_id_left_behind_locks_nobody_out(tmp_path, codec) -> None:
    (tmp_path / "journal.db.lock").write_text("1\n")
    journal = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r")
    await journal.close()


async def test_another_cell_is_refused(file, tmp_path, codec) -> None:
    await file.close()
    with pytest.raises(JournalError, match="belongs to cell 'main', and this engine is cell 'west'"):
        await SqliteJournal.open(tmp_path / "journal.db", codec, cell="west", run="r")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("PRAGMA application_id = 7", "is not a Cordpair journal"),
        ("PRAGMA user_version = 99", r"another Cordpair \(format 99, this one knows 2\)"),
        ("DELETE FROM meta WHERE key = 'run'", "does not say its 'run'"),
    ],
)
async def test_a_file_that_is_none_of_ours_is_refused(file, tmp_path, codec, statement, message) -> None:
    await file.close()
    path = tmp_path / "journal.db"
    alter(path, statement)
    with pytest.raises(JournalError, match=message):
        await SqliteJournal.open(path, codec, cell="main", run="r")
    with pytest.raises(JournalError, match=message):
        SqliteReader(path, codec)


async def test_a_file_that_is_no_database_is_refused(tmp_path, codec) -> None:
    path = tmp_path / "journal.db"
    path.write_text("[cell]\nname = 'main'\n" * 100)
    with pytest.raises(JournalError, match=r"journal\.db: cannot be opened: .*restore it from a backup"):
        await SqliteJournal.open(path, codec, cell="main", run="r")
    assert path.read_text().startswith("[cell]")


async def test_a_directory_that_is_not_there_is_named(tmp_path, codec) -> None:
    with pytest.raises(JournalError, match="No such file or directory"):
        await SqliteJournal.open(tmp_path / "no" / "journal.db", codec, cell="main", run="r")
    with pytest.raises(JournalError, match="there is no journal"):
        SqliteReader(tmp_path / "no" / "journal.db", codec)


# ---------------------------------------------------------------- beside a running engine


async def test_a_viewer_reads_beside_the_writer_and_after_it(file, tmp_path, codec, fill) -> None:
    await fill(file, 3)
    with SqliteReader(tmp_path / "journal.db", codec) as viewer:
        assert (viewer.cell, viewer.run, viewer.last_seq()) == ("main", "r", 3)
        reading = viewer.read()
        assert [entry.seq for entry in reading] == [1, 2, 3]
        await fill(file, 2)
        assert [entry.seq for entry in reading] == [4, 5]
        await file.close()
    with SqliteReader(tmp_path / "journal.db", codec) as viewer:
        assert len(list(viewer.read())) == 5


async def test_a_viewer_never_writes(file, tmp_path, codec) -> None:
    with SqliteReader(tmp_path / "journal.db", codec) as viewer, pytest.raises(sqlite3.OperationalError):
        viewer._connection.execute("DELETE FROM meta")


async def test_a_viewer_may_lack_the_right_to_write(file, tmp_path, codec, fill) -> None:
    """With no engine running SQLite would want to create files beside the journal."""
    await fill(file, 3)
    await file.close()
    program = (
        "import os, sys; from pathlib import Path\n"
        "from cordpair.journal import SqliteReader, current_codec\n"
        "Path('/').as_uri()  # imports what it needs, which another user may not be able to\n"
        "os.geteuid() or os.setuid(65534)\n"
        "print(len(list(SqliteReader(Path(sys.argv[1]), current_codec()).read())))"
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(tmp_path / "journal.db", folder)
        folder.chmod(0o555)
        command = [sys.executable, "-c", program, str(folder / "journal.db")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("3\n", "")
        assert [path.name for path in folder.iterdir()] == ["journal.db"]
        folder.chmod(0o755)


async def test_following_sees_what_there_is_and_what_comes(file, tmp_path, codec, fill) -> None:
    await fill(file, 2)
    seen: asyncio.Queue[int] = asyncio.Queue()

    async def follow() -> None:
        with SqliteReader(tmp_path / "journal.db", codec) as viewer:
            async for entry in viewer.follow(1, interval_s=0):
                seen.put_nowait(entry.seq)

    task = asyncio.create_task(follow())
    assert await seen.get() == 2
    await fill(file, 3)
    assert [await seen.get() for _ in range(3)] == [3, 4, 5]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE entries SET body = substr(body, 1, 30) WHERE seq = {}", "does not fit its hash"),
        ("UPDATE entries SET body = replace(body, 'r-l', 'x-l') WHERE seq = {}", "does not fit its hash"),
        ("UPDATE entries SET at = at + 1 WHERE seq = {}", "does not fit its hash"),
        ("UPDATE entries SET at = 'noon' WHERE seq = {}", "format"),
        ("UPDATE entries SET hash = zeroblob(32) WHERE seq = {}", "does not fit its hash"),
    ],
)
@pytest.mark.parametrize(("seq", "advice"), [(5, "5 entries come after it"), (10, "cordpair journal mend")])
async def test_a_damaged_row_is_named_with_what_to_do(file, tmp_path, codec, fill, change, reason, seq, advice) -> None:
    await fill(file, 10)
    await file.close()
    path = tmp_path / "journal.db"
    alter(path, change.format(seq))
    for after_seq in (0, seq - 1):
        with SqliteReader(path, codec) as viewer:
            reading = viewer.read(after_seq)
            with pytest.raises(JournalError) as raised:
                list(reading)
            assert reading.seq == seq - 1
        message = str(raised.value)
        assert f"{path}: entry {seq} is damaged" in message
        assert reason in message
        assert advice in message


async def test_a_missing_row_is_named(file, tmp_path, codec, fill) -> None:
    await fill(file, 10)
    await file.close()
    alter(tmp_path / "journal.db", "DELETE FROM entries WHERE seq = 4")
    with (
        SqliteReader(tmp_path / "journal.db", codec) as viewer,
        pytest.raises(JournalError, match=r"entry 4 .*missing"),
    ):
        list(viewer.read())


async def test_damaged_pages_are_reported_without_a_traceback(file, tmp_path, codec, fill) -> None:
    await fill(file, 2000)
    await file.close()
    path = tmp_path / "journal.db"
    content = bytearray(path.read_bytes())
    content[4096 * 8 : 4096 * 40] = b"\xff" * (4096 * 32)
    path.write_bytes(content)
    with SqliteReader(path, codec) as viewer, pytest.raises(JournalError, match=r"journal\.db: .*backup"):
        list(viewer.read())


async def test_a_damaged_snapshot_is_passed_over(file, tmp_path, codec, fill) -> None:
    for seq in (1, 2, 3):
        await fill(file, 1)
        file.save_snapshot(seq, b"state %d" % seq)
    await file.close()
    path = tmp_path / "journal.db"
    alter(path, "UPDATE snapshots SET state = x'00' WHERE seq = 3")
    with SqliteReader(path, codec) as viewer:
        snapshot = viewer.load_snapshot()
        assert snapshot
        assert snapshot.state == b"state 2"
    alter(path, "UPDATE snapshots SET state = x'00'")
    with SqliteReader(path, codec) as viewer:
        assert viewer.load_snapshot() is None


async def test_a_snapshot_of_an_older_format_is_not_used(file, tmp_path, fill) -> None:
    await fill(file, 1)
    file.save_snapshot(1, b"old")
    await file.close()
    with SqliteReader(tmp_path / "journal.db", Codec(Event, Input, {1: dict})) as viewer:
        assert viewer.load_snapshot() is None
        assert len(list(viewer.read())) == 1


@pytest.mark.parametrize("waiting", [1, 2, 31, 32, 33, 63, 64, 100, 511, 512, 513, 100_000])
def test_a_batch_is_any_small_number_or_one_of_few_large_ones(waiting) -> None:
    size = batch_size(deque([(None, None)] * waiting))
    assert 1 <= size <= waiting
    assert size <= BATCHES[-1] or size in BATCHES
    assert size * 2 > min(waiting, BATCHES[0])
