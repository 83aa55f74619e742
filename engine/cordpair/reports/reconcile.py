"""Whether the raw intervals and the engine's own counters say the same, and what not."""

from collections.abc import Iterable

import msgspec

from cordpair.acd import State
from cordpair.reports.raw import RawInterval

# By queue and figure, as raw intervals name them.
Standing = dict[tuple[str, str], int]


class Difference(msgspec.Struct, frozen=True):
    queue: str
    figure: str
    counted: int  # in the intervals
    kept: int  # by the engine

    def __str__(self) -> str:
        return f"queue {self.queue}: {self.figure}: {self.counted} in the intervals, {self.kept} in the engine's tables"


def standing(state: State) -> Standing:
    """The counters of the tables, which only ever go up, and how many wait."""
    found: Standing = {}
    for row in state.queues.values():
        found[row.queue, "offered"] = row.offered
        found[row.queue, "waiting"] = row.waiting
        for outcome, count in row.outcomes.items():
            found[row.queue, f"outcome.{outcome.value}"] = count
    return found


def reconcile(rows: Iterable[RawInterval], before: Standing, now: Standing) -> list[Difference]:
    """What the intervals count otherwise than the tables did from ``before`` to ``now``. Who waited before is counted
    in the intervals too."""
    counted: Standing = {}
    for row in rows:
        for figure, amount in row.amounts.items():
            if row.place.queue and (figure in ("offered", "waiting") or figure.startswith("outcome.")):
                name = row.place.queue, figure
                counted[name] = counted.get(name, 0) + amount
    differences = []
    for queue, figure in sorted(counted.keys() | now.keys()):
        kept = now.get((queue, figure), 0)
        if figure == "offered":
            kept += before.get((queue, "waiting"), 0)
        if figure != "waiting":
            kept -= before.get((queue, figure), 0)
        if (found := counted.get((queue, figure), 0)) != kept:
            differences.append(Difference(queue, figure, found, kept))
    return differences


__all__ = ["Difference", "Standing", "reconcile", "standing"]
