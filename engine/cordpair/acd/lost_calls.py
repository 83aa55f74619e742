"""What follows when the call of a customer in a browser is lost while they wait: they do not lose their place."""

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, OfferOutcome
from cordpair.acd.model import Cell, ContactRow
from cordpair.acd.proposals import Events, close_leg, end_offers, release


def keeps_place(contact: ContactRow, cause: Cause) -> bool:
    """Whether a leg that ended was lost by the network, or with its page; else the customer hung up."""
    if not contact.media or contact.visit is None:
        return False
    return contact.gone_until is not None or cause in (Cause.LOST, Cause.UNKNOWN)


def call_lost(cell: Cell, contact: ContactRow, now: int) -> Events:
    """The contact has no leg any more: who was alerted for it is let go, and its browser is told to call again."""
    if contact.visit is not None:
        yield from end_offers(cell, cell.state.visits[contact.visit], OfferOutcome.CONTACT_GONE, now)
    yield from release(cell, contact)


def drop_call(cell: Cell, contact: ContactRow, now: int) -> Events:
    """The same, of a leg that lives on although its page is gone."""
    leg = contact.leg
    yield ev.CallDropped(contact.contact)
    yield from close_leg(cell, leg, Cause.NORMAL, now)
    yield from call_lost(cell, contact, now)


__all__ = ["call_lost", "drop_call", "keeps_place"]
