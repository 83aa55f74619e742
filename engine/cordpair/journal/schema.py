"""The tables of a journal file, and what it means to open one."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cordpair.errors import JournalError

APPLICATION_ID = 0x43504A31  # "CPJ1": tells a journal from any other SQLite file
# Of the tables; the rows have versions of their own. Some of this format have two tables more, ``intervals`` and
# ``counting``: earlier versions counted in them what they pruned. They stay as they are, and nobody reads them.
FORMAT = 2
OLDEST_FORMAT = 1

UPGRADE = """
ALTER TABLE snapshots ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE snapshots SET at = coalesce((SELECT at FROM entries WHERE entries.seq = snapshots.seq), 0);
"""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,  -- ms since 1970-01-01 UTC
  version INTEGER NOT NULL,  -- format of the body
  body    TEXT    NOT NULL,  -- JSON: input, events
  hash    BLOB    NOT NULL   -- sha256(hash of the entry before + version, at, body)
);
CREATE TABLE snapshots (
  seq     INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  state   BLOB    NOT NULL,
  digest  BLOB    NOT NULL,  -- sha256 of the state
  hash    BLOB    NOT NULL,  -- of entry seq
  at      INTEGER NOT NULL DEFAULT 0  -- of entry seq
);
"""

KEPT_SNAPSHOTS = 2  # the newest, and one to fall back on


class Meta(msgspec.Struct, frozen=True):
    cell: str
    run: str


def create(connection: sqlite3.Connection, meta: Meta) -> None:
    """Make the tables in an empty file, all or nothing."""
    rows = [("cell", meta.cell), ("run", meta.run)]
    connection.execute("BEGIN IMMEDIATE")
    for statement in TABLES.split(";\n"):
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the tables of an older format to this one, all or nothing. No row of ``entries`` is touched."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == FORMAT:
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in UPGRADE.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not tables


def load_meta(connection: sqlite3.Connection, path: Path) -> Meta:
    """Raises JournalError for a file that is no journal, or a newer one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise JournalError(f"{path}: is not a Cordpair journal. Give the journal a path of its own in [journal].")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not OLDEST_FORMAT <= version <= FORMAT:
        raise JournalError(
            f"{path}: was written by another Cordpair (format {version}, this one knows {FORMAT}). Use that version."
        )
    text = {str(key, "utf-8"): str(value, "utf-8") for key, value in connection.execute("SELECT key, value FROM meta")}
    try:
        return Meta(cell=text["cell"], run=text["run"])
    except KeyError as missing:
        raise JournalError(f"{path}: is damaged: it does not say its {missing}. Restore it from a backup.") from None


@contextlib.contextmanager
def sqlite_errors(path: Path, doing: str) -> Iterator[None]:
    """Turns SQLite's errors into JournalErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(f"{path}: {doing}: {error}. {_advice(error)}") from error


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "The file is damaged: restore it from a backup, or move it away to start with an empty journal."
    if name.startswith("SQLITE_FULL"):
        return "Make room on the disk, then start again: nothing that was acknowledged is lost."
    if name.startswith("SQLITE_IOERR"):
        return "The disk refused: look at its space, quota and health, then start again."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return "Look at the path and its permissions: the directory must be writable too."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program holds the file: an SQLite shell with an open transaction, or a copy in progress?"
    return "Nothing that was acknowledged is lost."


__all__ = ["KEPT_SNAPSHOTS", "Meta", "create", "is_empty", "load_meta", "sqlite_errors", "upgrade"]
