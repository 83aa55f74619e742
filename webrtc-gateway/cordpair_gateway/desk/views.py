"""What an agent's desk is to show, read from the engine's tables. Pure. See docs/reference/web-protocol.md."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec
from msgspec.structs import replace

from cordpair.acd.model import AgentRow, AgentStatus, ContactRow, OfferRow, Pending, Slot, SlotState, State
from cordpair.config.model import Queue
from cordpair.ids import AgentId, ContactId, OfferId, QueueId
from cordpair.store import Conversation
from cordpair_gateway.desk.facts import Facts, pops_of
from cordpair_gateway.desk.pops import ScreenPop


class StateView(msgspec.Struct, frozen=True):
    state: str  # signed_out | not_ready | ready | offered | talking | held | wrap_up
    reason: str = ""  # why not ready; in a conversation: why not after it
    since: int = 0
    wrap_up_until: int | None = None


class Past(msgspec.Struct, frozen=True):
    """An earlier conversation."""

    at: int
    queue: str
    agent: str
    disposition: str
    notes: str


class ContactView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: ContactId
    phase: str  # offered | calling | talking | held | wrap_up
    since: int
    queue: str
    medium: str
    customer: str
    page: str = ""
    reason: str = ""
    locale: str = ""
    context: dict[str, object] = {}
    waited_s: int | None = None
    history: tuple[Past, ...] = ()
    pop: tuple[ScreenPop, ...] = ()
    dispositions: tuple[str, ...] = ()
    disposition: str = ""  # as said so far
    notes: str = ""  # the agent's own, so far
    cobrowse: str = "off"
    rings: str = ""  # of a call that the agent places, until they talk: agent | customer

    def __repr__(self) -> str:
        return f"ContactView({self.id!r}, {self.phase!r})"


class OfferView(msgspec.Struct, frozen=True):
    offer: OfferId
    contact: ContactView
    expires_at: int
    auto: bool  # accepted at a desk: the phone answers it by itself


class QueueLine(msgspec.Struct, frozen=True):
    name: str
    waiting: int


class Colleague(msgspec.Struct, frozen=True):
    agent: AgentId
    name: str
    state: str


class View(msgspec.Struct, frozen=True):
    """All of one desk. ``outcomes``: of offers that ended of late."""

    state: StateView
    offers: tuple[OfferView, ...] = ()
    contacts: tuple[ContactView, ...] = ()
    figures: dict[str, int] = {}
    queues: tuple[QueueLine, ...] = ()
    agents: tuple[Colleague, ...] = ()
    outcomes: Mapping[OfferId, str] = {}


class Known(Protocol):
    """What is not in the tables."""

    def facts(self, contact: ContactId) -> Facts: ...

    def name_of(self, agent: AgentId) -> str: ...

    def queue(self, queue: QueueId) -> Queue:
        """As it is configured now."""

    def is_accepted(self, offer: OfferId) -> bool:
        """At a desk, whatever the queue says of that."""

    def is_asked(self, contact: ContactId) -> bool:
        """Whether the customer was asked to share the page, and has not answered."""

    def last(self, contact: ContactId) -> ContactView | None:
        """As it was shown last: in wrap-up it may be gone from the tables."""


# ---------------------------------------------------------------- the agent

# With several slots, what occupies them most.
_RANK = (SlotState.CONNECTED, SlotState.OFFERED, SlotState.WRAP_UP)


def state_of(state: State, row: AgentRow) -> StateView:
    after = row.pending_reason if row.pending is Pending.NOT_READY else ""
    for wanted in _RANK:
        slots = [slot for slot in row.slots if slot.state is wanted]
        if not slots:
            continue
        since = min(slot.since for slot in slots)
        if wanted is SlotState.CONNECTED:
            held = all(_is_held(state, slot) for slot in slots)
            return StateView("held" if held else "talking", after, since)
        if wanted is SlotState.OFFERED:
            return StateView("offered", after, since)
        return StateView("wrap_up", after, since, min((s.until for s in slots if s.until is not None), default=None))
    if row.status is AgentStatus.READY:
        return StateView("ready", "", row.idle_since)
    if row.status is AgentStatus.SIGNED_OUT:
        return StateView("signed_out", "", row.since)
    return StateView("not_ready", row.reason, row.since)


def _is_held(state: State, slot: Slot) -> bool:
    contact = state.contacts.get(slot.contact) if slot.contact is not None else None
    return contact is not None and contact.connection is not None and contact.connection.held


# ---------------------------------------------------------------- contacts


def desk_of(state: State, row: AgentRow, known: Known) -> View:
    """Without queues and colleagues, which are looked at in rounds."""
    offers, contacts = [], []
    for slot in row.slots:
        offer = state.offers.get(slot.offer) if slot.offer is not None else None
        if slot.state is SlotState.OFFERED and offer is not None:
            offers.append(_offer(state, offer, known))
        elif slot.state in (SlotState.CONNECTED, SlotState.WRAP_UP) and slot.contact is not None:
            contacts.append(_contact(state, row.agent, slot, slot.contact, known))
    return View(state_of(state, row), tuple(offers), tuple(contacts))


def _offer(state: State, offer: OfferRow, known: Known) -> OfferView:
    accepted = offer.taken or known.is_accepted(offer.offer)
    visit, contact = state.visits[offer.visit], state.contacts[offer.contact]
    view = _shown(contact, offer.agent, visit.queue, known)
    waited_s = max(0, offer.made_at - visit.enqueued_at) // 1_000
    phase = "calling" if accepted else "offered"
    shown = replace(view, phase=phase, since=offer.made_at, waited_s=waited_s)
    if contact.placed_by == offer.agent:
        rings = "agent" if visit.accepted is None else "customer"
        shown = replace(shown, waited_s=None, rings=rings)
    return OfferView(offer.offer, shown, offer.expires_at, accepted)


def _contact(state: State, agent: AgentId, slot: Slot, contact_id: ContactId, known: Known) -> ContactView:
    row = state.contacts.get(contact_id)
    talk = row.connection if row is not None and slot.state is SlotState.CONNECTED else None
    if row is None or talk is None:
        return _wrapped_up(agent, slot, contact_id, known)
    view = _shown(row, agent, talk.queue, known)
    waited_s = max(0, talk.since - talk.enqueued_at) // 1_000
    share = "on" if row.shared else "asked" if known.is_asked(contact_id) else "off"
    phase = "held" if talk.held else "talking"
    return replace(view, phase=phase, since=talk.since, waited_s=waited_s, disposition=slot.disposition, cobrowse=share)


def _wrapped_up(agent: AgentId, slot: Slot, contact_id: ContactId, known: Known) -> ContactView:
    """It may be over, or in conversation with somebody else by now."""
    last = known.last(contact_id)
    if last is None:  # this process began meanwhile
        own = _own(contact_id, agent, known.facts(contact_id))
        queue = own.queue if own is not None else QueueId("")
        last = _view(contact_id, agent, queue, slot.medium, known)
    return replace(last, phase="wrap_up", since=slot.since, disposition=slot.disposition, cobrowse="off")


def _shown(row: ContactRow, agent: AgentId, queue: QueueId, known: Known) -> ContactView:
    return _view(row.contact, agent, queue, row.media or row.medium, known)


def _view(contact: ContactId, agent: AgentId, queue: QueueId, medium: str, known: Known) -> ContactView:
    """What the agent notes in this very conversation is no history to them."""
    facts, configured = known.facts(contact), known.queue(queue)
    own = _own(contact, agent, facts)
    return ContactView(
        contact,
        "",
        0,
        queue,
        medium,
        facts.customer,
        facts.page,
        facts.reason,
        facts.locale,
        facts.context,
        history=tuple(
            Past(each.at, each.queue, known.name_of(each.agent), each.disposition, each.notes)
            for each in facts.history
            if each is not own
        ),
        pop=pops_of(contact, facts, configured),
        dispositions=configured.dispositions,
        notes=own.notes if own is not None else "",
    )


def _own(contact: ContactId, agent: AgentId, facts: Facts) -> Conversation | None:
    """Of this agent with this contact, as it was filed."""
    return next((each for each in facts.history if (each.contact, each.agent) == (contact, agent)), None)


# ---------------------------------------------------------------- others


def queues_of(state: State, works: Iterable[QueueId]) -> tuple[QueueLine, ...]:
    rows = (state.queues.get(queue) for queue in works)
    return tuple(QueueLine(row.queue, row.waiting) for row in rows if row is not None)


def colleagues(state: State, name_of: Callable[[AgentId], str], most: int) -> tuple[Colleague, ...]:
    """Who is signed in, by name; of very many the first."""
    rows = [row for row in state.agents.values() if row.status is not AgentStatus.SIGNED_OUT]
    found = [Colleague(row.agent, name_of(row.agent), state_of(state, row).state) for row in rows]
    return tuple(sorted(found, key=lambda each: (each.name, each.agent))[:most])


__all__ = [
    "Colleague",
    "ContactView",
    "Known",
    "OfferView",
    "Past",
    "QueueLine",
    "StateView",
    "View",
    "colleagues",
    "desk_of",
    "queues_of",
    "state_of",
]
