"""What every journal keeps, the real one and the one in memory."""

import asyncio

import pytest

from cordpair.errors import JournalError
from cordpair.journal import GENESIS


async def test_a_new_journal_is_empty(journal) -> None:
    assert (journal.last_seq, journal.committed_seq, list(journal.read())) == (0, 0, [])
    assert (journal.cell, journal.run, journal.load_snapshot()) == ("main", "r", None)
    assert journal.read().hash == GENESIS


async def test_what_was_appended_is_read_as_it_was(journal, make_entry, fill) -> None:
    await fill(journal, 90)
    assert list(journal.read()) == [make_entry(seq) for seq in range(1, 91)]
    assert (journal.last_seq, journal.committed_seq) == (90, 90)


async def test_commits_are_told_in_order_and_never_from_within_append(journal, make_entry) -> None:
    told: list[int] = []
    last = asyncio.Event()
    for seq in range(1, 51):
        journal.append(make_entry(seq), lambda seq=seq: told.append(seq))
    journal.append(make_entry(51), last.set)
    assert told == []
    await last.wait()
    assert told == list(range(1, 51))
    assert journal.committed_seq == 51


async def test_a_callback_that_raises_does_not_cost_the_others_theirs(journal, make_entry) -> None:
    seen: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(str(context["exception"])))

    def broken() -> None:
        raise ValueError("broken")

    last = asyncio.Event()
    journal.append(make_entry(1), broken)
    journal.append(make_entry(2), last.set)
    await last.wait()
    assert seen == ["broken"]


async def test_a_callback_may_append(journal, make_entry) -> None:
    last = asyncio.Event()
    journal.append(make_entry(1), lambda: journal.append(make_entry(2), last.set))
    await last.wait()
    assert journal.committed_seq == 2


@pytest.mark.parametrize("seq", [0, 1, 3])
async def test_a_number_out_of_turn_is_refused(journal, make_entry, fill, seq) -> None:
    await fill(journal, 1)
    with pytest.raises(JournalError, match=f"entry {seq} cannot follow entry 1"):
        journal.append(make_entry(seq))
    await fill(journal, 1)
    assert len(list(journal.read())) == 2


async def test_reading_goes_on_after_an_entry(journal, make_entry, fill) -> None:
    await fill(journal, 20)
    whole, tail = journal.read(), journal.read(after_seq=12)
    assert [entry.seq for entry in tail] == list(range(13, 21))
    list(whole)
    assert (whole.seq, tail.seq) == (20, 20)
    assert whole.hash == tail.hash != GENESIS
    await fill(journal, 1)
    assert [entry.seq for entry in tail] == [21]


async def test_reading_on_from_an_entry_that_is_not_there_is_refused(journal) -> None:
    with pytest.raises(JournalError, match="has no entry 7"):
        journal.read(after_seq=7)


async def test_equal_entries_have_equal_hashes_and_others_have_not(journal, fill, codec, make_entry) -> None:
    hashes = []
    for _ in range(3):
        await fill(journal, 1)
        reading = journal.read()
        list(reading)
        hashes.append(reading.hash)
    assert len(set(hashes)) == 3
    # Written down once: a change of this value would make every journal in the world look damaged.
    assert hashes[0].hex() == "5d4af185d15cb7ead99c5dc9d579c5d74970931f7d807361496731fb33f0e978"


async def test_the_newest_snapshot_is_loaded_with_its_hash(journal, fill) -> None:
    for count in range(1, 5):
        await fill(journal, 10)
        saved = asyncio.Event()
        journal.save_snapshot(count * 10, b"state %d" % count, saved.set)
        await saved.wait()
    snapshot = journal.load_snapshot()
    reading = journal.read()
    list(reading)
    assert (snapshot.seq, snapshot.state, snapshot.hash) == (40, b"state 4", reading.hash)


async def test_a_snapshot_is_of_the_newest_entry(journal, make_entry) -> None:
    saved = asyncio.Event()
    journal.append(make_entry(1))
    journal.append(make_entry(2))
    with pytest.raises(JournalError, match="entry 1 cannot be saved after entry 2"):
        journal.save_snapshot(1, b"")
    journal.save_snapshot(2, b"two")
    journal.append(make_entry(3), saved.set)
    await saved.wait()
    assert journal.load_snapshot().seq == 2
    assert [entry.seq for entry in journal.read(2)] == [3]


async def test_closing_commits_what_is_queued_and_refuses_the_rest(journal, make_entry) -> None:
    told: list[int] = []
    for seq in range(1, 41):
        journal.append(make_entry(seq), lambda seq=seq: told.append(seq))
    await journal.close()
    assert told == list(range(1, 41))
    with pytest.raises(JournalError, match="closed"):
        journal.append(make_entry(41))
    with pytest.raises(JournalError, match="closed"):
        journal.save_snapshot(40, b"")
    await journal.close()
    assert not journal.failed.done()


async def test_a_full_backlog_is_refused_and_room_waits_for_it_to_shrink(journal, make_entry) -> None:
    await journal.room()
    for seq in range(1, 101):
        journal.append(make_entry(seq))
    with pytest.raises(JournalError, match="100 entries wait"):
        journal.append(make_entry(101))
    await journal.room()
    assert journal.last_seq - journal.committed_seq <= 25
    journal.append(make_entry(101))
