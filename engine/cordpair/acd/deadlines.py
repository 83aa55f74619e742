"""Everything that falls due, in one heap. A row says when it is next due; the heap follows what the rows say."""

from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import Any, NamedTuple

from cordpair.acd.configuration import Action, HangUpAction, Queue
from cordpair.acd.model import MOST_VISITS, Cell, NodeStatus, VisitRow
from cordpair.acd.strategies import GROUPS
from cordpair.acd.touched import Kind, Row
from cordpair.acd.trunks import may_move
from cordpair.acd.web import hangs_on_link, may_invite, needs_sound
from cordpair.ids import AgentId, ContactId, LegId, MoveId, NodeId, OfferId, VisitId


class Ending(NamedTuple):
    at: int
    cause: str
    action: Action


_at = attrgetter("at")


def is_down(cell: Cell, node_id: NodeId) -> bool:
    """Whether nothing is known of, and nothing can be done with, what is on this node: it falls due at the link-up."""
    node = cell.state.nodes.get(node_id)
    return node is not None and node.status in (NodeStatus.DOWN, NodeStatus.FENCED)


def ending(cell: Cell, visit: VisitRow) -> Ending | None:
    """When and by which rule the wait ends if nothing else happens: (at, cause, action)."""
    queue, endings = cell.book.queues[visit.queue], []
    if queue.max_wait_ms is not None:
        endings.append(Ending(visit.began_at + queue.max_wait_ms, "max_wait", queue.on_timeout))
    for rule, since in _empty(cell, queue):
        endings.append(Ending(max(since, visit.began_at) + queue.no_agent_after_ms, "no_agent", rule))
    if endings and cell.state.contacts[visit.contact].hops >= MOST_VISITS:
        endings = [each for each in endings if isinstance(each.action, HangUpAction)]
    return min(endings, key=_at, default=None)


def _empty(cell: Cell, queue: Queue) -> Iterator[tuple[Action, int]]:
    """The rules that apply because the queue has no agent, and since when."""
    row = cell.state.queues[queue.queue]
    if queue.on_no_agent_signed_in is not None and row.signed_in == 0:
        yield queue.on_no_agent_signed_in, row.unstaffed_since
    if queue.on_no_agent_ready is not None and row.ready == 0:
        yield queue.on_no_agent_ready, row.unready_since


def visit_due(cell: Cell, visit_id: VisitId) -> int | None:
    row = cell.state.visits.get(visit_id)
    if row is None or (is_down(cell, row.node) and hangs_on_link(cell.state.contacts[row.contact])):
        return None
    if row.accepted is not None:
        return row.join_until
    contact = cell.state.contacts[row.contact]
    if contact.placed_by is not None:
        if row.offers:
            return None
        keeps = contact.leg is not None and row.sticky_until is not None  # until the agent's phone is free again
        return row.sticky_until if keeps else row.enqueued_at
    times = []
    if row.step < len(row.steps) and not row.direct:
        times.append(row.began_at + row.steps[row.step].after_ms)
    if row.sticky_until is not None:
        times.append(row.sticky_until)
    if may_move(cell, row) or may_invite(cell, row) or needs_sound(cell, row):
        return row.enqueued_at  # at once, in the order of their places
    end = None if row.offers or row.moving else ending(cell, row)  # while somebody is alerted the caller stays
    if end is not None:
        times.append(end.at)
    if row.progress_at is not None and row.offers and cell.book.queues[row.queue].strategy in GROUPS:
        times.append(row.progress_at)
    return min(times, default=None)


def offer_due(cell: Cell, offer_id: OfferId) -> int | None:
    row = cell.state.offers.get(offer_id)
    if row is None or row.answered:
        return None
    contact = cell.state.contacts[row.contact]
    if is_down(cell, contact.node):
        return None
    if row.leg is None and contact.media and (row.taken or contact.call_until is not None):
        return None  # it is the browser's turn
    return row.expires_at


def agent_due(cell: Cell, agent_id: AgentId) -> int | None:
    row = cell.state.agents.get(agent_id)
    if row is None:
        return None
    times = [slot.until for slot in row.slots if slot.until is not None]
    times += [at for at in (row.not_before, row.desk_gone_until) if at is not None]
    return min(times, default=None)


def contact_due(cell: Cell, contact_id: ContactId) -> int | None:
    row = cell.state.contacts.get(contact_id)
    if row is None or (is_down(cell, row.node) and hangs_on_link(row)):
        return None
    if not row.media:
        return None if row.closing is None else row.closing_until
    times = (None if row.closing is None else row.closing_until, row.gone_until, row.call_until)
    return min((at for at in times if at is not None), default=None)


def leg_due(cell: Cell, leg_id: LegId) -> int | None:
    row = cell.state.legs.get(leg_id)
    return None if row is None or is_down(cell, row.node) else row.until


def node_due(cell: Cell, node_id: NodeId) -> int | None:
    row = cell.state.nodes.get(node_id)
    return row.opens_at if row is not None and row.status is NodeStatus.SETTLING else None


def move_due(cell: Cell, move_id: MoveId) -> int | None:
    """A caller who left may be where we cannot see them; of one who has not, the old node tells."""
    row = cell.state.moves.get(move_id)
    if row is None or is_down(cell, row.source if row.left_at is None else row.target):
        return None
    return row.until


_DUE: dict[Kind, Callable[[Cell, Any], int | None]] = {
    Kind.VISIT: visit_due,
    Kind.OFFER: offer_due,
    Kind.AGENT: agent_due,
    Kind.CONTACT: contact_due,
    Kind.LEG: leg_due,
    Kind.NODE: node_due,
    Kind.MOVE: move_due,
}


class Deadlines:
    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._heap: list[tuple[int, Kind, str]] = []
        self._armed: dict[Row, int] = {}

    def refresh(self, row: Row) -> None:
        due_of = _DUE.get(row[0])
        due = due_of(self._cell, row[1]) if due_of is not None else None
        if due is None:
            self._armed.pop(row, None)
        elif self._armed.get(row) != due:
            self._armed[row] = due
            heappush(self._heap, (due, *row))
            if len(self._heap) > 4 * len(self._armed) + 64:
                self._heap = [(at, *armed) for armed, at in self._armed.items()]
                heapify(self._heap)

    def refresh_node(self, node: NodeId) -> None:
        """A link came or went: what is on the node falls due again, or not any more."""
        state = self._cell.state
        for visit in state.visits.values():
            if visit.node == node:
                self.refresh((Kind.VISIT, visit.visit))
                for offer in visit.offers:
                    self.refresh((Kind.OFFER, offer))
        for move in state.moves.values():
            if node in (move.source, move.target):
                self.refresh((Kind.MOVE, move.move))
        for contact in state.contacts.values():
            if contact.node == node:
                self.refresh((Kind.CONTACT, contact.contact))
        for leg in state.legs.values():
            if leg.node == node:
                self.refresh((Kind.LEG, leg.leg))

    def next(self) -> int | None:
        while self._heap:
            due, kind, name = self._heap[0]
            if self._armed.get((kind, name)) == due:
                return due
            heappop(self._heap)
        return None

    def due(self, now: int) -> Row | None:
        """The earliest row that is due at ``now``."""
        due = self.next()
        return None if due is None or due > now else self._heap[0][1:]


__all__ = ["Deadlines", "Ending", "ending"]
