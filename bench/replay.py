"""Replay: a million events from a file, decoding, checking and folding; and the snapshot that makes it short."""

import gc
import time
from pathlib import Path

from bench.report import budget, line, machine
from bench.shift import Shift
from cordpair.acd import Acd
from cordpair.acd.configuration import Configuration
from cordpair.acd.core import Decision
from cordpair.acd.inputs import ApplyConfiguration, Input
from cordpair.journal import Entry, SqliteJournal, SqliteReader, current_codec
from cordpair.runtime.process import tune_gc
from cordpair.runtime.snapshots import decode, encode

EVENTS, AGENTS, WAITING = 1_000_000, 200, 1_000
BIG = (10_000, 2_000)


async def main(directory: Path) -> None:
    line(machine())
    path = directory / "journal.db"
    shift, events = await _write(path)
    size = path.stat().st_size / 1e6
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    cpu = time.process_time()
    core = Acd()
    entries = 0
    with SqliteReader(path, current_codec()) as reader:
        for entry in reader.read():
            core.fold(entry.events, entry.at)
            entries += 1
    core.rebuild()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    same = encode(core.state) == encode(shift.acd.state)
    line(
        f"{events} events in {entries} entries, {size:.0f} MB: {took:.2f} s ({cpu:.2f} s of CPU), "
        f"state {'equal' if same else 'DIFFERENT'}",
        budget("<= 4 s", took <= 4),
    )
    del shift, core
    waiting, agents = BIG
    state = Shift(agents).fill(waiting).acd.state
    tune_gc()
    packed = encode(state)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        loaded = decode(packed)
        between = time.perf_counter()
        Acd(loaded)
        times.append((between - began, time.perf_counter() - between))
    load, index = sorted(times)[2]
    line(
        f"{waiting} waiting, {agents} agents, snapshot of {len(packed) / 1e6:.1f} MB: loaded in {load * 1000:.1f} ms, "
        f"indexes in {index * 1000:.1f} ms",
        budget("load <= 50 ms", load <= 0.05),
    )
    line(machine())


async def _write(path: Path) -> tuple[Shift, int]:
    """A shift's journal with that many events."""
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    events = 0

    def keep(given: Input, now: int, decision: Decision, took: float) -> None:
        nonlocal events
        if decision.events:
            events += len(decision.events)
            journal.append(Entry(journal.last_seq + 1, now, given, tuple(decision.events)))

    shift = Shift(AGENTS, keep, lambda settings, at, started: _first(journal, settings, at, started))
    while events < EVENTS:
        shift.arrive() if shift.waiting < WAITING else shift.turn()
        await journal.room()
    await journal.close()
    return shift, events


def _first(journal: SqliteJournal, settings: Configuration, at: int, started: Decision) -> None:
    journal.append(Entry(1, at, ApplyConfiguration(settings), tuple(started.events)))
