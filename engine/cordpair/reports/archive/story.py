"""A contact's story, from the entries that tell of it: what happened, its visits, its offers with why, who talked.

Nothing personal is in it: that is in the contact's record, for those who may see it.
"""

import re
from datetime import datetime
from typing import Any

import msgspec

from cordpair.acd import events as ev
from cordpair.errors import CordpairError
from cordpair.ids import AgentId, ContactId, OfferId, QueueId, VisitId
from cordpair.journal import Entry
from cordpair.journal.schema import sqlite_errors
from cordpair.reports.archive.archive import Archive
from cordpair.reports.archive.contacts import OF_CONTACTS, OF_OFFERS, OF_VISITS, Track
from cordpair.reports.archive.ended import find_ended
from cordpair.reports.archive.why import OfferWhy, whys
from cordpair.reports.days import moment, moment_or_none
from cordpair.runtime.history import TELLERS

WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class NoSuchContact(CordpairError):
    """None in the journal, any more."""


class EndedContact(msgspec.Struct, frozen=True):
    """``position``, ``ended_at`` and ``end`` are None of one that is here still."""

    position: int | None
    id: ContactId
    medium: str
    service: str
    arrived_at: datetime
    ended_at: datetime | None
    queues: tuple[QueueId, ...]
    agents: tuple[AgentId, ...]
    outcome: str
    end: str | None
    waited: float | None
    talked: float
    visits: int
    disposition: str


class StoryMoment(msgspec.Struct, frozen=True, omit_defaults=True):
    seq: int
    at: datetime
    kind: str
    text: str
    queue: str = ""
    agent: str = ""
    visit: str = ""
    offer: str = ""


class StoryVisit(msgspec.Struct):
    id: VisitId
    queue: QueueId
    began_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    waited: float | None = None


class StoryOffer(msgspec.Struct):
    id: OfferId
    visit: VisitId
    queue: str
    agent: AgentId
    made_at: datetime
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    strategy: str = ""
    waiting: int = 0
    available: int = 0
    why: OfferWhy | None = None


class StoryConversation(msgspec.Struct):
    agent: AgentId
    queue: str
    visit: VisitId
    began_at: datetime
    ended_at: datetime | None = None
    talked: float | None = None  # holds included
    held: float = 0.0
    ended_by: str = ""
    wrap_up_ended_at: datetime | None = None
    disposition: str = ""


class Story(msgspec.Struct, frozen=True):
    contact: EndedContact
    moments: tuple[StoryMoment, ...]
    visits: tuple[StoryVisit, ...]
    offers: tuple[StoryOffer, ...]
    conversations: tuple[StoryConversation, ...]
    partial: bool


def tell_story(archive: Archive, contact: ContactId, queues: tuple[str, ...] = ()) -> Story:
    """``queues``: that may be seen; empty: all. Raises JournalError, NoSuchContact."""
    position, track = _find(archive, contact)
    if track is None or (queues and not set(queues) & set(track.queues)):
        raise NoSuchContact(f"There is no contact {contact!r}.")
    teller = _Teller(contact)
    entries = archive.reader.pick(track.entries)
    for entry in entries:
        teller.add(entry)
    seen = [each for each in teller.offers.values() if not queues or each.queue in queues]
    for offer, why in whys(archive, [(teller.made_by[each.id], each.id) for each in seen]).items():
        teller.offers[offer].why = why
    hidden = bool(queues) and not set(track.queues) <= set(queues)
    return Story(
        ended_contact(position, track, queues),
        tuple(each for each in teller.moments if not queues or not each.queue or each.queue in queues),
        tuple(each for each in teller.visits.values() if not queues or each.queue in queues),
        tuple(seen),
        tuple(each for each in teller.conversations if not queues or each.queue in queues),
        hidden or track.left_out or len(entries) < len(track.entries),
    )


def _find(archive: Archive, contact: ContactId) -> tuple[int | None, Track | None]:
    """Among those who are here, and those who have ended and are written down."""
    track = archive.counting.tracks.here.get(contact)
    if track is not None or archive.connection is None:
        return None, track
    with sqlite_errors(archive.path, "cannot be read"):
        return find_ended(archive.connection, contact)


def ended_contact(position: int | None, track: Track, queues: tuple[str, ...] = ()) -> EndedContact:
    return EndedContact(
        position,
        track.contact,
        track.medium,
        track.service,
        moment(track.arrived_at),
        moment_or_none(track.ended_at),
        tuple(queue for queue in track.queues if not queues or queue in queues),
        tuple(track.agents),
        track.outcome,
        track.end or None,
        _seconds(track.waited_ms),
        track.talked_ms / 1_000,
        track.visits,
        track.disposition,
    )


class _Teller:
    """The events of one contact, in their order."""

    def __init__(self, contact: ContactId) -> None:
        self.contact = contact
        self.moments: list[StoryMoment] = []
        self.visits: dict[VisitId, StoryVisit] = {}
        self.offers: dict[OfferId, StoryOffer] = {}
        self.made_by: dict[OfferId, int] = {}  # the entry
        self.conversations: list[StoryConversation] = []
        self._visit = VisitId("")
        self._held_since: int | None = None
        self._slots: dict[tuple[AgentId, int], StoryConversation] = {}
        self._slot_of: dict[OfferId, tuple[AgentId, int]] = {}

    def add(self, entry: Entry) -> None:
        for event in entry.events:
            if self._is_mine(event):
                if (heard := HEARD.get(type(event))) is not None:
                    heard(self, event, entry)
                self.moments.append(self._told(event, entry))

    def _is_mine(self, event: ev.Event) -> bool:
        given: Any = event
        kind = type(event)
        if kind in OF_CONTACTS:
            return bool(given.contact == self.contact)
        if kind in OF_VISITS:
            return given.visit in self.visits
        if kind in OF_OFFERS:
            return given.offer in self.offers
        return kind is ev.WrapUpEnded and (given.agent, given.slot) in self._slots

    def _told(self, event: ev.Event, entry: Entry) -> StoryMoment:
        kind = type(event)
        offer = self.offers.get(getattr(event, "offer", OfferId("")))
        visit = getattr(event, "visit", None) or (offer.visit if offer is not None else self._visit)
        told = self.visits.get(visit)
        return StoryMoment(
            entry.seq,
            moment(entry.at),
            WORDS.sub("_", kind.__name__).lower(),
            TELLERS[kind][2](event) if kind in TELLERS else WORDS.sub(" ", kind.__name__).lower(),
            getattr(event, "queue", None) or (told.queue if told is not None else ""),
            getattr(event, "agent", None) or (offer.agent if offer is not None else ""),
            visit if told is not None else "",
            offer.id if offer is not None else "",
        )

    # ------------------------------------------------------------ events

    def _began(self, event: ev.VisitBegan, entry: Entry) -> None:
        self._visit = event.visit
        self.visits[event.visit] = StoryVisit(event.visit, event.queue, moment(event.began_at))

    def _refused(self, event: ev.VisitRefused, entry: Entry) -> None:
        self._visit = event.visit
        at = moment(entry.at)
        self.visits[event.visit] = StoryVisit(event.visit, event.queue, at, at, event.outcome.value, 0.0)

    def _ended(self, event: ev.VisitEnded, entry: Entry) -> None:
        visit = self.visits[event.visit]
        visit.ended_at, visit.outcome = moment(entry.at), event.outcome.value
        visit.waited = event.waited_ms / 1_000

    def _offered(self, event: ev.OfferMade, entry: Entry) -> None:
        visit = self.visits.get(event.visit)
        queue = visit.queue if visit is not None else ""
        self.made_by[event.offer] = entry.seq
        self._slot_of[event.offer] = event.agent, event.slot
        self.offers[event.offer] = StoryOffer(
            event.offer, event.visit, queue, event.agent, moment(entry.at),
            strategy=event.strategy, waiting=event.waiting, available=event.available,
        )  # fmt: skip

    def _rang(self, event: ev.OfferRang, entry: Entry) -> None:
        self.offers[event.offer].rang_at = moment(entry.at)

    def _answered(self, event: ev.OfferAnswered, entry: Entry) -> None:
        self.offers[event.offer].answered_at = moment(entry.at)

    def _offer_ended(self, event: ev.OfferEnded, entry: Entry) -> None:
        offer = self.offers[event.offer]
        offer.ended_at, offer.outcome = moment(entry.at), event.outcome.value

    def _connected(self, event: ev.ContactConnected, entry: Entry) -> None:
        visit = self.visits.get(event.visit)
        talk = StoryConversation(
            event.agent, visit.queue if visit is not None else "", event.visit, moment(entry.at)
        )  # fmt: skip
        self.conversations.append(talk)
        self._held_since = None
        if event.offer in self._slot_of:
            self._slots[self._slot_of[event.offer]] = talk

    def _held(self, event: ev.ContactHeld, entry: Entry) -> None:
        if self._held_since is None:
            self._held_since = entry.at

    def _resumed(self, event: ev.ContactResumed | ev.ConnectionEnded, entry: Entry) -> None:
        if self._held_since is not None and self.conversations:
            self.conversations[-1].held += (entry.at - self._held_since) / 1_000
        self._held_since = None

    def _talked(self, event: ev.ConnectionEnded, entry: Entry) -> None:
        self._resumed(event, entry)
        if not self.conversations:
            return
        talk = self.conversations[-1]
        talk.ended_at, talk.talked, talk.ended_by = moment(entry.at), event.talk_ms / 1_000, event.by
        if event.wrap_up_until is None:
            self._slots = {slot: each for slot, each in self._slots.items() if each is not talk}

    def _wrapped_up(self, event: ev.WrapUpEnded, entry: Entry) -> None:
        self._slots.pop((event.agent, event.slot)).wrap_up_ended_at = moment(entry.at)

    def _disposed(self, event: ev.ContactDisposed, entry: Entry) -> None:
        for talk in reversed(self.conversations):
            if talk.agent == event.agent:
                talk.disposition = event.disposition
                return


HEARD: dict[type, Any] = {
    ev.VisitBegan: _Teller._began,
    ev.VisitRefused: _Teller._refused,
    ev.VisitEnded: _Teller._ended,
    ev.OfferMade: _Teller._offered,
    ev.OfferRang: _Teller._rang,
    ev.OfferAnswered: _Teller._answered,
    ev.OfferEnded: _Teller._offer_ended,
    ev.ContactConnected: _Teller._connected,
    ev.ContactHeld: _Teller._held,
    ev.ContactResumed: _Teller._resumed,
    ev.ConnectionEnded: _Teller._talked,
    ev.WrapUpEnded: _Teller._wrapped_up,
    ev.ContactDisposed: _Teller._disposed,
}


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1_000


__all__ = ["EndedContact", "NoSuchContact", "Story", "ended_contact", "tell_story"]
