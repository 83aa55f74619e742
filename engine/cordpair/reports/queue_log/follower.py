"""Follows the committed entries of the journal and writes their rows, while the engine runs.

It reads the journal's file and not what the engine hands out, so nothing is missed when it is slow or was not there:
it begins where its bookmark is, and the first time with the oldest entry. A disk that is full stops the rows and not
the calls; they are written when there is room again.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cordpair.config.model import QueueLog
from cordpair.errors import JournalError
from cordpair.ids import ContactId
from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.reports.queue_log.memory import Memory, memory_of
from cordpair.reports.queue_log.outputs import Bookmark, FileOutput, Output, TableOutput
from cordpair.reports.queue_log.row import Row
from cordpair.reports.queue_log.transcript import Caller, Transcript, nobody
from cordpair.runtime import Engine
from cordpair.runtime.history import at_beginning
from cordpair.store import Store, StoreError

log = logging.getLogger(__name__)

GATHER_S = 0.5  # what comes within this is written at once
AGAIN_S = 5.0  # after a failure
LAST_S = 5.0  # for the last rows, when the engine stops; the rest follows at the next start
CHUNK = 200  # entries folded without letting others run: some milliseconds
SEEN = 10_000  # the bookmark is moved after so many entries that have no rows


class Follower:
    """Of one output."""

    def __init__(self, engine: Engine, journal: Path, output: Output, caller: Caller = nobody) -> None:
        self._engine = engine
        self._journal = journal
        self._output = output
        self._caller = caller
        self._news = engine.subscribe(0)
        self._thread = ThreadPoolExecutor(1, "queue_log")  # a reader belongs to its thread
        self._reader: SqliteReader | None = None
        self._run = ""
        self._seq = 0
        self._kept = 0  # the bookmark's
        self._transcript: Transcript | None = None

    async def run(self) -> None:
        """Until the engine has stopped, or ``stop``, and all is written."""
        news = self._news
        try:
            going = True
            while going:
                try:
                    await self.catch_up()
                except (OSError, StoreError, JournalError) as error:
                    log.error("queue_log: %s; calls go on, it is tried again", error)
                    self._transcript = None  # begin at the bookmark again
                    await asyncio.sleep(AGAIN_S)
                    continue
                going = await news.changed()
                news.take()
                await asyncio.sleep(GATHER_S if going else 0)
            await self.catch_up()
        finally:
            self._engine.unsubscribe(news)
            await self._output.close()
            self._thread.submit(self._close)
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        self._news.close()

    async def catch_up(self) -> None:
        """Write all rows that there are. Raises OSError, StoreError, JournalError."""
        loop = asyncio.get_running_loop()
        transcript = self._transcript
        if transcript is None:
            transcript = await self._begin()
        while entries := await loop.run_in_executor(self._thread, self._read, self._seq):
            rows: list[Row] = []
            for entry in entries:
                rows += transcript.lines(entry)
            self._seq = entries[-1].seq
            if rows or self._seq - self._kept >= SEEN:
                await self._output.write(rows, Bookmark(self._run, self._seq, transcript.memory))
                self._kept = self._seq

    async def _begin(self) -> Transcript:
        loop = asyncio.get_running_loop()
        mark = await self._output.load()
        run, first, last, memory = await loop.run_in_executor(self._thread, self._open)
        if mark is not None and mark.run == run and first <= mark.seq <= last:
            first, memory = mark.seq, mark.memory
        else:
            if mark is not None and mark.run == run and mark.seq > last:
                log.warning("queue_log: the journal ends at entry %d and was put back: what came after has rows", last)
                first, memory = last, await loop.run_in_executor(self._thread, self._fold, memory)
            elif mark is not None and mark.run == run:
                log.warning("queue_log: entries %d to %d were pruned and have no rows", mark.seq + 1, first)
            await self._output.write((), Bookmark(run, first, memory))
        self._run, self._seq, self._kept = run, first, first
        self._transcript = Transcript(memory, self._caller)
        return self._transcript

    # ------------------------------------------------------------ on the thread

    def _open(self) -> tuple[str, int, int, Memory]:
        self._close()
        self._reader = SqliteReader(self._journal, current_codec())
        core, seq = at_beginning(self._reader)
        return self._reader.run, seq, max(seq, self._reader.last_seq()), memory_of(core.state)

    def _fold(self, memory: Memory) -> Memory:
        """As it is after the newest entry; what is written is written."""
        assert self._reader is not None
        transcript = Transcript(memory)
        for entry in self._reader.read():
            for _ in transcript.lines(entry):
                pass
        return transcript.memory

    def _read(self, after: int) -> list[Entry]:
        assert self._reader is not None
        return list(itertools.islice(self._reader.read(after), CHUNK))

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


@contextlib.asynccontextmanager
async def following(
    engine: Engine, store: Store, journal: Path, wanted: QueueLog, directory: Path
) -> AsyncIterator[None]:
    """Write what the configuration asks for. ``directory``: to which its paths are relative. Raises StoreError."""

    def caller(contact: ContactId) -> str:
        record = engine.record(contact)
        return record.caller.number if record is not None else ""

    outputs: list[Output] = []
    if wanted.file is not None:
        outputs.append(FileOutput(directory / wanted.file, store))
    if wanted.table is not None:
        outputs.append(await TableOutput.open(directory / wanted.table))
    followers = [Follower(engine, journal, each, caller if wanted.callers else nobody) for each in outputs]
    tasks = [asyncio.create_task(each.run(), name="queue_log") for each in followers]
    for task in tasks:
        task.add_done_callback(_say)
    try:
        yield
    finally:
        for each in followers:
            each.stop()
        if tasks:
            await asyncio.wait(tasks, timeout=LAST_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _say(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("queue_log is not written any more, calls go on without", exc_info=error)


__all__ = ["Follower", "following"]
