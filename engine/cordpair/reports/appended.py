"""A file that rows are appended to, once each: whatever ends the process, and whoever rotates the file.

It is opened for each write: whoever rotates it renames it, and the next row is in a new one. Rows come first, then
the writer's own note of how far it is. Rows that a crash left beyond that note are those that come first next time,
so they are recognised and not written again; unless the file was renamed in between.
"""

import os
from pathlib import Path

import msgspec


class End(msgspec.Struct, frozen=True):
    """Which file it was, and where its noted rows end."""

    device: int = 0
    inode: int = 0
    offset: int = 0


class AppendedFile:
    """All of it blocks: for a thread. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ahead = b""  # written before a crash, and not noted

    def look(self, end: End | None) -> None:
        """Before the first append, and after a failure: what stands beyond what was noted."""
        self._ahead = b""
        if end is None or not self.path.exists():
            return
        with self.path.open("rb") as file:
            found = os.fstat(file.fileno())
            if (found.st_dev, found.st_ino) == (end.device, end.inode):
                file.seek(end.offset)
                self._ahead = file.read()

    def append(self, text: bytes) -> End:
        if not text:
            pass
        elif text.startswith(self._ahead):
            text, self._ahead = text[len(self._ahead) :], b""
        elif self._ahead.startswith(text):
            text, self._ahead = b"", self._ahead[len(text) :]
        else:  # somebody else's rows
            text, self._ahead = (text if self._ahead.endswith(b"\n") else b"\n" + text), b""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)  # it may hold callers' numbers
        try:
            while text:
                text = text[os.write(file, text) :]
            os.fsync(file)
            found = os.fstat(file)
        finally:
            os.close(file)
        return End(found.st_dev, found.st_ino, found.st_size - len(self._ahead))


__all__ = ["AppendedFile", "End"]
