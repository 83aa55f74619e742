"""The longest pause by the garbage collector in a full centre: with Python's thresholds, and with ours."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import budget, line, machine, ratio
from bench.shift import Shift
from cordpair.runtime.process import GC_THRESHOLDS, tune_gc

WAITING, AGENTS, TURNS = 10_000, 2_000, 5_000


async def main(directory: Path) -> None:
    line(machine())
    longest = {}
    kept = []
    for name, settings in (("defaults", gc.get_threshold()), ("ours", GC_THRESHOLDS)):
        if name == "ours":
            tune_gc()
        with _pauses() as pauses:
            shift = Shift(AGENTS).fill(WAITING)
            for _ in range(TURNS):
                shift.turn()
        kept.append(shift)
        longest[name] = max(pauses, default=0.0) * 1000
        line(f"{WAITING} waiting, {AGENTS} agents, thresholds {settings}: {len(pauses)} in {shift.inputs} inputs")
    judged = budget("<= 10 ms", longest["ours"] <= 10)
    line(f"longest pause: defaults {longest['defaults']:.1f} ms, ours {longest['ours']:.1f} ms", judged)
    ratio("longest pause", longest["defaults"], max(longest["ours"], 0.001))


@contextmanager
def _pauses() -> Iterator[list[float]]:
    found: list[float] = []
    began = 0.0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.perf_counter()
        else:
            found.append(time.perf_counter() - began)

    gc.callbacks.append(note)
    try:
        yield found
    finally:
        gc.callbacks.remove(note)
