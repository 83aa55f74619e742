"""An offer, as it is made: by the match, or because the agent asked for it."""

from cordpair.acd import events as ev
from cordpair.acd.configuration import VOICE
from cordpair.acd.model import Cell, ContactRow, VisitRow
from cordpair.acd.proposals import leg_of, new_id
from cordpair.acd.slots import free_slot
from cordpair.acd.trunks import route
from cordpair.acd.web import is_off_pbx
from cordpair.ids import AgentId, OfferId


def lasts_ms(cell: Cell, contact: ContactRow, visit: VisitRow) -> int:
    """How long the agent is alerted."""
    if contact.placed_by is not None:
        return cell.book.configuration.calls.ring_agent_ms
    return cell.book.queues[visit.queue].offer_timeout_ms


def made(
    cell: Cell,
    visit: VisitRow,
    agent_id: AgentId,
    now: int,
    strategy: str,
    line: str = "",
    waiting: int = 0,
    free: int = 0,
) -> ev.OfferMade:
    """An offer to an agent with a free slot. What follows ``now`` explains it."""
    state = cell.state
    contact, agent = state.contacts[visit.contact], state.agents[agent_id]
    slot = free_slot(agent, visit.medium)
    assert slot is not None
    offer = OfferId(new_id(cell, "o", "offer"))
    # A customer who is not on the PBX yet: the agent is reserved, and no phone rings.
    by_phone = visit.medium == VOICE and not is_off_pbx(contact)
    return ev.OfferMade(
        offer,
        state.numbers.get("offer", 0) + 1,
        visit.visit,
        visit.contact,
        agent_id,
        slot,
        now + lasts_ms(cell, contact, visit),
        leg_of(offer) if by_phone else None,
        agent.seat if by_phone else None,
        strategy,
        line,
        waiting,
        free,
        route(cell, agent.seat, visit.node) if by_phone and agent.seat is not None else None,
    )


__all__ = ["lasts_ms", "made"]
