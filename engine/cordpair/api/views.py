"""What the API shows of agents, queues and contacts. Moments are RFC 3339 in UTC, durations are seconds.

The same values go out in answers and on the stream, so nothing here depends on the time of asking.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from cordpair.acd.model import AgentRow, AgentStatus, ContactRow, Pending, QueueRow, Slot, SlotState, State, VisitRow
from cordpair.api.expected import ExpectedWait, NotEnoughData
from cordpair.ids import AgentId, ContactId, NodeId, OfferId, QueueId, SeatId, ServiceId
from cordpair.reports import QueueFigures
from cordpair.reports.days import moment, moment_or_none

AgentState = Literal["signed_out", "not_ready", "free", "delayed", "ringing", "talking", "wrap_up"]
ContactState = Literal["arrived", "waiting", "offered", "answered", "connected", "closing"]

# An agent with several slots is shown as what occupies them most.
_OCCUPIED: tuple[tuple[SlotState, AgentState], ...] = (
    (SlotState.CONNECTED, "talking"),
    (SlotState.OFFERED, "ringing"),
    (SlotState.WRAP_UP, "wrap_up"),
)


Waiting = Literal["", "not_ready", "sign_out"]
_PENDING: dict[Pending, Waiting] = {
    Pending.NOTHING: "",
    Pending.NOT_READY: "not_ready",
    Pending.SIGN_OUT: "sign_out",
}


class _View(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    pass


class SlotView(_View, frozen=True, kw_only=True):
    """An agent's place for one contact of a medium."""

    medium: str
    state: Literal["free", "offered", "connected", "wrap_up"]
    since: datetime
    contact: ContactId | None = None
    offer: OfferId | None = None
    until: datetime | None = None  # the end of the wrap-up


class AgentView(_View, frozen=True, kw_only=True):
    id: AgentId
    name: str  # as colleagues see it
    state: AgentState
    since: datetime
    reason: str = ""  # why not ready
    pending: Waiting = ""  # takes effect after the conversation and its wrap-up
    pending_reason: str = ""
    seat: SeatId | None = None
    queues: tuple[QueueId, ...] = ()
    slots: tuple[SlotView, ...] = ()
    calls: int = 0
    desk: bool = False  # a desktop of theirs is connected


class Thresholds(_View, frozen=True, kw_only=True, omit_defaults=True):
    """When a queue asks for a person; what is left out is never passed. Waits in seconds, shares in percent."""

    waiting: int = 0
    longest_wait: float = 0
    expected_wait: float = 0
    service_level: float = 0
    abandon_rate: float = 0
    ready_below: int = 0
    least_offered: int = 0  # today, before the two shares count


class QueueView(_View, frozen=True, kw_only=True):
    """``offered`` is the sum of ``outcomes`` and ``waiting``, always."""

    id: QueueId
    medium: str
    waiting: int
    longest_waiting_since: datetime | None
    signed_in: int
    ready: int  # of these, not paused
    busy: int  # of those who are ready: alerted, talking or in wrap-up
    offered: int
    outcomes: dict[str, int]
    expected_wait: ExpectedWait | NotEnoughData  # of a contact that would come now
    today: QueueFigures | None = None  # None: nobody counts them
    alarms: Thresholds = Thresholds()


class QueueNow(QueueView, frozen=True, kw_only=True):
    longest_wait: float  # seconds, at the moment of the answer


class OfferView(_View, frozen=True, kw_only=True):
    id: OfferId
    agent: AgentId
    since: datetime
    expires_at: datetime
    ringing: bool
    answered: bool


class CallerView(_View, frozen=True, kw_only=True):
    """Personal data."""

    number: str = ""
    name: str = ""


class ContactView(_View, frozen=True, kw_only=True):
    """A live contact. ``caller`` is there only for those who may see it."""

    id: ContactId
    medium: str
    node: NodeId | None = None  # the PBX where a caller is
    state: ContactState
    arrived_at: datetime
    service: ServiceId | None = None
    queue: QueueId | None = None
    enqueued_at: datetime | None = None
    head_start: float = 0.0  # seconds; priority
    skills: dict[str, int] = {}  # required now
    offers: tuple[OfferView, ...] = ()
    agent: AgentId | None = None  # who talks to them
    connected_at: datetime | None = None
    held: bool = False  # on hold
    shared: bool = False  # a customer in a browser shows the page
    caller: CallerView | UnsetType = UNSET

    def concerns(self, agent: AgentId | None) -> bool:
        """Whether they talk to this agent, or the agent is alerted for them."""
        return agent is not None and (self.agent == agent or any(offer.agent == agent for offer in self.offers))


# ---------------------------------------------------------------- from the tables


def agent_view(row: AgentRow, name: str, queues: tuple[QueueId, ...]) -> AgentView:
    state, since = _state(row)
    return AgentView(
        id=row.agent,
        name=name,
        state=state,
        since=moment(since),
        reason=row.reason if row.status is AgentStatus.NOT_READY else "",
        pending=_PENDING[row.pending],
        pending_reason=row.pending_reason if row.pending is Pending.NOT_READY else "",
        seat=row.seat,
        queues=queues,
        slots=tuple(map(_slot, row.slots)),
        calls=row.calls,
        desk=row.desk and row.desk_gone_until is None,
    )


def _state(row: AgentRow) -> tuple[AgentState, int]:
    for occupied, name in _OCCUPIED:
        for slot in row.slots:
            if slot.state is occupied:
                return name, slot.since
    if row.status is AgentStatus.READY:
        waits = row.not_before is not None or row.desk_gone_until is not None
        return ("delayed" if waits else "free"), row.idle_since
    return ("signed_out" if row.status is AgentStatus.SIGNED_OUT else "not_ready"), row.since


def _slot(slot: Slot) -> SlotView:
    return SlotView(
        medium=slot.medium,
        state=slot.state.value,
        since=moment(slot.since),
        contact=slot.contact,
        offer=slot.offer,
        until=moment_or_none(slot.until),
    )


def queue_view(
    row: QueueRow,
    medium: str,
    oldest: int | None,
    busy: int,
    expected: ExpectedWait | NotEnoughData,
    today: QueueFigures | None,
    alarms: Thresholds,
) -> QueueView:
    """``oldest``: when the one who waits for longest was enqueued."""
    return QueueView(
        id=row.queue,
        medium=medium,
        waiting=row.waiting,
        longest_waiting_since=moment_or_none(oldest),
        signed_in=row.signed_in,
        ready=row.ready,
        busy=busy,
        offered=row.offered,
        outcomes={outcome.value: count for outcome, count in row.outcomes.items()},
        expected_wait=expected,
        today=today,
        alarms=alarms,
    )


def queue_now(view: QueueView, now_ms: int) -> QueueNow:
    since = view.longest_waiting_since
    longest = max(0.0, now_ms / 1_000 - since.timestamp()) if since is not None else 0.0
    return QueueNow(**msgspec.structs.asdict(view), longest_wait=round(longest, 3))


def contact_view(state: State, row: ContactRow) -> ContactView:
    visit = state.visits.get(row.visit) if row.visit is not None else None
    connection = row.connection
    queue, enqueued_at, head_start = None, None, 0
    if visit is not None:
        queue, enqueued_at, head_start = visit.queue, visit.enqueued_at, visit.head_start_ms
    elif connection is not None:
        queue, enqueued_at, head_start = connection.queue, connection.enqueued_at, connection.head_start_ms
    return ContactView(
        id=row.contact,
        medium=row.medium,
        node=row.node or None,
        state=_contact_state(row, visit),
        arrived_at=moment(row.arrived_at),
        service=row.service,
        queue=queue,
        enqueued_at=moment_or_none(enqueued_at),
        head_start=head_start / 1_000,
        skills=dict(visit.levels) if visit is not None else {},
        offers=_offers(state, visit) if visit is not None else (),
        agent=connection.agent if connection is not None else None,
        connected_at=moment(connection.since) if connection is not None else None,
        held=connection is not None and connection.held,
        shared=row.shared,
    )


def _contact_state(row: ContactRow, visit: VisitRow | None) -> ContactState:
    if visit is not None:
        if visit.accepted is not None:
            return "answered"
        return "offered" if visit.offers else "waiting"
    if row.connection is not None:
        return "connected"
    return "closing" if row.closing is not None else "arrived"


def _offers(state: State, visit: VisitRow) -> tuple[OfferView, ...]:
    return tuple(
        OfferView(
            id=offer.offer,
            agent=offer.agent,
            since=moment(offer.made_at),
            expires_at=moment(offer.expires_at),
            ringing=offer.rang,
            answered=offer.answered,
        )
        for offer in (state.offers[each] for each in visit.offers if each in state.offers)
    )


__all__ = [
    "AgentView",
    "CallerView",
    "ContactState",
    "ContactView",
    "OfferView",
    "QueueNow",
    "QueueView",
    "SlotView",
    "Thresholds",
    "agent_view",
    "contact_view",
    "queue_now",
    "queue_view",
]
