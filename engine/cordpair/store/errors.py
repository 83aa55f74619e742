"""What the store raises."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cordpair.errors import CordpairError


class StoreError(CordpairError):
    """The store cannot be opened, read or written: the machine's fault. The message says what to do."""


@contextlib.contextmanager
def sqlite_errors(path: Path, doing: str) -> Iterator[None]:
    """Turns SQLite's errors into StoreErrors."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {doing}: {error}. {_advice(error)}") from error
    except OSError as error:
        raise StoreError(f"{path}: {doing}: {error.strerror}. {PERMISSIONS}") from error


PERMISSIONS = "Look at the path in [store] and its permissions: the directory must be writable too."


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "Restore it from a backup, or move it away: the configuration is then imported from its file again."
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return "Look at the disk's space, quota and health."
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return PERMISSIONS
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Another program holds it: an SQLite shell with an open transaction, or a copy in progress?"
    return "Is the file Cordpair's own?"


__all__ = ["StoreError", "sqlite_errors"]
