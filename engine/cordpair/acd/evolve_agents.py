"""Event → tables: agents. See ``evolve``."""

from collections.abc import Callable, Iterator
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import AgentRow, AgentStatus, Cell, Pending, QueueRow, SlotState
from cordpair.acd.slots import fit_slots
from cordpair.acd.touched import Kind, Touched


def _queues(cell: Cell, row: AgentRow) -> Iterator[QueueRow]:
    """The queues where the agent counts as staff."""
    agent = cell.book.agents.get(row.agent)
    if agent is not None:
        for assignment in agent.assignments:
            if assignment.active and assignment.queue in cell.state.queues:
                yield cell.state.queues[assignment.queue]


def recount(cell: Cell, at: int) -> None:
    """Count every queue's staff again (after a new configuration)."""
    before = {queue.queue: (queue.signed_in, queue.ready) for queue in cell.state.queues.values()}
    for queue in cell.state.queues.values():
        queue.signed_in = queue.ready = 0
    for row in cell.state.agents.values():
        for queue in _queues(cell, row):
            queue.signed_in += row.status is not AgentStatus.SIGNED_OUT
            queue.ready += row.status is AgentStatus.READY
    for queue in cell.state.queues.values():
        signed_in, ready = before[queue.queue]
        if signed_in and not queue.signed_in:
            queue.unstaffed_since = at
        if ready and not queue.ready:
            queue.unready_since = at


def _set_status(cell: Cell, row: AgentRow, status: AgentStatus, reason: str, at: int) -> Touched:
    """Change the status, keep the queues' counts of staff, and clear what was pending."""
    signed_in = (status is not AgentStatus.SIGNED_OUT) - (row.status is not AgentStatus.SIGNED_OUT)
    ready = (status is AgentStatus.READY) - (row.status is AgentStatus.READY)
    emptied: list[tuple[Kind, str]] = [(Kind.AGENT, row.agent)]
    if signed_in or ready:
        for queue in _queues(cell, row):
            queue.signed_in += signed_in
            queue.ready += ready
            if signed_in < 0 and queue.signed_in == 0:
                queue.unstaffed_since = at
                emptied.append((Kind.QUEUE, queue.queue))
            if ready < 0 and queue.ready == 0:
                queue.unready_since = at
                emptied.append((Kind.QUEUE, queue.queue))
    row.status, row.reason, row.since = status, reason, at
    row.pending, row.pending_reason = Pending.NOTHING, ""
    return tuple(emptied)


def _signed_in(cell: Cell, event: ev.AgentSignedIn, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    if row.seat is not None and row.seat in cell.state.seats:
        cell.state.seats[row.seat].agent = None
    row.seat = event.seat
    if event.seat is not None:
        cell.state.seats[event.seat].agent = event.agent
    if row.status is not AgentStatus.SIGNED_OUT:
        return ((Kind.AGENT, event.agent),)  # the phone follows the user: only the seat changed
    row.idle_since = at
    row.failures, row.not_before, row.phone_lost = 0, None, False
    return _set_status(cell, row, AgentStatus.NOT_READY, "signed-in", at)


def _signed_out(cell: Cell, event: ev.AgentSignedOut, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    if row.seat is not None and row.seat in cell.state.seats:
        cell.state.seats[row.seat].agent = None
    row.seat, row.not_before, row.phone_lost = None, None, False
    if row.desk_gone_until is not None:
        row.desk, row.desk_gone_until = False, None
    return _set_status(cell, row, AgentStatus.SIGNED_OUT, event.reason, at)


def _became_ready(cell: Cell, event: ev.AgentBecameReady, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    row.failures = 0
    return _set_status(cell, row, AgentStatus.READY, "", at)


def _became_not_ready(cell: Cell, event: ev.AgentBecameNotReady, at: int) -> Touched:
    return _set_status(cell, cell.state.agents[event.agent], AgentStatus.NOT_READY, event.reason, at)


def _change_pending(cell: Cell, event: ev.AgentChangePending, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    row.pending, row.pending_reason = event.pending, event.reason
    return ((Kind.AGENT, event.agent),)


def _delay_ended(cell: Cell, event: ev.AgentDelayEnded, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    row.not_before, row.phone_lost = None, False
    return ((Kind.AGENT, event.agent),)


def _wrap_up_ended(cell: Cell, event: ev.WrapUpEnded, at: int) -> Touched:
    row = cell.state.agents[event.agent]
    slot = row.slots[event.slot]
    slot.state, slot.contact, slot.since, slot.until = SlotState.FREE, None, at, None
    slot.queue, slot.disposition = None, ""
    if all(other.state is SlotState.FREE for other in row.slots):
        row.idle_since = at
        fit_slots(cell, row)
    return ((Kind.AGENT, event.agent),)


AGENT_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.AgentSignedIn: _signed_in,
    ev.AgentSignedOut: _signed_out,
    ev.AgentBecameReady: _became_ready,
    ev.AgentBecameNotReady: _became_not_ready,
    ev.AgentChangePending: _change_pending,
    ev.AgentDelayEnded: _delay_ended,
    ev.WrapUpEnded: _wrap_up_ended,
}

__all__ = ["AGENT_EVENTS", "recount"]
