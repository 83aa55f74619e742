"""Old entries go; what stands for them, and what they counted, stays."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, OfferOutcome, VisitOutcome
from cordpair.acd.inputs import TimerDue
from cordpair.errors import JournalError
from cordpair.ids import AgentId, ContactId, OfferId, QueueId, VisitId
from cordpair.journal import Entry, Interval, SqliteJournal, SqliteReader, current_codec
from cordpair.journal.intervals import Counter, Key, gather

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


def intervals(path: Path) -> list[Interval]:
    with SqliteReader(path, current_codec()) as reader:
        return reader.intervals()


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


async def test_what_was_counted_stays(tmp_path):
    whole, pruned = tmp_path / "whole.db", tmp_path / "pruned.db"
    await write(whole, 1, 1_050, keep=None)
    await write(pruned, 1, 1_050)
    assert look(pruned)[0] > 400
    assert intervals(pruned) == intervals(whole)
    total = sum(each.figures.get("offered", 0) for each in intervals(pruned))
    assert total == 1_050 // 4
    # And goes on doing so, over restarts.
    await write(whole, 1_051, 1_700, keep=None)
    await write(pruned, 1_051, 1_700)
    assert look(pruned)[0] > 1_000
    assert intervals(pruned) == intervals(whole)


async def test_it_is_pruned_beside_a_working_engine(tmp_path):
    """Entries are committed meanwhile, and a reader sees a whole journal at each moment."""
    path = tmp_path / "journal.db"
    await write(path, 1, 3_000, keep=None)
    expected = sum(each.figures.get("offered", 0) for each in intervals(path))
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r", keep_ms=KEEP)
    # Without ``keep`` only the newest snapshots stayed: the journal can be pruned once they are old enough.
    seq, at = journal.last_seq, BEGAN + 3_000 * 40 * MINUTE
    seen = set()
    committed = asyncio.Event()
    for step in range(1, 41):
        seq, at = seq + 1, at + DAY
        committed.clear()
        journal.append(Entry(seq, at, TimerDue(), (ev.LegClosed("l", Cause.NORMAL),)), committed.set)  # type: ignore[arg-type]
        journal.save_snapshot(seq, b"state")
        await committed.wait()
        seen.add(look(path)[:3])
        assert sum(each.figures.get("offered", 0) for each in intervals(path)) == expected, step
    while journal._writer._pruner.busy:
        seen.add(look(path)[:3])
        await asyncio.sleep(0)
    await journal.close()
    assert len(seen) > 10 and max(seen)[0] > 2_900
    assert sum(each.figures.get("offered", 0) for each in intervals(path)) == expected


async def test_killed_in_the_middle_it_counts_nothing_twice(tmp_path):
    path, copy = tmp_path / "journal.db", tmp_path / "copy.db"
    await write(path, 1, 2_000, keep=None)
    before = intervals(path)
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
    assert intervals(copy) == before
    assert look(copy)[0] == 1_500
    await write(copy, 2_001, 2_001)
    base, first, _, _ = look(copy)
    assert (base, first) == (1_500, 1_501)
    assert [each for each in intervals(copy) if each.start < before[-1].start] == before[:-1]


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


async def test_an_entry_that_cannot_be_read_is_not_thrown_away(tmp_path, caplog):
    path = tmp_path / "journal.db"
    await write(path, 1, 150, keep=None)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entries SET body = 'torn' WHERE seq = 120")
    connection.close()
    await write(path, 151, 1_050)
    assert "pruning is given up" in caplog.text
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM entries WHERE seq = 120").fetchone() == (1,)
    connection.close()


async def test_a_journal_of_the_first_format_is_taken_on(tmp_path):
    path = tmp_path / "journal.db"
    await write(path, 1, 250, keep=None)
    expected = intervals(path)
    with sqlite3.connect(path) as connection:
        for statement in (
            "ALTER TABLE snapshots DROP COLUMN at",
            "DROP TABLE intervals",
            "DROP TABLE counting",
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
    connection.close()
    assert look(path)[:3] == (0, 1, 250)  # read as it is
    assert intervals(path) == expected
    await write(path, 251, 1_050)
    assert look(path)[0] > 0
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


@given(st.lists(st.integers(0, 60), max_size=4).map(sorted))
def test_intervals_add_up_wherever_they_are_cut(cuts: list[int]) -> None:
    entries = [entry(seq, BEGAN + seq * 5 * MINUTE) for seq in range(1, 61)]
    counter = Counter()
    for each in entries:
        counter.add(each)
    whole = gather(counter.amounts.items())
    parts: list[tuple[Key, int]] = []
    open_: dict[str, str] = {}
    for begin, end in zip([0, *cuts], [*cuts, 60], strict=True):
        counter = Counter(dict(open_))
        for each in entries[begin:end]:
            counter.add(each)
        amounts, opened, closed = counter.take()
        parts += list(amounts.items())
        open_ = {name: queue for name, queue in {**open_, **opened}.items() if name not in closed}
        assert open_ == counter.open
    assert gather(parts) == whole
