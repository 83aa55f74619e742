"""Writes the rows of the journal's entries while the engine runs, each output at its own pace."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from cordpair.acd.model import State
from cordpair.config.model import QueueLog
from cordpair.ids import ContactId
from cordpair.journal import Entry
from cordpair.reports.following import Follower, Mark, following
from cordpair.reports.queue_log.memory import memory_of
from cordpair.reports.queue_log.outputs import Bookmark, FileOutput, Output, TableOutput
from cordpair.reports.queue_log.transcript import Caller, Transcript, nobody
from cordpair.runtime import Engine
from cordpair.store import Store

SEEN = 10_000  # the bookmark is moved after so many entries that have no rows


class Scribe:
    """An audience of the journal that writes to one output."""

    def __init__(self, output: Output, caller: Caller = nobody) -> None:
        self._output, self._caller = output, caller
        self._transcript = Transcript(caller=caller)
        self._kept = 0  # the bookmark's

    async def load(self) -> Mark | None:
        mark = await self._output.load()
        if mark is None:
            return None
        self._transcript, self._kept = Transcript(mark.memory, self._caller), mark.seq
        return Mark(mark.run, mark.seq)

    async def begin(self, state: State) -> None:
        self._transcript = Transcript(memory_of(state), self._caller)

    async def know(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for _ in self._transcript.lines(entry):
                pass

    async def tell(self, entries: Sequence[Entry], mark: Mark) -> None:
        rows = [row for entry in entries for row in self._transcript.lines(entry)]
        if rows or not entries or mark.seq - self._kept >= SEEN:
            await self._output.write(rows, Bookmark(mark.run, mark.seq, self._transcript.memory))
            self._kept = mark.seq

    async def close(self) -> None:
        await self._output.close()


@contextlib.asynccontextmanager
async def writing(
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
    scribes = [Scribe(each, caller if wanted.callers else nobody) for each in outputs]
    async with following([Follower(engine, journal, each, "queue_log") for each in scribes]):
        yield


__all__ = ["Scribe", "writing"]
