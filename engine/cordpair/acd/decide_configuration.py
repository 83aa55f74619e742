"""What follows from a changed configuration: whole or not at all, and no contact loses its place by it.

The rules are in ``docs/reference/reload.md``. In short: what a contact has from the configuration follows it, what
was set for this contact alone stays; what is in use cannot be taken away.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Configuration, Queue, Step, in_force
from cordpair.acd.decide_agents import send_home
from cordpair.acd.model import AgentRow, AgentStatus, Book, Cell, ContactRow, SlotState, VisitRow
from cordpair.acd.proposals import Events
from cordpair.acd.refusal import Refusal
from cordpair.acd.web import requirement
from cordpair.ids import AgentId


def apply_configuration(cell: Cell, given: inp.ApplyConfiguration, now: int) -> Events:
    new, before = given.configuration, cell.book
    reasons = list(in_use(cell, new))
    if reasons:
        raise Refusal("; ".join(reasons))
    if new == cell.state.configuration:
        return
    kept = {agent.agent for agent in new.agents}
    for row in [row for row in cell.state.agents.values() if row.agent not in kept]:
        if row.status is not AgentStatus.SIGNED_OUT:
            yield from send_home(cell, row, now, "removed")
    yield ev.ConfigurationApplied(new)
    for visit in list(cell.state.visits.values()):
        yield from _look_again(cell, before, visit, now)


# ---------------------------------------------------------------- what may not be taken away


def in_use(cell: Cell, new: Configuration) -> Iterator[str]:
    """Every reason for which the configuration cannot be applied now, in words for the operator."""
    yield from _queues_in_use(cell, new)
    agents = {agent.agent for agent in new.agents}
    for agent in cell.state.agents.values():
        if agent.agent not in agents and _has_contact(cell, agent):
            yield f"agent {agent.agent!r} cannot be removed: a contact is with them"
    yield from _seats_in_use(cell, new, agents)


def _queues_in_use(cell: Cell, new: Configuration) -> Iterator[str]:
    media = {queue.queue: queue.medium for queue in new.queues}
    for row in cell.state.queues.values():
        if not row.waiting:
            continue
        wait = "1 contact waits" if row.waiting == 1 else f"{row.waiting} contacts wait"
        if row.queue not in media:
            yield f"queue {row.queue!r} cannot be removed: {wait} in it"
        elif media[row.queue] != cell.book.queues[row.queue].medium:
            yield f"queue {row.queue!r} cannot change its medium: {wait} in it"


def _has_contact(cell: Cell, row: AgentRow) -> bool:
    """Whether the agent talks, or has answered."""
    for slot in row.slots:
        if slot.state is SlotState.CONNECTED:
            return True
        if slot.state is SlotState.OFFERED and slot.offer is not None and cell.state.offers[slot.offer].answered:
            return True
    return False


def _seats_in_use(cell: Cell, new: Configuration, agents: set[AgentId]) -> Iterator[str]:
    endpoints = {seat.seat: seat.endpoint for seat in new.seats}
    for row in cell.state.seats.values():
        known = cell.book.seats.get(row.seat)
        if row.legs and known is not None and endpoints.get(row.seat) != known.endpoint:
            what = "be removed" if row.seat not in endpoints else "move to another endpoint"
            yield f"seat {row.seat!r} cannot {what}: a call is at its phone"
        elif row.seat not in endpoints and row.agent is not None and row.agent in agents:
            yield f"seat {row.seat!r} cannot be removed: agent {row.agent!r} is signed in there"


# ---------------------------------------------------------------- who waits


class _Source(NamedTuple):
    head_start_ms: int
    steps: tuple[Step, ...]


def _source(book: Book, visit: VisitRow, contact: ContactRow) -> _Source | None:
    """What the configuration gives to such a visit; None when what it came through is gone or leads elsewhere."""
    queue = book.queues[visit.queue]
    if visit.service is None:
        return _Source(queue.head_start_ms, _steps(book, queue, contact, queue.steps))
    service = book.services.get(visit.service)
    if service is None or service.queue != visit.queue:
        return None
    steps = queue.steps if service.steps is None else service.steps
    return _Source(queue.head_start_ms + service.head_start_ms, _steps(book, queue, contact, steps))


def _steps(book: Book, queue: Queue, contact: ContactRow, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return requirement(contact, queue, steps, book.configuration.web.video_skill) if contact.media else steps


def _look_again(cell: Cell, before: Book, visit: VisitRow, now: int) -> Events:
    """The same wait under the new rules: as if they had been in force since it began."""
    contact = cell.state.contacts[visit.contact]
    if contact.placed_by is not None:  # asks nothing of the queue
        return
    yield from _still_sticky(cell, visit)
    old, new = _source(before, visit, contact), _source(cell.book, visit, contact)
    if old is None or new is None or old == new:
        return
    head_start = new.head_start_ms if visit.head_start_ms == old.head_start_ms else visit.head_start_ms
    if visit.steps != old.steps or old.steps == new.steps:
        if head_start != visit.head_start_ms:
            yield ev.VisitChanged(visit.visit, head_start, visit.levels, visit.steps)
        return
    past, levels = in_force(new.steps, now - visit.began_at)
    if visit.direct:  # nothing is demanded of the one it is kept for
        levels = visit.levels
    yield ev.VisitChanged(visit.visit, head_start, levels, new.steps, past)


def _still_sticky(cell: Cell, visit: VisitRow) -> Events:
    if visit.sticky is None:
        return
    agent = cell.book.agents.get(visit.sticky)
    works = agent is not None and any(each.queue == visit.queue and each.active for each in agent.assignments)
    if agent is None or not (works if visit.direct else cell.book.queues[visit.queue].sticky_ms):
        yield ev.StickyEnded(visit.visit)


__all__ = ["apply_configuration", "in_use"]
