"""Several PBXs as one: over which node a phone is rung, and where a caller may be sent to."""

from cordpair.acd.causes import SeatStatus
from cordpair.acd.model import AgentRow, Cell, LegState, NodeRow, NodeStatus, SeatRow, State, VisitRow
from cordpair.ids import NodeId, SeatId

# Answered callers of one node on their way to another at once: each is a new call there, and seconds count.
MOVES_AT_ONCE = 20


def takes_calls(row: NodeRow | None) -> bool:
    """Whether a node is given calls that need not be there."""
    return row is not None and row.status is NodeStatus.OPEN and not row.draining


# ---------------------------------------------------------------- agents' phones


def _rings_at(cell: Cell, seat: SeatRow, node: NodeId) -> bool:
    """A phone that is busy with a call of ours over the trunk is busy as by a direct one: not out of reach."""
    status = seat.status[node]
    if status is SeatStatus.BUSY:
        return any(cell.state.legs[leg].via == node for leg in seat.legs if leg in cell.state.legs)
    return status is SeatStatus.REACHABLE


def phone_nodes(cell: Cell, seat_id: SeatId) -> tuple[NodeId, ...]:
    """The nodes where the phone itself can be rung now."""
    only, seat = cell.book.seats[seat_id].node, cell.state.seats[seat_id]
    return tuple(node for node in sorted(seat.status) if (only is None or node == only) and _rings_at(cell, seat, node))


def is_away(cell: Cell, seat_id: SeatId) -> bool:
    """Whether every PBX that could ring the phone says that it is not there. One without a link says nothing."""
    only, seat = cell.book.seats[seat_id].node, cell.state.seats[seat_id]
    known = {node: status for node, status in seat.status.items() if only is None or node == only}
    linked = all(cell.state.nodes[node].status in (NodeStatus.OPEN, NodeStatus.SETTLING) for node in known)
    return bool(known) and linked and all(status is SeatStatus.UNREACHABLE for status in known.values())


def reachable_nodes(cell: Cell, row: AgentRow) -> tuple[NodeId, ...]:
    """The nodes whose callers can have the agent now: where the phone is, and those with a trunk to there."""
    if row.seat is None or row.seat not in cell.book.seats:
        return ()
    direct, reached_from = phone_nodes(cell, row.seat), cell.book.reached_from
    if not reached_from:
        return direct
    nodes = set(direct)
    for node in direct:
        if node in reached_from and takes_calls(cell.state.nodes.get(node)):
            nodes.update(reached_from[node])
    return tuple(sorted(nodes))


def route(cell: Cell, seat: SeatId, node: NodeId) -> NodeId | None:
    """Over which other node a caller on ``node`` reaches the phone; None: directly."""
    there = phone_nodes(cell, seat)
    if node in there:
        return None
    peers = cell.book.configuration.peers.get(node, {})
    return next((each for each in there if each in peers and takes_calls(cell.state.nodes.get(each))), None)


# ---------------------------------------------------------------- callers


def target_of(cell: Cell, node: NodeId) -> NodeId | None:
    """Where callers of the node can be sent to."""
    addresses = cell.book.configuration.addresses
    for each in cell.book.configuration.nodes:
        if each != node and each in addresses and takes_calls(cell.state.nodes.get(each)):
            return each
    return None


def may_move(cell: Cell, visit: VisitRow) -> bool:
    """Whether the one who waits is to be moved off a draining node now. Nobody is while an agent is alerted, or while
    nothing is known of the node."""
    node = cell.state.nodes.get(visit.node)
    if node is None or not node.draining or node.status is not NodeStatus.OPEN:
        return False
    contact = cell.state.contacts[visit.contact]
    leg = cell.state.legs.get(contact.leg) if contact.leg is not None else None
    if leg is None or leg.state is LegState.ENDING or leg.doubted:
        return False
    if contact.media:  # there is one door, and it lets the browser call what it was told to
        return False
    if contact.placed_by is not None:  # did not call us, and would not call again
        return False
    if contact.stays or visit.moving or visit.offers or visit.accepted is not None:
        return False
    if leg.state is LegState.UP:
        if node.moving >= MOVES_AT_ONCE:
            return False
    elif leg.answering:  # neither a redirect nor a transfer would do
        return False
    return target_of(cell, visit.node) is not None


def left_on(state: State, node: NodeId) -> tuple[int, int]:
    """What is still on the node: contacts, and legs of ours (to its phones over a trunk, too)."""
    contacts = sum(row.node == node for row in state.contacts.values())
    return contacts, sum(node in (row.node, row.via) for row in state.legs.values())


__all__ = [
    "MOVES_AT_ONCE",
    "is_away",
    "left_on",
    "may_move",
    "phone_nodes",
    "reachable_nodes",
    "route",
    "takes_calls",
    "target_of",
]
