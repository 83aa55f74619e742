"""The platform's report file: a row for each state that was left, with the time at which it began.

``2018-09-17 15:11:19;AGENT;98427456;AVAIL;23;q-callcenter``: time, kind, agent or caller, state, seconds, queue.
Rows are in the order in which states end, not in that of their times.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import msgspec

from cordpair.acd.model import State
from cordpair.adapters.callcenter.board import CallerId
from cordpair.adapters.callcenter.fold import Fold, Left
from cordpair.adapters.callcenter.memory import Memory, memory_of
from cordpair.ids import ContactId
from cordpair.journal import Entry
from cordpair.reports.appended import AppendedFile, End
from cordpair.reports.following import Mark
from cordpair.store import Store

SEEN = 10_000  # entries without a row after which it is noted how far it is
# Readers split at semicolons and line ends, and spreadsheets take what begins with "=" for a formula.
HARMFUL = re.compile(r"[;\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^[=@\t]")


def row(left: Left, callerid: CallerId, zone: tzinfo) -> str:
    """Without its end."""
    at = datetime.fromtimestamp(left.began, zone)
    kind, who = ("AGENT", left.agent) if left.agent else ("CALL", callerid(ContactId(left.contact)))
    fields = (kind, clean(who), left.status, str(left.seconds), clean(left.queue))
    return ";".join((at.strftime("%Y-%m-%d %H:%M:%S"), *fields))


def clean(value: str) -> str:
    return HARMFUL.sub("_", value)


class Noted(msgspec.Struct, frozen=True):
    mark: Mark
    memory: Memory
    end: End


class Report:
    """An audience of the journal."""

    def __init__(self, path: Path, store: Store, written: Callable[[Left], str]) -> None:
        """``written``: a row's text."""
        self._file, self._store, self._written = AppendedFile(path), store, written
        self._name = f"callcenter report {path}"
        self._fold = Fold()
        self._noted = 0

    async def load(self) -> Mark | None:
        content = await self._store.bookmarks.get(self._name)
        noted = msgspec.json.decode(content, type=Noted) if content is not None else None
        await asyncio.to_thread(self._file.look, noted.end if noted is not None else None)
        if noted is None:
            return None
        self._fold, self._noted = Fold(noted.memory), noted.mark.seq
        return noted.mark

    async def begin(self, state: State) -> None:
        self._fold = Fold(memory_of(state))

    async def know(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._fold.changes(entry)

    async def tell(self, entries: Sequence[Entry], mark: Mark) -> None:
        left = [each for entry in entries for change in self._fold.changes(entry) for each in change.left]
        if not left and entries and mark.seq - self._noted < SEEN:
            return
        text = "".join(f"{self._written(each)}\n" for each in left).encode()
        end = await asyncio.to_thread(self._file.append, text)
        await self._store.bookmarks.put(self._name, msgspec.json.encode(Noted(mark, self._fold.memory, end)))
        self._noted = mark.seq

    async def close(self) -> None:
        pass


__all__ = ["Report", "row"]
