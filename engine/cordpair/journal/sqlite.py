"""The journal in one SQLite file."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec
from cordpair.journal.entry import Entry, Snapshot
from cordpair.journal.port import OnCommitted
from cordpair.journal.pruning import ANY
from cordpair.journal.reader import SqliteReader, SqliteReading
from cordpair.journal.schema import Meta
from cordpair.journal.writer import Save, Synchronous, Writer

CAPACITY = 100_000


class SqliteJournal:
    """A Journal. Make one with ``await SqliteJournal.open(…)``."""

    def __init__(self, writer: Writer, capacity: int) -> None:
        self._writer = writer
        self._capacity = capacity
        self._loop = asyncio.get_running_loop()
        self._failed: asyncio.Future[JournalError] = self._loop.create_future()
        self._room = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._reader: SqliteReader | None = None
        self._meta = Meta(cell="", run="")
        self._last_seq = 0
        self._committed_seq = 0

    @classmethod
    async def open(
        cls,
        path: Path,
        codec: Codec,
        *,
        cell: str,
        run: str,
        synchronous: Synchronous = "normal",
        capacity: int = CAPACITY,
        keep_ms: int | None = None,
        wait_for_counting: bool = False,
    ) -> "SqliteJournal":
        """Open the journal, or create it. ``run`` counts only when it is created; afterwards see ``journal.run``.

        ``keep_ms``: entries older than this, against the newest, are pruned; None keeps all. ``wait_for_counting``:
        none before ``may_prune`` says so.
        ``synchronous="normal"`` survives the end of the process, ``"full"`` also a power cut.
        Raises JournalError: another engine writes it, it belongs to another cell, it cannot be opened.
        """
        writer = Writer(path, codec, Meta(cell=cell, run=run), synchronous, keep_ms, 0 if wait_for_counting else ANY)
        journal = cls(writer, capacity)
        journal._meta, journal._last_seq = await writer.start(journal._committed, journal._fail)
        journal._committed_seq = journal._last_seq
        return journal

    @property
    def cell(self) -> str:
        return self._meta.cell

    @property
    def run(self) -> str:
        return self._meta.run

    @property
    def failed(self) -> "asyncio.Future[JournalError]":
        return self._failed

    @property
    def last_seq(self) -> int:
        return self._last_seq

    @property
    def committed_seq(self) -> int:
        return self._committed_seq

    # ------------------------------------------------------------ writing

    def append(self, entry: Entry, on_committed: OnCommitted | None = None) -> None:
        if entry.seq != self._last_seq + 1:
            raise self._refusal(f"entry {entry.seq} cannot follow entry {self._last_seq}")
        if self._closing is not None or self._failed.done():
            raise self._refusal("the journal is closed")
        if entry.seq - self._committed_seq > self._capacity:
            raise self._refusal(f"{self._capacity} entries wait to be written: the disk does not keep up")
        self._last_seq = entry.seq
        self._writer.queue.put((entry, on_committed))

    def save_snapshot(self, seq: int, state: bytes, on_committed: OnCommitted | None = None) -> None:
        if seq != self._last_seq:
            raise self._refusal(f"a snapshot of entry {seq} cannot be saved after entry {self._last_seq}")
        if self._closing is not None or self._failed.done():
            raise self._refusal("the journal is closed")
        self._writer.queue.put((Save(seq, state), on_committed))

    def may_prune(self, upto: int) -> None:
        self._writer.may_prune(upto)

    async def room(self) -> None:
        if self._last_seq - self._committed_seq > self._capacity // 2 and not self._failed.done():
            self._room.clear()
            await self._room.wait()

    async def close(self) -> None:
        if self._closing is None:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            self._closing = self._loop.create_task(self._writer.stop())
        await asyncio.shield(self._closing)

    def _refusal(self, reason: str) -> JournalError:
        if self._failed.done():
            return self._failed.result()
        return JournalError(f"{self._writer.path}: {reason}.")

    # ------------------------------------------------------------ told by the writer, on the loop's thread

    def _committed(self, seq: int, callbacks: list[OnCommitted]) -> None:
        self._committed_seq = seq
        if self._last_seq - seq <= self._capacity // 4:
            self._room.set()
        self._deliver(iter(callbacks))

    def _deliver(self, callbacks: Iterator[OnCommitted]) -> None:
        try:
            for callback in callbacks:
                callback()
        except BaseException:
            self._loop.call_soon(self._deliver, callbacks)  # one that raises does not cost the others theirs
            raise

    def _fail(self, error: JournalError) -> None:
        if not self._failed.done():
            self._failed.set_result(error)
        self._room.set()

    # ------------------------------------------------------------ reading

    def read(self, after_seq: int = 0) -> SqliteReading:
        return self._open_reader().read(after_seq)

    def load_snapshot(self) -> Snapshot | None:
        return self._open_reader().load_snapshot()

    def load_base(self) -> Snapshot | None:
        return self._open_reader().load_base()

    def _open_reader(self) -> SqliteReader:
        if self._closing is not None:
            raise self._refusal("the journal is closed")
        if self._reader is None:
            self._reader = SqliteReader(self._writer.path, self._writer.codec)
        return self._reader


__all__ = ["CAPACITY", "SqliteJournal"]
