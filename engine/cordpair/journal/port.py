"""The journal port: narrow, so that a replicated log can stand behind it one day.

Rules that every journal keeps (``tests/journal`` runs the same contract on each):

- ``append`` returns at once. ``on_committed`` runs on the event loop, in the order of the entries, after the entry is
  safe; nothing that follows from an entry may be done before.
- Entries are numbered from 1 without a gap, and what was acknowledged is there after ``kill -9``.
- A journal that cannot write says so once, through ``failed``, and accepts nothing more: the engine stops rather
  than act without a record.
- One engine writes a journal at a time. Any number may read it meanwhile.

Back-pressure: entries wait in memory until they are committed, at most ``capacity`` of them. The runtime asks
``room`` before it takes the next input; it returns at once unless half of the capacity is taken, and then when a
quarter is. A runtime that does not ask gets a JournalError from ``append`` at the capacity.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol

from cordpair.errors import JournalError
from cordpair.journal.entry import Entry, Snapshot

OnCommitted = Callable[[], None]


class Reading(Protocol):
    """Entries in their order. ``hash`` and ``seq`` are those of the entry read last."""

    hash: bytes
    seq: int

    def __iter__(self) -> Iterator[Entry]:
        """Raises JournalError at the first entry that is damaged or missing."""


class ReadableJournal(Protocol):
    """What a viewer needs."""

    @property
    def cell(self) -> str: ...

    @property
    def run(self) -> str:
        """The token drawn when the journal was created; every id of the engine's begins with it."""

    def read(self, after_seq: int = 0) -> Reading:
        """Entries after that one; with 0 all there are, which in a pruned journal begin after its base."""

    def load_snapshot(self) -> Snapshot | None:
        """The newest snapshot that this version can use and that is undamaged."""

    def load_base(self) -> Snapshot | None:
        """The state before the first entry that is there; None where nothing was pruned: begin with empty tables.

        It may have been written by an earlier version. Raises JournalError when it is damaged.
        """


class Journal(ReadableJournal, Protocol):
    """What the engine needs; all of it is called on the event loop's thread."""

    @property
    def failed(self) -> "asyncio.Future[JournalError]":
        """Gets the error as its *result* when the journal can no longer write. It never comes otherwise."""

    @property
    def last_seq(self) -> int:
        """The number of the newest entry, committed or not; 0 in an empty journal."""

    @property
    def committed_seq(self) -> int: ...

    def append(self, entry: Entry, on_committed: OnCommitted | None = None) -> None:
        """Queue the entry, whose number must be ``last_seq + 1``. Raises JournalError after a failure or ``close``."""

    def save_snapshot(self, seq: int, state: bytes, on_committed: OnCommitted | None = None) -> None:
        """Queue the state as it is after entry ``seq``, which must be ``last_seq``."""

    def may_prune(self, upto: int) -> None:
        """Entries up to that one are counted: where it was opened to wait for that, old ones of them may go."""

    async def room(self) -> None:
        """Wait until the backlog is small, or the journal has failed."""

    async def close(self) -> None:
        """Commit what is queued, then let the journal go. Safe to call twice; raises nothing after a failure."""


__all__ = ["Journal", "OnCommitted", "ReadableJournal", "Reading"]
