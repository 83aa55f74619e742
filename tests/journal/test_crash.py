"""Real processes: killed in the middle of writing, or met by a full disk."""

import asyncio
import signal
import subprocess
import sys
from typing import Any

import pytest

from cordpair.acd.inputs import TimerDue
from cordpair.errors import JournalError
from cordpair.journal import Entry, SqliteJournal, SqliteReader

# Writes entries as fast as it can, and a line with the number of each that was acknowledged.
WRITER = """
import asyncio, os, resource, sys
from pathlib import Path
from cordpair.acd.events import LegRang
from cordpair.acd.inputs import LegRinging
from cordpair.journal import Entry, SqliteJournal, current_codec

async def main(path, limit):
    journal = await SqliteJournal.open(Path(path), current_codec(), cell="main", run="r")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    os.write(1, b"open\\n")
    while not journal.failed.done():
        for _ in range(50):
            seq = journal.last_seq + 1
            entry = Entry(seq, seq, LegRinging(f"l{seq}"), (LegRang(f"l{seq}"),))
            journal.append(entry, lambda seq=seq: os.write(1, b"%d\\n" % seq))
        if not seq % 1000:
            journal.save_snapshot(seq, b"state")
        await asyncio.sleep(0)
        await journal.room()
    try:
        journal.append(Entry(seq + 1, 0, LegRinging("l"), ()))
    except Exception as error:
        assert error is journal.failed.result()
        os.write(2, str(error).encode())
    acknowledged = journal.committed_seq
    await journal.close()
    await asyncio.sleep(0)
    assert journal.committed_seq == acknowledged

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def start(path, limit: int = 0) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(limit)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("after", [1, 500, 20_000])
async def test_a_killed_engine_leaves_every_acknowledged_entry(tmp_path, codec, fill, after) -> None:
    path = tmp_path / "journal.db"
    process = start(path)
    assert process.stdout
    assert process.stdout.readline() == b"open\n"
    lines = [process.stdout.readline() for _ in range(after)]
    with pytest.raises(JournalError, match=f"process id {process.pid}"):
        await SqliteJournal.open(path, codec, cell="main", run="other")
    process.send_signal(signal.SIGKILL)
    acknowledged = [int(line) for line in [*lines, *process.stdout] if line.endswith(b"\n")]
    process.communicate()
    assert acknowledged == list(range(1, len(acknowledged) + 1))

    with SqliteReader(path, codec) as viewer:  # a viewer may come first
        assert viewer.last_seq() >= acknowledged[-1]
    journal = await SqliteJournal.open(path, codec, cell="main", run="other")
    assert journal.run == "r"
    assert journal.last_seq >= acknowledged[-1]
    assert sum(1 for _ in journal.read()) == journal.last_seq
    snapshot = journal.load_snapshot()
    if snapshot is not None:
        tail = journal.read(snapshot.seq)
        assert tail.hash == snapshot.hash
        assert sum(1 for _ in tail) == journal.last_seq - snapshot.seq
    await fill(journal, 1)
    await journal.close()


async def test_a_disk_that_is_full_stops_the_journal_and_keeps_what_was_acknowledged(tmp_path, codec) -> None:
    path = tmp_path / "journal.db"
    process = start(path, limit=3_000_000)
    output, errors = await asyncio.to_thread(process.communicate)
    assert process.returncode == 0
    message = errors.decode()
    assert f"{path}: entries " in message
    assert "cannot be written: " in message
    assert "disk" in message
    assert message.count("\n") == 0
    acknowledged = [int(line) for line in output.splitlines()[1:]]
    assert acknowledged
    journal = await SqliteJournal.open(path, codec, cell="main", run="r")
    assert sum(1 for _ in journal.read()) == journal.last_seq == acknowledged[-1] == len(acknowledged)
    await journal.close()


async def test_an_entry_that_cannot_be_written_as_json_stops_the_journal(tmp_path, codec, make_entry) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r")
    journal.append(make_entry(1))
    events: Any = (object(),)
    journal.append(Entry(2, 0, TimerDue(), events))
    error = await journal.failed
    assert "entry 2 cannot be written as JSON" in str(error)
    with pytest.raises(JournalError) as raised:
        journal.append(make_entry(3))
    assert raised.value is error
    await journal.room()
    await journal.close()
