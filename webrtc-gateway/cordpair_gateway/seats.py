"""Where agents sit. Pure."""

from cordpair.acd.configuration import Seat
from cordpair.acd.model import State
from cordpair.ids import AgentId


def seat_of(state: State, agent: AgentId) -> Seat | None:
    """Where they sit, or who is not signed in usually does."""
    configuration, row = state.configuration, state.agents.get(agent)
    wanted = row.seat if row is not None else None
    if wanted is None:
        wanted = next((each.seat for each in configuration.agents if each.agent == agent), None)
    return next((seat for seat in configuration.seats if seat.seat == wanted), None)


__all__ = ["seat_of"]
