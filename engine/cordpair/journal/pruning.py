"""Pruning by age: old entries go, and a snapshot stands for them. What they counted is in the archive of reports.

The *base* is the snapshot in whose place nothing older is needed: its state is where folding begins, its hash where
the chain goes on. It is named in ``meta`` before the first entry is taken away, so that whoever reads meanwhile begins
at it. Entries up to it then go in slices, oldest first, each slice a transaction. Where reports are counted, no entry
goes before it is.

``keep`` is at least what stays: a base must be a snapshot, and of those that are old enough a tenth of ``keep`` may lie
between two.
"""

import logging
import sqlite3
from pathlib import Path

from cordpair.errors import JournalError
from cordpair.journal.codec import Codec
from cordpair.journal.schema import KEPT_SNAPSHOTS

log = logging.getLogger(__name__)

# Entries in a slice: about 2 ms, during which the engine's entries wait to be committed …
SLICE = 100
# … and what lies between two slices.
PAUSE_S = 0.02
MARKS = 10  # snapshots that are kept for each ``keep``, to become the base one day

BASE = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'base'"
CANDIDATE = """
SELECT seq FROM snapshots WHERE version = ? AND at > 0 AND at <= ? AND seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1
"""
LAST_OF_SLICE = "SELECT max(seq) FROM (SELECT seq FROM entries WHERE seq <= ? ORDER BY seq LIMIT ?)"
ANY = 1 << 62
THIN = """
DELETE FROM snapshots WHERE seq < :base OR (
  seq != :base
  AND seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT :newest)
  AND (:span = 0 OR seq NOT IN (SELECT max(seq) FROM snapshots GROUP BY at / :span))
)
"""


class Pruner:
    """Works on the writer's thread, with the writer's connection, which is in autocommit mode."""

    def __init__(self, path: Path, codec: Codec, keep_ms: int | None, limit: int = ANY) -> None:
        """``limit``: no entry after that one goes; others may set it anew at any time."""
        self.limit = limit
        self._path = path
        self._codec = codec
        self._keep_ms = keep_ms
        self._base = 0
        self.busy = False
        self.trouble = ""

    def begin(self, connection: sqlite3.Connection, newest_at: int) -> None:
        """After the file was opened: go on with what was begun, if anything."""
        row = connection.execute(BASE).fetchone()
        self._base = row[0] if row is not None else 0
        self.busy = self._base > 0
        self.look(connection, newest_at)

    def look(self, connection: sqlite3.Connection, newest_at: int) -> None:
        """Whether a snapshot has become old enough to be the base. ``newest_at``: the journal's own time."""
        if self._keep_ms is None:
            return
        values = (self._codec.version, newest_at - self._keep_ms, self._base, self.limit)
        row = connection.execute(CANDIDATE, values).fetchone()
        if row is not None:
            self.prune_to(connection, row[0])

    def prune_to(self, connection: sqlite3.Connection, seq: int) -> None:
        """Make the snapshot of that entry the base; ``cut`` does the rest."""
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('base', ?)", (str(seq),))
        log.info("the journal is pruned up to entry %d", seq)
        self._base = seq
        self.busy = True

    def thin(self, connection: sqlite3.Connection) -> None:
        """Forget snapshots that nobody needs. Inside a transaction of the caller's."""
        span = self._keep_ms // MARKS if self._keep_ms is not None else 0
        connection.execute(THIN, {"base": self._base, "newest": KEPT_SNAPSHOTS, "span": max(span, 0)})

    def cut(self, connection: sqlite3.Connection) -> None:
        """One slice. What cannot be pruned stays, and the engine goes on: a large journal is no reason to stop."""
        try:
            self._cut(connection)
        except sqlite3.Error as trouble:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self.busy = False
            self.trouble = str(trouble)
            log.warning("%s: pruning is given up until the next start: %s", self._path, trouble)

    def _cut(self, connection: sqlite3.Connection) -> None:
        (last,) = connection.execute(LAST_OF_SLICE, (self._base, SLICE)).fetchone()
        connection.execute("BEGIN IMMEDIATE")
        if last is not None:
            connection.execute("DELETE FROM entries WHERE seq <= ?", (last,))
        else:
            self.thin(connection)
        connection.execute("COMMIT")
        self.busy = last is not None


def base_of(connection: sqlite3.Connection, path: Path) -> int:
    """The number of the base; 0 when nothing was pruned. Raises JournalError."""
    row = connection.execute(BASE).fetchone()
    if row is None:
        return 0
    (there,) = connection.execute("SELECT count(*) FROM snapshots WHERE seq = ?", row).fetchone()
    if not there:
        raise JournalError(f"{path}: is damaged: the snapshot it begins with is missing. Restore it from a backup.")
    return int(row[0])


__all__ = ["ANY", "PAUSE_S", "SLICE", "Pruner", "base_of"]
