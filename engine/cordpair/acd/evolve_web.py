"""Event → tables: customers in browsers. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import Cell, ContactRow, LegRole, LegRow
from cordpair.acd.touched import Kind, Touched


def _of(contact: ContactRow) -> Touched:
    """Whether it can be offered, and what is due, depends on the browser; so do the deadlines of its offers."""
    if contact.visit is None:
        return ((Kind.CONTACT, contact.contact),)
    return ((Kind.CONTACT, contact.contact), (Kind.VISIT, contact.visit))


def _with_offers(cell: Cell, contact: ContactRow) -> Touched:
    offers = cell.state.visits[contact.visit].offers if contact.visit is not None else []
    return (*_of(contact), *((Kind.OFFER, offer) for offer in offers))


def _browser_lost(cell: Cell, event: ev.BrowserLost, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.gone_until = event.until
    return _of(contact)


def _browser_returned(cell: Cell, event: ev.BrowserReturned, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.gone_until = None
    return _of(contact)


def _offer_taken(cell: Cell, event: ev.OfferTaken, at: int) -> Touched:
    offer = cell.state.offers[event.offer]
    offer.taken = True
    return ((Kind.OFFER, event.offer), (Kind.VISIT, offer.visit))


def _call_invited(cell: Cell, event: ev.CallInvited, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.call_until = event.until
    return _with_offers(cell, contact)


def _call_missed(cell: Cell, event: ev.CallMissed, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.call_until = None
    contact.no_shows += 1
    return _with_offers(cell, contact)


def _contact_called(cell: Cell, event: ev.ContactCalled, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.leg, contact.call_until, contact.play = event.leg, None, None
    cell.state.legs[event.leg] = LegRow(event.leg, event.node, LegRole.CALLER, contact=event.contact)
    return _with_offers(cell, contact)


def _call_dropped(cell: Cell, event: ev.CallDropped, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.leg = contact.play = None
    return _with_offers(cell, contact)


def _phone_rung(cell: Cell, event: ev.PhoneRung, at: int) -> Touched:
    offer = cell.state.offers[event.offer]
    offer.leg, offer.via, offer.expires_at = event.leg, event.via, event.expires_at
    node = cell.state.contacts[offer.contact].node
    cell.state.legs[event.leg] = LegRow(
        event.leg, node, LegRole.AGENT, contact=offer.contact, offer=event.offer, seat=event.seat, via=event.via
    )
    cell.state.seats[event.seat].legs.append(event.leg)
    return ((Kind.OFFER, event.offer), (Kind.AGENT, offer.agent))


WEB_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.BrowserLost: _browser_lost,
    ev.BrowserReturned: _browser_returned,
    ev.OfferTaken: _offer_taken,
    ev.CallInvited: _call_invited,
    ev.CallMissed: _call_missed,
    ev.ContactCalled: _contact_called,
    ev.CallDropped: _call_dropped,
    ev.PhoneRung: _phone_rung,
}

__all__ = ["WEB_EVENTS"]
