"""Copies of databases that may be in use: by SQLite's own backup, never by copying files."""

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

from cordpair.errors import CordpairError

READ = 1 << 20
BESIDE = ("", "-wal", "-shm")  # of one database


class KeepingError(CordpairError):
    """A copy cannot be made or put back. The message says what to do; nothing that was there is lost."""


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy as of one moment, in one file; its writer goes on meanwhile. Raises KeepingError."""
    if not source.is_file():
        raise KeepingError(f"{source}: there is no such file. Has the engine run once with this configuration?")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # callers' numbers may be in it
        with (
            contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as there,
            contextlib.closing(sqlite3.connect(target, timeout=5)) as here,
        ):
            # All pages in one step are one read transaction: in slices it would begin anew with each commit.
            there.backup(here)
            here.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, whole by itself
        flush(target)
    except FileExistsError:
        raise KeepingError(f"{target}: exists already; nothing was written.") from None
    except sqlite3.Error as failed:
        target.unlink(missing_ok=True)
        raise KeepingError(f"{source}: cannot be copied to {target}: {failed}. Nothing was kept.") from failed
    except OSError as failed:
        raise KeepingError(f"{target}: cannot be written: {failed.strerror}.") from failed


def checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ):
            digest.update(block)
    return digest.hexdigest()


def flush(path: Path) -> None:
    """To the disk; for a directory, its entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_aside(path: Path, ending: str) -> None:
    """Rename a database, with what belongs to it."""
    for each in BESIDE:
        old = path.with_name(path.name + each)
        if old.exists():
            old.rename(path.with_name(f"{path.name}{ending}{each}"))


__all__ = ["BESIDE", "KeepingError", "checksum", "copy_database", "flush", "move_aside"]
