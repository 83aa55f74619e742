"""Brings the board up to date with what is committed, and tells the stream's clients which rows changed.

It must not hold the engine's loop: rows are looked at and clients are told in slices of at most a few hundred, with a
turn for everybody else in between, and nothing here ever waits for a client.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from cordpair.api.around import Around
from cordpair.api.board import Board
from cordpair.api.touched import Row
from cordpair.journal import Entry
from cordpair.reports import Live
from cordpair.runtime import Engine

log = logging.getLogger(__name__)

ROWS = 100  # looked at in one slice: about 2 ms
CLIENTS = 200  # told in one slice
ROUND_S = 0.02  # what changes within a round is told once
LOOK_S = 1.0  # without news: another configuration, another day
MISSED = 20_000  # entries that may wait to be looked at


class Listener(Protocol):
    def tell(self, rows: list[Row], /) -> None:
        """These rows changed. Never waits."""

    def close(self) -> None:
        """There will be no more: the engine has stopped."""


class Hub:
    """``async with hub.running():`` around everything else."""

    def __init__(self, engine: Engine, live: Live | None = None) -> None:
        """``live``: who counts the day, seeing the same entries."""
        self._engine = engine
        self._news = engine.subscribe(MISSED)
        around = Around(lambda: engine.reloader.config if engine.reloader is not None else None, live)
        self.board = Board(lambda: engine.state, engine.caller, around)
        self.board.seq = engine.committed_seq
        self.listeners: set[Listener] = set()
        self.watchers: list[EntryWatcher] = []
        self.closed = False
        self.failed = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run(), name="hub")
        task.add_done_callback(self._ended)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._engine.unsubscribe(self._news)
            self.close()

    async def current(self) -> Board:
        """The board, up to date with everything that is committed now, and fit to be shown."""
        self._take()
        left = self.board.refresh(ROWS)
        while left:
            await asyncio.sleep(0)
            left = self.board.refresh(ROWS)
        await self._tell()
        return self.board

    def _take(self) -> None:
        news = self._news.take()
        if news.missed:
            log.warning("entries came faster than the API looked at them; it looks at everything anew")
            self.board.begin(self._engine.committed_seq)
        self.board.take(news.entries)
        for watcher in self.watchers:
            for entry in news.entries:
                watcher(entry)
        self.board.look_around()

    async def _run(self) -> None:
        await self.current()
        while await self._something():
            await asyncio.sleep(ROUND_S)
            await self.current()
        self.close()

    async def _something(self) -> bool:
        """News, or a while has gone: not all that is shown changes with an entry. False: there will be no more."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._news.changed()
        except TimeoutError:
            return True

    async def _tell(self) -> None:
        rows = list(self.board.changed)
        self.board.changed.clear()
        if not rows:
            return
        for number, listener in enumerate(list(self.listeners), 1):
            listener.tell(rows)
            if number % CLIENTS == 0:
                await asyncio.sleep(0)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("the API's view of the engine failed; its stream is closed", exc_info=error)
            self.failed = True
            self.close()

    def close(self) -> None:
        """There will be no more news. Safe to call twice."""
        self.closed = True
        for listener in list(self.listeners):
            listener.close()


class EntryWatcher(Protocol):
    def __call__(self, entry: Entry, /) -> None: ...


__all__ = ["EntryWatcher", "Hub", "Listener"]
