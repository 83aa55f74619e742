"""The journal: what waiting for the commit adds before a command may go out, and how much it takes at most."""

import asyncio
import time
from functools import partial
from pathlib import Path
from statistics import median

from bench.report import budget, line, machine, percentile
from bench.shift import Shift
from cordpair.journal import Entry, SqliteJournal, current_codec

LOW, BUSY, SECONDS, BURST = 50, 1_500, 4.0, 200_000


async def main(directory: Path) -> None:
    line(machine())
    entries = _entries(BURST)
    low = await _added(directory / "low.db", entries, LOW)
    p50 = median(low)
    line(
        f"{LOW} inputs/s: added p50 {p50:.2f} ms p99 {percentile(low, 0.99):.2f} ms ({len(low)})",
        budget("p50 <= 0.3 ms", p50 <= 0.3),
    )
    busy = await _added(directory / "busy.db", entries, BUSY)
    p50, p99 = median(busy), percentile(busy, 0.99)
    line(
        f"{BUSY} inputs/s: added p50 {p50:.2f} ms p99 {p99:.2f} ms ({len(busy)})",
        budget("p50 <= 1 ms, p99 <= 5 ms", p50 <= 1 and p99 <= 5),
    )
    rate = await _most(directory / "most.db", entries)
    line(f"{BURST} inputs as fast as they go: {rate:.0f} inputs/s", budget(">= 30000 inputs/s", rate >= 30_000))
    line(machine())


def _entries(count: int) -> list[Entry]:
    """What a busy centre decides, in its usual mixture."""
    entries: list[Entry] = []
    shift = Shift(200).fill(300)
    shift.seen = lambda given, now, decision, took: entries.append(
        Entry(len(entries) + 1, now, given, tuple(decision.events))
    )
    while len(entries) < count:
        shift.turn()
    return entries[:count]


async def _open(path: Path) -> SqliteJournal:
    return await SqliteJournal.open(path, current_codec(), cell="main", run="r")


async def _added(path: Path, entries: list[Entry], rate: int) -> list[float]:
    """Milliseconds from ``append`` to the moment when commands may go out."""
    journal = await _open(path)
    loop = asyncio.get_running_loop()
    took: list[float] = []
    began = loop.time()

    def committed(since: float) -> None:
        took.append((time.perf_counter() - since) * 1000)

    for n, entry in enumerate(entries[: int(rate * SECONDS)]):
        pause = began + n / rate - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)  # sleep: the load has a rate
        journal.append(entry, partial(committed, time.perf_counter()))
    await journal.close()
    return took


async def _most(path: Path, entries: list[Entry]) -> float:
    journal = await _open(path)
    done = asyncio.Event()
    began = time.perf_counter()
    for entry in entries:
        await journal.room()
        journal.append(entry, done.set if entry.seq == len(entries) else None)
        if entry.seq % 500 == 0:
            await asyncio.sleep(0)  # sleep: only the others' turn, as the engine's writer gives them
    await done.wait()
    took = time.perf_counter() - began
    await journal.close()
    return len(entries) / took
