"""Event → tables: offers and conversations. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.configuration import Strategy
from cordpair.acd.evolve_visits import count
from cordpair.acd.model import BridgeRow, Cell, Connection, LegRole, LegRow, OfferRow, SlotState
from cordpair.acd.slots import fit_slots
from cordpair.acd.touched import Kind, Touched


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


OFFER_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.OfferMade: _offer_made,
    ev.OfferRang: _offer_rang,
    ev.OfferAnswered: _offer_answered,
    ev.OfferEnded: _offer_ended,
    ev.ContactConnected: _contact_connected,
    ev.ConnectionEnded: _connection_ended,
}

__all__ = ["OFFER_EVENTS"]
