"""Laws that hold after every ``receive``. Tests check them after each step; the running engine samples them.

Conservation: nothing is lost, nothing is held twice. Truth: the index says what the tables say.
"""

from collections.abc import Iterator

from cordpair.acd.configuration import VOICE
from cordpair.acd.core import Acd
from cordpair.acd.eligibility import agent_obstacles, visit_obstacles
from cordpair.acd.model import (
    AgentRow,
    AgentStatus,
    Cell,
    ContactRow,
    LegRole,
    LegState,
    Pending,
    Slot,
    SlotState,
    VisitRow,
)
from cordpair.acd.profiles import is_staff, reachable_nodes
from cordpair.acd.skills import ANYWHERE, meets


def breaches(acd: Acd, now: int) -> list[str]:
    """Every law that does not hold now, in words. Empty when all is well. Looks at everything: O(waiting × agents)."""
    cell = acd.cell
    return [
        *_agents(cell),
        *_contacts(cell),
        *_visits(cell),
        *_offers(cell),
        *_legs(cell),
        *_balances(cell),
        *_eligible_pairs(cell, now),
        *_exclusions(cell),
        *_deadlines(acd, now),
    ]


def _agents(cell: Cell) -> Iterator[str]:
    for row in cell.state.agents.values():
        if row.status is AgentStatus.SIGNED_OUT and any(slot.state is not SlotState.FREE for slot in row.slots):
            yield f"agent {row.agent} is signed out but in use"
        if row.status is AgentStatus.SIGNED_OUT and row.seat is not None:
            yield f"agent {row.agent} is signed out but sits at {row.seat}"
        if row.seat is not None and cell.state.seats[row.seat].agent != row.agent:
            yield f"seat {row.seat} does not know its agent {row.agent}"
        if row.status is AgentStatus.NOT_READY and any(slot.state is SlotState.OFFERED for slot in row.slots):
            yield f"agent {row.agent} is offered a contact while not ready"
        if row.pending is not Pending.NOTHING and all(slot.state is SlotState.FREE for slot in row.slots):
            yield f"agent {row.agent} waits for nothing to become {row.pending}"
        for index, slot in enumerate(row.slots):
            yield from _slot(cell, row, index, slot)
        voice = [slot for slot in row.slots if slot.medium == VOICE and slot.state is not SlotState.FREE]
        if voice and sum(slot.state is not SlotState.FREE for slot in row.slots) > 1:
            yield f"agent {row.agent} has something beside a call"
    for seat in cell.state.seats.values():
        if seat.agent is not None and cell.state.agents[seat.agent].seat != seat.seat:
            yield f"seat {seat.seat} holds agent {seat.agent} who is elsewhere"


def _slot(cell: Cell, row: AgentRow, index: int, slot: Slot) -> Iterator[str]:
    where = f"slot {index} of {row.agent}"
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


def _contacts(cell: Cell) -> Iterator[str]:
    for row in cell.state.contacts.values():
        places = _places(cell, row)
        if len(places) != 1:
            yield f"contact {row.contact} is held in {len(places)} places: {', '.join(places) or 'none'}"
        if row.medium == VOICE and (row.leg is None or row.leg not in cell.state.legs):
            yield f"contact {row.contact} lives on without its leg"
        if row.connection is not None:
            slot = cell.state.agents[row.connection.agent].slots[row.connection.slot]
            if slot.state is not SlotState.CONNECTED or slot.contact != row.contact:
                yield f"contact {row.contact} talks to an agent who does not"
        if row.bridge is not None and row.bridge not in cell.state.bridges:
            yield f"contact {row.contact} has a bridge that is not there"


def _places(cell: Cell, row: ContactRow) -> list[str]:
    places = []
    if row.visit is not None:
        places.append("waiting")
    if row.connection is not None:
        places.append("connected")
    if row.closing is not None:
        places.append("closing")
    return places


def _visits(cell: Cell) -> Iterator[str]:
    for row in cell.state.visits.values():
        contact = cell.state.contacts.get(row.contact)
        if contact is None or contact.visit != row.visit:
            yield f"visit {row.visit} is nobody's"
        if row.accepted is not None and row.offers != [row.accepted]:
            yield f"visit {row.visit} was accepted and others are still alerted"
        for offer in row.offers:
            if offer not in cell.state.offers:
                yield f"visit {row.visit} has an offer that is not there"


def _offers(cell: Cell) -> Iterator[str]:
    for row in cell.state.offers.values():
        slot = cell.state.agents[row.agent].slots[row.slot]
        if slot.offer != row.offer or slot.state is not SlotState.OFFERED:
            yield f"offer {row.offer} is not in its agent's slot"
        if row.visit not in cell.state.visits or row.offer not in cell.state.visits[row.visit].offers:
            yield f"offer {row.offer} is not in its visit"
        if row.leg is not None and row.leg not in cell.state.legs:
            yield f"offer {row.offer} lives on without its leg"


def _legs(cell: Cell) -> Iterator[str]:
    for row in cell.state.legs.values():
        if row.state is LegState.ENDING or row.role is LegRole.FEATURE:
            if row.until is None:
                yield f"leg {row.leg} may stay for ever"
            continue
        contact = cell.state.contacts.get(row.contact) if row.contact is not None else None
        owned = False
        if contact is not None and row.role is LegRole.CALLER:
            owned = contact.leg == row.leg
        elif contact is not None and row.role is LegRole.AGENT:
            talks = contact.connection is not None and contact.connection.leg == row.leg
            owned = talks or row.offer in cell.state.offers
        if not owned:
            yield f"leg {row.leg} has no owner"
    for seat in cell.state.seats.values():
        for leg in seat.legs:
            if leg not in cell.state.legs:
                yield f"seat {seat.seat} is held by leg {leg}, which is gone"
    for bridge in cell.state.bridges.values():
        contact = cell.state.contacts.get(bridge.contact)
        if contact is None or contact.bridge != bridge.bridge:
            yield f"bridge {bridge.bridge} has no owner"


def _balances(cell: Cell) -> Iterator[str]:
    waiting: dict[str, int] = {}
    for visit in cell.state.visits.values():
        waiting[visit.queue] = waiting.get(visit.queue, 0) + 1
    for row in cell.state.queues.values():
        ended = sum(row.outcomes.values())
        if row.offered != ended + row.waiting:
            yield f"queue {row.queue}: offered {row.offered} is not {ended} outcomes + {row.waiting} waiting"
        if row.waiting != waiting.get(row.queue, 0):
            yield f"queue {row.queue}: {row.waiting} counted as waiting, {waiting.get(row.queue, 0)} wait"
        staff = [
            agent
            for agent in cell.state.agents.values()
            if agent.agent in cell.book.agents
            and any(each.queue == row.queue and each.active for each in cell.book.agents[agent.agent].assignments)
        ]
        if row.signed_in != sum(agent.status is not AgentStatus.SIGNED_OUT for agent in staff):
            yield f"queue {row.queue}: signed-in agents are miscounted"
        if row.ready != sum(agent.status is AgentStatus.READY for agent in staff):
            yield f"queue {row.queue}: ready agents are miscounted"


def _eligible_pairs(cell: Cell, now: int) -> Iterator[str]:
    for visit in cell.state.visits.values():
        if visit_obstacles(cell, visit, now):
            continue
        for agent in cell.state.agents.values():
            if not agent_obstacles(cell, visit, agent, now):
                yield f"{visit.contact} waits in {visit.queue} while {agent.agent} is eligible"


def _exclusions(cell: Cell) -> Iterator[str]:
    for visit in cell.state.visits.values():
        if not visit.excluded or visit.offers or visit.sticky is not None:
            continue
        staff = {row.agent for row in cell.state.agents.values() if is_staff(row) and _could_serve(cell, row, visit)}
        if staff and staff <= set(visit.excluded):
            yield f"{visit.contact} waits in {visit.queue} and is excluded from everybody"


def _could_serve(cell: Cell, row: AgentRow, visit: VisitRow) -> bool:
    agent = cell.book.agents[row.agent]
    works = any(each.queue == visit.queue and each.active for each in agent.assignments)
    reached = visit.node == ANYWHERE or visit.node in reachable_nodes(cell, row)
    return works and reached and meets(agent.skills, visit.levels)


def _deadlines(acd: Acd, now: int) -> Iterator[str]:
    due = acd.next_deadline()
    if due is not None and due <= now:
        yield f"a deadline of {due} is past at {now}"


__all__ = ["breaches"]
