"""What decisions are made of: each function proposes the events that end an offer, start a visit, close a leg, …

All are generators: the core evolves each event before it asks for the next, so the tables read here are always
those after the event before.
"""

from collections.abc import Iterator

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.configuration import Action, HangUpAction, Queue, QueueAction, ServiceAction
from cordpair.acd.draws import draw
from cordpair.acd.entry import Entry, through_service
from cordpair.acd.model import (
    MOST_VISITS,
    Cell,
    Connection,
    ContactRow,
    LegState,
    OfferRow,
    Pending,
    SlotState,
    VisitRow,
)
from cordpair.acd.trunks import may_move
from cordpair.acd.web import requirement
from cordpair.ids import AgentId, BridgeId, LegId, OfferId, PlayId, QueueId, VisitId

Events = Iterator[ev.Event]

OLDEST_ARRIVAL_MS = 3_600_000

# cause × (hang up, sent on) → outcome. Code and documentation at once.
OUTCOMES: dict[str, tuple[VisitOutcome, VisitOutcome]] = {
    "max_wait": (VisitOutcome.TIMED_OUT, VisitOutcome.OVERFLOWED),
    "full": (VisitOutcome.REJECTED_FULL, VisitOutcome.OVERFLOWED),
    "no_agent": (VisitOutcome.REJECTED_NO_AGENT, VisitOutcome.OVERFLOWED),
    "key": (VisitOutcome.LEFT_BY_KEY, VisitOutcome.LEFT_BY_KEY),
    "share": (VisitOutcome.OVERFLOWED, VisitOutcome.OVERFLOWED),
    # Of calls that agents place: who of the two could not be had. Nobody is sent on.
    "agent_not_reached": (VisitOutcome.AGENT_NOT_REACHED, VisitOutcome.AGENT_NOT_REACHED),
    "customer_not_reached": (VisitOutcome.CUSTOMER_NOT_REACHED, VisitOutcome.CUSTOMER_NOT_REACHED),
    "cancelled": (VisitOutcome.CANCELLED, VisitOutcome.CANCELLED),
}


def outcome_of(cause: str, action: Action) -> VisitOutcome:
    hung_up, sent_on = OUTCOMES[cause]
    return hung_up if isinstance(action, HangUpAction) else sent_on


def believed(arrived_at: int, now: int) -> int:
    """When somebody arrived: a stamp longer ago than an hour, or in the future, comes from a clock that is wrong."""
    return arrived_at if 0 <= now - arrived_at <= OLDEST_ARRIVAL_MS else now


def new_id(cell: Cell, letter: str, what: str) -> str:
    return f"{cell.state.run}-{letter}{cell.state.numbers.get(what, 0) + 1}"


# ---------------------------------------------------------------- legs and bridges


def close_leg(cell: Cell, leg: LegId | None, cause: Cause, now: int) -> Events:
    """Ask for the leg's end, once."""
    row = cell.state.legs.get(leg) if leg is not None else None
    if row is not None and row.state is not LegState.ENDING:
        yield ev.LegClosing(row.leg, cause, now + cell.book.configuration.timing.hang_up_timeout_ms)


def answer(cell: Cell, leg: LegId | None) -> Events:
    row = cell.state.legs.get(leg) if leg is not None else None
    if row is not None and not row.answering and row.state is not LegState.UP:
        yield ev.LegAnswering(row.leg)


def release(cell: Cell, contact: ContactRow) -> Events:
    """A caller who lives on leaves first: nothing is played to a leg inside a bridge."""
    if contact.bridge is None:
        return
    leg = cell.state.legs.get(contact.leg) if contact.leg is not None else None
    held = contact.connection is not None and contact.connection.held
    lives_on = leg is not None and leg.state is not LegState.ENDING and not held
    yield ev.BridgeReleased(contact.bridge, contact.node, contact.leg if lives_on else None)


# ---------------------------------------------------------------- offers


def end_offer(cell: Cell, offer: OfferRow, outcome: OfferOutcome, now: int, cause: Cause = Cause.NORMAL) -> Events:
    """End an open offer for a reason that is not the agent's: nothing is held against them."""
    yield ev.OfferEnded(offer.offer, outcome)
    yield from close_leg(cell, offer.leg, cause, now)
    yield from settle_agent(cell, offer.agent)


def fail_offer(cell: Cell, offer: OfferRow, outcome: OfferOutcome, now: int) -> Events:
    """End an offer that the agent did not take: a delay, an exclusion, and after some in a row, not ready."""
    if cell.state.contacts[offer.contact].placed_by is not None:  # they asked for it: nothing is held against them
        yield from end_offer(cell, offer, outcome, now, Cause.NO_ANSWER)
        if cell.state.visits[offer.visit].sticky is not None:
            yield ev.StickyEnded(offer.visit)
        return
    rules = cell.book.configuration.misses
    delay = {
        OfferOutcome.MISSED: rules.miss_delay_ms,
        OfferOutcome.REJECTED: rules.reject_delay_ms,
        OfferOutcome.BUSY: rules.busy_delay_ms,
        OfferOutcome.UNREACHABLE: rules.unreachable_delay_ms,
        OfferOutcome.FAILED: rules.unreachable_delay_ms,
    }[outcome]
    agent = cell.state.agents[offer.agent]
    counts = outcome is not OfferOutcome.FAILED
    failures = agent.failures + 1 if counts else None
    not_before = max(now + delay, agent.not_before or 0) if delay else agent.not_before
    yield ev.OfferEnded(offer.offer, outcome, not_before, failures, exclude=True)
    visit = cell.state.visits.get(offer.visit)
    if visit is not None and visit.sticky == offer.agent:  # the one it was kept for did not take it
        yield ev.StickyEnded(offer.visit)
    if failures is not None and failures >= rules.limit and agent.pending is Pending.NOTHING:
        yield ev.AgentChangePending(offer.agent, Pending.NOT_READY, outcome.value)
    yield from close_leg(cell, offer.leg, Cause.NO_ANSWER, now)
    yield from settle_agent(cell, offer.agent)


def settle_agent(cell: Cell, agent_id: AgentId) -> Events:
    """When the last slot is free, what was pending takes effect."""
    agent = cell.state.agents.get(agent_id)
    if agent is None or agent.pending is Pending.NOTHING:
        return
    if any(slot.state is not SlotState.FREE for slot in agent.slots):
        return
    if agent.pending is Pending.SIGN_OUT:
        yield ev.AgentSignedOut(agent_id, agent.pending_reason)
    else:
        yield ev.AgentBecameNotReady(agent_id, agent.pending_reason)


def end_offers(cell: Cell, visit: VisitRow, outcome: OfferOutcome, now: int, keep: OfferId | None = None) -> Events:
    cause = Cause.ANSWERED_ELSEWHERE if outcome is OfferOutcome.ANSWERED_ELSEWHERE else Cause.NORMAL
    for offer in tuple(visit.offers):
        if offer != keep:
            yield from end_offer(cell, cell.state.offers[offer], outcome, now, cause)


def back_in_line(cell: Cell, contact: ContactRow, now: int) -> Events:
    """The join did not come about: the caller waits on with music, in place."""
    yield from release(cell, contact)
    if contact.visit is not None and contact.leg is not None:
        yield ev.MusicStarted(contact.contact, cell.book.queues[cell.state.visits[contact.visit].queue].music)


# ---------------------------------------------------------------- visits


def end_visit(cell: Cell, visit: VisitRow, outcome: VisitOutcome, now: int) -> Events:
    """End the wait: open offers are withdrawn first."""
    yield from end_offers(cell, visit, OfferOutcome.CONTACT_GONE, now)
    contact = cell.state.contacts[visit.contact]
    yield from release(cell, contact)
    yield ev.VisitEnded(visit.visit, outcome, max(0, now - visit.enqueued_at))


def enter(cell: Cell, contact: ContactRow, entry: Entry, now: int, began_at: int | None = None) -> Events:
    """Begin a visit, or be turned away at the door and follow the rule for that."""
    queue = cell.book.queues[entry.queue]
    number = next_visit(cell)
    refusal = turned_away(cell, queue)
    if refusal is not None and contact.hops < MOST_VISITS:
        cause, action = refusal
        visit = VisitId(new_id(cell, "v", "visit"))
        yield ev.VisitRefused(visit, contact.contact, entry.queue, outcome_of(cause, action), number)
        yield from follow(cell, contact, action, entry.enqueued_at, now)
    else:
        yield from begin(cell, contact, entry, now, began_at)


def begin(cell: Cell, contact: ContactRow, entry: Entry, now: int, began_at: int | None = None) -> Events:
    """Begin a visit past the door: who had a place already is not turned away."""
    queue = cell.book.queues[entry.queue]
    steps = queue.steps if entry.steps is None else entry.steps
    if contact.media:
        steps = requirement(contact, queue, steps, cell.book.configuration.web.video_skill)
    sticky, sticky_until = entry.kept_for or (None, None)
    if sticky is None and queue.sticky_ms and contact.last_agent in cell.state.agents:
        sticky, sticky_until = contact.last_agent, now + queue.sticky_ms
    yield ev.VisitBegan(
        VisitId(new_id(cell, "v", "visit")),
        contact.contact,
        entry.queue,
        next_visit(cell),
        entry.enqueued_at,
        now if began_at is None else began_at,
        queue.head_start_ms + entry.head_start_ms,
        steps,
        sticky,
        sticky_until,
        entry.service,
        direct=entry.kept_for is not None,
        excluded=(contact.given_by,) if contact.given_by in cell.state.agents else (),
    )
    yield from entertain(cell, contact, queue)


def next_visit(cell: Cell) -> int:
    return cell.state.numbers.get("visit", 0) + 1


def turned_away(cell: Cell, queue: Queue) -> tuple[str, Action] | None:
    """The rule that turns away the contact that would arrive next, if one applies."""
    row = cell.state.queues[queue.queue]
    if queue.max_length is not None and row.waiting >= queue.max_length:
        return "full", queue.on_full
    if queue.no_agent_after_ms == 0:
        if queue.on_no_agent_signed_in is not None and row.signed_in == 0:
            return "no_agent", queue.on_no_agent_signed_in
        if queue.on_no_agent_ready is not None and row.ready == 0:
            return "no_agent", queue.on_no_agent_ready
    overflow = queue.overflow
    if overflow is not None and draw(cell.state.seed, 2 * next_visit(cell) + 1) * 100 < overflow.percent:
        return "share", QueueAction(overflow.queue)
    return None


def entertain(cell: Cell, contact: ContactRow, queue: Queue) -> Events:
    """What the caller hears while waiting: the queue's prompt, then its music. Nothing, who is sent elsewhere."""
    if contact.leg is None or (contact.visit is not None and may_move(cell, cell.state.visits[contact.visit])):
        return
    yield from answer(cell, contact.leg)
    if queue.prompt:
        yield ev.PromptStarted(contact.contact, PlayId(new_id(cell, "p", "play")), queue.prompt)
    else:
        yield ev.MusicStarted(contact.contact, queue.music)


def follow(cell: Cell, contact: ContactRow, action: Action, enqueued_at: int, now: int) -> Events:
    """Do what a rule says with a contact whose visit has ended."""
    if isinstance(action, QueueAction):
        yield from enter(cell, contact, Entry(action.queue, enqueued_at), now)
    elif isinstance(action, ServiceAction):
        service = cell.book.services[action.service]
        yield from enter(cell, contact, through_service(service, enqueued_at), now)
    elif action.prompt and contact.leg is not None:
        until = now + cell.book.configuration.timing.closing_timeout_ms
        yield ev.ContactClosing(contact.contact, action.cause, until)
        yield from answer(cell, contact.leg)
        yield ev.PromptStarted(contact.contact, PlayId(new_id(cell, "p", "play")), action.prompt)
    else:
        yield from finish(cell, contact, action.cause, ContactEnd.SYSTEM, now)


# ---------------------------------------------------------------- contacts


def finish(cell: Cell, contact: ContactRow, cause: Cause, end: ContactEnd, now: int) -> Events:
    """The contact's end: its leg is ended, its bridge released."""
    yield from close_leg(cell, contact.leg, cause, now)
    yield from release(cell, contact)
    yield ev.ContactEnded(contact.contact, end)


def end_connection(  # how it ends
    cell: Cell, contact: ContactRow, by: str, now: int, not_before: int | None = None, *, is_over: bool = True
) -> Events:
    """The conversation ends: wrap-up begins, unless there is none. ``not_before``: the agent's phone is doubtful.

    ``is_over`` false: the same two talk again in a moment."""
    connection = contact.connection
    assert connection is not None
    wrap_up = wrap_up_ms(cell, connection.agent, connection.queue) if is_over else 0
    yield ev.ConnectionEnded(
        contact.contact,
        connection.agent,
        max(0, now - connection.since),
        by,
        now + wrap_up if wrap_up else None,
        not_before,
    )
    yield from close_leg(cell, connection.leg, Cause.NORMAL, now)
    yield from settle_agent(cell, connection.agent)


def wrap_up_ms(cell: Cell, agent_id: AgentId, queue_id: QueueId) -> int:
    """The agent's own for the queue, else the agent's, else the queue's."""
    agent, queue = cell.book.agents.get(agent_id), cell.book.queues.get(queue_id)
    if agent is not None:
        for assignment in agent.assignments:
            if assignment.queue == queue_id and assignment.wrap_up_ms is not None:
                return assignment.wrap_up_ms
        if agent.wrap_up_ms is not None:
            return agent.wrap_up_ms
    return queue.wrap_up_ms if queue is not None else 0


def hold_music(cell: Cell, connection: Connection) -> str:
    queue = cell.book.queues.get(connection.queue)
    return queue.music if queue is not None else "default"


def bridge_of(offer: OfferId) -> BridgeId:
    return BridgeId(f"{offer}-b")


def leg_of(offer: OfferId) -> LegId:
    return LegId(f"{offer}-a")


__all__ = [
    "OUTCOMES",
    "Entry",
    "Events",
    "answer",
    "back_in_line",
    "begin",
    "believed",
    "bridge_of",
    "close_leg",
    "end_connection",
    "end_offer",
    "end_offers",
    "end_visit",
    "enter",
    "entertain",
    "fail_offer",
    "finish",
    "follow",
    "hold_music",
    "leg_of",
    "new_id",
    "outcome_of",
    "release",
    "settle_agent",
    "through_service",
    "turned_away",
]
