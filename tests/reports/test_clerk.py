"""The process that counts: killed with a signal at any moment, it goes on; it ends with who asks."""

import asyncio
import os
import signal
import sys

import msgspec
import pytest

from cordpair.errors import JournalError
from cordpair.journal import SqliteReader, current_codec
from cordpair.reports import By, Policy, fold
from cordpair.reports.archive import Archive, Wanted
from cordpair.reports.clerk import questions as q
from cordpair.reports.clerk.worker import Gone, Worker
from cordpair.reports.days import local, zone_of
from cordpair.reports.report import Asked, Format
from replay.test_journals import unpack
from reports.test_archive import EVER, NEWEST


@pytest.fixture(scope="module")
def shift(tmp_path_factory):
    return unpack(NEWEST, tmp_path_factory.mktemp("shift"))


@pytest.fixture(scope="module")
def entries(shift):
    with SqliteReader(shift, current_codec()) as reader:
        return list(reader.read())


async def follow(worker: Worker, upto: int) -> int:
    answer = await worker.ask(q.Follow(upto))
    assert not answer.failure, answer.message
    return msgspec.msgpack.decode(answer.body, type=q.Counted).seq


async def test_killed_with_a_signal(shift, entries, tmp_path):
    """While it counts, while it writes, while it is idle: what it wrote down is of the whole journal."""
    path, last = tmp_path / "r.db", entries[-1].seq
    for stop in (1, 150, 400, last):
        worker = await Worker.start(path, shift)
        reached = 0
        while reached < stop:
            reached = await follow(worker, stop)
        asked = asyncio.ensure_future(worker.ask(q.Find(Wanted(0, EVER))))  # it writes down what it counted
        if stop % 4:
            await asked
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(Gone):
            await worker.ask(q.Follow(last))
            await worker.ask(q.Follow(last))
        await asyncio.gather(asked, return_exceptions=True)
        await worker.kill()
    with Archive.open(path, shift, write=True) as found:
        found.follow(EVER)
        assert found.rows(0, EVER) == fold(entries, entries[-1].at) and found.differences() == []


async def test_it_ends_with_its_engine_and_writes_down_what_it_knows(shift, entries, tmp_path):
    worker = await Worker.start(tmp_path / "r.db", shift)
    await follow(worker, 100)
    await worker.end()
    with Archive.open(tmp_path / "r.db", shift, write=False) as found:
        assert found.seq == 100


async def test_it_ends_when_its_engine_is_killed(shift, tmp_path):
    """Its input ends: nobody is left behind."""
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from cordpair.reports.clerk.worker import Worker\n"
        "async def main():\n"
        "    worker = await Worker.start(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "    print(worker.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "r.db"), str(shift), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    async with asyncio.timeout(30):
        while _lives(int(said)):
            await asyncio.sleep(0.05)  # sleep: it is no child of ours, nobody tells


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_question_that_cannot_be_answered_is_told_and_the_next_is(shift, entries, tmp_path):
    worker = await Worker.start(tmp_path / "r.db", shift)
    while await follow(worker, entries[-1].seq) < entries[-1].seq:
        pass
    day = local(entries[-1].at, zone_of("UTC")).date()
    asked = Asked(day, day, "Mars/Olympus", (By.DAY,), Policy())
    answer = await worker.ask(q.Tell(asked, Format.JSON))
    assert (answer.failure, answer.message[:5]) == ("ConfigurationError", "zone:")
    answer = await worker.ask(q.TellStory("nobody"))  # type: ignore[arg-type]
    assert answer.failure == "NoSuchContact"
    answer = await worker.ask(q.Reconcile(0, 0, entries[-1].seq + 7, []))
    assert answer.failure == "ConfigurationError"
    answer = await worker.ask(q.Tell(msgspec.structs.replace(asked, zone="UTC"), Format.JSON))
    assert b'"lines":[{' in answer.body
    await worker.end()


async def test_a_journal_that_is_not_there_is_told(tmp_path):
    worker = await Worker.start(tmp_path / "r.db", tmp_path / "none.db")
    answer = await worker.ask(q.Follow(1))
    assert answer.failure == JournalError.__name__ and "there is no journal" in answer.message
    await worker.end()
