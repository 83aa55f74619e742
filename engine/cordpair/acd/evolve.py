"""Event → tables. The only place where a fact changes; no decisions, no indexes, nothing that could be refused.

Each function takes the cell, its event and the time (ms) and returns the rows that it touched. Contacts and
offers are here; the rest is in ``evolve_agents``, ``evolve_legs`` and ``evolve_configuration``.
"""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome, VisitOutcome
from cordpair.acd.configuration import Strategy
from cordpair.acd.evolve_agents import AGENT_EVENTS
from cordpair.acd.evolve_configuration import CONFIGURATION_EVENTS
from cordpair.acd.evolve_desk import DESK_EVENTS
from cordpair.acd.evolve_legs import LEG_EVENTS
from cordpair.acd.evolve_moves import MOVE_EVENTS, end_move
from cordpair.acd.evolve_web import WEB_EVENTS
from cordpair.acd.model import (
    BridgeRow,
    Cell,
    Connection,
    ContactRow,
    LegRole,
    LegRow,
    OfferRow,
    QueueRow,
    SlotState,
    VisitRow,
)
from cordpair.acd.slots import fit_slots
from cordpair.acd.touched import Kind, Touched


def count(cell: Cell, what: str, number: int | None = None) -> None:
    numbers = cell.state.numbers
    numbers[what] = numbers.get(what, 0) + 1 if number is None else number


# ---------------------------------------------------------------- contacts and visits


def _contact_arrived(cell: Cell, event: ev.ContactArrived, at: int) -> Touched:
    count(cell, "contact")
    cell.state.contacts[event.contact] = ContactRow(
        event.contact,
        event.node,
        event.medium,
        event.arrived_at,
        leg=event.leg,
        service=event.service,
        last_agent=event.last_agent,
        context_id=event.context_id,
        key=event.key,
        media=event.media,
        levels=event.levels,
        origin=event.origin,
    )
    if event.media:
        cell.state.sessions[event.context_id] = event.contact
    if event.key:
        cell.state.tasks[event.key] = event.contact
    if event.leg is not None:
        cell.state.legs[event.leg] = LegRow(event.leg, event.node, LegRole.CALLER, contact=event.contact)
    return ()


def _visit_began(cell: Cell, event: ev.VisitBegan, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    count(cell, "visit", event.number)
    begins_with = event.steps[0] if event.steps and event.steps[0].after_ms == 0 and not event.direct else None
    cell.state.visits[event.visit] = VisitRow(
        event.visit,
        event.contact,
        event.queue,
        contact.medium,
        contact.node,
        event.number,
        event.enqueued_at,
        event.began_at,
        event.head_start_ms,
        event.steps,
        levels=begins_with.levels if begins_with is not None else {},
        step=0 if begins_with is None else 1,
        sticky=event.sticky,
        sticky_until=event.sticky_until,
        direct=event.direct,
        excluded=event.excluded,
        service=event.service,
    )
    contact.visit = event.visit
    contact.hops += 1
    queue = cell.state.queues[event.queue]
    queue.offered += 1
    queue.waiting += 1
    return ((Kind.VISIT, event.visit),)


def _add_outcome(queue: QueueRow, outcome: VisitOutcome) -> None:
    queue.outcomes[outcome] = queue.outcomes.get(outcome, 0) + 1


def _visit_refused(cell: Cell, event: ev.VisitRefused, at: int) -> Touched:
    count(cell, "visit", event.number)
    cell.state.contacts[event.contact].hops += 1
    queue = cell.state.queues[event.queue]
    queue.offered += 1
    _add_outcome(queue, event.outcome)
    return ()


def _visit_ended(cell: Cell, event: ev.VisitEnded, at: int) -> Touched:
    visit = cell.state.visits.pop(event.visit)
    cell.state.contacts[visit.contact].visit = None
    queue = cell.state.queues[visit.queue]
    queue.waiting -= 1
    _add_outcome(queue, event.outcome)
    return ((Kind.VISIT, event.visit),)


def _requirement_stepped(cell: Cell, event: ev.RequirementStepped, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.step = event.step
    visit.levels = visit.steps[event.step - 1].levels
    return ((Kind.VISIT, event.visit),)


def _visit_changed(cell: Cell, event: ev.VisitChanged, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.head_start_ms = event.head_start_ms
    visit.levels = event.levels
    if event.step is not None:
        visit.steps, visit.step = event.steps, event.step
    elif event.steps != visit.steps:  # a new requirement has come all the way; an old one goes on
        visit.steps, visit.step = event.steps, len(event.steps)
    return ((Kind.VISIT, event.visit),)


def _sticky_ended(cell: Cell, event: ev.StickyEnded, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.sticky = visit.sticky_until = None
    if visit.direct:  # from now on it is the queue's like any other, and has waited in it since it began
        visit.direct = False
        visit.step = sum(visit.began_at + step.after_ms <= at for step in visit.steps)
        visit.levels = visit.steps[visit.step - 1].levels if visit.step else {}
    return ((Kind.VISIT, event.visit),)


def _exclusions_cleared(cell: Cell, event: ev.ExclusionsCleared, at: int) -> Touched:
    cell.state.visits[event.visit].excluded = ()
    return ((Kind.VISIT, event.visit),)


def _group_opened(cell: Cell, event: ev.GroupOpened, at: int) -> Touched:
    cell.state.visits[event.visit].progress_at = None
    return ((Kind.VISIT, event.visit),)


def _prompt_started(cell: Cell, event: ev.PromptStarted, at: int) -> Touched:
    count(cell, "play")
    cell.state.contacts[event.contact].play = event.play
    return ()


def _prompt_ended(cell: Cell, event: ev.PromptEnded, at: int) -> Touched:
    cell.state.contacts[event.contact].play = None
    return ()


def _nothing(cell: Cell, event: Any, at: int) -> Touched:
    """An event that only tells ``react`` what to do."""
    return ()


def _contact_closing(cell: Cell, event: ev.ContactClosing, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.closing, contact.closing_until = event.cause, event.until
    return ((Kind.CONTACT, event.contact),)


def _contact_ended(cell: Cell, event: ev.ContactEnded, at: int) -> Touched:
    contact = cell.state.contacts.pop(event.contact)
    if contact.key:
        del cell.state.tasks[contact.key]
    if contact.media:
        del cell.state.sessions[contact.context_id]
    if contact.move is None:
        return ((Kind.CONTACT, event.contact),)
    return ((Kind.CONTACT, event.contact), *end_move(cell, contact, contact.move))


# ---------------------------------------------------------------- offers and conversations


def _offer_made(cell: Cell, event: ev.OfferMade, at: int) -> Touched:
    state = cell.state
    count(cell, "offer", event.number)
    state.offers[event.offer] = OfferRow(
        event.offer,
        event.visit,
        event.contact,
        event.agent,
        event.slot,
        at,
        event.expires_at,
        leg=event.leg,
        via=event.via,
    )
    visit, agent = state.visits[event.visit], state.agents[event.agent]
    visit.offers.append(event.offer)
    queue = cell.book.queues[visit.queue]
    if queue.strategy is Strategy.RING_PROGRESSIVELY:
        visit.progress_at = at + queue.progress_ms
    slot = agent.slots[event.slot]
    slot.state, slot.offer, slot.contact, slot.since = SlotState.OFFERED, event.offer, event.contact, at
    agent.last_offer = event.number
    if event.leg is not None:
        state.legs[event.leg] = LegRow(
            event.leg,
            visit.node,
            LegRole.AGENT,
            contact=event.contact,
            offer=event.offer,
            seat=event.seat,
            via=event.via,
        )
        if event.seat is not None:
            state.seats[event.seat].legs.append(event.leg)
    return ((Kind.VISIT, event.visit), (Kind.AGENT, event.agent), (Kind.OFFER, event.offer))


def _offer_rang(cell: Cell, event: ev.OfferRang, at: int) -> Touched:
    cell.state.offers[event.offer].rang = True
    return ()


def _offer_answered(cell: Cell, event: ev.OfferAnswered, at: int) -> Touched:
    offer = cell.state.offers[event.offer]
    offer.answered = True
    visit = cell.state.visits[offer.visit]
    visit.accepted, visit.join_until = event.offer, event.join_until
    if event.bridge is not None:
        cell.state.contacts[offer.contact].bridge = event.bridge
        cell.state.bridges[event.bridge] = BridgeRow(event.bridge, visit.node, offer.contact)
    return ((Kind.VISIT, offer.visit), (Kind.OFFER, event.offer))


def _offer_ended(cell: Cell, event: ev.OfferEnded, at: int) -> Touched:
    offer = cell.state.offers.pop(event.offer)
    agent = cell.state.agents[offer.agent]
    visit = cell.state.visits.get(offer.visit)
    if visit is not None:
        visit.offers.remove(event.offer)
        if visit.accepted == event.offer:
            visit.accepted = visit.join_until = None
        if event.exclude and offer.agent not in visit.excluded:
            visit.excluded = tuple(sorted((*visit.excluded, offer.agent)))
    if event.outcome is not OfferOutcome.CONNECTED:
        slot = agent.slots[offer.slot]
        slot.state, slot.offer, slot.contact, slot.since = SlotState.FREE, None, None, at
        fit_slots(cell, agent)
    if event.not_before is not None:
        agent.not_before = event.not_before
    if event.failures is not None:
        agent.failures = event.failures
    return ((Kind.VISIT, offer.visit), (Kind.AGENT, offer.agent), (Kind.OFFER, event.offer))


def _contact_connected(cell: Cell, event: ev.ContactConnected, at: int) -> Touched:
    state = cell.state
    offer, visit, agent = state.offers[event.offer], state.visits[event.visit], state.agents[event.agent]
    state.contacts[event.contact].connection = Connection(
        event.agent,
        offer.slot,
        event.offer,
        visit.queue,
        at,
        visit.enqueued_at,
        visit.head_start_ms,
        visit.steps,
        leg=offer.leg,
    )
    state.contacts[event.contact].given_by = None
    slot = agent.slots[offer.slot]
    slot.state, slot.since = SlotState.CONNECTED, at
    slot.queue = visit.queue if cell.book.queues[visit.queue].dispositions else None
    agent.calls += 1
    agent.failures = 0
    return ((Kind.AGENT, event.agent),)


def _connection_ended(cell: Cell, event: ev.ConnectionEnded, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    assert contact.connection is not None
    agent = cell.state.agents[event.agent]
    slot = agent.slots[contact.connection.slot]
    slot.offer, slot.since, slot.until = None, at, event.wrap_up_until
    agent.talk_ms += event.talk_ms
    if event.not_before is not None:
        agent.not_before, agent.phone_lost = max(event.not_before, agent.not_before or 0), True
    if event.wrap_up_until is None:
        slot.state, slot.contact, slot.queue, slot.disposition = SlotState.FREE, None, None, ""
        if all(other.state is SlotState.FREE for other in agent.slots):
            agent.idle_since = at
            fit_slots(cell, agent)
    else:
        slot.state = SlotState.WRAP_UP
    contact.connection = None
    return ((Kind.AGENT, event.agent),)


EVOLVE: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.ContactArrived: _contact_arrived,
    ev.VisitBegan: _visit_began,
    ev.VisitRefused: _visit_refused,
    ev.VisitEnded: _visit_ended,
    ev.RequirementStepped: _requirement_stepped,
    ev.VisitChanged: _visit_changed,
    ev.StickyEnded: _sticky_ended,
    ev.ExclusionsCleared: _exclusions_cleared,
    ev.GroupOpened: _group_opened,
    ev.PromptStarted: _prompt_started,
    ev.PromptEnded: _prompt_ended,
    ev.MusicStarted: _nothing,
    ev.ContactClosing: _contact_closing,
    ev.ContactEnded: _contact_ended,
    ev.OfferMade: _offer_made,
    ev.OfferRang: _offer_rang,
    ev.OfferAnswered: _offer_answered,
    ev.OfferEnded: _offer_ended,
    ev.JoinRepeated: _nothing,
    ev.ContactConnected: _contact_connected,
    ev.ConnectionEnded: _connection_ended,
    ev.InvariantBroken: _nothing,
    ev.MessageRefused: _nothing,
    **AGENT_EVENTS,
    **CONFIGURATION_EVENTS,
    **DESK_EVENTS,
    **LEG_EVENTS,
    **MOVE_EVENTS,
    **WEB_EVENTS,
}


def evolve(cell: Cell, event: ev.Event, at: int) -> Touched:
    """Apply ``event``, which happened at ``at`` (ms), and say which rows changed."""
    return EVOLVE[type(event)](cell, event, at)


__all__ = ["EVOLVE", "evolve"]
