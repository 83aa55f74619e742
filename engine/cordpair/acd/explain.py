"""Why an offer was made to this agent and to no other: read from the tables as they were just before it."""

import msgspec

from cordpair.acd import events as ev
from cordpair.acd.classes import class_key, score
from cordpair.acd.eligibility import agent_obstacles
from cordpair.acd.model import AgentRow, Cell, VisitRow
from cordpair.acd.strategies import ORDER, order_key
from cordpair.ids import AgentId, ContactId, OfferId, QueueId, VisitId


class Candidate(msgspec.Struct, frozen=True):
    """One agent, as seen at the moment of the offer. ``passed_over`` is empty for the chosen one."""

    agent: AgentId
    chosen: bool
    passed_over: tuple[str, ...]
    rank: int | None = None  # order key under the queue's strategy, for those eligible


class Explanation(msgspec.Struct, frozen=True):
    offer: OfferId
    contact: ContactId
    visit: VisitId
    queue: QueueId
    agent: AgentId
    at: int
    waited_ms: int
    strategy: str
    line: str
    waiting: int
    available: int
    requirement: dict[str, int]
    candidates: tuple[Candidate, ...]


def explain(cell: Cell, offer: ev.OfferMade, at: int) -> Explanation:
    """Explain ``offer``, decided at ``at`` (ms); ``cell`` holds the tables just before its event."""
    visit = cell.state.visits[offer.visit]
    queue = cell.book.queues[visit.queue]
    candidates = []
    for row in cell.state.agents.values():
        obstacles = agent_obstacles(cell, visit, row, at)
        rank = None if obstacles else _rank(cell, visit, row)
        chosen = row.agent == offer.agent
        if not obstacles and not chosen:
            obstacles = [_behind(queue.strategy.value)]
        candidates.append(Candidate(row.agent, chosen, () if chosen else tuple(obstacles), rank))
    candidates.sort(key=lambda each: (not each.chosen, each.rank is None, each.rank or 0, each.agent))
    return Explanation(
        offer.offer,
        offer.contact,
        offer.visit,
        visit.queue,
        offer.agent,
        at,
        max(0, at - visit.enqueued_at),
        offer.strategy,
        offer.line,
        offer.waiting,
        offer.available,
        dict(visit.levels),
        tuple(candidates),
    )


def _rank(cell: Cell, visit: VisitRow, row: AgentRow) -> int:
    key = order_key(row, ORDER[cell.book.queues[visit.queue].strategy])
    levels = class_key(cell, visit).prefers
    return key - (score(cell.book.agents[row.agent].skills, levels) << 100) if levels else key


_BEHIND = {
    "longest_idle": "has been idle for less long",
    "fewest_calls": "has taken more calls, or as many and been idle for less long",
    "least_talk": "has talked longer, or as long and been idle for less long",
    "round_robin": "was offered a contact more recently",
    "top_down": "comes later in the configuration",
    "best_skill": "has a lower sum of levels, or an equal one and been idle for less long",
    "random": "was not drawn",
    "ring_all": "is alerted too, or the group was full",
    "ring_progressively": "comes later in the group",
}


def _behind(strategy: str) -> str:
    return f"eligible, but {_BEHIND[strategy]}"


__all__ = ["Candidate", "Explanation", "explain"]
