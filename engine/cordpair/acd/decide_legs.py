"""What follows from what happens to a leg or to a command."""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.configuration import Action
from cordpair.acd.decide_moves import set_off
from cordpair.acd.lost_calls import call_lost, keeps_place, old_queue, wait_again
from cordpair.acd.model import Cell, ContactRow, LegRole, LegRow, LegState, OfferRow
from cordpair.acd.placing import (
    agent_left,
    customer_answered,
    dial,
    not_joined,
    not_reached,
    ring_placed_again,
    rings_customer,
)
from cordpair.acd.proposals import (
    Events,
    answer,
    back_in_line,
    bridge_of,
    close_leg,
    end_connection,
    end_offers,
    end_visit,
    fail_offer,
    finish,
    follow,
    outcome_of,
    release,
)


def ringing(cell: Cell, given: inp.LegRinging, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is None or leg.state is not LegState.NEW:
        return
    yield ev.LegRang(leg.leg)
    offer = cell.state.offers.get(leg.offer) if leg.offer is not None else None
    if offer is not None and not offer.rang:
        yield ev.OfferRang(offer.offer)


def answered(cell: Cell, given: inp.LegAnswered, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is None or leg.state in (LegState.UP, LegState.ENDING):
        return
    yield ev.LegCameUp(leg.leg)
    offer = cell.state.offers.get(leg.offer) if leg.offer is not None else None
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    if offer is not None:
        yield from take_offer(cell, offer, now)
    elif contact is not None and contact.leg == leg.leg and rings_customer(cell, contact):
        yield from customer_answered(cell, contact, now)


def take_offer(cell: Cell, offer: OfferRow, now: int) -> Events:
    """The first to answer wins: the others of the group are told so, and the join begins."""
    visit, contact = cell.state.visits[offer.visit], cell.state.contacts[offer.contact]
    yield from end_offers(cell, visit, OfferOutcome.ANSWERED_ELSEWHERE, now, keep=offer.offer)
    if offer.leg is None:
        yield ev.OfferAnswered(offer.offer, None, now)
        yield from connect(cell, contact, now)
        return
    if contact.placed_by is not None and contact.leg is None:
        yield from dial(cell, offer, now)
        return
    yield from answer(cell, contact.leg)  # a browser hears ringing until now
    until = now + cell.book.configuration.timing.join_timeout_ms
    yield ev.OfferAnswered(offer.offer, bridge_of(offer.offer), until)


def connect(cell: Cell, contact: ContactRow, now: int) -> Events:
    """Both legs were seen in the bridge: this is the moment of connection."""
    assert contact.visit is not None
    visit = cell.state.visits[contact.visit]
    assert visit.accepted is not None
    offer = cell.state.offers[visit.accepted]
    waited = max(0, now - visit.enqueued_at)
    yield ev.ContactConnected(contact.contact, visit.visit, offer.offer, offer.agent, waited)
    yield ev.OfferEnded(offer.offer, OfferOutcome.CONNECTED)
    yield ev.VisitEnded(visit.visit, VisitOutcome.CONNECTED, waited)


def joined(cell: Cell, given: inp.Joined, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is None or leg.bridge == given.bridge:
        return
    yield ev.LegEnteredBridge(leg.leg, given.bridge)
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    if contact is not None:
        yield from connect_if_joined(cell, contact, now)


def connect_if_joined(cell: Cell, contact: ContactRow, now: int) -> Events:
    visit = cell.state.visits.get(contact.visit) if contact.visit is not None else None
    if visit is None or visit.accepted is None or contact.leg is None or contact.bridge is None:
        return
    legs = cell.state.legs
    caller, agent = legs.get(contact.leg), legs.get(cell.state.offers[visit.accepted].leg or contact.leg)
    if caller is None or agent is None or LegState.ENDING in (caller.state, agent.state):
        return
    if caller.bridge == agent.bridge == contact.bridge:
        yield from connect(cell, contact, now)


def left(cell: Cell, given: inp.Left, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is not None and leg.bridge == given.bridge:
        yield ev.LegLeftBridge(leg.leg)


# ---------------------------------------------------------------- the end of a leg


def ended(cell: Cell, given: inp.LegEnded, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is not None:
        yield from leg_gone(cell, leg, given.cause, now)


def leg_gone(cell: Cell, leg: LegRow, cause: Cause, now: int) -> Events:
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    is_theirs = contact is not None and contact.leg == leg.leg
    yield ev.LegClosed(leg.leg, cause)
    if leg.role is LegRole.CALLER and contact is not None:
        if is_theirs and contact.move is not None:
            yield from set_off(cell, contact, cause, now)
        elif is_theirs and keeps_place(contact, cause):
            yield from call_lost(cell, contact, now)
        elif is_theirs and rings_customer(cell, contact):
            yield from not_reached(cell, contact, cause, now)
        elif is_theirs:  # else it is what a caller who was moved left behind
            yield from caller_gone(cell, contact, cause, now)
    elif leg.role is LegRole.AGENT:
        offer = cell.state.offers.get(leg.offer) if leg.offer is not None else None
        if offer is not None:
            yield from alerted_leg_gone(cell, offer, cause, now)
        elif contact is not None and contact.connection is not None and contact.connection.leg == leg.leg:
            yield from agent_gone(cell, contact, cause, now)
        elif contact is not None and contact.placed_by is not None:
            yield from ring_placed_again(cell, contact, now)


def caller_gone(cell: Cell, contact: ContactRow, cause: Cause, now: int) -> Events:
    unseen = cause is Cause.UNKNOWN
    end = ContactEnd.LOST_VISIBILITY if unseen else ContactEnd.CALLER_HUNG_UP
    if contact.closing is not None:
        end = ContactEnd.SYSTEM
    if contact.visit is not None:
        outcome = VisitOutcome.LOST_VISIBILITY if unseen else VisitOutcome.ABANDONED
        yield from end_visit(cell, cell.state.visits[contact.visit], outcome, now)
    if contact.connection is not None:
        yield from end_connection(cell, contact, "lost" if unseen else "caller", now)
    yield from finish(cell, contact, Cause.NORMAL, end, now)


def agent_gone(cell: Cell, contact: ContactRow, cause: Cause, now: int) -> Events:
    """A hang-up ends the contact; a leg that was lost leaves the caller a new visit at the old place. Whom the agent
    had called is nobody else's: they are called again, if the agent wants to."""
    connection = contact.connection
    assert connection is not None
    if cause not in (Cause.LOST, Cause.UNKNOWN) or contact.leg is None:
        yield from end_connection(cell, contact, "agent", now)
        yield from finish(cell, contact, Cause.NORMAL, ContactEnd.AGENT_HUNG_UP, now)
        return
    # A phone that died in a call is not rung at once; where nobody saw how it ended, nothing is known against it.
    delay = cell.book.configuration.misses.unreachable_delay_ms
    not_before = now + delay if cause is Cause.LOST else None
    yield from release(cell, contact)
    yield from end_connection(cell, contact, "lost", now, not_before)
    if contact.placed_by is None and old_queue(cell, contact, connection) is not None:
        yield from wait_again(cell, contact, connection, now)
    else:
        yield from finish(cell, contact, Cause.NORMAL, ContactEnd.FAILED, now)


_UNTAKEN = {
    Cause.BUSY: OfferOutcome.BUSY,
    Cause.REJECTED: OfferOutcome.REJECTED,
    Cause.UNREACHABLE: OfferOutcome.UNREACHABLE,
    Cause.CONGESTION: OfferOutcome.UNREACHABLE,
}


def alerted_leg_gone(cell: Cell, offer: OfferRow, cause: Cause, now: int) -> Events:
    contact = cell.state.contacts[offer.contact]
    if offer.answered and contact.placed_by is not None:
        yield from agent_left(cell, offer, now)
        return
    if offer.answered:
        yield from fail_offer(cell, offer, OfferOutcome.FAILED, now)
        yield from back_in_line(cell, contact, now)
        return
    unknown = cause in (Cause.UNKNOWN, Cause.LOST) or (_UNTAKEN.get(cause) is OfferOutcome.UNREACHABLE and offer.via)
    if unknown:  # over a trunk: the phone, or the trunk? Its own node tells when it is the phone
        outcome = OfferOutcome.FAILED
    else:
        outcome = _UNTAKEN.get(cause) or untaken(offer)
    yield from fail_offer(cell, offer, outcome, now)


def untaken(offer: OfferRow) -> OfferOutcome:
    """An offer that timed out is a miss only if ringing was seen; what died on a trunk is held against nobody."""
    if offer.rang:
        return OfferOutcome.MISSED
    return OfferOutcome.UNREACHABLE if offer.via is None else OfferOutcome.FAILED


def fail_join(cell: Cell, offer: OfferRow, now: int) -> Events:
    contact = cell.state.contacts[offer.contact]
    yield from fail_offer(cell, offer, OfferOutcome.FAILED, now)
    if contact.placed_by is not None:
        yield from not_joined(cell, contact, now)
    else:
        yield from back_in_line(cell, contact, now)


# ---------------------------------------------------------------- digits and prompts


def digit(cell: Cell, given: inp.Digit, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    contact = cell.state.contacts.get(leg.contact) if leg is not None and leg.contact is not None else None
    if contact is None or contact.leg != given.leg or contact.visit is None or contact.placed_by is not None:
        return
    visit = cell.state.visits[contact.visit]
    action = cell.book.queues[visit.queue].exit_keys.get(given.digit)
    if action is None or visit.accepted is not None or visit.moving:
        return
    yield from leave(cell, contact, "key", action, now)


def leave(cell: Cell, contact: ContactRow, cause: str, action: Action, now: int) -> Events:
    """End the wait for a cause in the table of outcomes and follow the rule."""
    assert contact.visit is not None
    visit = cell.state.visits[contact.visit]
    enqueued_at = visit.enqueued_at
    yield from end_visit(cell, visit, outcome_of(cause, action), now)
    yield from follow(cell, contact, action, enqueued_at, now)


def play_ended(cell: Cell, given: inp.PlayEnded, now: int) -> Events:
    leg = cell.state.legs.get(given.leg)
    if leg is None:
        return
    if leg.role is LegRole.FEATURE and leg.play == given.play:
        yield from close_leg(cell, leg.leg, Cause.NORMAL, now)
        return
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    if contact is None or contact.play != given.play:
        return
    yield ev.PromptEnded(contact.contact, given.play)
    if contact.closing is not None:
        yield from finish(cell, contact, contact.closing, ContactEnd.SYSTEM, now)
    elif contact.visit is not None and contact.move is None:
        visit = cell.state.visits[contact.visit]
        if visit.accepted is None:
            yield ev.MusicStarted(contact.contact, cell.book.queues[visit.queue].music)


__all__ = [
    "agent_gone",
    "alerted_leg_gone",
    "answered",
    "caller_gone",
    "connect_if_joined",
    "digit",
    "ended",
    "fail_join",
    "joined",
    "leave",
    "left",
    "leg_gone",
    "play_ended",
    "ringing",
    "take_offer",
    "untaken",
]
