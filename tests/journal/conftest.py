"""Journals to test with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from cordpair.acd.events import LegRang, OfferRang
from cordpair.acd.inputs import LegRinging
from cordpair.ids import LegId, OfferId
from cordpair.journal import Codec, Entry, InMemoryJournal, Journal, SqliteJournal, current_codec

Committer = Callable[[Journal, int], Awaitable[None]]


@pytest.fixture
def codec() -> Codec:
    return current_codec()


@pytest.fixture
def make_entry() -> Callable[[int], Entry]:
    def make(seq: int) -> Entry:
        leg = LegId(f"r-l{seq}")
        return Entry(seq, 1_700_000_000_000 + seq, LegRinging(leg), (LegRang(leg), OfferRang(OfferId(f"r-o{seq}"))))

    return make


@pytest.fixture
def fill(make_entry: Callable[[int], Entry]) -> Committer:
    """Append so many entries and wait until they are committed."""

    async def fill(journal: Journal, count: int) -> None:
        done = asyncio.Event()
        last = journal.last_seq + count
        for seq in range(journal.last_seq + 1, last + 1):
            journal.append(make_entry(seq), done.set if seq == last else None)
        await done.wait()

    return fill


@pytest.fixture(params=["memory", "sqlite"])
async def journal(request, tmp_path, codec) -> AsyncIterator[Journal]:
    opened: Journal
    if request.param == "memory":
        opened = InMemoryJournal(codec, cell="main", run="r", capacity=100)
    else:
        opened = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r", capacity=100)
    yield opened
    await opened.close()


@pytest.fixture
async def file(tmp_path, codec) -> AsyncIterator[SqliteJournal]:
    opened = await SqliteJournal.open(tmp_path / "journal.db", codec, cell="main", run="r")
    yield opened
    await opened.close()
