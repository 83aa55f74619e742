"""Who may be offered whom, read plainly from the tables: the definition that the index must agree with.

Slow on purpose (it looks at everything): for explanations and for the invariants, never for routing.
"""

from cordpair.acd.classes import Class
from cordpair.acd.configuration import VOICE
from cordpair.acd.index import Index
from cordpair.acd.model import AgentRow, AgentStatus, Cell, NodeStatus, Pending, SlotState, VisitRow
from cordpair.acd.profiles import phone_in_use
from cordpair.acd.strategies import GROUPS
from cordpair.acd.trunks import reachable_nodes
from cordpair.acd.web import is_absent, is_taken
from cordpair.ids import AgentId


def excludes_everybody(index: Index, found: Class) -> bool:
    """Whether every ready agent (busy or not) who could serve the class is excluded from it."""
    excluded = set(found.key.excluded)
    staffed = False
    for number in found.profiles:
        staff = index.profiles.all[number].staff
        if not staff <= excluded:
            return False
        staffed = staffed or bool(staff)
    return staffed


def visit_obstacles(cell: Cell, visit: VisitRow, now: int) -> list[str]:
    """Why no offer is made for this visit, whoever is free."""
    obstacles = []
    queue = cell.book.queues[visit.queue]
    if visit.accepted is not None:
        obstacles.append("an agent has answered")
    elif visit.offers:
        if queue.strategy not in GROUPS:
            obstacles.append("an agent is being alerted")
        elif is_taken(cell, visit):
            obstacles.append("an agent has accepted")
        elif len(visit.offers) >= queue.group_size:
            obstacles.append("the group is full")
        elif visit.progress_at is not None:
            obstacles.append("the next agent is added later")
    if cell.state.contacts[visit.contact].placed_by is not None:
        obstacles.append("called by an agent: for nobody else")
    if visit.moving:
        obstacles.append("on the way to another PBX")
    if is_absent(cell, visit):
        gone = cell.state.contacts[visit.contact].gone_until is not None
        obstacles.append("the customer's browser is gone" if gone else "the customer has not called yet")
    if visit.node:
        node = cell.state.nodes.get(visit.node)
        if node is None or node.status is not NodeStatus.OPEN:
            obstacles.append("the PBX is not linked")
    return obstacles


def agent_obstacles(cell: Cell, visit: VisitRow, row: AgentRow, now: int) -> list[str]:
    """Why this agent is not eligible for this visit; empty when they are. One line for each clause that fails."""
    agent = cell.book.agents.get(row.agent)
    if agent is None:
        return ["not configured"]
    obstacles = _state_obstacles(row, visit, now)
    signed_in = row.status is not AgentStatus.SIGNED_OUT
    if visit.medium == VOICE and signed_in and visit.node not in reachable_nodes(cell, row):
        obstacles.append("phone not reachable")
    idle = all(slot.state is SlotState.FREE for slot in row.slots)
    if visit.medium == VOICE and idle and phone_in_use(cell, row):  # else the conversation is named already
        obstacles.append("phone still in a call")
    assignment = next((each for each in agent.assignments if each.queue == visit.queue), None)
    if assignment is None or not assignment.active:
        obstacles.append(f"not in queue {visit.queue}")
    for skill, level in sorted(visit.levels.items()):
        has = agent.skills.get(skill, 0)
        if has < level:
            obstacles.append(f"{skill} {has} below {level}")
    if row.agent in visit.excluded:
        obstacles.append("excluded: did not take this contact before, or gave it away")
    if visit.sticky not in (None, row.agent):
        obstacles.append(f"reserved for {visit.sticky}")
    if row.agent in _alerted(cell, visit):
        obstacles.append("alerted for this contact")
    return obstacles


def _state_obstacles(row: AgentRow, visit: VisitRow, now: int) -> list[str]:
    if row.status is not AgentStatus.READY:
        reason = f" ({row.reason})" if row.reason else ""
        return [row.status.value.replace("_", " ") + reason]
    obstacles = []
    if row.pending is not Pending.NOTHING:
        obstacles.append(f"asked for {row.pending.value.replace('_', ' ')}")
    if row.not_before is not None and row.not_before > now:
        obstacles.append(f"paused for {row.not_before - now} ms after a failed offer")
    if row.desk_gone_until is not None:
        obstacles.append("the desktop is not connected")
    has_free = any(slot.state is SlotState.FREE and slot.medium == visit.medium for slot in row.slots)
    blocked = any(slot.state is not SlotState.FREE and VOICE in (slot.medium, visit.medium) for slot in row.slots)
    if not has_free or blocked:
        busy = next((slot for slot in row.slots if slot.state is not SlotState.FREE), None)
        with_whom = f" with {busy.contact}" if busy is not None and busy.contact is not None else ""
        obstacles.append(f"{busy.state.value.replace('_', '-')}{with_whom}" if busy is not None else "no slot")
    return obstacles


def _alerted(cell: Cell, visit: VisitRow) -> set[AgentId]:
    return {cell.state.offers[offer].agent for offer in visit.offers}


__all__ = ["agent_obstacles", "excludes_everybody", "visit_obstacles"]
