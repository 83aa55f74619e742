"""One thread with one database connection, opened inside it. The event loop never waits for a disk.

Write-behind statements are taken in batches, a transaction for each; a question is answered after everything that was
written before it. A write that fails is reported once, through ``failed``, and nothing is written any more: the
engine goes on with what is in memory, and the operator is told.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlite_utils import Database

from cordpair.store.errors import StoreError, sqlite_errors

T = TypeVar("T")

Statement = tuple[str, tuple[Any, ...]]
MOST = 1_000  # statements in one transaction


class _Question:
    """A function of the database, and who waits for its result."""

    __slots__ = ("answer", "function", "transaction")

    def __init__(self, function: Callable[[Database], Any], answer: "asyncio.Future[Any]", transaction: bool) -> None:
        self.function = function
        self.answer = answer
        self.transaction = transaction


class DatabaseThread:
    """Used from one event loop."""

    def __init__(self, path: Path, open_database: Callable[[Path], Database]) -> None:
        self._path = path
        self._open = open_database
        self._queue: SimpleQueue[Statement | _Question | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[None] = self._loop.create_future()
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        self._closing = False
        self.failed: asyncio.Future[StoreError] = self._loop.create_future()

    async def start(self) -> None:
        """Raises StoreError."""
        threading.Thread(target=self._run, name="store", daemon=True).start()
        try:
            await asyncio.shield(self._started)
        except BaseException:
            self._queue.put(None)
            raise

    def write(self, sql: str, *values: Any) -> None:
        """Queue a statement. Dropped after a failure or ``close``."""
        if not self._closing and not self.failed.done():
            self._queue.put((sql, values))

    async def ask(self, function: Callable[[Database], T], *, transaction: bool = True) -> T:
        """Run it on the thread, in a transaction of its own; its result, or what it raised."""
        if self._closing:
            raise StoreError(f"{self._path}: the store is closed.")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Question(function, answer, transaction))
        return await answer

    async def close(self) -> None:
        """Write what is queued, then close. Safe to call twice."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.shield(self._stopped)

    # ------------------------------------------------------------ on the thread

    def _run(self) -> None:
        try:
            db = self._open(self._path)
        except BaseException as error:
            self._tell(_fail, self._started, error)
            self._tell(_resolve, self._stopped, None)
            if not isinstance(error, StoreError):
                raise
            return
        self._tell(_resolve, self._started, None)
        try:
            self._serve(db)
        finally:
            db.close()
            self._tell(_resolve, self._stopped, None)

    def _serve(self, db: Database) -> None:
        broken = False
        while True:
            item = self._queue.get()
            batch = []
            while isinstance(item, tuple):
                batch.append(item)
                if len(batch) == MOST or self._queue.empty():
                    break
                item = self._queue.get()
            if batch and not broken:
                try:
                    with sqlite_errors(self._path, "cannot be written"), db.atomic():
                        for sql, values in batch:
                            db.conn.execute(sql, values)
                except StoreError as error:
                    broken = True
                    self._tell(_resolve, self.failed, error)
            if item is None:
                return
            if isinstance(item, _Question):
                self._answer(db, item)

    def _answer(self, db: Database, question: _Question) -> None:
        try:
            atomic = db.atomic() if question.transaction else contextlib.nullcontext()
            with sqlite_errors(self._path, "cannot be used"), atomic:
                result = question.function(db)
        except Exception as error:  # noqa: BLE001 -- whoever asked gets it
            self._tell(_fail, question.answer, error)
        else:
            self._tell(_resolve, question.answer, result)

    def _tell(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(function, *arguments)


def _resolve(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: "asyncio.Future[Any]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


__all__ = ["DatabaseThread"]
