"""Event → tables: contacts and their visits. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.causes import VisitOutcome
from cordpair.acd.configuration import in_force
from cordpair.acd.evolve_moves import end_move
from cordpair.acd.evolve_placed import remember_placed
from cordpair.acd.model import Cell, ContactRow, LegRole, LegRow, QueueRow, VisitRow
from cordpair.acd.touched import Kind, Touched


def count(cell: Cell, what: str, number: int | None = None) -> None:
    numbers = cell.state.numbers
    numbers[what] = numbers.get(what, 0) + 1 if number is None else number


def _contact_arrived(cell: Cell, event: ev.ContactArrived, at: int) -> Touched:
    count(cell, "contact")
    cell.state.contacts[event.contact] = ContactRow(
        event.contact,
        event.node,
        event.medium,
        event.arrived_at,
        leg=event.leg,
        service=event.service,
        last_agent=event.last_agent,
        context_id=event.context_id,
        key=event.key,
        media=event.media,
        levels=event.levels,
        origin=event.origin,
        placed_by=event.placed_by,
        caller_id=event.caller_id,
    )
    if event.media:
        cell.state.sessions[event.context_id] = event.contact
    if event.placed_by is not None:
        remember_placed(cell, event.key, event.contact)
    elif event.key:
        cell.state.tasks[event.key] = event.contact
    if event.leg is not None:
        cell.state.legs[event.leg] = LegRow(event.leg, event.node, LegRole.CALLER, contact=event.contact)
    return ()


def _visit_began(cell: Cell, event: ev.VisitBegan, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    count(cell, "visit", event.number)
    begins_with = event.steps[0] if event.steps and event.steps[0].after_ms == 0 and not event.direct else None
    cell.state.visits[event.visit] = VisitRow(
        event.visit,
        event.contact,
        event.queue,
        contact.medium,
        contact.node,
        event.number,
        event.enqueued_at,
        event.began_at,
        event.head_start_ms,
        event.steps,
        levels=begins_with.levels if begins_with is not None else {},
        step=0 if begins_with is None else 1,
        sticky=event.sticky,
        sticky_until=event.sticky_until,
        direct=event.direct,
        excluded=event.excluded,
        service=event.service,
    )
    contact.visit = event.visit
    contact.hops += 1
    queue = cell.state.queues[event.queue]
    queue.offered += 1
    queue.waiting += 1
    return ((Kind.VISIT, event.visit),)


def _add_outcome(queue: QueueRow, outcome: VisitOutcome) -> None:
    queue.outcomes[outcome] = queue.outcomes.get(outcome, 0) + 1


def _visit_refused(cell: Cell, event: ev.VisitRefused, at: int) -> Touched:
    count(cell, "visit", event.number)
    cell.state.contacts[event.contact].hops += 1
    queue = cell.state.queues[event.queue]
    queue.offered += 1
    _add_outcome(queue, event.outcome)
    return ()


def _visit_ended(cell: Cell, event: ev.VisitEnded, at: int) -> Touched:
    visit = cell.state.visits.pop(event.visit)
    cell.state.contacts[visit.contact].visit = None
    queue = cell.state.queues[visit.queue]
    queue.waiting -= 1
    _add_outcome(queue, event.outcome)
    return ((Kind.VISIT, event.visit),)


def _requirement_stepped(cell: Cell, event: ev.RequirementStepped, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.step = event.step
    visit.levels = visit.steps[event.step - 1].levels
    return ((Kind.VISIT, event.visit),)


def _visit_changed(cell: Cell, event: ev.VisitChanged, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.head_start_ms = event.head_start_ms
    visit.levels = event.levels
    if event.step is not None:
        visit.steps, visit.step = event.steps, event.step
    elif event.steps != visit.steps:  # a new requirement has come all the way; an old one goes on
        visit.steps, visit.step = event.steps, len(event.steps)
    return ((Kind.VISIT, event.visit),)


def _sticky_ended(cell: Cell, event: ev.StickyEnded, at: int) -> Touched:
    visit = cell.state.visits[event.visit]
    visit.sticky = visit.sticky_until = None
    if visit.direct:  # from now on it is the queue's like any other, and has waited in it since it began
        visit.direct = False
        visit.step, visit.levels = in_force(visit.steps, at - visit.began_at)
    return ((Kind.VISIT, event.visit),)


def _exclusions_cleared(cell: Cell, event: ev.ExclusionsCleared, at: int) -> Touched:
    cell.state.visits[event.visit].excluded = ()
    return ((Kind.VISIT, event.visit),)


def _group_opened(cell: Cell, event: ev.GroupOpened, at: int) -> Touched:
    cell.state.visits[event.visit].progress_at = None
    return ((Kind.VISIT, event.visit),)


def _prompt_started(cell: Cell, event: ev.PromptStarted, at: int) -> Touched:
    count(cell, "play")
    cell.state.contacts[event.contact].play = event.play
    return ()


def _prompt_ended(cell: Cell, event: ev.PromptEnded, at: int) -> Touched:
    cell.state.contacts[event.contact].play = None
    return ()


def _contact_closing(cell: Cell, event: ev.ContactClosing, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    contact.closing, contact.closing_until = event.cause, event.until
    return ((Kind.CONTACT, event.contact),)


def _contact_ended(cell: Cell, event: ev.ContactEnded, at: int) -> Touched:
    contact = cell.state.contacts.pop(event.contact)
    if contact.key and cell.state.tasks.get(contact.key) == event.contact:
        del cell.state.tasks[contact.key]
    if contact.media:
        del cell.state.sessions[contact.context_id]
    if contact.move is None:
        return ((Kind.CONTACT, event.contact),)
    return ((Kind.CONTACT, event.contact), *end_move(cell, contact, contact.move))


VISIT_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.ContactArrived: _contact_arrived,
    ev.VisitBegan: _visit_began,
    ev.VisitRefused: _visit_refused,
    ev.VisitEnded: _visit_ended,
    ev.RequirementStepped: _requirement_stepped,
    ev.VisitChanged: _visit_changed,
    ev.StickyEnded: _sticky_ended,
    ev.ExclusionsCleared: _exclusions_cleared,
    ev.GroupOpened: _group_opened,
    ev.PromptStarted: _prompt_started,
    ev.PromptEnded: _prompt_ended,
    ev.ContactClosing: _contact_closing,
    ev.ContactEnded: _contact_ended,
}

__all__ = ["VISIT_EVENTS", "count"]
