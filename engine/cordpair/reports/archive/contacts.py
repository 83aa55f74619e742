"""Events → contacts that have ended, each with the numbers of the entries that tell of it. Pure.

With the numbers a contact's story is read from the journal without the entries of others between, however long ago.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.ids import AgentId, ContactId, QueueId

MOST = 2_000  # entries of one contact: of a story that is longer the middle is left out


class Track(msgspec.Struct):
    """A contact. What has not happened is empty, or None."""

    contact: ContactId
    medium: str
    service: str
    arrived_at: int
    entries: list[int] = []
    left_out: bool = False  # not all of them, for there are too many; or the journal was pruned
    queues: list[QueueId] = []
    agents: list[AgentId] = []
    outcome: str = ""  # of the last visit
    waited_ms: int | None = None  # in it
    talked_ms: int = 0
    visits: int = 0
    disposition: str = ""
    placed_by: str = ""
    ended_at: int | None = None
    end: str = ""

    def note(self, seq: int) -> None:
        if self.entries and self.entries[-1] == seq:
            return
        if len(self.entries) >= MOST:
            self.entries.pop(MOST // 2)
            self.left_out = True
        self.entries.append(seq)


class Ended(msgspec.Struct):
    """In which place, by which entry."""

    position: int
    seq: int
    track: Track


class Later(msgspec.Struct):
    """What came after a contact's end: its wrap-up's end, a disposition."""

    contact: ContactId
    seq: int
    disposition: str


class Tracks(msgspec.Struct):
    """Of all contacts that are here; and those who have ended since the last ``take``."""

    here: dict[ContactId, Track] = {}
    position: int = 0  # of the newest that has ended
    ended: dict[ContactId, Ended] = {}
    later: list[Later] = []

    def look(self, state: State, event: ev.Event, seq: int, at: int) -> None:
        """``state``: the tables just before the event."""
        about = about_whom(state, event)
        if about is None:
            return
        if type(event) is ev.ContactArrived:
            self.here[about] = Track(
                about, event.medium, event.service or "", event.arrived_at, placed_by=event.placed_by or ""
            )
        ended = self.ended.get(about)
        track = ended.track if ended is not None else self._here(state, about)
        disposition = event.disposition if type(event) is ev.ContactDisposed else ""
        if track is None:
            self.later.append(Later(about, seq, disposition))
            return
        track.note(seq)
        if (change := CHANGES.get(type(event))) is not None:
            change(track, event)
        if type(event) is ev.ContactEnded:
            track.ended_at, track.end = at, event.end.value
            self.position += 1
            self.ended[about] = Ended(self.position, seq, self.here.pop(about))

    def _here(self, state: State, contact: ContactId) -> Track | None:
        """Of one who was here before the journal begins, what the tables know."""
        track = self.here.get(contact)
        if track is None and (row := state.contacts.get(contact)) is not None:
            track = self.here[contact] = Track(
                contact, row.medium, row.service or "", row.arrived_at, left_out=True, visits=row.hops
            )
            visit = state.visits.get(row.visit) if row.visit is not None else None
            if visit is not None:
                track.queues.append(visit.queue)
            if row.connection is not None:
                track.queues.append(row.connection.queue)
                track.agents.append(row.connection.agent)
                track.outcome = "connected"
        return track

    def take(self) -> tuple[list[Ended], list[Later]]:
        ended, later = list(self.ended.values()), self.later
        self.ended, self.later = {}, []
        return ended, later


# ---------------------------------------------------------------- whom an event is about


def about_whom(state: State, event: ev.Event) -> ContactId | None:
    """The contact that a story tells it of; None for what happens to legs, prompts, agents and PBXs."""
    kind = type(event)
    if kind in OF_CONTACTS:
        contact: ContactId | None = getattr(event, "contact")  # noqa: B009  a union of some twenty
        return contact
    if kind in OF_VISITS:
        visit = state.visits.get(getattr(event, "visit"))  # noqa: B009
        return visit.contact if visit is not None else None
    if kind in OF_OFFERS:
        offer = state.offers.get(getattr(event, "offer"))  # noqa: B009
        return offer.contact if offer is not None else None
    if type(event) is ev.WrapUpEnded:
        row = state.agents.get(event.agent)
        return row.slots[event.slot].contact if row is not None and event.slot < len(row.slots) else None
    return None


OF_CONTACTS: frozenset[type] = frozenset({
    ev.ContactArrived, ev.VisitBegan, ev.VisitRefused, ev.OfferMade, ev.ContactConnected, ev.ConnectionEnded,
    ev.ContactEnded, ev.ContactHeld, ev.ContactResumed, ev.ContactTransferred, ev.ContactShared, ev.ContactDisposed,
    ev.BrowserLost, ev.BrowserReturned, ev.CallInvited, ev.CallMissed, ev.ContactCalled, ev.CallDropped,
    ev.MessageRefused, ev.ContactMoved, ev.CustomerDialled, ev.CustomerAnswered, ev.CustomerNotReached,
})  # fmt: skip
OF_VISITS: frozenset[type] = frozenset(
    {ev.VisitEnded, ev.RequirementStepped, ev.VisitChanged, ev.StickyEnded, ev.ExclusionsCleared}
)
OF_OFFERS: frozenset[type] = frozenset({ev.OfferRang, ev.OfferAnswered, ev.OfferTaken, ev.PhoneRung, ev.OfferEnded})


def _visit(track: Track, event: ev.VisitBegan | ev.VisitRefused) -> None:
    track.visits += 1
    if event.queue not in track.queues:
        track.queues.append(event.queue)
    if isinstance(event, ev.VisitRefused):
        track.outcome, track.waited_ms = event.outcome.value, 0
    else:
        track.outcome, track.waited_ms = "", None


def _visit_ended(track: Track, event: ev.VisitEnded) -> None:
    track.outcome, track.waited_ms = event.outcome.value, event.waited_ms


def _connected(track: Track, event: ev.ContactConnected) -> None:
    if event.agent not in track.agents:
        track.agents.append(event.agent)


def _talked(track: Track, event: ev.ConnectionEnded) -> None:
    track.talked_ms += event.talk_ms


def _disposed(track: Track, event: ev.ContactDisposed) -> None:
    track.disposition = event.disposition


CHANGES: dict[type, Callable[[Track, Any], None]] = {
    ev.VisitBegan: _visit,
    ev.VisitRefused: _visit,
    ev.VisitEnded: _visit_ended,
    ev.ContactConnected: _connected,
    ev.ConnectionEnded: _talked,
    ev.ContactDisposed: _disposed,
}


__all__ = ["OF_CONTACTS", "OF_OFFERS", "OF_VISITS", "Ended", "Later", "Track", "Tracks", "about_whom"]
