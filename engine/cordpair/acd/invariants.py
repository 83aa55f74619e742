"""Laws that hold after every ``receive``. Tests check them after each step; the running engine samples them.

Conservation: nothing is lost, nothing is held twice. Truth: the index says what the tables say.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cordpair.acd.configuration import VOICE
from cordpair.acd.core import Acd
from cordpair.acd.eligibility import agent_obstacles, visit_obstacles
from cordpair.acd.model import (
    AgentRow,
    AgentStatus,
    Book,
    BridgeRow,
    Cell,
    Connection,
    ContactRow,
    LegRole,
    LegRow,
    LegState,
    MoveRow,
    NodeRow,
    OfferRow,
    Pending,
    QueueRow,
    SeatRow,
    Slot,
    SlotState,
    VisitRow,
)
from cordpair.acd.profiles import is_staff
from cordpair.acd.skills import ANYWHERE, meets
from cordpair.acd.trunks import reachable_nodes
from cordpair.acd.web import is_absent, is_off_pbx
from cordpair.ids import AgentId, QueueId

Law = Callable[[Cell, Any], Iterator[str]]


def breaches(acd: Acd, now: int) -> list[str]:
    """Every law that does not hold now, in words. Empty when all is well. Looks at everything: O(waiting × agents)."""
    cell = acd.cell
    found = [breach for table, law in rows(cell) for row in table.values() for breach in law(cell, row)]
    staff = staff_of(cell.book)
    found += [*waiting_counts(cell)]
    found += [breach for row in cell.state.queues.values() for breach in staff_counts(cell, row, staff)]
    return [*found, *_eligible_pairs(cell, now), *deadlines(acd, now)]


def rows(cell: Cell) -> tuple[tuple[dict[Any, Any], Law], ...]:
    """Every table with the law of its rows; each row can be looked at by itself."""
    state = cell.state
    return (
        (state.agents, _agent),
        (state.seats, _seat),
        (state.contacts, _contact),
        (state.visits, _visit),
        (state.visits, _exclusion),
        (state.offers, _offer),
        (state.legs, _leg),
        (state.bridges, _bridge),
        (state.moves, _move),
        (state.nodes, _node),
        (state.queues, balance),
    )


def _agent(cell: Cell, row: AgentRow) -> Iterator[str]:
    if row.status is AgentStatus.SIGNED_OUT and any(slot.state is not SlotState.FREE for slot in row.slots):
        yield f"agent {row.agent} is signed out but in use"
    if row.status is AgentStatus.SIGNED_OUT and row.seat is not None:
        yield f"agent {row.agent} is signed out but sits at {row.seat}"
    if row.seat is not None and cell.state.seats[row.seat].agent != row.agent:
        yield f"seat {row.seat} does not know its agent {row.agent}"
    if row.status is AgentStatus.NOT_READY and any(_is_offered(cell, row, slot) for slot in row.slots):
        yield f"agent {row.agent} is offered a contact while not ready"
    if row.pending is not Pending.NOTHING and all(slot.state is SlotState.FREE for slot in row.slots):
        yield f"agent {row.agent} waits for nothing to become {row.pending}"
    if row.phone_lost and row.not_before is None:
        yield f"agent {row.agent} lost a phone and nobody will look for it"
    yield from _desk(cell, row)
    for index, slot in enumerate(row.slots):
        yield from _slot(cell, row, index, slot)
    voice = [slot for slot in row.slots if slot.medium == VOICE and slot.state is not SlotState.FREE]
    if voice and sum(slot.state is not SlotState.FREE for slot in row.slots) > 1:
        yield f"agent {row.agent} has something beside a call"


def _is_offered(cell: Cell, row: AgentRow, slot: Slot) -> bool:
    """Something that the agent did not ask for."""
    contact = cell.state.contacts.get(slot.contact) if slot.contact is not None else None
    return slot.state is SlotState.OFFERED and (contact is None or contact.placed_by != row.agent)


def _desk(cell: Cell, row: AgentRow) -> Iterator[str]:
    if row.desk_gone_until is None:
        return
    if not row.desk or row.status is AgentStatus.SIGNED_OUT:
        yield f"agent {row.agent} has no desk, and it is waited for"
    for slot in row.slots:
        offer = cell.state.offers.get(slot.offer) if slot.offer is not None else None
        if offer is not None and offer.leg is None and not offer.answered:
            yield f"agent {row.agent} is alerted on a desk that is gone"


def _seat(cell: Cell, seat: SeatRow) -> Iterator[str]:
    if seat.agent is not None and cell.state.agents[seat.agent].seat != seat.seat:
        yield f"seat {seat.seat} holds agent {seat.agent} who is elsewhere"
    for leg in seat.legs:
        if leg not in cell.state.legs:
            yield f"seat {seat.seat} is held by leg {leg}, which is gone"


def _slot(cell: Cell, row: AgentRow, index: int, slot: Slot) -> Iterator[str]:
    where = f"slot {index} of {row.agent}"
    if slot.state in (SlotState.FREE, SlotState.OFFERED) and (slot.queue is not None or slot.disposition):
        yield f"{where} says what came of nothing"
    if slot.state is SlotState.FREE:
        if slot.offer is not None or slot.contact is not None or slot.until is not None:
            yield f"{where} is free but holds something"
    elif slot.state is SlotState.OFFERED:
        offer = cell.state.offers.get(slot.offer) if slot.offer is not None else None
        if offer is None or offer.agent != row.agent or offer.slot != index:
            yield f"{where} has an offer that is not its own"
    elif slot.state is SlotState.CONNECTED:
        contact = cell.state.contacts.get(slot.contact) if slot.contact is not None else None
        if contact is None or contact.connection is None or contact.connection.agent != row.agent:
            yield f"{where} is connected to nobody"
    elif slot.until is None:
        yield f"{where} is in wrap-up for ever"


def _contact(cell: Cell, row: ContactRow) -> Iterator[str]:
    places = _places(cell, row)
    if len(places) != 1:
        yield f"contact {row.contact} is held in {len(places)} places: {', '.join(places) or 'none'}"
    waits_off_pbx = is_off_pbx(row) and row.visit is not None
    is_to_be_called = row.placed_by is not None and row.visit is not None
    underway = waits_off_pbx or is_to_be_called or _is_underway(cell, row)
    if row.medium == VOICE and not underway and (row.leg is None or row.leg not in cell.state.legs):
        yield f"contact {row.contact} lives on without its leg"
    yield from _session(cell, row)
    if row.placed_by is not None:
        yield from _placed(cell, row, row.placed_by)
    if row.connection is not None:
        slot = cell.state.agents[row.connection.agent].slots[row.connection.slot]
        if slot.state is not SlotState.CONNECTED or slot.contact != row.contact:
            yield f"contact {row.contact} talks to an agent who does not"
        yield from _connection(cell, row, row.connection)
    if row.bridge is not None and row.bridge not in cell.state.bridges:
        yield f"contact {row.contact} has a bridge that is not there"


def _placed(cell: Cell, row: ContactRow, agent: AgentId) -> Iterator[str]:
    """The customer is rung for an agent who has answered, and for nobody else."""
    visit = cell.state.visits.get(row.visit) if row.visit is not None else None
    others = [offer for offer in visit.offers if cell.state.offers[offer].agent != agent] if visit is not None else []
    if others or (row.connection is not None and row.connection.agent != agent):
        yield f"{row.contact} was called by {agent} and is somebody else's"
    leg = cell.state.legs.get(row.leg) if row.leg is not None else None
    if leg is not None and leg.state in (LegState.NEW, LegState.RINGING) and (visit is None or visit.accepted is None):
        yield f"{row.contact} is rung and {agent} has not answered"


def _connection(cell: Cell, row: ContactRow, connection: Connection) -> Iterator[str]:
    """On hold the customer is outside of the bridge, or leaving it; the bridge and the agent's leg in it remain."""
    is_call = row.medium == VOICE
    if is_call and (connection.leg not in cell.state.legs or row.bridge is None):
        yield f"contact {row.contact} talks over a leg or bridge that is gone"
    if connection.held and not is_call:
        yield f"contact {row.contact} is on hold and is no call"
    if row.given_by is not None:
        yield f"contact {row.contact} talks and was given away"


def _session(cell: Cell, row: ContactRow) -> Iterator[str]:
    if not row.media:
        if row.shared:
            yield f"contact {row.contact} shows a page and has none"
        if row.gone_until is not None or row.call_until is not None:
            yield f"contact {row.contact} has no browser, and something is expected of it"
        return
    if cell.state.sessions.get(row.context_id) != row.contact:
        yield f"the session of {row.contact} is not its own"
    if row.call_until is not None and (row.leg is not None or row.visit is None):
        yield f"{row.contact} is told to call and does not wait for it"


def _is_underway(cell: Cell, row: ContactRow) -> bool:
    """Between two legs: sent to another node, and awaited there."""
    move = cell.state.moves.get(row.move) if row.move is not None else None
    return move is not None and move.left_at is not None and row.leg is None


def _move(cell: Cell, row: MoveRow) -> Iterator[str]:
    contact = cell.state.contacts.get(row.contact)
    if contact is None or contact.move != row.move:
        yield f"move {row.move} is nobody's"
        return
    visit = cell.state.visits.get(contact.visit) if contact.visit is not None else None
    if visit is None or not visit.moving:
        yield f"move {row.move} is of {row.contact}, who does not wait to be moved"
    elif visit.offers or visit.accepted is not None:
        yield f"{row.contact} is on the way to {row.target} and an agent is alerted"
    if contact.node != row.source or (visit is not None and visit.node != row.source):
        yield f"move {row.move} is not from where {row.contact} is"
    if row.left_at is None and contact.leg is None:
        yield f"{row.contact} has left for {row.target} and nobody knows when"


def _node(cell: Cell, row: NodeRow) -> Iterator[str]:
    moving = sum(move.source == row.node for move in cell.state.moves.values())
    if row.moving != moving:
        yield f"node {row.node}: {row.moving} counted as on their way, {moving} are"


def _places(cell: Cell, row: ContactRow) -> list[str]:
    places = []
    if row.visit is not None:
        places.append("waiting")
    if row.connection is not None:
        places.append("connected")
    if row.closing is not None:
        places.append("closing")
    return places


def _visit(cell: Cell, row: VisitRow) -> Iterator[str]:
    contact = cell.state.contacts.get(row.contact)
    if contact is None or contact.visit != row.visit:
        yield f"visit {row.visit} is nobody's"
    elif row.moving != (contact.move in cell.state.moves) or contact.node != row.node:
        yield f"visit {row.visit} is not where its contact is"
    if row.direct and row.sticky is None:
        yield f"visit {row.visit} is kept for nobody, and nothing is demanded"
    if row.accepted is not None and row.offers != [row.accepted]:
        yield f"visit {row.visit} was accepted and others are still alerted"
    for offer in row.offers:
        if offer not in cell.state.offers:
            yield f"visit {row.visit} has an offer that is not there"


def _offer(cell: Cell, row: OfferRow) -> Iterator[str]:
    slot = cell.state.agents[row.agent].slots[row.slot]
    if slot.offer != row.offer or slot.state is not SlotState.OFFERED:
        yield f"offer {row.offer} is not in its agent's slot"
    if row.visit not in cell.state.visits or row.offer not in cell.state.visits[row.visit].offers:
        yield f"offer {row.offer} is not in its visit"
    if row.leg is not None and row.leg not in cell.state.legs:
        yield f"offer {row.offer} lives on without its leg"
    contact = cell.state.contacts.get(row.contact)
    if contact is None or contact.medium != VOICE:
        return
    if row.leg is None and not is_off_pbx(contact):
        yield f"agent {row.agent} is reserved for {row.contact}, who is on the PBX"
    if row.leg is not None and contact.leg is None and contact.placed_by is None:
        yield f"a phone rings for {row.contact}, who is not on the PBX"
    if row.leg is None and contact.gone_until is not None and contact.call_until is None:
        yield f"agent {row.agent} is reserved for {row.contact}, whose browser is gone"


def _leg(cell: Cell, row: LegRow) -> Iterator[str]:
    if row.state is LegState.ENDING or row.role is LegRole.FEATURE:
        if row.until is None:
            yield f"leg {row.leg} may stay for ever"
        return
    contact = cell.state.contacts.get(row.contact) if row.contact is not None else None
    owned = False
    if contact is not None and row.role is LegRole.CALLER:
        owned = contact.leg == row.leg
    elif contact is not None and row.role is LegRole.AGENT:
        talks = contact.connection is not None and contact.connection.leg == row.leg
        owned = talks or row.offer in cell.state.offers
    if not owned:
        yield f"leg {row.leg} has no owner"


def _bridge(cell: Cell, row: BridgeRow) -> Iterator[str]:
    contact = cell.state.contacts.get(row.contact)
    if contact is None or contact.bridge != row.bridge:
        yield f"bridge {row.bridge} has no owner"


def balance(cell: Cell, row: QueueRow) -> Iterator[str]:
    """Nobody is lost: cheap enough to be looked at all the time."""
    ended = sum(row.outcomes.values())
    if row.offered != ended + row.waiting:
        yield f"queue {row.queue}: offered {row.offered} is not {ended} outcomes + {row.waiting} waiting"


def waiting_counts(cell: Cell) -> Iterator[str]:
    """All queues at once: one pass over who waits."""
    waiting = Counter(visit.queue for visit in cell.state.visits.values())
    for row in cell.state.queues.values():
        if row.waiting != waiting[row.queue]:
            yield f"queue {row.queue}: {row.waiting} counted as waiting, {waiting[row.queue]} wait"


def staff_of(book: Book) -> dict[QueueId, list[AgentId]]:
    """Who works in which queue."""
    staff: dict[QueueId, list[AgentId]] = {}
    for agent in book.agents.values():
        for queue in {each.queue: None for each in agent.assignments if each.active}:
            staff.setdefault(queue, []).append(agent.agent)
    return staff


def staff_counts(cell: Cell, row: QueueRow, staff: Mapping[QueueId, list[AgentId]]) -> Iterator[str]:
    agents = [cell.state.agents[agent].status for agent in staff.get(row.queue, ())]
    if row.signed_in != len(agents) - agents.count(AgentStatus.SIGNED_OUT):
        yield f"queue {row.queue}: signed-in agents are miscounted"
    if row.ready != agents.count(AgentStatus.READY):
        yield f"queue {row.queue}: ready agents are miscounted"


def _eligible_pairs(cell: Cell, now: int) -> Iterator[str]:
    for visit in cell.state.visits.values():
        if visit_obstacles(cell, visit, now):
            continue
        for agent in cell.state.agents.values():
            if not agent_obstacles(cell, visit, agent, now):
                yield f"{visit.contact} waits in {visit.queue} while {agent.agent} is eligible"


def _exclusion(cell: Cell, visit: VisitRow) -> Iterator[str]:
    if not visit.excluded or visit.offers or visit.moving or visit.sticky is not None or is_absent(cell, visit):
        return
    staff = {row.agent for row in cell.state.agents.values() if is_staff(row) and _could_serve(cell, row, visit)}
    if staff and staff <= set(visit.excluded):
        yield f"{visit.contact} waits in {visit.queue} and is excluded from everybody"


def _could_serve(cell: Cell, row: AgentRow, visit: VisitRow) -> bool:
    agent = cell.book.agents[row.agent]
    works = any(each.queue == visit.queue and each.active for each in agent.assignments)
    reached = visit.node == ANYWHERE or visit.node in reachable_nodes(cell, row)
    return works and reached and meets(agent.skills, visit.levels)


def deadlines(acd: Acd, now: int) -> Iterator[str]:
    due = acd.next_deadline()
    if due is not None and due <= now:
        yield f"a deadline of {due} is past at {now}"


__all__ = ["balance", "breaches", "deadlines", "rows", "staff_counts", "staff_of", "waiting_counts"]
