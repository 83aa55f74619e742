"""Event → tables. The only place where a fact changes; no decisions, no indexes, nothing that could be refused.

Each function takes the cell, its event and the time (ms) and returns the rows that it touched. They are in the modules
``evolve_…``, by what they are about.
"""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.evolve_agents import AGENT_EVENTS
from cordpair.acd.evolve_configuration import CONFIGURATION_EVENTS
from cordpair.acd.evolve_desk import DESK_EVENTS
from cordpair.acd.evolve_legs import LEG_EVENTS
from cordpair.acd.evolve_moves import MOVE_EVENTS
from cordpair.acd.evolve_offers import OFFER_EVENTS
from cordpair.acd.evolve_placed import PLACED_EVENTS
from cordpair.acd.evolve_visits import VISIT_EVENTS
from cordpair.acd.evolve_web import WEB_EVENTS
from cordpair.acd.model import Cell
from cordpair.acd.touched import Touched


def _nothing(cell: Cell, event: Any, at: int) -> Touched:
    """An event that only tells ``react`` what to do."""
    return ()


EVOLVE: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.MusicStarted: _nothing,
    ev.JoinRepeated: _nothing,
    ev.InvariantBroken: _nothing,
    ev.MessageRefused: _nothing,
    **VISIT_EVENTS,
    **OFFER_EVENTS,
    **AGENT_EVENTS,
    **CONFIGURATION_EVENTS,
    **DESK_EVENTS,
    **LEG_EVENTS,
    **MOVE_EVENTS,
    **PLACED_EVENTS,
    **WEB_EVENTS,
}


def evolve(cell: Cell, event: ev.Event, at: int) -> Touched:
    """Apply ``event``, which happened at ``at`` (ms), and say which rows changed."""
    return EVOLVE[type(event)](cell, event, at)


__all__ = ["EVOLVE", "evolve"]
