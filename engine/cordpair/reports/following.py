"""Follows the committed entries of the journal while the engine runs, for whoever tells them on.

It reads the journal's file and not what the engine hands out, so nothing is missed when it is slow or was not there:
it begins at the place that its audience wrote down. What cannot be told (a full disk, a store that does not answer)
is told later, and stops no call.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import msgspec

from cordpair.acd.model import State
from cordpair.errors import JournalError
from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.runtime import Engine
from cordpair.runtime.beside import saying
from cordpair.runtime.history import at_beginning
from cordpair.store import StoreError

log = logging.getLogger(__name__)

GATHER_S = 0.5  # what comes within this is told at once
AGAIN_S = 5.0  # after a failure
LAST_S = 5.0  # for the last entries, when the engine stops; the rest follows at the next start
CHUNK = 200  # entries folded without letting others run: some milliseconds


class Mark(msgspec.Struct, frozen=True):
    """In the journal ``run``, after entry ``seq``."""

    run: str
    seq: int


class Audience(Protocol):
    """Whom the entries are told. It may raise OSError and StoreError; then it is asked again where it stands."""

    async def load(self) -> Mark | None:
        """Where it stands, and it knows again what it knew there; None: it never heard anything."""

    async def begin(self, state: State) -> None:
        """It cannot go on from there: forget, and begin with the tables as they are before the next entry."""

    async def know(self, entries: Sequence[Entry]) -> None:
        """Only take note: this was told before, or happened before anybody listened."""

    async def tell(self, entries: Sequence[Entry], mark: Mark) -> None:
        """Act on them. ``mark``: after the last of them; none at all where it has just begun."""

    async def close(self) -> None: ...


class Follower:
    """Of one audience. ``name``: in the log. ``from_now``: who never heard anything is not told the past."""

    def __init__(
        self,
        engine: Engine,
        journal: Path,
        audience: Audience,
        name: str,
        *,
        gather_s: float | None = None,
        from_now: bool = False,
    ) -> None:
        self._journal, self._audience, self._name = journal, audience, name
        self._now = engine.committed_seq if from_now else None
        self._gather_s = gather_s
        self._engine = engine
        self._news = engine.subscribe(0)
        self._thread = ThreadPoolExecutor(1, name)  # a reader belongs to its thread
        self._reader: SqliteReader | None = None
        self._run = ""
        self._seq = 0
        self._begun = False
        self.current = asyncio.Event()  # the first time that all there was is told

    async def run(self) -> None:
        """Until the engine has stopped, or ``stop``, and all is told."""
        news = self._news
        try:
            going = True
            while going:
                try:
                    await self.catch_up()
                except (OSError, StoreError, JournalError) as error:
                    log.error("%s: %s; calls go on, it is tried again", self._name, error)
                    self._begun = False
                    await asyncio.sleep(AGAIN_S)
                    continue
                going = await news.changed()
                news.take()
                await asyncio.sleep((GATHER_S if self._gather_s is None else self._gather_s) if going else 0)
            await self.catch_up()
        finally:
            self._engine.unsubscribe(news)
            await self._audience.close()
            self._thread.submit(self._close)
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        self._news.close()

    async def catch_up(self) -> None:
        """Tell all that there is. Raises OSError, StoreError, JournalError."""
        if not self._begun:
            await self._begin()
        while entries := await self._next(CHUNK):
            await self._audience.tell(entries, Mark(self._run, entries[-1].seq))
            self._seq = entries[-1].seq
        self.current.set()

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        mark = await self._audience.load()
        run, first, last, state = await loop.run_in_executor(self._thread, self._open)
        self._run = run
        if mark is not None and mark.run == run and first <= mark.seq <= last:
            self._seq = mark.seq
        else:
            self._seq = first
            await self._audience.begin(state)
            if mark is not None and mark.run == run and mark.seq > last:
                log.warning("%s: the journal ends at entry %d and was put back: the rest was told", self._name, last)
                await self._know(last)
            elif mark is not None and mark.run == run:
                log.warning("%s: entries %d to %d were pruned and are not told", self._name, mark.seq + 1, first)
            elif mark is None and self._now is not None:
                await self._know(min(self._now, last))
            await self._audience.tell((), Mark(run, self._seq))
        self._begun = True

    async def _know(self, last: int) -> None:
        while self._seq < last and (entries := await self._next(min(CHUNK, last - self._seq))):
            await self._audience.know(entries)
            self._seq = entries[-1].seq

    async def _next(self, most: int) -> list[Entry]:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, self._seq, most)

    # ------------------------------------------------------------ on the thread

    def _open(self) -> tuple[str, int, int, State]:
        self._close()
        self._reader = SqliteReader(self._journal, current_codec())
        core, seq = at_beginning(self._reader)
        return self._reader.run, seq, max(seq, self._reader.last_seq()), core.state

    def _read(self, after: int, most: int) -> list[Entry]:
        assert self._reader is not None
        return list(itertools.islice(self._reader.read(after), most))

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@contextlib.asynccontextmanager
async def following(followers: Sequence[Follower], last_s: float = LAST_S) -> AsyncIterator[None]:
    """They run meanwhile, and a little longer: until the last entries are told, or for ``last_s``."""
    tasks = [asyncio.create_task(each.run(), name="follower") for each in followers]
    for task in tasks:
        task.add_done_callback(saying(log, "a follower of the journal failed"))
    try:
        yield
    finally:
        for each in followers:
            each.stop()
        if tasks:
            await asyncio.wait(tasks, timeout=last_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["Audience", "Follower", "Mark", "following"]
