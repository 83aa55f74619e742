"""What follows from customers who wait in a browser: told to call when an agent is reserved, or at once.

The order is: the agent is reserved and the desktop tells who comes · (the agent accepts) · the browser is told to call
· its leg arrives and rings · the agent's phone is rung · joined as any other. A browser that does not call holds
nothing against anybody.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.configuration import VOICE
from cordpair.acd.decide_legs import caller_gone
from cordpair.acd.lost_calls import drop_call
from cordpair.acd.model import Cell, ContactRow, LegRole, OfferRow, VisitRow
from cordpair.acd.profiles import phone_in_use
from cordpair.acd.proposals import (
    Entry,
    Events,
    believed,
    close_leg,
    end_offers,
    end_visit,
    enter,
    fail_offer,
    finish,
    leg_of,
    new_id,
    through_service,
)
from cordpair.acd.refusal import Refusal
from cordpair.acd.skills import ANYWHERE, TOP
from cordpair.acd.trunks import reachable_nodes, route
from cordpair.acd.web import MEDIA, media_of
from cordpair.ids import ContactId, OfferId, QueueId


def web_arrived(cell: Cell, given: inp.WebArrived, now: int) -> Events:
    """The same context id twice is the same customer, as long as they are here."""
    entry = _entry(cell, given, believed(given.arrived_at, now))
    if given.context_id in cell.state.sessions:
        return
    contact = ContactId(new_id(cell, "c", "contact"))
    yield ev.ContactArrived(
        contact,
        given.node,
        VOICE,
        entry.enqueued_at,
        service=entry.service,
        last_agent=given.last_agent,
        context_id=given.context_id,
        media=given.media,
        levels=given.levels,
    )
    yield from enter(cell, cell.state.contacts[contact], entry, now, began_at=entry.enqueued_at)


def _entry(cell: Cell, given: inp.WebArrived, arrived_at: int) -> Entry:
    if not given.context_id or given.media not in MEDIA:
        raise Refusal(f"a web contact has a context id, and {given.media!r} is one of {', '.join(MEDIA)}")
    if given.node not in cell.book.configuration.nodes:
        raise Refusal(f"node {given.node!r} does not exist")
    wrong = [level for level in given.levels.values() if not 1 <= level <= TOP]
    if wrong:
        raise Refusal(f"level {wrong[0]} does not exist; there are 1 to {TOP}")
    if given.service is not None:
        service = cell.book.services.get(given.service)
        if service is None:
            raise Refusal(f"service {given.service!r} does not exist")
        return through_service(service, arrived_at)
    queue = cell.book.queues.get(given.queue) if given.queue is not None else None
    if queue is None:
        raise Refusal(f"queue {given.queue!r} does not exist")
    if queue.medium != VOICE:
        raise Refusal(f"queue {given.queue!r} takes {queue.medium}, not calls")
    return Entry(queue.queue, arrived_at)


# ---------------------------------------------------------------- the browser


def _contact(cell: Cell, context_id: str) -> ContactRow:
    contact = cell.state.sessions.get(context_id)
    if contact is None:
        raise Refusal("the customer is not here any more")
    return cell.state.contacts[contact]


def browser_gone(cell: Cell, given: inp.BrowserGone, now: int) -> Events:
    """The place is kept. An agent who is only reserved is let go; who awaits the call waits for that."""
    contact = _contact(cell, given.context_id)
    if contact.gone_until is not None:
        return
    yield ev.BrowserLost(contact.contact, now + cell.book.configuration.web.grace_ms)
    if contact.leg is None and contact.call_until is None and contact.visit is not None:
        yield from end_offers(cell, cell.state.visits[contact.visit], OfferOutcome.CONTACT_GONE, now)


def browser_back(cell: Cell, given: inp.BrowserBack, now: int) -> Events:
    """A page that was loaded anew has no call: who waited, waits without; who talked has hung up."""
    contact = _contact(cell, given.context_id)
    if contact.gone_until is not None:
        yield ev.BrowserReturned(contact.contact)
    if given.in_call or contact.leg is None:
        return
    if contact.visit is not None:
        yield from drop_call(cell, contact, now)
    else:
        yield from caller_gone(cell, contact, Cause.NORMAL, now)


def web_left(cell: Cell, given: inp.WebLeft, now: int) -> Events:
    yield from caller_gone(cell, _contact(cell, given.context_id), Cause.NORMAL, now)


def page_shared(cell: Cell, given: inp.PageShared, now: int) -> Events:
    contact = _contact(cell, given.context_id)
    if contact.shared is not given.on:
        yield ev.ContactShared(contact.contact, given.on)


def door_refused(cell: Cell, given: inp.DoorRefused, now: int) -> Events:
    """Noted, of whoever is here."""
    if given.contact in cell.state.contacts or given.agent in cell.state.agents:
        yield ev.MessageRefused(given.reason, given.method, given.contact, given.agent)


# ---------------------------------------------------------------- told to call


def take_reserved(cell: Cell, offer: OfferRow, now: int) -> Events:
    """Accepted on the desktop: of a group, the first. Once the browser is told to call, there is nothing to accept."""
    contact, visit = cell.state.contacts[offer.contact], cell.state.visits[offer.visit]
    if offer.taken or contact.call_until is not None or not cell.book.queues[visit.queue].web_accept:
        return
    yield from end_offers(cell, visit, OfferOutcome.ANSWERED_ELSEWHERE, now, keep=offer.offer)
    yield ev.OfferTaken(offer.offer)


def invite(cell: Cell, visit: VisitRow, now: int) -> Events:
    until = now + cell.book.configuration.web.call_within_ms
    yield ev.CallInvited(visit.contact, visit.visit, until, media_of(cell, visit))


def no_show(cell: Cell, contact: ContactRow, now: int) -> Events:
    """The browser did not call: it is told once more, in place; then the contact is closed, or called back."""
    assert contact.visit is not None
    visit = cell.state.visits[contact.visit]
    queue = cell.book.queues[visit.queue]
    yield ev.CallMissed(contact.contact)
    yield from end_offers(cell, visit, OfferOutcome.NO_SHOW, now)
    if contact.gone_until is not None or contact.no_shows <= queue.web_retries:
        return
    if queue.on_no_show is None:
        yield from end_visit(cell, visit, VisitOutcome.ABANDONED, now)
        yield from finish(cell, contact, Cause.NORMAL, ContactEnd.CALLER_HUNG_UP, now)
        return
    yield from end_visit(cell, visit, VisitOutcome.CALLED_BACK, now)
    yield from _call_back(cell, contact, queue.on_no_show, visit.enqueued_at, now)
    yield from finish(cell, contact, Cause.NORMAL, ContactEnd.SYSTEM, now)


def _call_back(cell: Cell, contact: ContactRow, queue: QueueId, enqueued_at: int, now: int) -> Events:
    """A task for somebody to call the customer, who has waited since then. Once for each session."""
    key = f"call-back:{contact.context_id}"
    if key in cell.state.tasks:
        return
    task = ContactId(new_id(cell, "c", "contact"))
    medium = cell.book.queues[queue].medium
    yield ev.ContactArrived(task, ANYWHERE, medium, now, key=key, origin=contact.contact)
    yield from enter(cell, cell.state.contacts[task], Entry(queue, enqueued_at), now)


# ---------------------------------------------------------------- the call


def is_from_browser(cell: Cell, given: inp.LegArrived) -> bool:
    """Behind the gateway's door nothing else arrives; and what bears a session's context id came by it."""
    return given.context in cell.book.configuration.web.contexts or given.context_id in cell.state.sessions


def called(cell: Cell, given: inp.LegArrived, now: int) -> Events:
    """The call that was asked for, once, where it was to arrive; any other is refused and changes nothing."""
    contact = _awaited(cell, given)
    if contact is None:
        yield ev.LegAdopted(given.leg, given.node, LegRole.ORPHAN, now)
        yield from close_leg(cell, given.leg, Cause.REJECTED, now)
        return
    yield ev.ContactCalled(contact.contact, given.leg, given.node)
    assert contact.visit is not None
    for offer in tuple(cell.state.visits[contact.visit].offers):
        yield from _ring(cell, offer, now)


def _awaited(cell: Cell, given: inp.LegArrived) -> ContactRow | None:
    contexts = cell.book.configuration.web.contexts
    if contexts and given.context not in contexts:
        return None
    contact_id = cell.state.sessions.get(given.context_id)
    contact = cell.state.contacts[contact_id] if contact_id is not None else None
    if contact is None or contact.call_until is None or contact.node != given.node:
        return None
    return contact


def _ring(cell: Cell, offer_id: OfferId, now: int) -> Events:
    """Ring the phone of an agent who was reserved: where they sit by now, if it can be rung."""
    offer = cell.state.offers[offer_id]
    agent, visit = cell.state.agents[offer.agent], cell.state.visits[offer.visit]
    if agent.seat is None or visit.node not in reachable_nodes(cell, agent):
        yield from fail_offer(cell, offer, OfferOutcome.UNREACHABLE, now)
    elif phone_in_use(cell, agent):
        yield from fail_offer(cell, offer, OfferOutcome.BUSY, now)
    else:
        expires_at = now + cell.book.queues[visit.queue].offer_timeout_ms
        via = route(cell, agent.seat, visit.node)
        yield ev.PhoneRung(offer_id, leg_of(offer_id), agent.seat, expires_at, via)


__all__ = [
    "browser_back",
    "browser_gone",
    "called",
    "door_refused",
    "invite",
    "is_from_browser",
    "no_show",
    "page_shared",
    "take_reserved",
    "web_arrived",
    "web_left",
]
