"""What follows when a call is lost, of a customer in a browser who waits or of the agent they talk to: the customer
keeps the place."""

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, OfferOutcome
from cordpair.acd.configuration import Queue
from cordpair.acd.model import Cell, Connection, ContactRow
from cordpair.acd.proposals import Entry, Events, begin, close_leg, end_offers, release
from cordpair.ids import AgentId


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


def old_queue(cell: Cell, contact: ContactRow, talked: Connection) -> Queue | None:
    """Where the contact waited before the talk; None where that queue is gone, or takes other contacts by now."""
    queue = cell.book.queues.get(talked.queue)
    return queue if queue is not None and queue.medium == contact.medium else None


def wait_again(
    cell: Cell, contact: ContactRow, talked: Connection, now: int, kept_for: tuple[AgentId, int] | None = None
) -> Events:
    """A customer whose agent's call was lost: a new visit at the old place. There is an ``old_queue``."""
    extra = talked.head_start_ms - cell.book.queues[talked.queue].head_start_ms
    entry = Entry(talked.queue, talked.enqueued_at, extra, talked.steps, kept_for=kept_for)
    yield from begin(cell, contact, entry, now)


__all__ = ["call_lost", "drop_call", "keeps_place", "old_queue", "wait_again"]
