"""The thread that writes a journal file: group commit without a timer.

It takes what is queued, writes it in one statement that is its own transaction, and tells the event loop once. While
it writes, the next batch gathers: alone, an entry is committed at once; under load, batches grow by themselves.

One statement for the batch, not one for each row: ``sqlite3`` gives up the interpreter lock in every step and, beside
a busy event loop, waits up to 5 ms to get it back. 1,024 rows took 330 ms by ``executemany``, 8 ms in one statement.
"""

import asyncio
import contextlib
import hashlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec, chain
from cordpair.journal.entry import GENESIS, Entry
from cordpair.journal.lock import WriterLock
from cordpair.journal.port import OnCommitted
from cordpair.journal.pruning import ANY, PAUSE_S, Pruner
from cordpair.journal.schema import Meta, create, is_empty, load_meta, sqlite_errors, upgrade

Synchronous = Literal["normal", "full"]
Committed = Callable[[int, list[OnCommitted]], None]  # the newest committed seq, whom to tell

# Rows in one statement: any number up to the smallest of these, or one of these; so the prepared statements stay few.
BATCHES = (512, 256, 128, 64, 32)

# Pages of 4 KiB in the write-ahead log before they are moved to the file, which the next entries wait for. A commit
# of one entry writes a page or two, mostly the same ones again: rarer is cheaper, and 32 MB more on the disk.
CHECKPOINT_PAGES = 8_000


# An empty one may have been pruned up to its very end.
NEWEST = """
SELECT seq, at, hash FROM (
  SELECT seq, at, hash FROM entries WHERE seq = (SELECT max(seq) FROM entries)
  UNION ALL SELECT seq, at, hash FROM snapshots
) ORDER BY seq DESC LIMIT 1
"""


class Save:
    """A snapshot in the queue."""

    __slots__ = ("seq", "state")

    def __init__(self, seq: int, state: bytes) -> None:
        self.seq = seq
        self.state = state


Item = tuple[Entry | Save | None, OnCommitted | None]  # None: close


class Writer:
    """Owns the thread; the thread owns the connection, which is opened inside it."""

    def __init__(
        self,
        path: Path,
        codec: Codec,
        meta: Meta,
        synchronous: Synchronous,
        keep_ms: int | None = None,
        prune_upto: int = ANY,
    ) -> None:
        self.path = path
        self.codec = codec
        self.queue: SimpleQueue[Item] = SimpleQueue()
        self._meta = meta
        self._synchronous = synchronous
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[tuple[Meta, int]] = self._loop.create_future()
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        self._on_committed: Committed
        self._on_failed: Callable[[JournalError], None]
        self._seq = 0
        self._at = 0
        self._hash = GENESIS
        self._pruner = Pruner(path, codec, keep_ms, prune_upto)
        self._prune_at = 0.0
        self._inserts: dict[int, str] = {}

    async def start(self, on_committed: Committed, on_failed: Callable[[JournalError], None]) -> tuple[Meta, int]:
        """Open the file; its meta and its last seq. Raises JournalError. The callbacks run on the loop."""
        self._on_committed = on_committed
        self._on_failed = on_failed
        threading.Thread(target=self._run, name="journal-writer", daemon=True).start()
        try:
            return await asyncio.shield(self._started)
        except BaseException:
            self.queue.put((None, None))
            raise

    def may_prune(self, upto: int) -> None:
        """Seen by the thread when it looks next, after a snapshot."""
        self._pruner.limit = max(self._pruner.limit, upto)

    async def stop(self) -> None:
        """Write what is queued, close the file, let the lock go."""
        self.queue.put((None, None))
        await asyncio.shield(self._stopped)

    # ------------------------------------------------------------ on the thread

    def _run(self) -> None:
        lock = WriterLock(self.path)
        try:
            lock.acquire()
            with contextlib.closing(self._open()) as connection:
                self._tell(_resolve, self._started, (self._meta, self._seq))
                self._serve(connection)
        except JournalError as error:
            self._fail(error)
        except BaseException as error:  # a defect of ours; the engine must still hear of it
            self._fail(JournalError(f"{self.path}: the journal's thread failed: {error!r}."))
            raise
        finally:
            lock.release()
            self._tell(_resolve, self._stopped, None)

    def _fail(self, error: JournalError) -> None:
        """Tell, then keep the lock until the engine has stopped."""
        self._tell(self._hear_failure, error)
        while self.queue.get()[0] is not None:
            pass

    def _tell(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(function, *arguments)

    def _hear_failure(self, error: JournalError) -> None:
        if self._started.done():
            self._on_failed(error)
        else:
            self._started.set_exception(error)

    def _open(self) -> sqlite3.Connection:
        with sqlite_errors(self.path, "cannot be opened"):
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=5, cached_statements=64)
            try:
                connection.text_factory = bytes
                new = is_empty(connection)
                if not new:
                    meta = load_meta(connection, self.path)
                    if meta.cell != self._meta.cell:
                        raise JournalError(
                            f"{self.path}: belongs to cell {meta.cell!r}, and this engine is cell {self._meta.cell!r}. "
                            "Each cell has a journal of its own: change [cell] name or [journal] path."
                        )
                    self._meta = meta
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                if mode != b"wal":
                    raise JournalError(
                        f"{self.path}: this file system cannot hold it (no shared memory). Use a local disk."
                    )
                connection.execute(f"PRAGMA synchronous = {self._synchronous}")
                connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                if new:
                    create(connection, self._meta)
                else:
                    upgrade(connection)
                row = connection.execute(NEWEST).fetchone()
                if row is not None:
                    self._seq, self._at, self._hash = row
                self._pruner.begin(connection, self._at)
            except BaseException:
                connection.close()
                raise
        return connection

    def _serve(self, connection: sqlite3.Connection) -> None:
        pending: deque[Item] = deque()
        while True:
            if self._pruner.busy and time.monotonic() >= self._prune_at:
                self._pruner.cut(connection)
                self._prune_at = time.monotonic() + PAUSE_S
            if not pending:
                try:
                    pending.append(self.queue.get(timeout=PAUSE_S if self._pruner.busy else None))
                except Empty:
                    continue
            for _ in range(self.queue.qsize()):
                pending.append(self.queue.get_nowait())
            match pending[0]:
                case None, _:
                    return
                case Save() as save, callback:
                    pending.popleft()
                    self._save(connection, save)
                    self._tell(self._on_committed, self._seq, [callback] if callback else [])
                case _:
                    callbacks = self._write(connection, pending)
                    self._tell(self._on_committed, self._seq, callbacks)

    def _write(self, connection: sqlite3.Connection, pending: deque[Item]) -> list[OnCommitted]:
        """Commit the first of the pending entries; whom to tell."""
        version = self.codec.version
        at = self._at
        encode = self.codec.encode
        hash_ = self._hash
        count = 0
        values: list[Any] = []
        callbacks = []
        for _ in range(batch_size(pending)):
            entry, callback = pending.popleft()
            if not isinstance(entry, Entry):
                pending.appendleft((entry, callback))
                break
            body = encode(entry)
            hash_ = chain(hash_, version, entry.at, body)
            values += (entry.seq, entry.at, version, body.decode(), hash_)
            at = entry.at
            count += 1
            if callback is not None:
                callbacks.append(callback)
        last = self._seq + count
        with sqlite_errors(self.path, f"entries {self._seq + 1} to {last} cannot be written"):
            connection.execute(self._insert(count), values)
        self._seq = last
        self._at = at
        self._hash = hash_
        return callbacks

    def _insert(self, count: int) -> str:
        statement = self._inserts.get(count)
        if statement is None:
            statement = self._inserts[count] = "INSERT INTO entries VALUES " + ",".join(["(?,?,?,?,?)"] * count)
        return statement

    def _save(self, connection: sqlite3.Connection, save: Save) -> None:
        digest = hashlib.sha256(save.state).digest()
        row = (save.seq, self.codec.version, save.state, digest, self._hash, self._at)
        with sqlite_errors(self.path, f"the snapshot of entry {save.seq} cannot be written"):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?,?,?,?,?,?)", row)
            self._pruner.thin(connection)
            connection.execute("COMMIT")
            self._pruner.look(connection, self._at)


def batch_size(pending: deque[Item]) -> int:
    """How many rows to write at once."""
    waiting = len(pending)
    if waiting <= BATCHES[-1]:
        return waiting
    return next(size for size in BATCHES if size <= waiting)


def _resolve(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)


__all__ = ["BATCHES", "Synchronous", "Writer"]
