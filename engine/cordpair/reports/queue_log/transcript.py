"""Journal entries to ``queue_log`` rows, as app_queue (Asterisk 22, ``apps/app_queue.c``) would have written them.

What its data means, by the function that writes it there:

====================  ===========================================================================
ENTERQUEUE            url | caller's number | position (``queue_exec``)
CONNECT               hold time s | id of the agent's leg | ring time s (``try_calling``)
COMPLETEAGENT,        hold time s | call time s | original position (``handle_hangup``)
COMPLETECALLER
BLINDTRANSFER         extension | context | hold time s | call time s | original position: the agent or
                      queue it was given to, and that queue (``handle_blind_transfer``)
ABANDON, EXITEMPTY,   position | original position | wait s (``queue_exec``)
EXITWITHTIMEOUT
EXITWITHKEY           key | position | original position | wait s
WITHDRAW              position | original position | wait s | why
RINGNOANSWER          ring time ms: also who was busy, refused or was not there (``rna``)
RINGCANCELED          ring time ms: the caller went while it rang (``wait_for_answer``)
ADDMEMBER             PAUSED, or nothing; REMOVEMEMBER: nothing (``manager_add_queue_member``)
PAUSEALL, PAUSE       reason: one row for all queues, then one for each (``set_member_paused``)
UNPAUSEALL, UNPAUSE   likewise
DID                   the number dialled: what a dialplan writes with ``QueueLog()`` for QueueMetrics
====================  ===========================================================================

app_queue writes nothing for a caller who is turned away at the door, for hold, nor for wrap-up, and neither do we. Nor
for a customer whom an agent called, until the agent gives them away to a queue.
Hold time counts from the entry in *this* queue. Tasks that are no calls have no rows.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import OfferOutcome, VisitOutcome
from cordpair.acd.lines import waiting_key
from cordpair.ids import ContactId
from cordpair.journal import Entry
from cordpair.reports.queue_log.memory import Memory, Ringing, SignedIn, Talk, Wait
from cordpair.reports.queue_log.row import NONE, Row, row

Rows = Iterator[Row]
Caller = Callable[[ContactId], str]

NOT_ANSWERED = (OfferOutcome.MISSED, OfferOutcome.REJECTED, OfferOutcome.BUSY, OfferOutcome.UNREACHABLE)
PROGRAM = "MANAGER"  # what app_queue puts for the call's id when a program, and no channel, adds somebody

# How app_queue calls the end of a wait. A caller who overflows has waited too long for the first queue.
ENDS = {
    VisitOutcome.ABANDONED: "ABANDON",
    VisitOutcome.FAILED: "ABANDON",
    VisitOutcome.LOST_VISIBILITY: "ABANDON",
    VisitOutcome.TIMED_OUT: "EXITWITHTIMEOUT",
    VisitOutcome.OVERFLOWED: "EXITWITHTIMEOUT",
    VisitOutcome.REJECTED_NO_AGENT: "EXITEMPTY",
    VisitOutcome.LEFT_BY_KEY: "EXITWITHKEY",
    VisitOutcome.CALLED_BACK: "WITHDRAW",
    VisitOutcome.TRANSFERRED: "WITHDRAW",
    VisitOutcome.VOICEMAIL: "WITHDRAW",
    VisitOutcome.REJECTED_FULL: "WITHDRAW",
    VisitOutcome.REJECTED_CLOSED: "WITHDRAW",
}


def nobody(_: ContactId) -> str:
    """No caller's number is written."""
    return ""


class Transcript:
    """Give it every entry, in order. ``memory`` is all that it knows of those before."""

    def __init__(self, memory: Memory | None = None, caller: Caller = nobody) -> None:
        self.memory = memory if memory is not None else Memory()
        self._caller = caller

    def lines(self, entry: Entry) -> Rows:
        """The rows of an entry; consume them before the next."""
        scene = _Scene(entry, self._caller)
        for event in entry.events:
            write = WRITERS.get(type(event))
            if write is not None:
                yield from write(self.memory, scene, event)


class _Scene:
    """What the rows of one entry have in common."""

    def __init__(self, entry: Entry, caller: Caller) -> None:
        self.at = entry.at
        self.caller = caller
        self.digit = entry.input.digit if isinstance(entry.input, inp.Digit) else ""
        self.dialled = {arrival.leg: arrival.dialled for arrival in _arrivals(entry.input)}
        self.came: dict[str, str] = {}  # contact → the number it dialled, in this entry

    def row(self, callid: str, queue: str, agent: str, event: str, *data: object) -> Row:
        return row(self.at, callid, queue, agent, event, *data)

    def seconds_since(self, at: int) -> int:
        return max(0, self.at - at) // 1_000


def _arrivals(given: inp.Input) -> Iterable[inp.LegArrived]:
    if isinstance(given, inp.LegArrived):
        return (given,)
    if isinstance(given, inp.LinkUp):
        return tuple(leg.arrival for leg in given.snapshot.legs if leg.arrival is not None)
    return ()


# ---------------------------------------------------------------- callers


def _arrived(memory: Memory, scene: _Scene, event: ev.ContactArrived) -> Rows:
    if event.leg in scene.dialled:
        scene.came[event.contact] = scene.dialled[event.leg]
    if event.placed_by is not None:
        memory.placed[event.contact] = None
    return iter(())


def _began(memory: Memory, scene: _Scene, event: ev.VisitBegan) -> Rows:
    if event.queue not in memory.lines or event.contact in memory.placed:
        return
    key = waiting_key(event.enqueued_at, event.head_start_ms, event.number)
    wait = Wait(event.contact, event.queue, key, event.began_at, event.enqueued_at, event.number, 0)
    memory.add(event.visit, wait)
    wait.position = memory.position(wait)
    dialled = scene.came.pop(event.contact, "")
    if dialled:
        yield scene.row(event.contact, event.queue, NONE, "DID", dialled)
    number = scene.caller(event.contact)
    yield scene.row(event.contact, event.queue, NONE, "ENTERQUEUE", "", number, wait.position)


def _changed(memory: Memory, scene: _Scene, event: ev.VisitChanged) -> Rows:
    """Another head start: another place."""
    wait = memory.take(event.visit)
    if wait is not None:
        wait.key = waiting_key(wait.enqueued_at, event.head_start_ms, wait.number)
        memory.add(event.visit, wait)
    return iter(())


def _ended(memory: Memory, scene: _Scene, event: ev.VisitEnded) -> Rows:
    known = memory.waits.get(event.visit)
    if known is None:
        return
    position = memory.position(known)
    memory.take(event.visit)
    if event.outcome is VisitOutcome.CONNECTED:
        return
    name = ENDS[event.outcome]
    data: list[object] = [position, known.position, scene.seconds_since(known.began_at)]
    if name == "EXITWITHKEY":
        data.insert(0, scene.digit)
    elif name == "WITHDRAW":
        data.append(event.outcome.value)
    yield scene.row(known.contact, known.queue, NONE, name, *data)


def _contact_over(memory: Memory, scene: _Scene, event: ev.ContactEnded) -> Rows:
    memory.talks.pop(event.contact, None)
    memory.placed.pop(event.contact, None)
    return iter(())


# ---------------------------------------------------------------- calls to agents


def _offered(memory: Memory, scene: _Scene, event: ev.OfferMade) -> Rows:
    if event.visit in memory.waits:
        memory.ringing[event.offer] = Ringing(event.agent, event.visit, scene.at)
    return iter(())


def _rung(memory: Memory, scene: _Scene, event: ev.PhoneRung) -> Rows:
    """The agent of a customer in a browser was reserved before; it rings from now on."""
    if event.offer in memory.ringing:
        memory.ringing[event.offer].since = scene.at
    return iter(())


def _answered(memory: Memory, scene: _Scene, event: ev.OfferAnswered) -> Rows:
    if event.offer in memory.ringing:
        memory.ringing[event.offer].answered_at = scene.at
    return iter(())


def _offer_ended(memory: Memory, scene: _Scene, event: ev.OfferEnded) -> Rows:
    ringing = memory.ringing.pop(event.offer, None)
    wait = memory.waits.get(ringing.visit) if ringing is not None else None
    if ringing is None or wait is None:
        return
    rang_ms = max(0, scene.at - ringing.since)
    if event.outcome in NOT_ANSWERED:
        yield scene.row(wait.contact, wait.queue, ringing.agent, "RINGNOANSWER", rang_ms)
    elif event.outcome is OfferOutcome.CONTACT_GONE:
        yield scene.row(wait.contact, wait.queue, ringing.agent, "RINGCANCELED", rang_ms)


def _connected(memory: Memory, scene: _Scene, event: ev.ContactConnected) -> Rows:
    wait, ringing = memory.waits.get(event.visit), memory.ringing.get(event.offer)
    if wait is None:
        return
    waited_s, rang_s = scene.seconds_since(wait.began_at), 0
    if ringing is not None:
        answered_at = ringing.answered_at if ringing.answered_at is not None else scene.at
        rang_s = max(0, answered_at - ringing.since) // 1_000
    memory.talks[event.contact] = Talk(event.agent, wait.queue, scene.at, waited_s, wait.position)
    yield scene.row(event.contact, wait.queue, event.agent, "CONNECT", waited_s, f"{event.offer}-a", rang_s)


def _given_away(memory: Memory, scene: _Scene, event: ev.ContactTransferred) -> Rows:
    memory.placed.pop(event.contact, None)
    talk = memory.talks.get(event.contact)
    if talk is not None:
        talk.to = (event.to or event.queue, event.queue)
    return iter(())


def _talked(memory: Memory, scene: _Scene, event: ev.ConnectionEnded) -> Rows:
    talk = memory.talks.pop(event.contact, None)
    if talk is None:
        return
    figures = (talk.waited_s, scene.seconds_since(talk.since), talk.position)
    if talk.to is not None:
        yield scene.row(event.contact, talk.queue, talk.agent, "BLINDTRANSFER", *talk.to, *figures)
    else:
        name = "COMPLETEAGENT" if event.by in ("agent", "lost") else "COMPLETECALLER"
        yield scene.row(event.contact, talk.queue, talk.agent, name, *figures)


# ---------------------------------------------------------------- agents


def _began_journal(memory: Memory, scene: _Scene, event: ev.JournalStarted) -> Rows:
    """For readers: whoever was signed in or waited before is not any more."""
    yield scene.row(NONE, NONE, NONE, "QUEUESTART")


def _configured(memory: Memory, scene: _Scene, event: ev.ConfigurationApplied) -> Rows:
    memory.configure(event.configuration)
    for agent, known in list(memory.signed_in.items()):
        queues = memory.assigned.get(agent, [])
        for queue in known.queues:
            if queue not in queues:
                yield scene.row(PROGRAM, queue, agent, "REMOVEMEMBER")
        for queue in queues:
            if queue not in known.queues:
                yield scene.row(PROGRAM, queue, agent, "ADDMEMBER", *_paused(known))
        known.queues = queues
        if agent not in memory.assigned:
            del memory.signed_in[agent]


def _signed_in(memory: Memory, scene: _Scene, event: ev.AgentSignedIn) -> Rows:
    if event.agent in memory.signed_in:  # at another phone
        return
    known = SignedIn(memory.assigned.get(event.agent, []))
    memory.signed_in[event.agent] = known
    for queue in known.queues:
        yield scene.row(PROGRAM, queue, event.agent, "ADDMEMBER", *_paused(known))


def _signed_out(memory: Memory, scene: _Scene, event: ev.AgentSignedOut) -> Rows:
    known = memory.signed_in.pop(event.agent, None)
    for queue in known.queues if known is not None else ():
        yield scene.row(PROGRAM, queue, event.agent, "REMOVEMEMBER")


def _ready(memory: Memory, scene: _Scene, event: ev.AgentBecameReady) -> Rows:
    yield from _pause(memory, scene, event.agent, False, "")


def _not_ready(memory: Memory, scene: _Scene, event: ev.AgentBecameNotReady) -> Rows:
    yield from _pause(memory, scene, event.agent, True, event.reason)


def _pause(memory: Memory, scene: _Scene, agent: str, paused: bool, reason: str) -> Rows:
    known = memory.signed_in.get(agent)
    if known is None or not known.queues:
        return
    known.paused = paused
    name = "PAUSE" if paused else "UNPAUSE"
    yield scene.row(NONE, NONE, agent, f"{name}ALL", reason)
    for queue in known.queues:
        yield scene.row(NONE, queue, agent, name, reason)


def _paused(known: SignedIn) -> tuple[str, ...]:
    return ("PAUSED",) if known.paused else ()


WRITERS: dict[type, Callable[[Memory, _Scene, Any], Rows]] = {
    ev.JournalStarted: _began_journal,
    ev.ConfigurationApplied: _configured,
    ev.ContactArrived: _arrived,
    ev.VisitBegan: _began,
    ev.VisitChanged: _changed,
    ev.VisitEnded: _ended,
    ev.ContactEnded: _contact_over,
    ev.OfferMade: _offered,
    ev.PhoneRung: _rung,
    ev.OfferAnswered: _answered,
    ev.OfferEnded: _offer_ended,
    ev.ContactConnected: _connected,
    ev.ContactTransferred: _given_away,
    ev.ConnectionEnded: _talked,
    ev.AgentSignedIn: _signed_in,
    ev.AgentSignedOut: _signed_out,
    ev.AgentBecameReady: _ready,
    ev.AgentBecameNotReady: _not_ready,
}


__all__ = ["ENDS", "Caller", "Transcript", "nobody"]
