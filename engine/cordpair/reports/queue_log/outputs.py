"""Where rows go: a file, or a table. Each knows how far it has come: a restart neither repeats nor loses rows."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from sqlite_utils import Database

from cordpair.reports.appended import AppendedFile, End
from cordpair.reports.queue_log.memory import Memory
from cordpair.reports.queue_log.row import Row
from cordpair.store import Store
from cordpair.store.errors import sqlite_errors
from cordpair.store.thread import DatabaseThread

COLUMNS = ("time", "callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4", "data5")
INSERT = f"INSERT INTO queue_log ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
MARK = "INSERT INTO bookmark (one, content) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET content = excluded.content"


class Bookmark(msgspec.Struct, frozen=True):
    """All rows up to entry ``seq`` of the journal ``run`` are written. The rest is the file's."""

    run: str
    seq: int
    memory: Memory
    device: int = 0
    inode: int = 0
    offset: int = 0


class Output(Protocol):
    async def load(self) -> Bookmark | None: ...

    async def write(self, rows: Sequence[Row], mark: Bookmark) -> None:
        """Both or, after a crash, neither. Raises OSError, StoreError."""

    async def close(self) -> None: ...


class FileOutput:
    """Rows first, then the bookmark in the store; see ``AppendedFile``."""

    def __init__(self, path: Path, store: Store) -> None:
        self._file = AppendedFile(path)
        self._store = store
        self._name = f"queue_log file {path}"

    async def load(self) -> Bookmark | None:
        content = await self._store.bookmarks.get(self._name)
        last = msgspec.json.decode(content, type=Bookmark) if content is not None else None
        end = End(last.device, last.inode, last.offset) if last is not None else None
        await asyncio.to_thread(self._file.look, end)
        return last

    async def write(self, rows: Sequence[Row], mark: Bookmark) -> None:
        text = b"".join(row.line().encode() + b"\n" for row in rows)
        end = await asyncio.to_thread(self._file.append, text)
        mark = msgspec.structs.replace(mark, device=end.device, inode=end.inode, offset=end.offset)
        await self._store.bookmarks.put(self._name, msgspec.json.encode(mark))

    async def close(self) -> None:
        pass


class TableOutput:
    """A table as Asterisk's adaptive realtime fills it, with times in UTC; the bookmark is beside it."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    @classmethod
    async def open(cls, path: Path) -> "TableOutput":
        """Raises StoreError."""
        thread = DatabaseThread(path, _open)
        await thread.start()
        return cls(thread)

    async def load(self) -> Bookmark | None:
        row = await self._thread.ask(lambda db: db.execute("SELECT content FROM bookmark").fetchone())
        return msgspec.json.decode(row[0], type=Bookmark) if row is not None else None

    async def write(self, rows: Sequence[Row], mark: Bookmark) -> None:
        await self._thread.ask(lambda db: _insert(db, rows, mark))

    async def close(self) -> None:
        await self._thread.close()


def _open(path: Path) -> Database:
    with sqlite_errors(path, "cannot be opened"):
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o640))
        db = Database(path)
        db.enable_wal()
        columns = ", ".join(f"{name} TEXT NOT NULL DEFAULT ''" for name in COLUMNS)
        db.execute(f"CREATE TABLE IF NOT EXISTS queue_log (id INTEGER PRIMARY KEY, {columns})")
        db.execute("CREATE INDEX IF NOT EXISTS queue_log_time ON queue_log (time)")
        db.execute("CREATE TABLE IF NOT EXISTS bookmark (one INTEGER PRIMARY KEY, content BLOB NOT NULL)")
    return db


def _insert(db: Database, rows: Sequence[Row], mark: Bookmark) -> None:
    for row in rows:
        db.execute(INSERT, row.columns())
    db.execute(MARK, [msgspec.json.encode(mark)])


__all__ = ["COLUMNS", "Bookmark", "FileOutput", "Output", "TableOutput"]
