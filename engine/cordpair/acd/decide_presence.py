"""What follows when an agent's desktop is opened, lost, and does not come back: nobody is silently available.

From the moment it is lost nothing new is offered: who cannot see who comes would let somebody ring in vain. What only
the desk could take (a customer who has not called yet, a task) goes to another agent at once, and so does what rings
at a phone that is in the same page. Another phone rings on, until the desk has been away for too long. An agent
without a desktop is not concerned.

Whoever talked there, over the phone in the page, hears nobody any more: not every PBX notices. When the desk has been
away for too long the call is taken for lost, and the customer waits again, in their place.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, OfferOutcome
from cordpair.acd.decide_agents import known_agent, pause
from cordpair.acd.decide_legs import agent_gone
from cordpair.acd.model import AgentRow, AgentStatus, Cell, NodeStatus, Pending, SlotState
from cordpair.acd.proposals import Events, end_offer

CONNECTION_LOST = "connection-lost"


def desk_opened(cell: Cell, given: inp.DeskOpened, now: int) -> Events:
    row = known_agent(cell, given.agent, signed_in=False)
    if not row.desk or row.desk_gone_until is not None:
        yield ev.DeskConnected(row.agent)
    if row.pending is Pending.NOT_READY and row.pending_reason == CONNECTION_LOST:
        yield ev.AgentChangePending(row.agent, Pending.NOTHING)  # back before it took effect


def desk_lost(cell: Cell, given: inp.DeskLost, now: int) -> Events:
    row = known_agent(cell, given.agent, signed_in=False)
    if not row.desk or row.desk_gone_until is not None:
        return
    if row.status is AgentStatus.SIGNED_OUT:
        yield ev.DeskDisconnected(row.agent)
        return
    yield ev.DeskDisconnected(row.agent, now + cell.book.configuration.web.desk_grace_ms)
    in_the_page = sits_in_the_page(cell, row)
    for slot in row.slots:
        offer = cell.state.offers.get(slot.offer) if slot.state is SlotState.OFFERED and slot.offer else None
        if offer is None or offer.answered:
            continue
        if offer.leg is None or in_the_page:
            yield from end_offer(cell, offer, OfferOutcome.WITHDRAWN, now)


def desk_gone(cell: Cell, row: AgentRow, now: int) -> Events:
    """It has been away for too long. What the agent has asked for already stays as they asked."""
    yield ev.DeskGone(row.agent)
    if row.status is AgentStatus.READY and row.pending is Pending.NOTHING:
        yield from pause(cell, row, CONNECTION_LOST, now)
    for slot in list(row.slots) if sits_in_the_page(cell, row) else ():
        contact = cell.state.contacts.get(slot.contact) if slot.state is SlotState.CONNECTED and slot.contact else None
        if contact is None or contact.connection is None or contact.connection.leg is None:
            continue
        if cell.state.nodes[contact.node].status is NodeStatus.OPEN:  # else nobody knows what became of the call
            yield from agent_gone(cell, contact, Cause.LOST, now)


def sits_in_the_page(cell: Cell, row: AgentRow) -> bool:
    """The agent's phone."""
    seat = cell.book.seats.get(row.seat) if row.seat is not None else None
    return seat is not None and seat.browser


__all__ = ["CONNECTION_LOST", "desk_gone", "desk_lost", "desk_opened", "sits_in_the_page"]
