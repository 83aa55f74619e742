"""The laws, looked at a little at a time: for an engine that has something else to do.

Between two steps anything may be decided; each step looks at a row, or a few pairs, as they are then. All laws hold
between any two decisions, so nothing must stand still for it.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from cordpair.acd.core import Acd
from cordpair.acd.eligibility import agent_obstacles, visit_obstacles
from cordpair.acd.invariants import balance, deadlines, rows, staff_counts, staff_of, waiting_counts
from cordpair.acd.model import AgentRow, AgentStatus, Cell, Pending, SlotState
from cordpair.ids import AgentId, VisitId

PAIRS = 10_000  # of waiting contacts and free agents, in one round: about 50 ms
STEP = 20  # pairs in one step


def balances(acd: Acd) -> list[str]:
    """What can be looked at again and again: a few µs for each queue."""
    cell = acd.cell
    return [breach for row in cell.state.queues.values() for breach in balance(cell, row)]


def look(acd: Acd, now: Callable[[], int], first: int = 0) -> Iterator[list[str]]:
    """One round, in steps of far less than a millisecond; each gives what it found. ``now``: the time of the newest
    decision. ``first``: with which of those who wait the pairs begin. Ends early when the configuration changes."""
    cell, book = acd.cell, acd.cell.book
    for table, law in rows(cell):
        for name in list(table):
            row = table.get(name)
            yield list(law(cell, row)) if row is not None else []
    yield list(waiting_counts(cell))
    yield list(deadlines(acd, now()))
    staff = staff_of(book)
    for queue in list(cell.state.queues):
        yield []
        if cell.book is not book:
            return
        yield list(staff_counts(cell, cell.state.queues[queue], staff))
    yield from _pairs(cell, now, first)


def _pairs(cell: Cell, now: Callable[[], int], first: int) -> Iterator[list[str]]:
    free = [row.agent for row in cell.state.agents.values() if _may_be_free(row)]
    yield []
    visits = list(cell.state.visits)
    first = first % len(visits) if visits else 0
    left = PAIRS
    for visit in islice((*visits[first:], *visits[:first]), PAIRS // STEP):
        if left <= 0 or not free:
            return
        yield []
        for begin in range(0, len(free), STEP):
            found = _eligible(cell, visit, free[begin : begin + STEP], now())
            if found is None:
                break
            yield found
            left -= STEP


def _may_be_free(row: AgentRow) -> bool:
    return (
        row.status is AgentStatus.READY
        and row.pending is Pending.NOTHING
        and any(slot.state is SlotState.FREE for slot in row.slots)
    )


def _eligible(cell: Cell, visit_id: VisitId, agents: list[AgentId], now: int) -> list[str] | None:
    """Who of these is eligible but was not offered the contact; None when it waits for nobody."""
    visit = cell.state.visits.get(visit_id)
    if visit is None or visit_obstacles(cell, visit, now):
        return None
    rows_ = (cell.state.agents.get(agent) for agent in agents)
    return [
        f"{visit.contact} waits in {visit.queue} while {row.agent} is eligible"
        for row in rows_
        if row is not None and not agent_obstacles(cell, visit, row, now)
    ]


__all__ = ["PAIRS", "balances", "look"]
