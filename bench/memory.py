"""Memory of the core: bytes per waiting contact and per agent, counted by the allocator."""

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from bench.report import budget, line, machine
from bench.shift import Shift

WAITING, AGENTS = 10_000, 2_000


async def main(directory: Path) -> None:
    line(machine())
    tracemalloc.start()
    small = _taken(lambda: Shift(200))
    large = _taken(lambda: Shift(200 + AGENTS))
    agent = (large - small) / AGENTS
    shift = Shift(200).fill(1)  # everybody talks: from here on, all wait
    before = _now()
    shift.fill(1 + WAITING)
    contact = (_now() - before) / WAITING
    tracemalloc.stop()
    line(f"{AGENTS} agents: {agent:.0f} bytes per agent, configuration included", budget("<= 3 KB", agent <= 3_072))
    line(f"{WAITING} waiting: {contact:.0f} bytes per waiting contact", budget("<= 1 KB", contact <= 1_024))


def _now() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _taken(make: Callable[[], Shift]) -> int:
    before = _now()
    kept = make()
    after = _now()
    del kept
    return after - before
