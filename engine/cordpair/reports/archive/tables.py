"""The file in which counted intervals are kept: its tables, and what it means to open one."""

import sqlite3
from pathlib import Path

from cordpair.errors import JournalError

APPLICATION_ID = 0x43505231  # "CPR1"
FORMAT = 1

TABLES = """
CREATE TABLE runs (  -- a journal each: how far it is counted
  run      TEXT PRIMARY KEY,
  seq      INTEGER NOT NULL,  -- of the newest entry that is counted
  at       INTEGER NOT NULL,  -- its time
  hash     BLOB    NOT NULL,  -- the journal's, at that entry
  complete INTEGER,           -- ms: of what was before not all is known; NULL: all is
  memory   BLOB    NOT NULL   -- what goes on still, see ``memory``
) WITHOUT ROWID;
CREATE TABLE intervals (  -- raw intervals, of what cannot change any more
  start   INTEGER NOT NULL,
  run     TEXT    NOT NULL,
  place   TEXT    NOT NULL,  -- JSON: queue, service, skills, agent, disposition
  amounts TEXT    NOT NULL,  -- JSON
  PRIMARY KEY (start, run, place)
) WITHOUT ROWID;
CREATE TABLE reconciliations (
  start       INTEGER PRIMARY KEY,  -- of the interval
  at          INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  differences TEXT    NOT NULL      -- JSON; [] where all agree
);
CREATE TABLE contacts (  -- that have ended, in that order
  position INTEGER PRIMARY KEY,
  contact  TEXT    NOT NULL UNIQUE,
  seq      INTEGER NOT NULL,  -- of the entry in which it ended
  ended_at INTEGER NOT NULL,
  ended    TEXT    NOT NULL,  -- JSON, see ``contacts``
  entries  BLOB    NOT NULL   -- numbers of the entries that tell of it, 8 bytes each
);
CREATE INDEX contacts_by_end ON contacts (ended_at);
CREATE INDEX contacts_by_entry ON contacts (seq);
CREATE TABLE traits (  -- by which contacts are looked for: queue, agent, outcome, medium
  kind     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (kind, name, position)
) WITHOUT ROWID;
CREATE INDEX traits_by_contact ON traits (position);
CREATE TABLE marks (  -- the engine's tables every so often, to explain old offers
  seq   INTEGER PRIMARY KEY,
  state BLOB NOT NULL
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """To write: made when it is not there. Raises sqlite3.Error, JournalError."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        path.chmod(0o600)
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = normal")
        if not tables:
            connection.execute("BEGIN IMMEDIATE")
            for statement in TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("COMMIT")
        look_at(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def look_at(connection: sqlite3.Connection, path: Path) -> None:
    """Raises JournalError for a file that is none of ours."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise JournalError(f"{path}: holds no reports of Cordpair. Give them a path of their own in [reports].")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        raise JournalError(
            f"{path}: was written by another Cordpair (format {version}, this one knows {FORMAT}). Use that version."
        )


__all__ = ["FORMAT", "connect", "look_at"]
