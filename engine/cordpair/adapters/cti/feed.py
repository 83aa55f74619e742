"""Committed entries → what is told to which agent's client. Pure but for what ``Known`` looks up.

One of it for all clients: an entry is looked at once, however many are connected, and nobody is told of a call that
was not offered to them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.configuration import VOICE
from cordpair.acd.model import State
from cordpair.adapters.cti.notices import CallData, Happening, written
from cordpair.adapters.cti.protocol import PAUSED, one_line
from cordpair.ids import AgentId, ContactId, OfferId


class Told(NamedTuple):
    """``agent`` None: everybody."""

    agent: AgentId | None
    line: str


class Caller(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def name(self) -> str: ...


class Known(Protocol):
    """What is known beside the journal."""

    @property
    def state(self) -> State: ...

    def caller(self, contact: ContactId, /) -> Caller: ...

    def variables(self, contact: ContactId, /) -> Mapping[str, str]: ...


class Feed:
    def __init__(self, known: Known, follows: Callable[[AgentId], bool]) -> None:
        """``follows``: whether an agent has a client that is told."""
        self._known, self._follows = known, follows
        self._calls: dict[OfferId, tuple[AgentId, CallData]] = {}
        self._talks: dict[ContactId, OfferId] = {}

    def begin(self, agent: AgentId) -> list[Told]:
        """A client is there: what its agent is in the middle of."""
        told = []
        for contact in self._known.state.contacts.values():
            connection = contact.connection
            if connection is not None and connection.agent == agent and contact.medium == VOICE:
                call = self._begin(connection.offer, contact.contact, agent, connection.queue)
                self._talks[contact.contact] = connection.offer
                told.append(Told(agent, written(Happening.LINK, call)))
        for offer in self._known.state.offers.values():
            visit = self._known.state.visits.get(offer.visit)
            if offer.agent == agent and visit is not None and visit.medium == VOICE:
                call = self._begin(offer.offer, offer.contact, agent, visit.queue)
                what = Happening.NEW_STATE if offer.rang else Happening.NEW_CHANNEL
                told.append(Told(agent, written(what, call)))
        return told

    def forget(self, agent: AgentId | None = None) -> None:
        """The agent's client is gone; None: entries were missed, so nothing that is remembered is sure."""
        self._calls = {} if agent is None else {o: each for o, each in self._calls.items() if each[0] != agent}
        self._talks = {contact: offer for contact, offer in self._talks.items() if offer in self._calls}

    def take(self, events: Iterable[ev.Event]) -> Iterator[Told]:
        for event in events:
            tell = TELL.get(type(event))
            if tell is not None:
                yield from tell(self, event)

    # ------------------------------------------------------------ calls

    def _begin(self, offer: OfferId, contact: ContactId, agent: AgentId, context: str) -> CallData:
        state, caller = self._known.state, self._known.caller(contact)
        row, agent_row = state.contacts.get(contact), state.agents.get(agent)
        seat = agent_row.seat if agent_row is not None and agent_row.seat is not None else ""
        service = row.service if row is not None else None
        call = CallData(
            contact, f"{seat}-{offer}", caller.number, caller.name, service or context, self._known.variables(contact)
        )
        self._calls[offer] = agent, call
        return call

    def _offer_made(self, event: ev.OfferMade) -> Iterator[Told]:
        visit = self._known.state.visits.get(event.visit)
        if self._follows(event.agent) and visit is not None and visit.medium == VOICE:
            call = self._begin(event.offer, event.contact, event.agent, visit.queue)
            yield Told(event.agent, written(Happening.NEW_CHANNEL, call))

    def _offer_rang(self, event: ev.OfferRang) -> Iterator[Told]:
        yield from self._tell(event.offer, Happening.NEW_STATE)

    def _offer_ended(self, event: ev.OfferEnded) -> Iterator[Told]:
        if event.outcome is not OfferOutcome.CONNECTED:
            yield from self._over(event.offer)

    def _connected(self, event: ev.ContactConnected) -> Iterator[Told]:
        if event.offer in self._calls:
            self._talks[event.contact] = event.offer
        yield from self._tell(event.offer, Happening.LINK)

    def _connection_ended(self, event: ev.ConnectionEnded) -> Iterator[Told]:
        offer = self._talks.pop(event.contact, None)
        if offer is not None:
            yield from self._over(offer)

    def _tell(self, offer: OfferId, what: Happening) -> Iterator[Told]:
        if (found := self._calls.get(offer)) is not None:
            yield Told(found[0], written(what, found[1]))

    def _over(self, offer: OfferId) -> Iterator[Told]:
        yield from self._tell(offer, Happening.HANG_UP)
        self._calls.pop(offer, None)

    # ------------------------------------------------------------ agents and nodes

    def _ready(self, event: ev.AgentBecameReady) -> Iterator[Told]:
        if self._follows(event.agent):
            yield Told(event.agent, PAUSED)
            for line in available(self._known.state, event.agent):
                yield Told(event.agent, line)

    def _not_ready(self, event: ev.AgentBecameNotReady) -> Iterator[Told]:
        if self._follows(event.agent):
            yield Told(event.agent, PAUSED)

    def _node(self, event: ev.NodeLost | ev.NodeOpened) -> Iterator[Told]:
        yield Told(None, f"500 PBX,{'UP' if isinstance(event, ev.NodeOpened) else 'DOWN'},{one_line(event.node)}")


def available(state: State, agent: AgentId) -> list[str]:
    """A line for each queue in which the agent takes calls."""
    configured = next((each for each in state.configuration.agents if each.agent == agent), None)
    voice = {queue.queue for queue in state.configuration.queues if queue.medium == VOICE}
    assignments = configured.assignments if configured is not None else ()
    return [f"200 {each.queue}" for each in assignments if each.active and each.queue in voice]


TELL: dict[type, Callable[[Feed, Any], Iterator[Told]]] = {
    ev.OfferMade: Feed._offer_made,
    ev.OfferRang: Feed._offer_rang,
    ev.OfferEnded: Feed._offer_ended,
    ev.ContactConnected: Feed._connected,
    ev.ConnectionEnded: Feed._connection_ended,
    ev.AgentBecameReady: Feed._ready,
    ev.AgentBecameNotReady: Feed._not_ready,
    ev.NodeLost: Feed._node,
    ev.NodeOpened: Feed._node,
}

__all__ = ["Feed", "Known", "Told", "available"]
