"""A journal read for viewers: the tables as they are now, the contacts there were, the offers of one of them."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from cordpair.acd import Acd
from cordpair.acd import events as ev
from cordpair.acd.eligibility import agent_obstacles
from cordpair.acd.explain import Explanation, explain
from cordpair.errors import JournalError
from cordpair.ids import AgentId, ContactId, QueueId, VisitId
from cordpair.journal import Entry, ReadableJournal, SqliteReader, current_codec
from cordpair.runtime.recovery import Recovered, beginning, recover
from cordpair.runtime.snapshots import decode


class Follower:
    """The tables of a running engine, kept up to date from its journal. It never writes."""

    def __init__(self, path: Path) -> None:
        """Raises JournalError."""
        self._reader = SqliteReader(path, current_codec())
        found: Recovered = recover(self._reader, Acd)
        self.acd = found.core
        self.last_at = found.last_at
        self._reading = self._reader.read(found.seq)

    def catch_up(self) -> None:
        for entry in self._reading:
            self.acd.fold(entry.events, entry.at)
            self.last_at = entry.at

    def close(self) -> None:
        self._reader.close()


class Story(msgspec.Struct):
    """What became of a contact."""

    contact: ContactId
    arrived_at: int
    medium: str
    queue: QueueId | None = None
    outcome: str = "waiting"  # of its last visit
    waited_ms: int | None = None  # in its last visit
    agent: AgentId | None = None
    end: str = ""
    visits: int = 0


class Moment(msgspec.Struct, frozen=True):
    """Something that happened to a contact; for offers, with the reasons."""

    at: int
    what: str
    explanation: Explanation | None = None


class _Stories:
    def __init__(self) -> None:
        self.all: dict[ContactId, Story] = {}
        self._owners: dict[VisitId, ContactId] = {}

    def add(self, event: ev.Event) -> None:
        tell = self._TOLD.get(type(event))
        if tell is not None:
            tell(self, event)

    def _arrived(self, event: ev.ContactArrived) -> None:
        self.all[event.contact] = Story(event.contact, event.arrived_at, event.medium)

    def _began(self, event: ev.VisitBegan) -> None:
        self._owners[event.visit] = event.contact
        if (story := self.all.get(event.contact)) is not None:
            story.queue, story.outcome, story.waited_ms = event.queue, "waiting", None
            story.visits += 1

    def _refused(self, event: ev.VisitRefused) -> None:
        if (story := self.all.get(event.contact)) is not None:
            story.queue, story.outcome, story.waited_ms = event.queue, event.outcome.value, 0
            story.visits += 1

    def _ended(self, event: ev.VisitEnded) -> None:
        if (story := self.all.get(self._owners.pop(event.visit, ContactId("")))) is not None:
            story.outcome, story.waited_ms = event.outcome.value, event.waited_ms

    def _connected(self, event: ev.ContactConnected) -> None:
        if (story := self.all.get(event.contact)) is not None:
            story.agent = event.agent

    def _gone(self, event: ev.ContactEnded) -> None:
        if (story := self.all.get(event.contact)) is not None:
            story.end = event.end.value

    _TOLD: ClassVar[dict[type, Callable[..., None]]] = {
        ev.ContactArrived: _arrived,
        ev.VisitBegan: _began,
        ev.VisitRefused: _refused,
        ev.VisitEnded: _ended,
        ev.ContactConnected: _connected,
        ev.ContactEnded: _gone,
    }


def stories(entries: Iterable[Entry]) -> dict[ContactId, Story]:
    """Every contact of a journal, in order of arrival."""
    found = _Stories()
    for entry in entries:
        for event in entry.events:
            found.add(event)
    return found.all


class Way(msgspec.Struct, frozen=True):
    """A contact's way so far. ``obstacles``: if it waits with nobody alerted, what stands against each agent."""

    moments: tuple[Moment, ...]
    obstacles: dict[AgentId, tuple[str, ...]]


def story_of(
    entries: Iterable[Entry], wanted: ContactId, now_ms: int, acd: Acd | None = None
) -> tuple[Story | None, Way]:
    """What became of one contact, and its way, in one reading. ``acd``: as it was before the first of the entries."""
    heard = _Stories()

    def listening() -> Iterator[Entry]:
        for entry in entries:
            for event in entry.events:
                heard.add(event)
            yield entry

    way = way_of(listening(), wanted, now_ms, acd)
    return heard.all.get(wanted), way


def start_before(reader: ReadableJournal, wanted: ContactId) -> tuple[Acd, int]:
    """Tables, and the number of the entry after which they stand, from which the contact's whole way can be read: the
    newest snapshot if it is older than the contact, else the beginning of what is there."""
    snapshot = reader.load_snapshot()
    number = wanted.rpartition("-c")[2]
    if snapshot is not None and number.isdecimal():
        with contextlib.suppress(msgspec.DecodeError):  # of another version
            state = decode(snapshot.state)
            if state.numbers.get("contact", 0) < int(number):
                return Acd(state), snapshot.seq
    return at_beginning(reader)


def at_beginning(reader: ReadableJournal) -> tuple[Acd, int]:
    """The tables before the first entry that is there, and the number of the entry after which they stand."""
    state, seq = beginning(reader)
    return Acd(state), seq


def way_of(entries: Iterable[Entry], wanted: ContactId, now_ms: int, acd: Acd | None = None) -> Way:
    """Folds the journal, and looks at the tables just before each offer."""
    acd = acd if acd is not None else Acd()
    mine: set[str] = {wanted}
    moments = []
    for entry in entries:
        for event in entry.events:
            what = _told(event, mine)
            if what is not None:
                explained = explain(acd.cell, event, entry.at) if type(event) is ev.OfferMade else None
                moments.append(Moment(entry.at, what, explained))
            acd.fold((event,), entry.at)
    return Way(tuple(moments), _obstacles(acd, wanted, now_ms))


def _obstacles(acd: Acd, wanted: ContactId, now: int) -> dict[AgentId, tuple[str, ...]]:
    state = acd.state
    contact = state.contacts.get(wanted)
    visit = state.visits.get(contact.visit) if contact is not None and contact.visit is not None else None
    if visit is None or visit.offers:
        return {}
    return {row.agent: tuple(agent_obstacles(acd.cell, visit, row, now)) for row in state.agents.values()}


def _told(event: ev.Event, mine: set[str]) -> str | None:
    """What the event says of one of ``mine``: the contact, its visits and its offers."""
    teller = TELLERS.get(type(event))
    if teller is None:
        return None
    about, names, tell = teller
    if getattr(event, about) not in mine:
        return None
    mine.update(getattr(event, name) for name in names)
    return tell(event)


def _for(event: ev.ContactArrived) -> str:
    return f"a call-back for {event.origin}" if event.origin is not None else ""


def _seconds(ms: int) -> str:
    return f"{ms / 1_000:.1f} s"


# Event → (the field by which it is ours, fields whose ids are ours from then on, how to say it).
TELLERS: dict[type, tuple[str, tuple[str, ...], Callable[[Any], str]]] = {
    ev.ContactArrived: (
        "contact",
        (),
        lambda e: f"arrived ({', '.join(filter(None, (e.medium, e.media and f'web, {e.media}', e.service, _for(e))))})",
    ),
    ev.VisitBegan: ("contact", ("visit",), lambda e: f"waits in {e.queue}"),
    ev.VisitRefused: ("contact", (), lambda e: f"turned away by {e.queue}: {e.outcome.value}"),
    ev.RequirementStepped: ("visit", (), lambda e: f"requirement: step {e.step}"),
    ev.VisitChanged: ("visit", (), lambda e: "priority or requirement changed"),
    ev.StickyEnded: ("visit", (), lambda e: "no longer kept for one agent"),
    ev.ExclusionsCleared: ("visit", (), lambda e: "every agent was excluded: all may be offered it again"),
    ev.OfferMade: ("contact", ("offer",), lambda e: f"offered to {e.agent}"),
    ev.BrowserLost: ("contact", (), lambda e: "the customer's browser is gone; the place is kept"),
    ev.BrowserReturned: ("contact", (), lambda e: "the browser is back"),
    ev.OfferTaken: ("offer", (), lambda e: "accepted on the desktop"),
    ev.CallInvited: ("contact", (), lambda e: f"the browser is told to call ({e.media})"),
    ev.CallMissed: ("contact", (), lambda e: "the browser did not call in time"),
    ev.ContactCalled: ("contact", (), lambda e: f"the browser's call is there ({e.node})"),
    ev.CallDropped: ("contact", (), lambda e: "the page that called is gone; waits without a call"),
    ev.MessageRefused: ("contact", (), lambda e: f"the SIP door refused what the browser said: {e.reason}"),
    ev.PhoneRung: ("offer", (), lambda e: "the agent's phone is called"),
    ev.OfferRang: ("offer", (), lambda e: "the phone rings"),
    ev.OfferAnswered: ("offer", (), lambda e: "answered"),
    ev.OfferEnded: ("offer", (), lambda e: f"the offer ended: {e.outcome.value}"),
    ev.ContactConnected: ("contact", (), lambda e: f"talks to {e.agent} after {_seconds(e.waited_ms)}"),
    ev.VisitEnded: ("visit", (), lambda e: f"the visit ended: {e.outcome.value} after {_seconds(e.waited_ms)}"),
    ev.ContactHeld: ("contact", (), lambda e: f"on hold by {e.agent}" if e.by == "agent" else "could not be resumed"),
    ev.ContactResumed: ("contact", (), lambda e: "resumed" if e.by == "agent" else "could not be held"),
    ev.ContactTransferred: (
        "contact",
        (),
        lambda e: f"{e.agent} transfers to {e.queue}" + (f", for {e.to}" if e.to is not None else ""),
    ),
    ev.ContactDisposed: ("contact", (), lambda e: f"disposition: {e.disposition}"),
    ev.ContactShared: ("contact", (), lambda e: "shows the page" if e.on else "no longer shows the page"),
    ev.ConnectionEnded: ("contact", (), lambda e: f"conversation over after {_seconds(e.talk_ms)}, ended by {e.by}"),
    ev.ContactEnded: ("contact", (), lambda e: f"gone: {e.end.value}"),
}


def find_contact(known: Iterable[ContactId], given: str) -> ContactId:
    """The contact of this id; ``c12`` and ``12`` will do. Raises JournalError."""
    known = list(known)
    if given in known:
        return ContactId(given)
    ending = f"-c{given.removeprefix('c')}"
    found = [contact for contact in known if contact.endswith(ending)]
    if len(found) == 1:
        return found[0]
    hint = f"the newest is {known[-1]}" if known else "it holds no contact yet"
    raise JournalError(f"there is no contact {given!r} in this journal; {hint}")


__all__ = [
    "Follower",
    "Moment",
    "Story",
    "Way",
    "at_beginning",
    "find_contact",
    "start_before",
    "stories",
    "story_of",
    "way_of",
]
