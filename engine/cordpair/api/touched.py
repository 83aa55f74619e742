"""Which agents, queues and contacts an event is about, so that only they are looked at anew.

Events name different ids; an event of a visit or an offer that has ended meanwhile still concerns its contact and
agent. So what belongs to what is remembered from the event that began it to the one that ended it.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from cordpair.acd import events as ev
from cordpair.acd.model import State
from cordpair.api.expected import Turns
from cordpair.ids import AgentId, ContactId, OfferId, QueueId, VisitId


class Kind(StrEnum):
    AGENT = "agents"
    QUEUE = "queues"
    CONTACT = "contacts"


Row = tuple[Kind, str]
FIELDS = ("agent", "contact", "queue", "visit", "offer")


class _Offer(NamedTuple):
    contact: ContactId
    agent: AgentId
    queue: QueueId
    made_at: int
    slot: int


class _Turn(NamedTuple):
    queue: QueueId
    began_at: int


def _named_in(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.name in FIELDS)


class Touch:
    """Give it every event once, in order; it says which rows may look different now."""

    def __init__(self, state: State) -> None:
        self.turns: dict[QueueId, Turns] = {}
        self._named: dict[type, tuple[str, ...]] = {}
        self.begin(state)

    def begin(self, state: State) -> None:
        """Learn from the tables what events said that were missed. Measured turns are kept."""
        self._visits: dict[VisitId, tuple[ContactId, QueueId]] = {
            visit.visit: (visit.contact, visit.queue) for visit in state.visits.values()
        }
        self._offers: dict[OfferId, _Offer] = {}
        for offer in state.offers.values():
            queue = state.visits[offer.visit].queue if offer.visit in state.visits else QueueId("")
            self._offers[offer.offer] = _Offer(offer.contact, offer.agent, queue, offer.made_at, offer.slot)
        self._talking: dict[ContactId, tuple[_Turn, int]] = {}
        self._wrapping: dict[tuple[AgentId, int], _Turn] = {}
        for contact in state.contacts.values():
            if (talk := contact.connection) is not None:
                self._talking[contact.contact] = (_Turn(talk.queue, talk.since), talk.slot)

    def rows(self, event: ev.Event, at: int) -> Iterator[Row]:
        kind = type(event)
        if (learn := LEARN.get(kind)) is not None:
            learn(self, event, at)
        names = self._named.get(kind)
        if names is None:
            names = self._named[kind] = _named_in(kind)
        for name in names:
            value = getattr(event, name)
            if value is None:
                continue
            if name == "agent":
                yield Kind.AGENT, value
            elif name == "contact":
                yield Kind.CONTACT, value
            elif name == "queue":
                yield Kind.QUEUE, value
            elif name == "visit":
                if (visit := self._visits.get(value)) is not None:
                    yield Kind.CONTACT, visit[0]
                    yield Kind.QUEUE, visit[1]
            elif (offer := self._offers.get(value)) is not None:
                yield Kind.CONTACT, offer.contact
                yield Kind.AGENT, offer.agent
        if (forget := FORGET.get(kind)) is not None:
            forget(self, event)

    # ------------------------------------------------------------ what belongs to what

    def _began(self, event: ev.VisitBegan, at: int) -> None:
        self._visits[event.visit] = (event.contact, event.queue)

    def _offered(self, event: ev.OfferMade, at: int) -> None:
        visit = self._visits.get(event.visit)
        queue = visit[1] if visit is not None else QueueId("")
        self._offers[event.offer] = _Offer(event.contact, event.agent, queue, at, event.slot)

    def _connected(self, event: ev.ContactConnected, at: int) -> None:
        if (offer := self._offers.get(event.offer)) is not None:
            self._talking[event.contact] = (_Turn(offer.queue, offer.made_at), offer.slot)

    def _over(self, event: ev.ConnectionEnded, at: int) -> None:
        talk = self._talking.pop(event.contact, None)
        if talk is None:
            return
        if event.wrap_up_until is None:
            self._measured(talk[0], at)
        else:
            self._wrapping[(event.agent, talk[1])] = talk[0]

    def _wrapped_up(self, event: ev.WrapUpEnded, at: int) -> None:
        turn = self._wrapping.pop((event.agent, event.slot), None)
        if turn is not None:
            self._measured(turn, at)

    def _measured(self, turn: _Turn, at: int) -> None:
        self.turns.setdefault(turn.queue, Turns()).add(at, at - turn.began_at)

    def _visit_ended(self, event: ev.VisitEnded) -> None:
        self._visits.pop(event.visit, None)

    def _offer_ended(self, event: ev.OfferEnded) -> None:
        self._offers.pop(event.offer, None)

    def _contact_ended(self, event: ev.ContactEnded) -> None:
        self._talking.pop(event.contact, None)


LEARN: dict[type, Callable[[Touch, Any, int], None]] = {
    ev.VisitBegan: Touch._began,
    ev.OfferMade: Touch._offered,
    ev.ContactConnected: Touch._connected,
    ev.ConnectionEnded: Touch._over,
    ev.WrapUpEnded: Touch._wrapped_up,
}
FORGET: dict[type, Callable[[Touch, Any], None]] = {
    ev.VisitEnded: Touch._visit_ended,
    ev.OfferEnded: Touch._offer_ended,
    ev.ContactEnded: Touch._contact_ended,
}

__all__ = ["Kind", "Row", "Touch"]
