"""Old entries go, when they are counted; what stands for them stays."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, OfferOutcome, VisitOutcome
from cordpair.acd.inputs import TimerDue
from cordpair.errors import JournalError
from cordpair.ids import AgentId, ContactId, OfferId, QueueId, VisitId
from cordpair.journal import Entry, SqliteJournal, SqliteReader, current_codec

BEGAN = 1_700_000_000_000
MINUTE, DAY = 60_000, 86_400_000
KEEP = 10 * DAY


def entry(seq: int, at: int) -> Entry:
    """A visit of each quarter of an hour or so, and one that lasts over the cut."""
    visit, contact, queue = (
        VisitId(f"v{seq // 4}"),
        ContactId(f"c{seq // 4}"),
        QueueId("sales" if seq % 8 < 4 else "it"),
    )
    events: tuple[ev.Event, ...]
    match seq % 4:
        case 0:
            events = (ev.VisitBegan(visit, contact, queue, seq, at, at),)
        case 1:
            events = (ev.OfferMade(OfferId(f"o{seq}"), seq, visit, contact, AgentId("ann"), 0, at),)
        case 2:
            offer = OfferId(f"o{seq - 1}")
            events = (
                ev.ContactConnected(contact, visit, offer, AgentId("ann"), 7_000),
                ev.OfferEnded(offer, OfferOutcome.CONNECTED),
                ev.VisitEnded(visit, VisitOutcome.CONNECTED, 7_000),
            )
        case _:
            events = (ev.ConnectionEnded(contact, AgentId("ann"), 60_000, "caller"),)
    return Entry(seq, at, TimerDue(), events)


async def write(path: Path, first: int, last: int, *, spacing: int = 40 * MINUTE, keep: int | None = KEEP) -> None:
    """Entries as of a long time, with a snapshot after each hundred; ends when nothing is left to prune."""
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r", keep_ms=keep)
    for seq in range(first, last + 1):
        journal.append(entry(seq, BEGAN + seq * spacing))
        if seq % 100 == 0:
            journal.save_snapshot(seq, b"state %d" % seq)
    done = asyncio.Event()
    if journal.last_seq % 100:
        journal.save_snapshot(journal.last_seq, b"state %d" % journal.last_seq, done.set)
        await done.wait()
    while journal._writer._pruner.busy:
        await asyncio.sleep(0.01)  # sleep: the thread prunes when it has nothing else to do
    await journal.close()


def look(path: Path) -> tuple[int, int, int, bytes]:
    """The base, the oldest and the newest entry, and the hash of the chain, read to the end."""
    with SqliteReader(path, current_codec()) as reader:
        base = reader.load_base()
        reading = reader.read()
        seqs = [each.seq for each in reading]
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
        return base.seq if base else 0, seqs[0], seqs[-1], reading.hash


async def test_what_is_old_goes_and_the_chain_still_holds(tmp_path):
    whole, pruned = tmp_path / "whole.db", tmp_path / "pruned.db"
    await write(whole, 1, 1_050, keep=None)
    await write(pruned, 1, 1_050)
    base, first, last, hash_ = look(pruned)
    assert (first, last) == (base + 1, 1_050)
    assert hash_ == look(whole)[3]
    # At least ``keep`` stays, and not much more.
    spared = (1_050 - base) * 40 * MINUTE
    assert KEEP <= spared <= KEEP * 1.5
    with SqliteReader(pruned, current_codec()) as reader:
        found = reader.load_base()
        assert found is not None and found.state == b"state %d" % base


async def test_what_is_not_counted_yet_stays(tmp_path):
    """The reports' archive comes first: nothing goes that is not in it."""
    path = tmp_path / "journal.db"
    await write(path, 1, 1_050, keep=None)
    journal = await SqliteJournal.open(
        path, current_codec(), cell="main", run="r", keep_ms=KEEP, wait_for_counting=True
    )
    late = BEGAN + 1_051 * 40 * MINUTE + 2 * KEEP
    bases = []
    for seq, counted in ((1_051, 0), (1_052, 1_051), (1_053, 1_053)):
        journal.may_prune(counted)
        done = asyncio.Event()
        journal.append(entry(seq, late + seq * 2 * KEEP))
        journal.save_snapshot(seq, b"state", done.set)
        await done.wait()
        while journal._writer._pruner.busy:
            await asyncio.sleep(0.01)  # sleep: the thread prunes when it has nothing else to do
        bases.append(look(path)[0])
    await journal.close()
    assert bases == [0, 1_051, 1_052]


async def test_it_is_pruned_beside_a_working_engine(tmp_path):
    """Entries are committed meanwhile, and a reader sees a whole journal at each moment."""
    path = tmp_path / "journal.db"
    await write(path, 1, 3_000, keep=None)
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r", keep_ms=KEEP)
    # Without ``keep`` only the newest snapshots stayed: the journal can be pruned once they are old enough.
    seq, at = journal.last_seq, BEGAN + 3_000 * 40 * MINUTE
    seen = set()
    committed = asyncio.Event()
    for _ in range(1, 41):
        seq, at = seq + 1, at + DAY
        committed.clear()
        journal.append(Entry(seq, at, TimerDue(), (ev.LegClosed("l", Cause.NORMAL),)), committed.set)  # type: ignore[arg-type]
        journal.save_snapshot(seq, b"state")
        await committed.wait()
        seen.add(look(path)[:3])
    while journal._writer._pruner.busy:
        seen.add(look(path)[:3])
        await asyncio.sleep(0)
    await journal.close()
    assert len(seen) > 10 and max(seen)[0] > 2_900


async def test_killed_in_the_middle_it_goes_on(tmp_path):
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    await write(path, 1, 2_000, keep=None)
    with sqlite3.connect(path) as connection:
        state = b"old"
        row = connection.execute("SELECT hash, at FROM entries WHERE seq = 1500").fetchone()
        values = (1_500, current_codec().version, state, hashlib.sha256(state).digest(), *row)
        connection.execute("INSERT INTO snapshots VALUES (?,?,?,?,?,?)", values)
    connection.close()
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r", keep_ms=KEEP)
    left = 2_000
    while left == 2_000:
        with sqlite3.connect(path) as connection:
            connection.backup(target := sqlite3.connect(copy))
            (left,) = target.execute("SELECT count(*) FROM entries").fetchone()
        target.close()
        connection.close()
    assert 500 < left < 2_000  # as a kill would have left it
    await journal.close()
    assert look(copy)[0] == 1_500
    await write(copy, 2_001, 2_001)
    base, first, _, _ = look(copy)
    assert (base, first) == (1_500, 1_501)


async def test_a_base_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "journal.db"
    await write(path, 1, 1_050)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE snapshots SET state = x'00' WHERE seq = (SELECT min(seq) FROM snapshots)")
    connection.close()
    with SqliteReader(path, current_codec()) as reader, pytest.raises(JournalError, match="does not fit its digest"):
        reader.load_base()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM snapshots WHERE seq = (SELECT min(seq) FROM snapshots)")
    connection.close()
    with SqliteReader(path, current_codec()) as reader, pytest.raises(JournalError, match="begins with is missing"):
        reader.read()


async def test_what_was_pruned_is_not_read(tmp_path):
    path = tmp_path / "journal.db"
    await write(path, 1, 1_050)
    with SqliteReader(path, current_codec()) as reader, pytest.raises(JournalError, match="was pruned up to entry"):
        reader.read(7)


async def test_a_journal_of_the_first_format_is_taken_on(tmp_path):
    path = tmp_path / "journal.db"
    await write(path, 1, 250, keep=None)
    with sqlite3.connect(path) as connection:
        for statement in (
            "ALTER TABLE snapshots DROP COLUMN at",
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
    connection.close()
    assert look(path)[:3] == (0, 1, 250)  # read as it is
    await write(path, 251, 1_050)
    assert look(path)[0] > 0
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


async def test_what_earlier_versions_counted_is_left_alone(tmp_path):
    """Their journals have tables for it."""
    path = tmp_path / "journal.db"
    await write(path, 1, 150, keep=None)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE intervals (start, queue, figure, amount)")
        connection.execute("INSERT INTO intervals VALUES (0, 'sales', 'offered', 7)")
    connection.close()
    await write(path, 151, 1_050)
    assert look(path)[0] > 0
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT amount FROM intervals").fetchone() == (7,)
    connection.close()
