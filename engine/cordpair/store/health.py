"""Looking at a store from outside, for ``cordpair doctor``. Reads, and never writes."""

import sqlite3
from pathlib import Path

import msgspec
from sqlite_utils import Database

from cordpair.store import revisions
from cordpair.store.errors import StoreError, sqlite_errors
from cordpair.store.schema import refuse_foreign


class StoreHealth(msgspec.Struct, frozen=True):
    revision: int  # of the configuration in force; 0: none yet
    edited: bool  # it is not what was imported from the file last
    contacts: int
    bytes: int


def examine(path: Path) -> StoreHealth:
    """Raises StoreError: it cannot be read, is damaged, or is not ours."""
    with sqlite_errors(path, "cannot be opened"):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            db = Database(connection, execute_plugins=False)
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise StoreError(f"{path}: is damaged: {found}. Restore it from a backup.")
            refuse_foreign(db, path)
            active = revisions.active(db)
            contacts = db.table("contacts").count if db.table("contacts").exists() else 0
        finally:
            connection.close()
    revision = active.revision.revision if active is not None else 0
    return StoreHealth(revision, active is not None and active.edited, contacts, path.stat().st_size)


__all__ = ["StoreHealth", "examine"]
