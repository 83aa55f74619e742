"""Reports beside an engine with a journal of a million entries: how long each takes, and what its loop feels."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path

from bench.report import budget, line, machine
from bench.shift import START, Shift
from cordpair.acd.configuration import Configuration
from cordpair.acd.core import Decision
from cordpair.acd.inputs import ApplyConfiguration, Input
from cordpair.config.reports import Reports
from cordpair.ids import ContactId
from cordpair.journal import Entry, SqliteJournal, current_codec
from cordpair.reports import By, Policy
from cordpair.reports.archive import Wanted
from cordpair.reports.clerk import Clerk, Find, Tell, TellStory, counting_of
from cordpair.reports.report import Asked, Format
from cordpair.runtime import MemoryRecords, engine_on
from cordpair.testing import ManualClock

ENTRIES, AGENTS, WAITING = 1_000_000, 200, 1_000
TURN_MS = 200  # between two calls: the million is some hours of a large centre
LOOP_S = 0.005


class Lag:
    """For how long something held the loop: our CPU time between two turns, since others use this machine too."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._task = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.001)
            self.worst_s = max(self.worst_s, time.thread_time() - began)

    def take(self) -> float:
        worst, self.worst_s = self.worst_s, 0.0
        return worst


async def main(directory: Path) -> None:
    line(machine())
    path = directory / "journal.db"
    shift = await _write(path)
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    engine = await engine_on(journal, shift.acd.state.configuration, [], MemoryRecords(), ManualClock(shift.now))
    lag = Lag()
    began = time.perf_counter()
    async with counting_of(engine, path, Reports(), directory) as clerk:
        while not clerk.live.complete:  # noqa: ASYNC110  it says nothing by itself
            await asyncio.sleep(0.1)
        _tell("counted from the beginning", time.perf_counter() - began, lag)
        await _ask(clerk, shift, lag)
    size = (directory / "reports.db").stat().st_size / 1e6
    line(f"archive of {size:.1f} MB beside a journal of {path.stat().st_size / 1e6:.0f} MB")
    await journal.close()
    line(machine())


async def _ask(clerk: Clerk, shift: Shift, lag: Lag) -> None:
    first, last = (datetime.fromtimestamp(at / 1_000, UTC).date() for at in (START, shift.now))
    policy = Policy()
    for by in ((By.QUEUE,), (By.INTERVAL, By.QUEUE), (By.DAY, By.QUEUE, By.AGENT)):
        asked = Asked(first, last, "UTC", by, policy)
        found = await _timed(f"report by {','.join(by)}", clerk.ask(Tell(asked, Format.JSON)), lag)
        line(f"  {len(found) / 1e6:.2f} MB")
    await _timed("a page of ended contacts", clerk.ask(Find(Wanted(0, 1 << 60, queue="q7"))), lag)
    for name in ("oldest", "newest"):
        numbers = {"oldest": 1, "newest": shift.acd.state.numbers["contact"] - WAITING - AGENTS}
        story = TellStory(ContactId(f"r-c{numbers[name]}"))
        await _timed(f"the story of the {name} contact", clerk.ask(story), lag)


async def _timed(what: str, asked: Awaitable[bytes], lag: Lag) -> bytes:
    await asyncio.sleep(0.05)
    lag.take()
    began = time.perf_counter()
    found = await asked
    _tell(what, time.perf_counter() - began, lag)
    return found


def _tell(what: str, took: float, lag: Lag) -> None:
    worst = lag.take()
    line(
        f"{what}: {took * 1_000:.0f} ms, the loop held for {worst * 1_000:.1f} ms at most",
        budget("<= 5 ms", worst <= LOOP_S),
    )


async def _write(path: Path) -> Shift:
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")

    def keep(given: Input, now: int, decision: Decision, took: float) -> None:
        if decision.events:
            journal.append(Entry(journal.last_seq + 1, now, given, tuple(decision.events)))

    def first(settings: Configuration, at: int, started: Decision) -> None:
        journal.append(Entry(1, at, ApplyConfiguration(settings), tuple(started.events)))

    shift = Shift(AGENTS, keep, first)
    while journal.last_seq < ENTRIES:
        shift.now += TURN_MS
        shift.arrive() if shift.waiting < WAITING else shift.turn()
        await journal.room()
    await journal.close()
    return shift
