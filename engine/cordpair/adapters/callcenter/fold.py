"""The journal in the words of the PHP platform: which of its events happened, what its dashboard is shown, and which
rows its report gets. Pure; give it every entry in order.

=================  ==================================================================================
``caller.new``     a call is here: ``CALL`` NA
``caller.queued``  it waits in a queue (or in another one now): ``CALL`` QUEUED
``queue.connect``  the two talk: ``AGENT`` INCALL, ``CALL`` INCALL, ``CONNECT``
``caller.hangup``  ``CALL`` HANGUP after a conversation, ABANDON without: its rows go, also that of the
                   connection. A caller who is given away, or whose agent's phone lost the call, goes
                   so too, and is queued anew with the same id: the dashboard knows no other way to
                   take a connection away
``agent.loggedin`` ``AGENT`` LOGGEDIN; ``agent.avail``, ``agent.paused``, ``agent.loggedout`` likewise.
                   Wrap-up, which the platform has not, is a pause, and so is a call that an agent places:
                   it is in none of the figures
=================  ==================================================================================
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.configuration import VOICE
from cordpair.adapters.callcenter.memory import NEVER, Memory, Person, Talk
from cordpair.adapters.callcenter.rows import Agent, AgentStatus, Call, CallStatus, Connection, Row
from cordpair.journal import Entry

OVER = (CallStatus.HANGUP, CallStatus.ABANDON)


class Left(msgspec.Struct, frozen=True):
    """A row of the report: a state that was left. ``contact``: of a call, whose number stands for it."""

    status: str
    began: int
    seconds: int
    queue: str
    agent: str = ""
    contact: str = ""


class Change(msgspec.Struct, frozen=True):
    """One of the platform's events. The figures are shown anew after each."""

    name: str
    rows: tuple[Row, ...]
    left: tuple[Left, ...] = ()


class Fold:
    """``memory`` is all that it knows of earlier entries."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory if memory is not None else Memory()
        self._now = 0
        self._touched: dict[str, None] = {}  # agents
        self._changes: list[Change] = []

    def changes(self, entry: Entry) -> list[Change]:
        self._now = entry.at // 1_000
        self._changes, self._touched = [], {}
        for event in entry.events:
            follow = FOLLOWED.get(type(event))
            if follow is not None:
                follow(self, event)
        for agent in self._touched:
            self._settle(agent)
        return self._changes

    def connection(self, contact: str) -> Connection:
        """Of a contact that talks."""
        talk, call = self.memory.talks[contact], self.memory.calls[contact]
        return Connection(contact, call.queue, talk.time, self.memory.agents[talk.agent].shown, call)

    # ------------------------------------------------------------ calls

    def _arrived(self, event: ev.ContactArrived) -> None:
        if event.placed_by is not None:
            self.memory.placed[event.contact] = Talk(event.placed_by, 0, self._now)
        elif event.medium == VOICE:
            call = self.memory.calls[event.contact] = Call(event.contact, "", CallStatus.NA, "", self._now)
            self._note("caller.new", call)

    def _began(self, event: ev.VisitBegan) -> None:
        call = self.memory.calls.get(event.contact)
        if event.queue not in self.memory.queues or event.contact in self.memory.placed:
            return
        if call is not None and call.status is CallStatus.INCALL:
            self._hang_up(event.contact)
            call = None
        self.memory.counters.received += 1
        if call is not None and call.status is CallStatus.QUEUED:
            call = replace(call, queue=event.queue)  # in another line; the wait goes on
        else:
            call = Call(event.contact, "", CallStatus.QUEUED, event.queue, self._now)
        self.memory.calls[event.contact] = call
        self._note("caller.queued", call)

    def _connected(self, event: ev.ContactConnected) -> None:
        call, person = self.memory.calls.get(event.contact), self.memory.agents.get(event.agent)
        slot = self.memory.slots.pop(event.offer, 0)
        if call is None or person is None:
            return
        self.memory.counters.answer(self._now - call.time)
        left = self._left_call(call)
        call = replace(call, status=CallStatus.INCALL, time=self._now, answered=1)
        self.memory.calls[event.contact] = call
        self.memory.talks[event.contact] = Talk(event.agent, slot, self._now)
        person.talks.append(event.contact)
        left += self._show(person, call.queue)
        self._note("queue.connect", person.shown, call, self.connection(event.contact), left=left)

    def _talked(self, event: ev.ConnectionEnded) -> None:
        talk = self.memory.talks.get(event.contact) or self.memory.placed.get(event.contact)
        if talk is None or talk.agent != event.agent:
            return
        person = self.memory.agents[event.agent]
        if event.wrap_up_until is not None:
            person.wrapping.append(talk.slot)
        self._hang_up(event.contact)
        if event.by == "transferred":  # one whom its agent's phone has lost is placed still, see ``acd.events_placed``
            self._unplace(event.contact)

    def _ended(self, event: ev.ContactEnded) -> None:
        self._hang_up(event.contact)
        self._unplace(event.contact)

    def _unplace(self, contact: str) -> None:
        """A call that an agent placed is over, or has become one like any other."""
        talk = self.memory.placed.pop(contact, None)
        person = self.memory.agents.get(talk.agent) if talk is not None else None
        if person is not None and contact in person.aside:
            person.aside.remove(contact)
            self._touched[person.shown.agentid] = None

    def _hang_up(self, contact: str) -> None:
        call, talk = self.memory.calls.pop(contact, None), self.memory.talks.pop(contact, None)
        if call is None:
            return
        seconds = self._now - call.time
        over = CallStatus.HANGUP if call.answered else CallStatus.ABANDON
        if talk is not None:
            self.memory.counters.talked += seconds
            self.memory.agents[talk.agent].talks.remove(contact)
            self._touched[talk.agent] = None
        elif call.status is CallStatus.QUEUED:
            self.memory.counters.abandon(seconds)
        left = self._left_call(call)
        call = replace(call, status=over, time=self._now)
        self._note("caller.hangup", call, left=(*left, Left(over, self._now, 0, call.queue, contact=contact)))

    def _left_call(self, call: Call) -> tuple[Left, ...]:
        """None of a call that was in no queue yet: the platform has no row for it."""
        if call.status is CallStatus.NA:
            return ()
        return (Left(call.status, call.time, self._now - call.time, call.queue, contact=call.id),)

    # ------------------------------------------------------------ offers: who is busy, with which slot

    def _offered(self, event: ev.OfferMade) -> None:
        person = self.memory.agents.get(event.agent)
        if event.contact in self.memory.calls:
            self.memory.slots[event.offer] = event.slot
        elif event.contact in self.memory.placed and person is not None:
            self.memory.placed[event.contact] = Talk(event.agent, event.slot, self._now)
            if event.contact not in person.aside:
                person.aside.append(event.contact)
            self._touched[event.agent] = None

    def _offer_ended(self, event: ev.OfferEnded) -> None:
        if event.outcome is not OfferOutcome.CONNECTED:
            self.memory.slots.pop(event.offer, None)

    # ------------------------------------------------------------ agents

    def _configured(self, event: ev.ConfigurationApplied) -> None:
        self.memory.configure(event.configuration)
        known = {str(agent.agent) for agent in event.configuration.agents}
        for agent in [each for each in self.memory.agents if each not in known]:
            person = self.memory.agents[agent]
            person.signed_in = False
            self._settle(agent)
            if not person.talks:
                del self.memory.agents[agent]

    def _signed_in(self, event: ev.AgentSignedIn) -> None:
        person = self.memory.agents.get(event.agent)
        if person is None:
            person = self.memory.agents[event.agent] = Person(Agent(event.agent, AgentStatus.LOGGEDOUT, "", NEVER))
        if not person.signed_in:
            person.signed_in, person.ready, person.acted = True, False, False
            self._touched[event.agent] = None

    def _signed_out(self, event: ev.AgentSignedOut) -> None:
        self._set(event.agent, signed_in=False, ready=False)

    def _ready(self, event: ev.AgentBecameReady) -> None:
        self._set(event.agent, ready=True, acted=True)

    def _not_ready(self, event: ev.AgentBecameNotReady) -> None:
        self._set(event.agent, ready=False, acted=True)

    def _wrapped_up(self, event: ev.WrapUpEnded) -> None:
        person = self.memory.agents.get(event.agent)
        if person is not None and event.slot in person.wrapping:
            person.wrapping.remove(event.slot)
            self._touched[event.agent] = None

    def _set(self, agent: str, **facts: bool) -> None:
        person = self.memory.agents.get(agent)
        if person is not None:
            for name, value in facts.items():
                setattr(person, name, value)
            self._touched[agent] = None

    def _settle(self, agent: str) -> None:
        """What an agent is after the entry: what they were in the midst of it nobody could see."""
        person = self.memory.agents.get(agent)
        if person is not None and person.status() is not person.shown.status:
            queue = self.memory.calls[person.talks[0]].queue if person.talks else ""
            left = self._show(person, queue)
            self._note(f"agent.{person.shown.status.lower()}", person.shown, left=left)

    def _show(self, person: Person, queue: str) -> tuple[Left, ...]:
        """As they are now; the row of what they were. Who becomes busy is shown there with the call's queue."""
        was, status = person.shown, person.status()
        if was.status is status:
            return ()
        person.shown = replace(was, status=status, queue=queue, time=self._now)
        if was.time == NEVER:
            return ()
        return (Left(was.status, was.time, self._now - was.time, was.queue or queue, agent=was.agentid),)

    def _note(self, name: str, *rows: Row, left: tuple[Left, ...] = ()) -> None:
        self._changes.append(Change(name, rows, left))


FOLLOWED: dict[type, Callable[[Fold, Any], None]] = {
    ev.ConfigurationApplied: Fold._configured,
    ev.ContactArrived: Fold._arrived,
    ev.VisitBegan: Fold._began,
    ev.ContactConnected: Fold._connected,
    ev.ConnectionEnded: Fold._talked,
    ev.ContactEnded: Fold._ended,
    ev.OfferMade: Fold._offered,
    ev.OfferEnded: Fold._offer_ended,
    ev.AgentSignedIn: Fold._signed_in,
    ev.AgentSignedOut: Fold._signed_out,
    ev.AgentBecameReady: Fold._ready,
    ev.AgentBecameNotReady: Fold._not_ready,
    ev.WrapUpEnded: Fold._wrapped_up,
}


__all__ = ["OVER", "Change", "Fold", "Left"]
