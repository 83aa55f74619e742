"""The process that counts: killed with a signal at any moment, it goes on; it ends with who asks."""

import asyncio
import os
import signal
import sys
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from cordpair.errors import ConfigurationError, JournalError
from cordpair.journal import SqliteReader, current_codec
from cordpair.reports import By, Policy, fold
from cordpair.reports.archive import Archive, Wanted
from cordpair.reports.archive.ended import search
from cordpair.reports.clerk import Clerk
from cordpair.reports.clerk import clerk as clerk_module
from cordpair.reports.clerk import questions as q
from cordpair.reports.clerk.worker import Gone, Worker
from cordpair.reports.days import local, zone_of
from cordpair.reports.patience import Patience, TooSlow
from cordpair.reports.report import Asked, Format, make_report
from cordpair.testing import ManualClock
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


# ---------------------------------------------------------------- who asks, and what is answered


async def answering(code: str) -> Worker:
    """A process that runs ``code`` in the place of the one that counts."""
    pipe = asyncio.subprocess.PIPE
    return Worker(await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=pipe, stdout=pipe))


async def test_the_answer_to_another_question_is_none():
    worker = await answering(
        "import sys, msgspec\n"
        "from cordpair.reports.clerk import questions as q\n"
        "source, sink = sys.stdin.buffer, sys.stdout.buffer\n"
        "while size := source.read(4):\n"
        "    source.read(int.from_bytes(size, 'big'))\n"
        "    body = msgspec.msgpack.encode(q.Answer(b'of somebody else', number=1))\n"
        "    sink.write(len(body).to_bytes(4, 'big') + body)\n"
        "    sink.flush()\n"
    )
    assert (await worker.ask(q.Follow(1))).body == b"of somebody else"
    with pytest.raises(Gone, match="another question"):
        await worker.ask(q.Follow(2))
    await worker.kill()


class Scripted:
    """In the place of a worker: answers as it is told, when it may."""

    ended = False

    def __init__(self, *answers: q.Answer | Gone) -> None:
        self.answers = list(answers)
        self.may, self.asked, self.killed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.may.set()

    async def ask(self, question: q.Question) -> q.Answer:
        self.asked.set()
        await self.may.wait()
        answer = self.answers.pop(0) if self.answers else GOOD
        if isinstance(answer, Gone):
            raise answer
        return answer

    async def kill(self) -> None:
        self.killed.set()

    async def end(self) -> None:
        pass


GOOD = q.Answer(msgspec.msgpack.encode(q.Counted(0, 0, 0)))


def clerk_with(worker: Scripted | None = None) -> Any:
    engine: Any = SimpleNamespace(
        clock=ManualClock(1_763_726_400_000),
        committed_seq=0,
        state=SimpleNamespace(contacts={}),
        meter=SimpleNamespace(registry=CollectorRegistry()),
        watch=lambda see: None,
        unwatch=lambda see: None,
        counted=lambda seq: None,
    )
    clerk: Any = Clerk(engine, None, None, ZoneInfo("UTC"), Policy())  # type: ignore[arg-type]
    clerk._worker = worker
    clerk._begun.set()
    return clerk


async def test_a_worker_that_hangs_is_dropped_also_when_its_asker_has_gone():
    """The next does not get the answer that came too late."""
    worker = Scripted(Gone("the counting process did not answer in time"), q.Answer(b"of the first"))
    worker.may.clear()
    clerk = clerk_with(worker)
    first = asyncio.create_task(clerk.ask(q.Find(Wanted(0, EVER))))
    await worker.asked.wait()
    second = asyncio.create_task(clerk.ask(q.Find(Wanted(0, EVER))))
    first.cancel()
    await asyncio.sleep(0)
    worker.may.set()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(Gone):
            await second
    assert worker.killed.is_set() and clerk._worker is None


async def test_an_answer_is_waited_for_when_its_asker_has_gone():
    """Cancelled twice, as one that goes away while its deadline passes is."""
    worker = Scripted(q.Answer(b"of the first"), q.Answer(b"of the second"))
    worker.may.clear()
    clerk = clerk_with(worker)
    first = asyncio.create_task(clerk.ask(q.Find(Wanted(0, EVER))))
    await worker.asked.wait()
    second = asyncio.create_task(clerk.ask(q.Find(Wanted(0, EVER))))
    for _ in range(2):
        first.cancel()
        await asyncio.sleep(0)
    worker.may.set()
    async with asyncio.timeout(10):
        assert await second == b"of the second"
    assert not worker.killed.is_set()


@pytest.mark.parametrize(
    "wrong",
    [q.Answer(b"day,queue\r\n"), q.Answer(failure=ConfigurationError.__name__, message="seq: 7"), Gone("it ended")],
    ids=["another's answer", "a refusal", "gone"],
)
async def test_whatever_the_counting_process_says_counting_goes_on(wrong, monkeypatch, caplog):
    monkeypatch.setattr(clerk_module, "AGAIN_S", 0.01)
    wrongs, good = [Scripted(wrong), Scripted(wrong)], Scripted()
    workers = [*wrongs, good]

    async def start(archive, journal):
        return workers.pop(0)

    monkeypatch.setattr(Worker, "start", start)
    clerk = clerk_with()
    async with clerk.running(), asyncio.timeout(10):
        await good.asked.wait()
    assert all(each.killed.is_set() for each in wrongs) and not good.killed.is_set()
    assert "tried again in 0.01 s" in caplog.text and "tried again in 0.02 s" in caplog.text


# ---------------------------------------------------------------- what takes long


async def test_what_takes_too_long_is_refused_and_the_next_is_answered(shift, entries, tmp_path):
    """By the process itself, which goes on with what it knows."""
    (path := tmp_path / "r.db").touch()
    worker = await answering(
        f"import sys\nsys.argv[1:] = [{str(path)!r}, {str(shift)!r}]\n"
        "import cordpair.reports.clerk.__main__ as counting\n"
        "counting.PATIENCE_S = -1\n"
        "counting.main()\n"
    )
    while await follow(worker, entries[-1].seq) < entries[-1].seq:
        pass
    day = local(entries[-1].at, zone_of("UTC")).date()
    answer = await worker.ask(q.Tell(Asked(day, day, "UTC", (By.DAY,), Policy()), Format.JSON))
    assert (answer.failure, answer.message) == ("TooSlow", "to: takes too long; ask for fewer days")
    assert await follow(worker, entries[-1].seq) == entries[-1].seq
    await worker.end()


def test_rows_lines_and_searches_are_read_for_so_long(shift, entries, tmp_path, monkeypatch):
    monkeypatch.setattr("cordpair.reports.patience.STEPS", 10)
    day = local(entries[-1].at, zone_of("UTC")).date()
    asked = Asked(day, day, "UTC", (By.DAY,), Policy())
    with Archive.open(tmp_path / "r.db", shift, write=True) as found:
        found.follow(EVER)
        found.save()
        over, enough = Patience.for_s(-1), Patience.for_s(600)
        with pytest.raises(TooSlow):
            found.sums(0, EVER, over)
        with pytest.raises(TooSlow):
            make_report(found, asked, over)
        assert found.connection is not None
        with pytest.raises(TooSlow), over.reading(found.connection):
            search(found.connection, Wanted(0, EVER))
        with enough.reading(found.connection):
            assert search(found.connection, Wanted(0, EVER))
        assert make_report(found, asked, enough) == make_report(found, asked)
