"""The core alone: how long one input takes to decide, with how many waiting, and how others would decide it."""

from collections import defaultdict
from pathlib import Path
from statistics import median

from bench import rivals
from bench.report import budget, line, machine, percentile, ratio
from bench.shift import Shift
from cordpair.acd.core import Decision
from cordpair.acd.inputs import Input
from cordpair.runtime.process import tune_gc

AGENTS = 2_000
SIZES = ((100, AGENTS), (1_000, AGENTS), (10_000, AGENTS), (10_000, 200))
TURNS, ROUNDS = 600, 5


class Times:
    """Microseconds by kind of input."""

    def __init__(self) -> None:
        self.all: list[float] = []
        self.by_kind: dict[str, list[float]] = defaultdict(list)

    def __call__(self, given: Input, now: int, decision: Decision, took: float) -> None:
        self.all.append(took * 1e6)
        self.by_kind[type(given).__name__].append(took * 1e6)


async def main(directory: Path) -> None:
    line(machine())
    floors = {size: Shift(size[1]).fill(size[0]) for size in SIZES}
    times = {size: Times() for size in SIZES}
    tune_gc()  # as the engine runs
    for _ in range(ROUNDS):
        for size, floor in floors.items():
            floor.seen = times[size]
            for _ in range(TURNS):
                floor.turn()
    for (waiting, agents), each in times.items():
        whole = (waiting, agents) == (10_000, AGENTS)
        p50, p99, p999 = median(each.all), percentile(each.all, 0.99), percentile(each.all, 0.999)
        judged = budget("p50 <= 15, p99 <= 100, p99.9 <= 300 us", p50 <= 15 and p99 <= 100 and p999 <= 300)
        line(
            f"{waiting} waiting, {agents} agents, 300 classes: p50 {p50:.1f} us p99 {p99:.1f} us p99.9 {p999:.1f} us, "
            f"{1e6 / (sum(each.all) / len(each.all)):.0f} inputs/s ({len(each.all)})",
            judged if whole else "",
        )
    big = times[10_000, AGENTS]
    for kind, took in sorted(big.by_kind.items()):
        line(f"  10000 waiting, {kind}: p50 {median(took):.1f} us p99 {percentile(took, 0.99):.1f} us")
    grown = _mean(big) / _mean(times[1_000, AGENTS])
    line(f"1000 -> 10000 waiting: {grown:.2f} x", budget("<= 1.2 x", grown <= 1.2))
    staffed = _mean(big) / _mean(times[10_000, 200])
    line(f"200 -> 2000 agents: {staffed:.2f} x", budget("<= 2.5 x", staffed <= 2.5))
    _others(floors[10_000, AGENTS], median(big.by_kind["LegEnded"]))


def _mean(times: Times) -> float:
    """Of the fastest 99 %: the rest belongs to whoever else uses this machine."""
    ordered = sorted(times.all)[: int(len(times.all) * 0.99)]
    return sum(ordered) / len(ordered)


def _others(floor: Shift, ours: float) -> None:
    state = floor.acd.state
    agents = [agent.agent for agent in state.configuration.agents[:300]]
    first, whole = median(rivals.scan(state, agents)), median(rivals.best_of_all(state, agents))
    line(
        f"10000 waiting, an agent becomes free: Cordpair p50 {ours:.1f} us (end, match, offer), looking for the next "
        f"alone: through a table {whole:.0f} us, down a sorted line {first:.1f} us where the head of it fits"
    )
    line(f"app_queue's way, 10000 waiting: {rivals.app_queue_tick(state):.2f} s of each second (emulated)")
    line(f"mod_callcenter's way, 10000 waiting: {rivals.callcenter_poll(state):.2f} s a poll (emulated)")
    ratio("10000 waiting, a scan of the table", whole, ours)
