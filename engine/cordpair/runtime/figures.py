"""What people look at: queues and agents in figures, read from the tables at one moment."""

import msgspec

from cordpair.acd.causes import SeatStatus, VisitOutcome
from cordpair.acd.model import AgentRow, AgentStatus, NodeRow, NodeStatus, Pending, SlotState, State
from cordpair.acd.trunks import left_on
from cordpair.ids import AgentId, ContactId, NodeId, QueueId, SeatId

# An agent with several slots is shown as what occupies them most.
_STATES = (
    (SlotState.CONNECTED, "talking"),
    (SlotState.OFFERED, "ringing"),
    (SlotState.WRAP_UP, "wrap-up"),
)


class QueueFigures(msgspec.Struct, frozen=True):
    """``offered == waiting + sum(outcomes)``."""

    queue: QueueId
    waiting: int
    longest_wait_ms: int  # of those who wait now
    signed_in: int
    ready: int  # of these, not paused
    busy: int  # of those who are ready: alerted, talking or in wrap-up
    offered: int
    outcomes: dict[str, int]

    @property
    def connected(self) -> int:
        return self.outcomes.get(VisitOutcome.CONNECTED, 0)

    @property
    def abandoned(self) -> int:
        return self.outcomes.get(VisitOutcome.ABANDONED, 0)

    @property
    def otherwise(self) -> int:
        """Visits that ended in any other way."""
        return sum(self.outcomes.values()) - self.connected - self.abandoned


class AgentFigures(msgspec.Struct, frozen=True):
    """``state``: signed out · not ready · free · unreachable · delayed · ringing · talking · wrap-up."""

    agent: AgentId
    state: str
    since: int  # ms since the epoch
    reason: str  # why not ready, or what follows the conversation
    seat: SeatId | None
    contact: ContactId | None
    queue: QueueId | None
    calls: int


class Figures(msgspec.Struct, frozen=True):
    at: int
    links: dict[NodeId, str]
    queues: tuple[QueueFigures, ...]
    agents: tuple[AgentFigures, ...]


def figures(state: State, now_ms: int) -> Figures:
    return Figures(
        now_ms,
        {node: _link(state, row) for node, row in state.nodes.items()},
        _queues(state, now_ms),
        tuple(_agent(state, row, now_ms) for row in state.agents.values()),
    )


def _link(state: State, row: NodeRow) -> str:
    if not row.draining or row.status is not NodeStatus.OPEN:
        return row.status.value
    return "draining" if any(left_on(state, row.node)) else "drained"


def _queues(state: State, now: int) -> tuple[QueueFigures, ...]:
    oldest: dict[QueueId, int] = {}
    for visit in state.visits.values():
        oldest[visit.queue] = min(oldest.get(visit.queue, now), visit.enqueued_at)
    busy: dict[QueueId, int] = {}
    for agent in state.configuration.agents:
        row = state.agents.get(agent.agent)
        if row is None or row.status is not AgentStatus.READY:
            continue
        if any(slot.state is not SlotState.FREE for slot in row.slots):
            for assignment in agent.assignments:
                if assignment.active:
                    busy[assignment.queue] = busy.get(assignment.queue, 0) + 1
    return tuple(
        QueueFigures(
            row.queue,
            row.waiting,
            max(0, now - oldest.get(row.queue, now)),
            row.signed_in,
            row.ready,
            busy.get(row.queue, 0),
            row.offered,
            {outcome.value: count for outcome, count in row.outcomes.items()},
        )
        for row in state.queues.values()
    )


def _agent(state: State, row: AgentRow, now: int) -> AgentFigures:
    name, since, contact, queue = _occupation(state, row, now)
    reason = row.reason if row.status is AgentStatus.NOT_READY else ""
    if row.pending is Pending.NOT_READY:
        reason = f"then {row.pending_reason or 'not ready'}"
    elif row.pending is Pending.SIGN_OUT:
        reason = "then signs out"
    return AgentFigures(row.agent, name, since, reason, row.seat, contact, queue, row.calls)


def _is_unreachable(state: State, row: AgentRow) -> bool:
    """Ready, but no PBX can ring the phone: nothing is offered, and somebody should know."""
    seat = state.seats.get(row.seat) if row.seat is not None else None
    return seat is not None and all(status is SeatStatus.UNREACHABLE for status in seat.status.values())


def _occupation(state: State, row: AgentRow, now: int) -> tuple[str, int, ContactId | None, QueueId | None]:
    for wanted, name in _STATES:
        for slot in row.slots:
            if slot.state is wanted:
                contact = slot.contact
                offer = state.offers.get(slot.offer) if slot.offer is not None else None
                if offer is not None:
                    contact = offer.contact
                return name, slot.since, contact, _queue_of(state, contact)
    if row.status is AgentStatus.READY:
        if _is_unreachable(state, row):
            return "unreachable", row.since, None, None
        delayed = row.desk_gone_until is not None or (row.not_before is not None and row.not_before > now)
        return "delayed" if delayed else "free", row.idle_since, None, None
    return row.status.value.replace("_", " "), row.since, None, None


def _queue_of(state: State, contact: ContactId | None) -> QueueId | None:
    row = state.contacts.get(contact) if contact is not None else None
    if row is None:
        return None
    if row.connection is not None:
        return row.connection.queue
    visit = state.visits.get(row.visit) if row.visit is not None else None
    return visit.queue if visit is not None else None


__all__ = ["AgentFigures", "Figures", "QueueFigures", "figures"]
