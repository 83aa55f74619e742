"""What the journal says that programs may want to know, in words that stay the same. Pure; give it every entry."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cordpair.acd import events as ev
from cordpair.acd.model import State
from cordpair.journal import Entry

Facts = dict[str, str | int | None]


class Happening(msgspec.Struct, frozen=True):
    """``contact``: whose caller it is about; None: nobody's."""

    type: str
    facts: Facts
    contact: str | None = None


class Known(msgspec.Struct):
    """Of a contact: where it is, or was last."""

    queue: str | None = None
    agent: str | None = None


class Offered(msgspec.Struct, frozen=True):
    contact: str
    queue: str | None
    agent: str


class Memory(msgspec.Struct):
    contacts: dict[str, Known] = {}
    visits: dict[str, str] = {}  # → contact
    offers: dict[str, Offered] = {}


def memory_of(state: State) -> Memory:
    """Begun in the middle."""
    memory = Memory()
    for contact in state.contacts.values():
        visit, talk = state.visits.get(contact.visit) if contact.visit is not None else None, contact.connection
        queue = visit.queue if visit is not None else talk.queue if talk is not None else None
        memory.contacts[contact.contact] = Known(queue, talk.agent if talk is not None else None)
        if visit is not None:
            memory.visits[visit.visit] = contact.contact
    for offer in state.offers.values():
        where = memory.contacts.get(offer.contact, Known()).queue
        memory.offers[offer.offer] = Offered(offer.contact, where, offer.agent)
    return memory


class Chronicle:
    """``memory`` is all that it knows of earlier entries."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory if memory is not None else Memory()

    def happenings(self, entry: Entry) -> Iterator[Happening]:
        """Consume them before the next entry."""
        for event in entry.events:
            tell = TOLD.get(type(event))
            if tell is not None:
                yield from tell(self, event)

    # ------------------------------------------------------------ contacts

    def _of(self, contact: str) -> Known:
        return self.memory.contacts.setdefault(contact, Known())

    def _arrived(self, event: ev.ContactArrived) -> Iterator[Happening]:
        self._of(event.contact)
        facts: Facts = {"medium": event.medium, "service": event.service, "media": event.media or None}
        yield about(event.contact, "contact.arrived", **facts, placed_by=event.placed_by)

    def _queued(self, event: ev.VisitBegan) -> Iterator[Happening]:
        self._of(event.contact).queue = event.queue
        self.memory.visits[event.visit] = event.contact
        yield about(event.contact, "contact.queued", queue=event.queue)

    def _refused(self, event: ev.VisitRefused) -> Iterator[Happening]:
        facts: Facts = {"queue": event.queue, "outcome": event.outcome.value}
        yield about(event.contact, "contact.left_queue", **facts, waited_ms=0)

    def _left(self, event: ev.VisitEnded) -> Iterator[Happening]:
        contact = self.memory.visits.pop(event.visit, None)
        if contact is not None:
            facts: Facts = {"queue": self._of(contact).queue, "outcome": event.outcome.value}
            yield about(contact, "contact.left_queue", **facts, waited_ms=event.waited_ms)

    def _connected(self, event: ev.ContactConnected) -> Iterator[Happening]:
        known = self._of(event.contact)
        known.agent = event.agent
        facts: Facts = {"queue": known.queue, "agent": event.agent, "waited_ms": event.waited_ms}
        yield about(event.contact, "contact.connected", **facts)

    def _held(self, event: ev.ContactHeld) -> Iterator[Happening]:
        yield self._with_both(event.contact, "contact.held")

    def _resumed(self, event: ev.ContactResumed) -> Iterator[Happening]:
        yield self._with_both(event.contact, "contact.resumed")

    def _with_both(self, contact: str, what: str, **facts: str | int | None) -> Happening:
        known = self._of(contact)
        return about(contact, what, queue=known.queue, agent=known.agent, **facts)

    def _transferred(self, event: ev.ContactTransferred) -> Iterator[Happening]:
        facts: Facts = {"agent": event.agent, "to_queue": event.queue, "to_agent": event.to}
        yield about(event.contact, "contact.transferred", **facts)

    def _disposed(self, event: ev.ContactDisposed) -> Iterator[Happening]:
        yield about(event.contact, "contact.disposed", agent=event.agent, disposition=event.disposition)

    def _disconnected(self, event: ev.ConnectionEnded) -> Iterator[Happening]:
        yield self._with_both(event.contact, "contact.disconnected", talk_ms=event.talk_ms, by=event.by)

    def _ended(self, event: ev.ContactEnded) -> Iterator[Happening]:
        yield self._with_both(event.contact, "contact.ended", end=event.end.value)
        self.memory.contacts.pop(event.contact, None)

    # ------------------------------------------------------------ offers and agents

    def _offered(self, event: ev.OfferMade) -> Iterator[Happening]:
        offered = Offered(event.contact, self._of(event.contact).queue, event.agent)
        self.memory.offers[event.offer] = offered
        yield _of_offer(event.offer, offered, "offer.made")

    def _offer_ended(self, event: ev.OfferEnded) -> Iterator[Happening]:
        offered = self.memory.offers.pop(event.offer, None)
        if offered is not None:
            yield _of_offer(event.offer, offered, "offer.ended", outcome=event.outcome.value)

    def _signed_in(self, event: ev.AgentSignedIn) -> Iterator[Happening]:
        yield of_agent(event.agent, "not_ready", "signed-in")

    def _signed_out(self, event: ev.AgentSignedOut) -> Iterator[Happening]:
        yield of_agent(event.agent, "signed_out", event.reason)

    def _ready(self, event: ev.AgentBecameReady) -> Iterator[Happening]:
        yield of_agent(event.agent, "ready", "")

    def _not_ready(self, event: ev.AgentBecameNotReady) -> Iterator[Happening]:
        yield of_agent(event.agent, "not_ready", event.reason)


def about(contact: str, what: str, **facts: str | int | None) -> Happening:
    return Happening(what, {"contact": contact, **facts}, contact)


def _of_offer(offer: str, offered: Offered, what: str, **facts: str | int | None) -> Happening:
    return about(offered.contact, what, offer=offer, queue=offered.queue, agent=offered.agent, **facts)


def of_agent(agent: str, status: str, reason: str) -> Happening:
    return Happening("agent.state", {"agent": agent, "status": status, "reason": reason or None})


TOLD: dict[type, Callable[[Chronicle, Any], Iterator[Happening]]] = {
    ev.ContactArrived: Chronicle._arrived,
    ev.VisitBegan: Chronicle._queued,
    ev.VisitRefused: Chronicle._refused,
    ev.VisitEnded: Chronicle._left,
    ev.ContactConnected: Chronicle._connected,
    ev.ContactHeld: Chronicle._held,
    ev.ContactResumed: Chronicle._resumed,
    ev.ContactTransferred: Chronicle._transferred,
    ev.ContactDisposed: Chronicle._disposed,
    ev.ConnectionEnded: Chronicle._disconnected,
    ev.ContactEnded: Chronicle._ended,
    ev.OfferMade: Chronicle._offered,
    ev.OfferEnded: Chronicle._offer_ended,
    ev.AgentSignedIn: Chronicle._signed_in,
    ev.AgentSignedOut: Chronicle._signed_out,
    ev.AgentBecameReady: Chronicle._ready,
    ev.AgentBecameNotReady: Chronicle._not_ready,
}


__all__ = ["Chronicle", "Happening", "Memory", "memory_of"]
