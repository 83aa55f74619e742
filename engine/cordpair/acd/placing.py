"""What calls that agents place are made of: the agent's phone first, then the customer's, then the two are joined.

The visit of such a call is nobody else's: it is in no line, and over as soon as its agent is not to be had.
"""

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.model import Cell, ContactRow, NodeStatus, OfferRow, VisitRow
from cordpair.acd.offering import made
from cordpair.acd.profiles import phone_in_use
from cordpair.acd.proposals import OUTCOMES, Events, bridge_of, close_leg, end_offer, end_visit, finish
from cordpair.acd.slots import free_slot
from cordpair.acd.trunks import reachable_nodes
from cordpair.ids import ContactId, LegId

PLACED = "placed"  # explains an offer: the agent asked for it


def customer_leg(contact: ContactId) -> LegId:
    return LegId(f"{contact}-k")


def rings_customer(cell: Cell, contact: ContactRow) -> bool:
    """Whether the agent has answered, and the customer has not."""
    visit = cell.state.visits.get(contact.visit) if contact.visit is not None else None
    return contact.placed_by is not None and visit is not None and visit.accepted is not None and contact.bridge is None


def dial(cell: Cell, offer: OfferRow, now: int) -> Events:
    """The agent has answered: the customer's turn."""
    calls, contact = cell.book.configuration.calls, cell.state.contacts[offer.contact]
    until = now + calls.ring_customer_ms
    yield ev.OfferAnswered(offer.offer, None, until)
    if contact.node in calls.trunks:
        yield ev.CustomerDialled(contact.contact, customer_leg(contact.contact), until)
    else:  # it was taken out of the configuration this moment
        yield from not_reached(cell, contact, Cause.UNREACHABLE, now)


def customer_answered(cell: Cell, contact: ContactRow, now: int) -> Events:
    assert contact.visit is not None
    accepted = cell.state.visits[contact.visit].accepted
    assert accepted is not None
    until = now + cell.book.configuration.timing.join_timeout_ms
    yield ev.CustomerAnswered(contact.contact, bridge_of(accepted), until)


def not_reached(cell: Cell, contact: ContactRow, cause: Cause, now: int) -> Events:
    """The agent waits for nobody any more."""
    yield ev.CustomerNotReached(contact.contact, cause)
    unseen = cause is Cause.UNKNOWN
    outcome = VisitOutcome.LOST_VISIBILITY if unseen else OUTCOMES["customer_not_reached"][0]
    yield from _over(cell, contact, outcome, ContactEnd.LOST_VISIBILITY if unseen else ContactEnd.SYSTEM, now, cause)


def agent_left(cell: Cell, offer: OfferRow, now: int) -> Events:
    """The agent's phone was answered and is gone, before the two could talk."""
    contact = cell.state.contacts[offer.contact]
    if rings_customer(cell, contact):
        yield ev.CustomerNotReached(contact.contact, Cause.NORMAL, cancelled=True)
    yield from end_offer(cell, offer, OfferOutcome.WITHDRAWN, now)
    yield from _over(cell, contact, OUTCOMES["cancelled"][0], ContactEnd.AGENT_HUNG_UP, now)


def agent_not_reached(cell: Cell, contact: ContactRow, now: int) -> Events:
    yield from _over(cell, contact, OUTCOMES["agent_not_reached"][0], ContactEnd.SYSTEM, now)


def not_joined(cell: Cell, contact: ContactRow, now: int) -> Events:
    yield from _over(cell, contact, VisitOutcome.FAILED, ContactEnd.FAILED, now)


def _over(  # how it ends
    cell: Cell, contact: ContactRow, outcome: VisitOutcome, end: ContactEnd, now: int, cause: Cause = Cause.NORMAL
) -> Events:
    assert contact.visit is not None
    yield from close_leg(cell, contact.leg, cause, now)
    yield from end_visit(cell, cell.state.visits[contact.visit], outcome, now)
    yield from finish(cell, contact, cause, end, now)


def placed_due(cell: Cell, visit: VisitRow, now: int) -> Events:
    """Of the visit: somebody did not answer in time, the join took too long, or the agent was not to be had."""
    contact = cell.state.contacts[visit.contact]
    if visit.accepted is None:
        yield from agent_not_reached(cell, contact, now)
    elif contact.bridge is None:
        yield from not_reached(cell, contact, Cause.NO_ANSWER, now)
    else:
        yield from not_joined(cell, contact, now)


def ring_placed_again(cell: Cell, contact: ContactRow, now: int) -> Events:
    """The agent's phone lost the call and is free now: the customer, who waits, is for nobody else."""
    visit = cell.state.visits.get(contact.visit) if contact.visit is not None else None
    agent = cell.state.agents.get(contact.placed_by) if contact.placed_by is not None else None
    if visit is None or agent is None or visit.offers or visit.sticky is None:
        return
    node = cell.state.nodes.get(contact.node)
    if node is None or node.status is not NodeStatus.OPEN or contact.node not in reachable_nodes(cell, agent):
        return
    if free_slot(agent, visit.medium) is not None and not phone_in_use(cell, agent):
        yield made(cell, visit, agent.agent, now, PLACED)


__all__ = [
    "PLACED",
    "agent_left",
    "agent_not_reached",
    "customer_answered",
    "dial",
    "not_joined",
    "not_reached",
    "placed_due",
    "ring_placed_again",
    "rings_customer",
]
