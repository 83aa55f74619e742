"""Whether the raw intervals and the engine's own counters say the same, and what not."""

from collections.abc import Iterable

import msgspec

from cordpair.acd import State
from cordpair.reports.raw import RawInterval

# The engine's tables count calls that agents placed as other visits.
AS_KEPT = {"placed": "offered", "placing": "waiting"}
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


def counted_of(rows: Iterable[RawInterval]) -> Standing:
    """What the intervals count of what the tables keep."""
    counted: Standing = {}
    for row in rows:
        for figure, amount in row.amounts.items():
            kept_as = AS_KEPT.get(figure, f"outcome.{figure[7:]}" if figure.startswith("placed.") else figure)
            if row.place.queue and (kept_as in ("offered", "waiting") or kept_as.startswith("outcome.")):
                name = row.place.queue, kept_as
                counted[name] = counted.get(name, 0) + amount
    return counted


def reconcile(counted: Standing, before: Standing, now: Standing) -> list[Difference]:
    """What is counted otherwise than the tables did from ``before`` to ``now``. Who waited before is counted too."""
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


__all__ = ["Difference", "Standing", "counted_of", "reconcile", "standing"]
