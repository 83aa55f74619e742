"""What follows when an agent gives a customer away: a new visit in another queue, or in one of another agent's.

The contact is the same one, with its id, its context and, if it is a call, its leg: nobody has to say again who they
are. It waits from now on, with the queue's own head start and steps, and is not offered to whoever gave it away.

An agent whose phone lost the call gets it back in the same way: for an instant the customer waits at their old place,
for nobody else.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import HangUpAction, Queue
from cordpair.acd.decide_desk import call, talk
from cordpair.acd.lost_calls import old_queue, wait_again
from cordpair.acd.model import AgentStatus, Cell, Connection, ContactRow, Pending
from cordpair.acd.placing import ring_placed_again
from cordpair.acd.proposals import (
    Entry,
    Events,
    begin,
    end_connection,
    enter,
    release,
    turned_away,
)
from cordpair.acd.refusal import Refusal
from cordpair.ids import AgentId, QueueId

# How long a customer is kept for the agent they were transferred to, where the queue has no ``sticky`` of its own.
KEPT_MS = 30_000


def transfer(cell: Cell, given: inp.Transfer, now: int) -> Events:
    contact, connection = talk(cell, given.contact, given.agent)
    if (given.queue is None) == (given.to is None):
        raise Refusal("a transfer goes to a queue or to an agent: exactly one of the two")
    if given.queue is not None:
        queue = _open_queue(cell, contact, given.queue)
    else:
        assert given.to is not None
        queue = _queue_of(cell, contact, connection, given.agent, given.to)
    yield ev.ContactTransferred(contact.contact, given.agent, queue.queue, given.to)
    yield from release(cell, contact)  # the customer first: nobody is alone in a bridge
    yield from end_connection(cell, contact, "transferred", now)
    if given.to is None:
        yield from enter(cell, contact, Entry(queue.queue, now), now)
    else:  # for a person: they are not turned away at the door
        kept = (given.to, now + (queue.sticky_ms or KEPT_MS))
        yield from begin(cell, contact, Entry(queue.queue, now, kept_for=kept), now)


def ring_again(cell: Cell, given: inp.RingAgain, now: int) -> Events:
    """No wrap-up: the conversation is not over. Who asked for a pause gets it, and the customer goes to others (but
    not one whom the agent had called)."""
    contact, connection = call(cell, given.contact, given.agent)
    queue, row = old_queue(cell, contact, connection), cell.state.agents[given.agent]
    if queue is None:
        raise Refusal(f"queue {connection.queue!r} does not take such contacts any more")
    stays = row.status is AgentStatus.READY and row.pending is Pending.NOTHING
    if contact.placed_by is not None:
        stays = True
    kept = (given.agent, now + (queue.sticky_ms or KEPT_MS)) if stays else None
    yield from release(cell, contact)
    yield from end_connection(cell, contact, "lost", now, is_over=False)
    yield from wait_again(cell, contact, connection, now, kept)
    if contact.placed_by is not None:
        yield from ring_placed_again(cell, contact, now)


def _open_queue(cell: Cell, contact: ContactRow, queue_id: QueueId) -> Queue:
    """A queue that takes such a contact, and does not hang up on it at the door: the agent keeps it, then."""
    queue = cell.book.queues.get(queue_id)
    if queue is None:
        raise Refusal(f"queue {queue_id!r} does not exist")
    if queue.medium != contact.medium:
        raise Refusal(f"queue {queue_id!r} takes {queue.medium}, not {contact.medium}")
    refusal = turned_away(cell, queue)
    if refusal is not None and isinstance(refusal[1], HangUpAction):
        raise Refusal(f"queue {queue_id!r} takes nobody now: {_WHY[refusal[0]]}")
    return queue


_WHY = {"full": "it is full", "no_agent": "it has no agent"}


def _queue_of(cell: Cell, contact: ContactRow, connection: Connection, agent: AgentId, to: AgentId) -> Queue:
    """Where the other agent takes it: the present queue if they work there, else the first of theirs."""
    row, configured = cell.state.agents.get(to), cell.book.agents.get(to)
    if row is None or configured is None:
        raise Refusal(f"agent {to!r} does not exist")
    if to == agent:
        raise Refusal(f"agent {to!r} talks to the contact already")
    if row.status is AgentStatus.SIGNED_OUT:
        raise Refusal(f"agent {to!r} is not signed in")
    works = [each.queue for each in configured.assignments if each.active]
    queues = [queue for each in works if (queue := cell.book.queues[each]).medium == contact.medium]
    if not queues:
        raise Refusal(f"agent {to!r} works in no queue for {contact.medium}")
    return next((each for each in queues if each.queue == connection.queue), queues[0])


__all__ = ["KEPT_MS", "ring_again", "transfer"]
