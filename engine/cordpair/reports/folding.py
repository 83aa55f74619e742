"""Journal entries → raw intervals. Pure: it reads no clock, and the same entries give the same intervals.

The tables are kept beside (``evolve``), so that what is counted is what the engine decided on; nothing is guessed from
events alone.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cordpair.acd import Cell, State, evolve
from cordpair.acd import events as ev
from cordpair.acd.model import ContactRow, VisitRow
from cordpair.acd.proposals import OLDEST_ARRIVAL_MS
from cordpair.acd.touched import Kind
from cordpair.ids import AgentId, ContactId, OfferId, VisitId
from cordpair.journal import Entry
from cordpair.reports.presence import Attendance, Presence
from cordpair.reports.raw import Place, RawInterval, Sums, interval_of
from cordpair.reports.reconcile import Standing, standing
from cordpair.reports.stays import Stay, skills_of


class Memory(msgspec.Struct):
    """Everything a folder knows beside the sums that cannot change any more: with it, folding goes on elsewhere."""

    state: State
    before: list[tuple[str, str, int]]
    began_at: int | None
    present: dict[AgentId, Presence]
    waiting: dict[VisitId, Stay]
    talking: dict[ContactId, Stay]
    wrapping: list[tuple[AgentId, int, Stay]]
    alerting: dict[OfferId, tuple[Place, int]]


class Folder:
    """Counts entries in their order.

    ``state``: the tables before the first of them, of a journal that was pruned; they are changed. Visits and offers
    that were open there are counted, in the interval in which they began; conversations and wrap-ups are not: how long
    they waited is not known any more. ``memory``: of the folder that counted what was before.
    """

    def __init__(self, state: State | None = None, memory: Memory | None = None) -> None:
        if memory is not None:
            state = memory.state
        self.cell = Cell(state if state is not None else State())
        self.before: Standing = standing(self.cell.state)
        self.began_at: int | None = None  # the first entry's time: of earlier intervals little is known
        self.watch: Callable[[ev.Event], None] | None = None  # told of each event before the tables change
        self._newest = 0  # interval
        self._sums = Sums()  # of what cannot change any more
        self._attendance = Attendance()
        self._waiting: dict[VisitId, Stay] = {}
        self._talking: dict[ContactId, Stay] = {}
        self._wrapping: dict[tuple[AgentId, int], Stay] = {}
        self._alerting: dict[OfferId, tuple[Place, int]] = {}
        if memory is None:
            self._take_over()
        else:
            self._remember(memory)

    def _remember(self, memory: Memory) -> None:
        self.before = {(queue, figure): amount for queue, figure, amount in memory.before}
        self.began_at = memory.began_at
        self._attendance = Attendance(memory.present)
        self._waiting, self._talking = memory.waiting, memory.talking
        self._wrapping = {(agent, slot): stay for agent, slot, stay in memory.wrapping}
        self._alerting = memory.alerting

    @property
    def memory(self) -> Memory:
        """As it is between two entries; it shares everything with the folder: write it down at once."""
        return Memory(
            self.state,
            [(queue, figure, amount) for (queue, figure), amount in self.before.items()],
            self.began_at,
            self._attendance.now,
            self._waiting,
            self._talking,
            [(agent, slot, stay) for (agent, slot), stay in self._wrapping.items()],
            self._alerting,
        )

    @property
    def state(self) -> State:
        return self.cell.state

    def add(self, entry: Entry) -> None:
        self.add_events(entry.at, entry.events)

    def add_events(self, at: int, events: Iterable[ev.Event]) -> None:
        if self.began_at is None:
            self.began_at = at
            self._attendance.look_at_all(self.state, at, self._sums)
        if interval_of(at) > self._newest:
            self._newest = interval_of(at)
            self._attendance.cut(self._newest, self._sums)
        for event in events:
            if self.watch is not None:
                self.watch(event)
            count = COUNTS.get(type(event))
            if count is not None:
                count(self, event, at)
            for kind, name in evolve(self.cell, event, at):
                if kind is Kind.AGENT:
                    self._attendance.look(self.state, AgentId(name), at, self._sums)
            if isinstance(event, ev.ContactHeld | ev.ContactResumed):
                self._attendance.look(self.state, event.agent, at, self._sums)

    def intervals(self, until: int) -> list[RawInterval]:
        """What there is to count up to ``until`` (ms): what is still going on is counted as it stands then."""
        sums = self._sums.copy()
        self.count_open(until, sums)
        return sums.rows()

    def take(self) -> Sums:
        """What cannot change any more, since the last time."""
        taken, self._sums = self._sums, Sums()
        return taken

    def count_open(self, until: int, sums: Sums) -> None:
        """What may change still."""
        for stay in (*self._waiting.values(), *self._talking.values(), *self._wrapping.values()):
            stay.count(sums)
        for place, _ in self._alerting.values():
            sums.add(place, "offers")
            sums.add(place, "alerting")
        self._attendance.count(until, sums)

    def final_until(self, until: int) -> int:
        """No interval before this one changes any more: nothing that began in one goes on, and whoever arrived in one
        while a PBX was not linked would have been believed until now."""
        open_since = [until - OLDEST_ARRIVAL_MS, *(place.start for place, _ in self._alerting.values())]
        open_since += [
            stay.began_at for stay in (*self._waiting.values(), *self._talking.values(), *self._wrapping.values())
        ]
        return interval_of(min(open_since))

    @property
    def waiting(self) -> dict[VisitId, Stay]:
        """The visits that have not ended. Read only."""
        return self._waiting

    # ------------------------------------------------------------ visits

    def _take_over(self) -> None:
        for visit in self.state.visits.values():
            contact = self.state.contacts[visit.contact]
            self._waiting[visit.visit] = self._stay(contact, visit, is_first=contact.hops == 1)
        for offer in self.state.offers.values():
            self._offered(offer.offer, offer.visit, offer.agent, offer.made_at)

    @staticmethod
    def _stay(contact: ContactRow, visit: VisitRow | ev.VisitBegan, *, is_first: bool) -> Stay:
        return Stay(
            contact.contact,
            visit.queue,
            contact.service or "",
            skills_of(visit.steps),
            visit.began_at,
            is_first,
            contact.origin is not None,
            contact.placed_by is not None,
        )

    def _visit_began(self, event: ev.VisitBegan, at: int) -> None:
        contact = self.state.contacts[event.contact]
        self._waiting[event.visit] = self._stay(contact, event, is_first=contact.hops == 0)

    def _visit_refused(self, event: ev.VisitRefused, at: int) -> None:
        """It began when the contact arrived, if it is the first: as other visits do."""
        contact = self.state.contacts[event.contact]
        is_first, is_call_back = contact.hops == 0, contact.origin is not None
        began_at = contact.arrived_at if is_first else at
        stay = Stay(contact.contact, event.queue, contact.service or "", (), began_at, is_first, is_call_back)
        stay.outcome = event.outcome.value
        stay.count(self._sums)

    def _visit_ended(self, event: ev.VisitEnded, at: int) -> None:
        stay = self._waiting.pop(event.visit)
        stay.outcome, stay.waited_ms = event.outcome.value, event.waited_ms
        if not stay.agent:
            stay.count(self._sums)

    # ------------------------------------------------------------ offers

    def _offer_made(self, event: ev.OfferMade, at: int) -> None:
        self._offered(event.offer, event.visit, event.agent, at)

    def _offered(self, offer: OfferId, visit: VisitId, agent: AgentId, at: int) -> None:
        stay = self._waiting[visit]
        place = Place(interval_of(at), stay.queue, stay.service, stay.skills, agent)
        self._alerting[offer] = place, at

    def _offer_ended(self, event: ev.OfferEnded, at: int) -> None:
        place, since = self._alerting.pop(event.offer)
        self._sums.add(place, "offers")
        self._sums.add(place, f"offer.{event.outcome.value}")
        self._sums.add(place, "alert_ms", max(0, at - since))

    # ------------------------------------------------------------ conversations

    def _connected(self, event: ev.ContactConnected, at: int) -> None:
        """Its visit ends in the same entry; from here on the contact leads to the stay."""
        stay = self._talking[event.contact] = self._waiting[event.visit]
        stay.agent = event.agent

    def _held(self, event: ev.ContactHeld, at: int) -> None:
        if (stay := self._talking.get(event.contact)) is not None:
            stay.hold(at)

    def _resumed(self, event: ev.ContactResumed, at: int) -> None:
        if (stay := self._talking.get(event.contact)) is not None:
            stay.resume(at)

    def _disposed(self, event: ev.ContactDisposed, at: int) -> None:
        """As in the tables: every slot in which the agent has or had the contact."""
        slots = range(len(self.state.agents[event.agent].slots))
        wrapped_up = (self._wrapping.get((event.agent, slot)) for slot in slots)
        for stay in (self._talking.get(event.contact), *wrapped_up):
            if stay is not None and (stay.contact, stay.agent) == (event.contact, event.agent):
                stay.disposition = event.disposition

    def _connection_ended(self, event: ev.ConnectionEnded, at: int) -> None:
        stay = self._talking.pop(event.contact, None)
        if stay is None:
            return
        stay.hang_up(at, event.talk_ms, event.by)
        connection = self.state.contacts[event.contact].connection
        if event.wrap_up_until is None or connection is None:
            stay.count(self._sums)
        else:
            stay.wrap_up_since = at
            self._wrapping[event.agent, connection.slot] = stay

    def _wrap_up_ended(self, event: ev.WrapUpEnded, at: int) -> None:
        if (stay := self._wrapping.pop((event.agent, event.slot), None)) is not None:
            stay.finish(at)
            stay.count(self._sums)


COUNTS: dict[type, Callable[[Folder, Any, int], None]] = {
    ev.VisitBegan: Folder._visit_began,
    ev.VisitRefused: Folder._visit_refused,
    ev.VisitEnded: Folder._visit_ended,
    ev.OfferMade: Folder._offer_made,
    ev.OfferEnded: Folder._offer_ended,
    ev.ContactConnected: Folder._connected,
    ev.ContactHeld: Folder._held,
    ev.ContactResumed: Folder._resumed,
    ev.ContactDisposed: Folder._disposed,
    ev.ConnectionEnded: Folder._connection_ended,
    ev.WrapUpEnded: Folder._wrap_up_ended,
}


def fold(entries: Iterable[Entry], until: int, state: State | None = None) -> list[RawInterval]:
    """The raw intervals of a journal as it stands at ``until``."""
    folder = Folder(state)
    for entry in entries:
        folder.add(entry)
    return folder.intervals(until)


__all__ = ["COUNTS", "Folder", "Memory", "fold"]
