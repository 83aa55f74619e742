"""Brings a core back from its journal: the newest snapshot, then what came after it. Or begins a fresh one."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.acd.model import State
from cordpair.errors import JournalError
from cordpair.journal import Entry, Journal, ReadableJournal, Reading
from cordpair.runtime.core import Decided, Folding
from cordpair.runtime.snapshots import decode

log = logging.getLogger(__name__)


class Startable(Folding, Protocol):
    def start(self, run: str, seed: int, configuration: Configuration, now_ms: int, /) -> Decided: ...


Make = Callable[[State | None], Startable]


class Recovered(NamedTuple):
    core: Startable
    seq: int  # of the newest entry
    last_at: int  # time of the newest entry
    replayed: int  # entries after the snapshot


def new_run() -> str:
    """The token in every id of a new journal."""
    return secrets.token_hex(4)


def recover(journal: ReadableJournal, make: Make) -> Recovered:
    """The core as it was after the newest entry. Raises JournalError."""
    core, seq = _from_snapshot(journal, make)
    last_at = _time_of(journal, seq) if seq else 0
    replayed = 0
    for entry in reading_on(journal, seq):
        core.fold(entry.events, entry.at)
        last_at = entry.at
        replayed += 1
    if replayed:  # a core made from a snapshot has its indexes
        core.rebuild()
    return Recovered(core, seq + replayed, last_at, replayed)


def beginning(journal: ReadableJournal) -> tuple[State | None, int]:
    """The tables before the first entry that is there, and the number of the entry after which they stand.

    None and 0 where nothing was pruned. Raises JournalError.
    """
    base = journal.load_base()
    if base is None:
        return None, 0
    try:
        return decode(base.state), base.seq
    except msgspec.DecodeError as error:
        raise JournalError(
            f"the journal was pruned up to entry {base.seq} by a version whose tables this one cannot read ({error}). "
            "Use that version, or one between."
        ) from error


def reading_on(journal: ReadableJournal, seq: int) -> Reading:
    """Entries after ``seq``, on tables as they were there. Raises JournalError, also when they were pruned since."""
    reading = journal.read(seq)
    if reading.seq != seq:
        raise JournalError(f"the journal was pruned up to entry {reading.seq} while it was read. Begin again.")
    return reading


def _from_snapshot(journal: ReadableJournal, make: Make) -> tuple[Startable, int]:
    snapshot = journal.load_snapshot()
    if snapshot is not None:
        try:
            return make(decode(snapshot.state)), snapshot.seq
        except msgspec.DecodeError as error:
            log.warning("the snapshot of entry %d does not fit this version (%s): replaying all", snapshot.seq, error)
    state, seq = beginning(journal)
    return make(state), seq


def _time_of(journal: ReadableJournal, seq: int) -> int:
    try:
        return next(iter(journal.read(seq - 1))).at
    except (JournalError, StopIteration):
        return 0  # pruned: the snapshot stands for it


async def begin(journal: Journal, make: Make, configuration: Configuration, now_ms: int) -> Recovered:
    """The first entry of a fresh journal; returns when it is committed. Raises JournalError."""
    core = make(None)
    decision = core.start(journal.run, secrets.randbits(63), configuration, now_ms)
    committed = asyncio.Event()
    journal.append(Entry(1, now_ms, ApplyConfiguration(configuration), tuple(decision.events)), committed.set)
    journal.failed.add_done_callback(lambda _: committed.set())
    await committed.wait()
    if journal.failed.done():
        raise journal.failed.result()
    return Recovered(core, 1, now_ms, 0)


def differs(wanted: Configuration, present: Configuration) -> bool:
    """Whether applying would change anything but the number of the revision."""
    return replace(wanted, revision=0) != replace(present, revision=0)


__all__ = ["Make", "Recovered", "Startable", "begin", "beginning", "differs", "new_run", "reading_on", "recover"]
