"""Which agent a contact gets: each strategy is an order of the agents who are available, as an integer key.

The key ends in the agent's number, so it is unique and every draw is settled the same way at each replay.
"""

from cordpair.acd.configuration import Strategy
from cordpair.acd.model import AgentRow

IDLE, CALLS, TALK, OFFERED, POSITION = "idle", "calls", "talk", "offered", "position"

ORDER: dict[Strategy, str] = {
    Strategy.LONGEST_IDLE: IDLE,
    Strategy.FEWEST_CALLS: CALLS,
    Strategy.LEAST_TALK: TALK,
    Strategy.ROUND_ROBIN: OFFERED,
    Strategy.TOP_DOWN: POSITION,
    Strategy.BEST_SKILL: IDLE,
    Strategy.RANDOM: IDLE,
    Strategy.RING_ALL: IDLE,
    Strategy.RING_PROGRESSIVELY: IDLE,
}
GROUPS = frozenset({Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY})


def order_key(row: AgentRow, order: str) -> int:
    """Where the agent stands in ``order``; the least is chosen."""
    idle = row.idle_since << 22 | row.number
    if order == IDLE:
        return idle
    if order == CALLS:
        return row.calls << 70 | idle
    if order == TALK:
        return row.talk_ms << 70 | idle
    if order == OFFERED:
        return row.last_offer << 22 | row.number
    return row.number


__all__ = ["GROUPS", "IDLE", "ORDER", "order_key"]
