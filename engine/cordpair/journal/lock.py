"""One writer per journal: an advisory lock on a file beside it.

The lock is the kernel's (``flock``), so it ends with the process that holds it, also by ``kill -9``, and a process id
left in the file by a dead engine locks nobody out. It is not taken on the journal itself: SQLite's own locks there
are dropped when any descriptor of that file is closed.
"""

import contextlib
import fcntl
import os
from pathlib import Path

from cordpair.errors import JournalError


class WriterLock:
    """Held from ``acquire`` to ``release`` or the end of the process."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._path = journal.with_name(journal.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises JournalError when another engine writes this journal."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JournalError(
                f"{self._path}: cannot be opened: {error.strerror}. The engine needs to write in this directory."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f"by the engine with process id {holder}" if holder.isdigit() else "by another engine"
            raise JournalError(
                f"{self._journal}: is being written {who}. One journal has one engine: "
                "stop the other one, or give this one a path of its own in [journal]."
            ) from error
        self._descriptor = descriptor
        # Only for the message above; an engine that cannot write here says so when it writes its first entry.
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)

    def release(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


__all__ = ["WriterLock"]
