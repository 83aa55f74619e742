"""A journal in memory: for tests and simulations. It keeps every rule of the port except that nothing survives."""

import asyncio
from collections import deque
from collections.abc import Iterator

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec, chain
from cordpair.journal.entry import GENESIS, Entry, Snapshot
from cordpair.journal.port import OnCommitted

_Row = tuple[int, int, bytes, bytes]  # at, version, body, hash


class InMemoryJournal:
    """A Journal. Entries pass through the codec, so what does not come back from JSON is found here too.

    ``hold`` keeps entries uncommitted until ``release``; ``fail`` is a full disk.
    """

    def __init__(self, codec: Codec, *, cell: str = "main", run: str = "test", capacity: int = 100_000) -> None:
        self._codec = codec
        self._cell = cell
        self._run = run
        self._capacity = capacity
        self._rows: list[_Row] = []
        self._waiting: deque[tuple[Entry | Snapshot, OnCommitted | None]] = deque()
        self._snapshots: list[Snapshot] = []
        self._held = False
        self._closed = False
        self._scheduled = False
        self._last_seq = 0
        self._loop = asyncio.get_running_loop()
        self._failed: asyncio.Future[JournalError] = self._loop.create_future()
        self._room = asyncio.Event()

    @property
    def cell(self) -> str:
        return self._cell

    @property
    def run(self) -> str:
        return self._run

    @property
    def failed(self) -> "asyncio.Future[JournalError]":
        return self._failed

    @property
    def last_seq(self) -> int:
        return self._last_seq

    @property
    def committed_seq(self) -> int:
        return len(self._rows)

    # ------------------------------------------------------------ what a test does to it

    def hold(self) -> None:
        """Commit nothing from now on."""
        self._held = True

    def release(self) -> None:
        """Commit what was held, and go on."""
        self._held = False
        self._schedule()

    def fail(self, reason: str = "the disk is full") -> None:
        """Commit nothing ever again, and say so."""
        if not self._failed.done():
            self._failed.set_result(JournalError(f"the journal in memory: {reason}."))
        self._room.set()

    # ------------------------------------------------------------ writing

    def append(self, entry: Entry, on_committed: OnCommitted | None = None) -> None:
        if entry.seq != self._last_seq + 1:
            raise self._refusal(f"entry {entry.seq} cannot follow entry {self._last_seq}")
        if entry.seq - len(self._rows) > self._capacity:
            raise self._refusal(f"{self._capacity} entries wait to be written: the disk does not keep up")
        self._put(entry, on_committed)
        self._last_seq = entry.seq

    def save_snapshot(self, seq: int, state: bytes, on_committed: OnCommitted | None = None) -> None:
        if seq != self._last_seq:
            raise self._refusal(f"a snapshot of entry {seq} cannot be saved after entry {self._last_seq}")
        self._put(Snapshot(seq, state, b""), on_committed)

    def _put(self, item: Entry | Snapshot, on_committed: OnCommitted | None) -> None:
        if self._closed or self._failed.done():
            raise self._refusal("the journal is closed")
        self._waiting.append((item, on_committed))
        self._schedule()

    def _refusal(self, reason: str) -> JournalError:
        return self._failed.result() if self._failed.done() else JournalError(f"the journal in memory: {reason}.")

    def _schedule(self) -> None:
        if not self._scheduled and self._waiting:
            self._scheduled = True
            self._loop.call_soon(self._commit)

    def _commit(self) -> None:
        self._scheduled = False
        while self._waiting and not self._held and not self._failed.done():
            item, callback = self._waiting.popleft()
            hash_ = self._rows[-1][3] if self._rows else GENESIS
            if isinstance(item, Snapshot):
                self._snapshots = [*self._snapshots[-1:], Snapshot(item.seq, item.state, hash_)]
            else:
                body = self._codec.encode(item)
                version = self._codec.version
                self._rows.append((item.at, version, body, chain(hash_, version, item.at, body)))
            if self._last_seq - len(self._rows) <= self._capacity // 4:
                self._room.set()
            if callback is not None:
                self._loop.call_soon(callback)

    def may_prune(self, upto: int) -> None:
        """Nothing here is pruned."""

    async def room(self) -> None:
        if self._last_seq - len(self._rows) > self._capacity // 2 and not self._failed.done():
            self._room.clear()
            await self._room.wait()

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._held = False
            self._commit()
        await asyncio.sleep(0)

    # ------------------------------------------------------------ reading

    def read(self, after_seq: int = 0) -> "_Reading":
        return _Reading(self._rows, self._codec, after_seq)

    def load_snapshot(self) -> Snapshot | None:
        return self._snapshots[-1] if self._snapshots else None

    def load_base(self) -> Snapshot | None:
        return None


class _Reading:
    def __init__(self, rows: list[_Row], codec: Codec, after_seq: int) -> None:
        if after_seq > len(rows):
            raise JournalError(f"the journal in memory: has no entry {after_seq} to read on from.")
        self._rows = rows
        self._codec = codec
        self.seq = after_seq
        self.hash = rows[after_seq - 1][3] if after_seq else GENESIS

    def __iter__(self) -> Iterator[Entry]:
        while self.seq < len(self._rows):
            at, version, body, hash_ = self._rows[self.seq]
            entry = self._codec.decode(self.seq + 1, at, version, body)
            self.seq += 1
            self.hash = hash_
            yield entry


__all__ = ["InMemoryJournal"]
