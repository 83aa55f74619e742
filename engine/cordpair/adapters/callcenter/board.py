"""What dashboards are shown, and how the journal's entries change it: as lines that are encoded once for all of them.

A dashboard that says HELLO gets everything as it is, and from then on every change, nothing twice and nothing left
out: both are written without a pause in between, from the same tables.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace

from cordpair.acd.model import State
from cordpair.adapters.callcenter.fold import OVER, Change, Fold
from cordpair.adapters.callcenter.memory import Memory, memory_of
from cordpair.adapters.callcenter.rows import Agent, AgentStatus, Call, Connection, Row
from cordpair.ids import ContactId
from cordpair.journal import Entry
from cordpair.reports.following import Mark
from cordpair.store import Store, StoreError

log = logging.getLogger("cordpair.adapters.callcenter")

BOOKMARK = "callcenter dashboard"
SEEN = 1_000  # entries after which it is noted how far it is; the rest is folded again after a crash

CallerId = Callable[[ContactId], str]


class Listener(Protocol):
    def hear(self, lines: bytes, /) -> None:
        """Never waits."""


class Noted(msgspec.Struct, frozen=True):
    mark: Mark
    memory: Memory


class Board:
    """An audience of the journal. ``callerid``: what is shown as a call's number."""

    def __init__(self, store: Store, callerid: CallerId) -> None:
        self.listeners: set[Listener] = set()
        self._store, self._callerid = store, callerid
        self._fold = Fold()
        self._mark: Mark | None = None
        self._noted = 0
        self._agents: dict[str, bytes] = {}  # lines, as they are shown
        self._calls: dict[str, bytes] = {}
        self._connections: dict[str, bytes] = {}

    # ------------------------------------------------------------ for dashboards

    def snapshot(self) -> bytes:
        return b"".join((self._stats(), *self._agents.values(), *self._calls.values(), *self._connections.values()))

    def _stats(self) -> bytes:
        return line(self._fold.memory.counters.stats(len(self._agents), len(self._calls), len(self._connections)))

    # ------------------------------------------------------------ what the journal tells

    async def load(self) -> Mark | None:
        if self._mark is None:
            content = await self._store.bookmarks.get(BOOKMARK)
            if content is not None:
                noted = msgspec.json.decode(content, type=Noted)
                self._mark, self._noted = noted.mark, noted.mark.seq
                self._fold = Fold(noted.memory)
                self._draw()
        return self._mark

    async def begin(self, state: State) -> None:
        """The counters go on: they count since the interface was first used."""
        counters = self._fold.memory.counters if self._mark is not None else None
        self._fold = Fold(memory_of(state))
        if counters is not None:
            self._fold.memory.counters = counters
        self._draw()

    async def know(self, entries: Sequence[Entry]) -> None:
        counters = replace(self._fold.memory.counters)
        for entry in entries:
            self._fold.changes(entry)
        self._fold.memory.counters = counters
        self._draw()

    async def tell(self, entries: Sequence[Entry], mark: Mark) -> None:
        for entry in entries:
            lines = b"".join(self._show(change, entry.seq) for change in self._fold.changes(entry))
            if lines:
                for listener in list(self.listeners):
                    listener.hear(lines)
        self._mark = mark
        if mark.seq - self._noted >= SEEN or not entries:
            await self._note()

    async def close(self) -> None:
        try:
            await self._note()
        except StoreError as error:
            log.warning("callcenter: %s; at the next start the last entries are counted again from the journal", error)

    async def _note(self) -> None:
        if self._mark is not None:
            await self._store.bookmarks.put(BOOKMARK, msgspec.json.encode(Noted(self._mark, self._fold.memory)))
            self._noted = self._mark.seq

    # ------------------------------------------------------------ lines

    def _draw(self) -> None:
        """All lines anew."""
        memory = self._fold.memory
        self._agents, self._calls, self._connections = {}, {}, {}
        for person in memory.agents.values():
            self._put(person.shown)
        for call in memory.calls.values():
            self._put(call)
        for contact in memory.talks:
            self._put(self._fold.connection(contact))

    def _show(self, change: Change, seq: int) -> bytes:
        log.debug("%s (entry %d)", change.name, seq)
        return b"".join([self._put(row) for row in change.rows]) + self._stats()

    def _put(self, row: Row) -> bytes:
        """Its line, which stands in the place of the one before; what is over has no place any more."""
        match row:
            case Agent():
                shown = line(row)
                place(self._agents, row.agentid, shown, gone=row.status is AgentStatus.LOGGEDOUT)
            case Call():
                shown = line(self._named(row))
                place(self._calls, row.id, shown, gone=row.status in OVER)
                if row.status in OVER:
                    self._connections.pop(row.id, None)
            case Connection():
                shown = line(replace(row, call=self._named(row.call)))
                place(self._connections, row.id, shown)
        return shown

    def _named(self, call: Call) -> Call:
        return replace(call, callerid=self._callerid(ContactId(call.id)))


def line(row: msgspec.Struct) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def place(lines: dict[str, bytes], id: str, shown: bytes, *, gone: bool = False) -> None:
    if gone:
        lines.pop(id, None)
    else:
        lines[id] = shown


__all__ = ["Board", "CallerId", "Listener"]
