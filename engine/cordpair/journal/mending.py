"""What is done to a journal file while no engine runs: a torn last entry off, old entries out, the file small.

Each takes the writer's lock, so that no engine starts meanwhile.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec, chain
from cordpair.journal.lock import WriterLock
from cordpair.journal.pruning import Pruner, base_of
from cordpair.journal.reader import SqliteReader
from cordpair.journal.schema import load_meta, sqlite_errors, upgrade

StateAfter = Callable[[int], bytes]  # the encoded tables as they were after that entry
LATEST = "SELECT seq FROM entries WHERE at <= ? ORDER BY seq DESC LIMIT 1"


@contextlib.contextmanager
def at_rest(path: Path) -> Iterator[None]:
    """No engine writes the journal, and none begins to. Raises JournalError."""
    lock = WriterLock(path)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def torn_entry(path: Path, codec: Codec) -> int | None:
    """The number of the last entry when it alone is damaged; None when the journal is whole.

    Raises JournalError for any other damage, and for an entry that is whole but of a newer Cordpair.
    """
    with SqliteReader(path, codec) as reader:
        reading = reader.read()
        try:
            for _ in reading:
                pass
        except JournalError as damaged:
            _, last = reader.bounds()
            if reading.seq + 1 != last or _is_whole(path, last, reading.hash):
                raise damaged
            return last
    return None


def _is_whole(path: Path, seq: int, previous: bytes) -> bool:
    with contextlib.closing(_connect(path)) as connection, sqlite_errors(path, f"entry {seq} cannot be read"):
        row = connection.execute("SELECT version, at, body, hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        version, at, body, hash_ = row
        if not (isinstance(at, int) and isinstance(version, int) and isinstance(body, bytes)):
            return False
        return bool(chain(previous, version, at, body) == hash_)


def take_off(path: Path, seq: int) -> None:
    """Remove the last entry, which is ``seq``, and snapshots taken after it. Inside ``at_rest``."""
    with contextlib.closing(_connect(path)) as connection, sqlite_errors(path, f"entry {seq} cannot be taken off"):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM snapshots WHERE seq >= ?", (seq,))
        connection.execute("DELETE FROM entries WHERE seq >= ?", (seq,))
        connection.execute("COMMIT")


def compact(path: Path, codec: Codec, keep_ms: int | None, state_after: StateAfter) -> int:
    """Prune what is older than ``keep_ms`` against the newest entry, then make the file as small as it can be.

    The number of the entry that was pruned to; 0 when nothing ever was. Inside ``at_rest``.
    """
    with contextlib.closing(_connect(path)) as connection, sqlite_errors(path, "cannot be compacted"):
        upgrade(connection)
        (newest,) = connection.execute("SELECT coalesce(max(at), 0) FROM entries").fetchone()
        pruner = Pruner(path, codec, None)
        pruner.begin(connection, newest)
        if keep_ms is not None:
            seq = _base_for(connection, path, codec, newest - keep_ms, state_after)
            if seq:
                pruner.prune_to(connection, seq)
        while pruner.busy:
            pruner.cut(connection)
        if pruner.trouble:
            raise JournalError(f"{path}: was not pruned: {pruner.trouble}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return base_of(connection, path)


def _base_for(connection: sqlite3.Connection, path: Path, codec: Codec, until: int, state_after: StateAfter) -> int:
    """The newest entry that is old enough; a snapshot of it is made if there is none. 0: none is old enough."""
    row = connection.execute(LATEST, (until,)).fetchone()
    if row is None:
        return 0
    seq = int(row[0])
    found = connection.execute("SELECT 1 FROM snapshots WHERE seq = ? AND version = ?", (seq, codec.version)).fetchone()
    if found is None:
        state = state_after(seq)
        at, hash_ = connection.execute("SELECT at, hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        row = (seq, codec.version, state, hashlib.sha256(state).digest(), hash_, at)
        connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?,?,?,?,?,?)", row)
    return seq


def _connect(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JournalError(f"{path}: there is no journal. Is this the path in [journal], and has the engine run once?")
    with sqlite_errors(path, "cannot be opened"):
        connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        connection.text_factory = bytes
        try:
            load_meta(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


__all__ = ["at_rest", "compact", "take_off", "torn_entry"]
