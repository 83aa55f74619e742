"""Reading a journal file: for recovery, and for viewers beside a running engine.

A viewer opens the file read-only. A read is a row of short queries, never one long one: an open read transaction
would keep SQLite from reusing its write-ahead log, which would grow for as long as the viewer looks.
"""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec, UnreadableBody, chain
from cordpair.journal.entry import GENESIS, Entry, Snapshot
from cordpair.journal.pruning import base_of
from cordpair.journal.schema import load_meta, sqlite_errors

CHUNK = 1_000
MARK = "SELECT hash FROM entries WHERE seq = ? UNION ALL SELECT hash FROM snapshots WHERE seq = ?"
ROWS = f"SELECT seq, at, version, body, hash FROM entries WHERE seq > ? ORDER BY seq LIMIT {CHUNK}"


class SqliteReader:
    """A ReadableJournal on a file. Used on the thread that opened it."""

    def __init__(self, path: Path, codec: Codec) -> None:
        """Raises JournalError. Never writes to the file and never holds its writer up."""
        self._path = path
        self._codec = codec
        with sqlite_errors(path, "cannot be opened"):
            self._connection = connect_read_only(path)
            self._connection.text_factory = bytes
            try:
                self._meta = load_meta(self._connection, path)
            except BaseException:
                self._connection.close()
                raise

    @property
    def cell(self) -> str:
        return self._meta.cell

    @property
    def run(self) -> str:
        return self._meta.run

    def last_seq(self) -> int:
        with sqlite_errors(self._path, "cannot be read"):
            (seq,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM entries").fetchone()
        return int(seq)

    def bounds(self) -> tuple[int, int]:
        """The numbers of the oldest and the newest entry that are there; 0 and 0 in an empty journal."""
        # Each by itself: of both at once SQLite reads the whole table.
        first, last = self._one(
            "SELECT coalesce((SELECT min(seq) FROM entries), 0), coalesce((SELECT max(seq) FROM entries), 0)"
        )
        return int(first), int(last)

    def time_of(self, seq: int) -> int:
        (at,) = self._one("SELECT at FROM entries WHERE seq = ?", seq)
        return int(at)

    def first_since(self, at_ms: int) -> int:
        """The number of the oldest entry of that time or later; of the newest one when all are older.

        Entries are in the order of their times, which have no index.
        """
        low, high = self.bounds()
        while low < high:
            middle = (low + high) // 2
            if self.time_of(middle) < at_ms:
                low = middle + 1
            else:
                high = middle
        return low

    def weight(self, from_seq: int) -> tuple[int, int]:
        """Bytes of the bodies from there on, and how many there are."""
        size, rows = self._one("SELECT coalesce(sum(length(body)), 0), count(*) FROM entries WHERE seq >= ?", from_seq)
        return int(size), int(rows)

    def _one(self, sql: str, *values: int) -> tuple[Any, ...]:
        with sqlite_errors(self._path, "cannot be read"):
            row = self._connection.execute(sql, values).fetchone()
        if row is None:
            raise JournalError(f"{self._path}: has no entry {values[0] if values else 0}.")
        return tuple(row)

    def read(self, after_seq: int = 0) -> "SqliteReading":
        with sqlite_errors(self._path, "cannot be read"):
            base = base_of(self._connection, self._path)
        if after_seq and after_seq < base:
            raise JournalError(f"{self._path}: was pruned up to entry {base}; entry {after_seq} is not there any more.")
        return SqliteReading(self._connection, self._path, self._codec, after_seq or base)

    def pick(self, seqs: Sequence[int]) -> list[Entry]:
        """The entries of these numbers that are there still, in their order; not checked against the hash chain."""
        found: list[Entry] = []
        for first in range(0, len(seqs), CHUNK):
            some = seqs[first : first + CHUNK]
            marks = ",".join("?" * len(some))
            with sqlite_errors(self._path, "cannot be read"):
                rows = self._connection.execute(
                    f"SELECT seq, at, version, body FROM entries WHERE seq IN ({marks}) ORDER BY seq", some
                ).fetchall()
            try:
                found += [self._codec.decode(*row) for row in rows]
            except (UnreadableBody, TypeError) as error:
                raise JournalError(f"{self._path}: an entry is damaged: {error}.") from error
        return found

    async def follow(self, after_seq: int, interval_s: float) -> AsyncIterator[Entry]:
        """What there is after ``after_seq``, then what comes. Looks every ``interval_s``: a viewer's only means."""
        reading = self.read(after_seq)
        seen = -1
        while True:
            with sqlite_errors(self._path, "cannot be read"):
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                for entry in reading:
                    yield entry
            await asyncio.sleep(interval_s)

    def load_snapshot(self) -> Snapshot | None:
        with sqlite_errors(self._path, "its snapshots cannot be read"):
            rows = self._connection.execute(
                "SELECT seq, state, digest, hash FROM snapshots WHERE version = ? ORDER BY seq DESC",
                (self._codec.version,),
            )
            for seq, state, digest, hash_ in rows:
                if hashlib.sha256(state).digest() == digest:
                    rows.close()
                    return Snapshot(seq, state, hash_)
        return None

    def load_base(self) -> Snapshot | None:
        with sqlite_errors(self._path, "its base cannot be read"):
            base = base_of(self._connection, self._path)
            if not base:
                return None
            query = "SELECT state, digest, hash FROM snapshots WHERE seq = ?"
            state, digest, hash_ = self._connection.execute(query, (base,)).fetchone()
        if hashlib.sha256(state).digest() != digest:
            raise JournalError(
                f"{self._path}: is damaged: the snapshot of entry {base}, with which it begins, "
                "does not fit its digest. Restore it from a backup."
            )
        return Snapshot(base, state, hash_)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SqliteReading:
    """Entries after one that is known, each checked against the hash chain. Iterating again goes on from there."""

    def __init__(self, connection: sqlite3.Connection, path: Path, codec: Codec, after_seq: int) -> None:
        self._connection = connection
        self._path = path
        self._codec = codec
        self.seq = after_seq
        self.hash = GENESIS
        if after_seq:
            with sqlite_errors(path, f"cannot be read at entry {after_seq}"):
                row = connection.execute(MARK, (after_seq, after_seq)).fetchone()
            if row is None:
                raise JournalError(f"{path}: has no entry {after_seq} to read on from.")
            self.hash = row[0]

    def __iter__(self) -> Iterator[Entry]:
        decode = self._codec.decode
        while True:
            with sqlite_errors(self._path, f"cannot be read after entry {self.seq}"):
                rows = self._connection.execute(ROWS, (self.seq,)).fetchall()
            for seq, at, version, body, stored in rows:
                if seq != self.seq + 1:
                    raise self._missing(self.seq + 1)
                try:
                    hash_ = chain(self.hash, version, at, body)
                    if hash_ != stored:
                        raise self._damaged(seq, "its content does not fit its hash")
                    entry = decode(seq, at, version, body)
                except (UnreadableBody, TypeError) as error:
                    raise self._damaged(seq, str(error)) from error
                self.seq = seq
                self.hash = hash_
                yield entry
            if len(rows) < CHUNK:
                return

    def _missing(self, seq: int) -> JournalError:
        with sqlite_errors(self._path, f"cannot be read at entry {seq}"):
            base = base_of(self._connection, self._path)
        if seq <= base:
            return JournalError(f"{self._path}: was pruned up to entry {base} while it was read. Begin again.")
        return self._damaged(seq, "it is missing")

    def _damaged(self, seq: int, reason: str) -> JournalError:
        with sqlite_errors(self._path, f"cannot be read at entry {seq}"):
            (last,) = self._connection.execute("SELECT max(seq) FROM entries").fetchone()
        if seq == last:
            advice = (
                "It is the last one. With the engine stopped, `cordpair journal mend` keeps a copy and takes it off; "
                "what it said is asked of the PBX again."
            )
        else:
            advice = (
                f"{last - seq} entries come after it. Restore the journal from a backup, or move it away to start "
                "with an empty one, which knows nothing of the calls in progress."
            )
        return JournalError(f"{self._path}: entry {seq} is damaged: {reason}. {advice}")


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.Error, or JournalError when there is no such file."""
    if not path.is_file():
        raise JournalError(f"{path}: there is no journal. Is this the path in [journal], and has the engine run once?")
    uri = path.resolve().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None, timeout=5)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        # A file in WAL mode needs its -shm beside it. Where no engine runs and this user cannot create one, the file
        # itself is whole, provided that no write-ahead log was left behind.
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return connection


__all__ = ["SqliteReader", "SqliteReading", "connect_read_only"]
