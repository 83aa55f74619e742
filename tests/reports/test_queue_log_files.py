"""The rows on the disk: once each, whatever ends the engine and whoever rotates the file."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from acd.story import story
from cordpair.acd import inputs as inp
from cordpair.clock import AsyncioClock
from cordpair.config.model import QueueLog
from cordpair.ids import AgentId, NodeId
from cordpair.journal import Entry, SqliteJournal, current_codec
from cordpair.reports import following as module
from cordpair.reports.following import Follower
from cordpair.reports.queue_log import FileOutput, Scribe, TableOutput, Transcript, writing
from cordpair.runtime import Engine, Setup, run_engine
from cordpair.runtime.subscriptions import Subscriptions
from cordpair.store import Store
from cordpair_loopback import LoopbackPbx, share, unshare
from runtime.test_app import CONFIGURATION

FLOOR = story(3)
TOLD = [(given or inp.TimerDue(), at, tuple(events)) for at, given, events in FLOOR.journal]
ENTRIES = [Entry(seq, at, given, events) for seq, (given, at, events) in enumerate(TOLD, start=1)]


def expected(entries: list[Entry]) -> list[str]:
    transcript = Transcript()
    return [row.line() for entry in entries for row in transcript.lines(entry)]


class Source(Subscriptions):
    """An engine, as far as a follower needs one."""

    subscribe = Subscriptions.add
    unsubscribe = Subscriptions.remove


@pytest.fixture
async def store(tmp_path):
    store = await Store.open(tmp_path / "store.db")
    yield store
    await store.close()


@pytest.fixture
async def journal(tmp_path):
    codec = current_codec()
    journal = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="t")
    yield journal
    await journal.close()


async def put(journal: SqliteJournal, entries: list[Entry]) -> None:
    done = asyncio.get_running_loop().create_future()
    for entry in entries:
        journal.append(entry, (lambda: done.set_result(None)) if entry is entries[-1] else None)
    await done


def follower(tmp_path: Path, output) -> Follower:
    return Follower(Source(), tmp_path / "journal.db", Scribe(output), "queue_log")  # type: ignore[arg-type]


def lines(*paths: Path) -> list[str]:
    return [line for path in paths for line in path.read_text().split("\n")[:-1]]


async def test_a_file_is_continued_after_a_restart(tmp_path, store, journal):
    path = tmp_path / "queue_log"
    for begin in range(0, len(ENTRIES), 90):
        await put(journal, ENTRIES[begin : begin + 90])
        await follower(tmp_path, FileOutput(path, store)).catch_up()
    assert lines(path) == expected(ENTRIES)
    assert len(lines(path)) > 100
    assert path.stat().st_mode & 0o7 == 0


async def test_a_crash_between_rows_and_bookmark_repeats_nothing(tmp_path, store, journal, monkeypatch):
    path = tmp_path / "queue_log"
    await put(journal, ENTRIES[:100])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    await put(journal, ENTRIES[100:150])

    async def crash(*_):
        raise OSError("the machine stops here")

    with monkeypatch.context() as patched:
        patched.setattr(store.bookmarks, "put", crash)
        with pytest.raises(OSError, match="stops"):
            await follower(tmp_path, FileOutput(path, store)).catch_up()
    with path.open("r+b") as file:  # and the last row was torn
        file.truncate(path.stat().st_size - 7)
    await put(journal, ENTRIES[150:])
    monkeypatch.setattr(module, "CHUNK", 7)  # other portions than before
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    assert lines(path) == expected(ENTRIES)


async def test_a_file_is_rotated_by_renaming_it(tmp_path, store, journal):
    path, old = tmp_path / "queue_log", tmp_path / "queue_log.1"
    following = follower(tmp_path, FileOutput(path, store))
    await put(journal, ENTRIES[:120])
    await following.catch_up()
    path.rename(old)
    await put(journal, ENTRIES[120:200])
    await following.catch_up()
    await put(journal, ENTRIES[200:])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    assert lines(old, path) == expected(ENTRIES)


async def test_rows_of_others_in_the_same_file_are_left_alone(tmp_path, store, journal):
    path = tmp_path / "queue_log"
    path.write_text("1|NONE|NONE|NONE|QUEUESTART|\n")
    await put(journal, ENTRIES[:50])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    with path.open("a") as file:
        file.write("2|NONE|NONE|NONE|CONFIGRELOAD|\n")
    await put(journal, ENTRIES[50:])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    first, rest = expected(ENTRIES[:50]), expected(ENTRIES)
    assert lines(path) == [
        "1|NONE|NONE|NONE|QUEUESTART|", *first, "2|NONE|NONE|NONE|CONFIGRELOAD|", *rest[len(first) :]
    ]  # fmt: skip


async def test_a_table_as_realtime_makes_it(tmp_path, journal):
    path = tmp_path / "log.db"
    for begin in range(0, len(ENTRIES), 100):
        await put(journal, ENTRIES[begin : begin + 100])
        output = await TableOutput.open(path)
        await follower(tmp_path, output).catch_up()
        await output.close()
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT callid, queuename, agent, event, data1 FROM queue_log ORDER BY id").fetchall()
        times = db.execute("SELECT time FROM queue_log ORDER BY id").fetchall()
    db.close()
    assert [list(row) for row in rows] == [line.split("|")[1:6] for line in expected(ENTRIES)]
    assert times == sorted(times)
    assert times[0][0].startswith("2027-01-15 08:00:00.")


async def test_another_journal_begins_anew(tmp_path, store, journal):
    path = tmp_path / "queue_log"
    await put(journal, ENTRIES[:100])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    await journal.close()
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"journal.db{ending}").unlink(missing_ok=True)
    other = await SqliteJournal.open(tmp_path / "journal.db", current_codec(), cell="main", run="u")
    await put(other, ENTRIES[:30])
    await follower(tmp_path, FileOutput(path, store)).catch_up()
    await other.close()
    assert lines(path) == expected(ENTRIES[:100]) + expected(ENTRIES[:30])


async def test_a_journal_that_was_put_back_repeats_nothing_and_goes_on(tmp_path, journal):
    path = tmp_path / "log.db"
    output = await TableOutput.open(path)
    await put(journal, ENTRIES[:150])
    await follower(tmp_path, output).catch_up()
    await journal.close()
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"journal.db{ending}").unlink(missing_ok=True)
    again = await SqliteJournal.open(tmp_path / "journal.db", current_codec(), cell="main", run="t")
    await put(again, ENTRIES[:120])
    following = follower(tmp_path, output)
    await following.catch_up()
    await put(again, ENTRIES[120:])
    await following.catch_up()
    await again.close()
    await output.close()
    db = sqlite3.connect(path)
    rows = ["|".join(row) for row in db.execute("SELECT callid, queuename, agent, event, data1 FROM queue_log")]
    db.close()
    short = [["|".join(line.split("|")[1:6]) for line in expected(ENTRIES[:end])] for end in (120, 150, len(ENTRIES))]
    assert rows == short[1] + short[2][len(short[0]) :]


async def test_a_disk_that_takes_nothing_does_not_lose_rows(tmp_path, store, journal, caplog, monkeypatch):
    path = tmp_path / "queue_log"
    path.mkdir()
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    monkeypatch.setattr(module, "GATHER_S", 0.01)
    source = Source()
    await put(journal, ENTRIES[:80])
    scribe = Scribe(FileOutput(path, store))
    running = asyncio.create_task(Follower(source, tmp_path / "journal.db", scribe, "queue_log").run())  # type: ignore[arg-type]
    async with asyncio.timeout(20):
        while "tried again" not in caplog.text:
            await asyncio.sleep(0.01)  # sleep: a log line is no event
        path.rmdir()
        await put(journal, ENTRIES[80:])
        source.close()
        await running
    assert lines(path) == expected(ENTRIES)


async def test_beside_an_engine(tmp_path, store, monkeypatch):
    monkeypatch.setattr(module, "GATHER_S", 0.01)
    share("app-test", LoopbackPbx(AsyncioClock(), phones=["101"]))
    setup = Setup(configuration=CONFIGURATION, pbxs={NodeId("n1"): "loopback://app-test"}, journal=tmp_path / "j.db")
    wanted, path = QueueLog(file="log", table="log.db"), tmp_path / "log"

    async def work(engine: Engine) -> None:
        async with writing(engine, store, setup.journal, wanted, tmp_path):
            await engine.request(inp.SignIn(AgentId("ann")))
            await engine.request(inp.Ready(AgentId("ann")))

    try:
        for revision in (1, 2):
            configuration = replace(CONFIGURATION, revision=revision)
            async with asyncio.timeout(30):
                await run_engine(replace(setup, configuration=configuration), started=work, own_process=False)
    finally:
        unshare("app-test")
    rows = [line.split("|", 1)[1] for line in lines(path)]
    assert rows == [
        "NONE|NONE|NONE|QUEUESTART|",
        "MANAGER|sales|ann|ADDMEMBER|PAUSED",
        "NONE|NONE|ann|UNPAUSEALL|",
        "NONE|sales|ann|UNPAUSE|",
    ]
    db = sqlite3.connect(tmp_path / "log.db")
    assert db.execute("SELECT count(*) FROM queue_log").fetchone() == (4,)
    db.close()
