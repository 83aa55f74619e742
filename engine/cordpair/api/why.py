"""Why a contact was offered to whom, read from the journal: on a thread, one at a time, and not without end.

The thread lets the engine's loop run after every few entries. A contact whose way begins too many entries ago is left
to ``cordpair why``, which is a process of its own.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from cordpair.api.errors import NotFound, Refused, TooMany, Unavailable
from cordpair.errors import JournalError
from cordpair.ids import AgentId, ContactId
from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.runtime.history import Moment, Story, start_before, story_of

log = logging.getLogger(__name__)

MOST = 300_000  # entries: some four seconds
LONGEST_S = 20.0
WAITING = 8  # questions
BREATH = 50  # entries between two moments in which others may run


class Why(msgspec.Struct, frozen=True):
    """``obstacles``: of a contact that waits with nobody alerted, what stands against each agent."""

    contact: Story
    moments: tuple[Moment, ...]
    obstacles: dict[AgentId, tuple[str, ...]]


class TooFarBack(Exception):
    """More would have to be read than is reasonable here."""


class WhyReader:
    def __init__(self, journal: Path | None) -> None:
        """``None``: the journal is in memory only, and nothing can be told."""
        self._journal = journal
        self._thread = ThreadPoolExecutor(1, "api-why")
        self._waiting = 0

    async def tell(self, contact: ContactId, now_ms: int) -> Why:
        """Raises NotFound, Refused, TooMany, Unavailable."""
        if self._journal is None:
            raise Unavailable("This engine keeps no journal on a disk.")
        if self._waiting >= WAITING:
            raise TooMany("Too many ask why at the same time.", 5)
        given_up = threading.Event()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, _read, self._journal, contact, now_ms, given_up
            )
        except JournalError as error:
            log.error("why: %s", error)
            raise Unavailable("The journal cannot be read; the engine's log says why.") from None
        except TooFarBack:
            raise Refused("It is too long ago to be told here: ask 'cordpair why' on the engine's machine.") from None
        finally:
            given_up.set()
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _read(journal: Path, contact: ContactId, now_ms: int, given_up: threading.Event) -> Why:
    with SqliteReader(journal, current_codec()) as reader:
        acd, seq = start_before(reader, contact)
        if reader.last_seq() - seq > MOST:
            raise TooFarBack
        story, way = story_of(_breathing(reader.read(seq), given_up), contact, now_ms, acd)
    if story is None:
        raise NotFound(f"There is no contact {contact!r}.")
    return Why(story, way.moments, way.obstacles)


def _breathing(entries: Iterable[Entry], given_up: threading.Event) -> Iterator[Entry]:
    until = time.monotonic() + LONGEST_S
    for number, entry in enumerate(entries):
        if number % BREATH == 0:
            time.sleep(0)
            if given_up.is_set() or time.monotonic() > until:
                raise TooFarBack
        yield entry


__all__ = ["Why", "WhyReader"]
