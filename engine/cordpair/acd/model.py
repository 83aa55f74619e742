"""The tables: everything that is a fact. Only ``evolve`` changes them; indexes and deadlines are derived from them.

Rows are mutable structs, so that nothing is copied that did not change. They hold ids of other rows, never rows.
Times are ms since the Unix epoch. No personal data: that is in the contact's record, outside the journal.
"""

from enum import StrEnum

import msgspec

from cordpair.acd.causes import Cause, SeatStatus, VisitOutcome
from cordpair.acd.configuration import Agent, Configuration, Queue, Seat, Service, Step
from cordpair.acd.lines import waiting_key
from cordpair.ids import (
    AgentId,
    BridgeId,
    ContactId,
    LegId,
    MoveId,
    NodeId,
    OfferId,
    PlayId,
    QueueId,
    SeatId,
    ServiceId,
    VisitId,
)

# A contact with so many visits goes in circles: it is not turned away any more, and no rule sends it on.
MOST_VISITS = 16


class AgentStatus(StrEnum):
    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"


class SlotState(StrEnum):
    FREE = "free"
    OFFERED = "offered"
    CONNECTED = "connected"
    WRAP_UP = "wrap_up"


class Pending(StrEnum):
    """What takes effect when the agent's last conversation and its wrap-up have ended."""

    NOTHING = ""
    NOT_READY = "not_ready"
    SIGN_OUT = "sign_out"


class LegRole(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    FEATURE = "feature"  # an agent's phone that dialled a feature code
    ORPHAN = "orphan"  # bears our stamp but belongs to nothing we know


class LegState(StrEnum):
    NEW = "new"
    RINGING = "ringing"
    UP = "up"
    ENDING = "ending"  # we asked for its end


class NodeStatus(StrEnum):
    DOWN = "down"
    SETTLING = "settling"  # reconciled; no offers yet
    OPEN = "open"
    FENCED = "fenced"


class _Row(msgspec.Struct, omit_defaults=True, gc=False):
    """Rows hold ids, never each other: the garbage collector has nothing to find in them."""


class Slot(_Row):
    """An agent's place for one contact of a medium."""

    medium: str
    state: SlotState = SlotState.FREE
    offer: OfferId | None = None
    contact: ContactId | None = None
    since: int = 0
    until: int | None = None  # end of the wrap-up
    queue: QueueId | None = None  # of the conversation and its wrap-up, where it has dispositions
    disposition: str = ""  # what the agent said came of it


class AgentRow(_Row):
    agent: AgentId
    number: int  # position in the configuration
    slots: list[Slot]
    status: AgentStatus = AgentStatus.SIGNED_OUT
    reason: str = ""
    since: int = 0  # of the status
    seat: SeatId | None = None
    pending: Pending = Pending.NOTHING
    pending_reason: str = ""
    idle_since: int = 0  # when the last slot became free, or the agent ready
    not_before: int | None = None  # no offers until then (after a miss, a rejection, …)
    phone_lost: bool = False  # … after a leg that was lost: then the phone must be there
    failures: int = 0  # offers failed in a row
    calls: int = 0
    talk_ms: int = 0
    last_offer: int = 0  # number of the last offer made to this agent
    desk: bool = False  # has a desktop open, as far as is known
    desk_gone_until: int | None = None  # it is not heard of; it may come back until then


class Connection(_Row):
    """Two parties who talk."""

    agent: AgentId
    slot: int
    offer: OfferId
    queue: QueueId
    since: int
    enqueued_at: int
    head_start_ms: int
    steps: tuple[Step, ...] = ()  # what the visit required: it counts again if the agent's leg is lost
    leg: LegId | None = None  # the agent's
    held: bool = False  # the customer hears music


class ContactRow(_Row):
    contact: ContactId
    node: NodeId
    medium: str
    arrived_at: int
    leg: LegId | None = None
    service: ServiceId | None = None
    last_agent: AgentId | None = None
    context_id: str = ""
    visit: VisitId | None = None
    connection: Connection | None = None
    bridge: BridgeId | None = None
    play: PlayId | None = None
    closing: Cause | None = None  # a closing prompt is played; then the leg is ended with this cause
    closing_until: int = 0
    hops: int = 0  # visits so far
    key: str = ""  # of a task: the requester's own id
    origin: ContactId | None = None  # of a call-back: the contact that it is for
    move: MoveId | None = None  # on the way to another node
    stays: bool = False  # could not be moved off its draining node: not asked again
    media: str = ""  # of a customer in a browser: audio or video
    levels: dict[str, int] = {}  # what the page needs of an agent
    gone_until: int | None = None  # the browser is gone; it may come back until then
    call_until: int | None = None  # the browser was told to call; its leg is awaited
    no_shows: int = 0  # how often it did not
    shared: bool = False  # the customer shows the page to the agent
    given_by: AgentId | None = None  # who transferred it, until the next agent talks
    placed_by: AgentId | None = None  # the agent who calls the customer; nobody's any more once it is transferred
    caller_id: str = ""  # shown to the customer then; empty: the trunk's


class VisitRow(_Row):
    """One stay of a contact in one queue, still waiting (an ended visit is only a count)."""

    visit: VisitId
    contact: ContactId
    queue: QueueId
    medium: str
    node: NodeId
    number: int
    enqueued_at: int  # kept on overflow: the order
    began_at: int  # of this visit: steps and the longest wait count from here
    head_start_ms: int
    steps: tuple[Step, ...]
    levels: dict[str, int]
    step: int = 0  # index of the step in force
    excluded: tuple[AgentId, ...] = ()  # sorted
    sticky: AgentId | None = None
    sticky_until: int | None = None
    direct: bool = False  # transferred to the sticky agent: no skill is demanded as long as it is kept for them
    offers: list[OfferId] = []
    accepted: OfferId | None = None
    join_until: int | None = None
    progress_at: int | None = None  # ring progressively: when the next agent may be added
    service: ServiceId | None = None  # whose steps and head start it began with; None: the queue's
    moving: bool = False  # its contact is on the way to another node: nobody is alerted

    @property
    def key(self) -> int:
        return waiting_key(self.enqueued_at, self.head_start_ms, self.number)


class OfferRow(_Row):
    """An agent is being alerted."""

    offer: OfferId
    visit: VisitId
    contact: ContactId
    agent: AgentId
    slot: int
    made_at: int
    expires_at: int
    leg: LegId | None = None
    rang: bool = False
    answered: bool = False
    via: NodeId | None = None  # the phone is on that node, rung over the trunk to it
    taken: bool = False  # accepted on the desktop, before anything rings


class LegRow(_Row):
    leg: LegId
    node: NodeId
    role: LegRole
    state: LegState = LegState.NEW
    contact: ContactId | None = None
    offer: OfferId | None = None
    seat: SeatId | None = None
    bridge: BridgeId | None = None  # where it was seen
    answering: bool = False  # we asked for its answer
    cause: Cause = Cause.NORMAL  # with which we end it
    until: int | None = None  # ask again for its end, end a feature call, or take it as gone
    doubted: bool = False  # the PBX says it is gone, but its end was not seen yet
    play: PlayId | None = None
    via: NodeId | None = None  # it goes over the trunk to a phone on that node


class MoveRow(_Row):
    """A waiting caller was asked to call another node, with the move's id as the number dialled."""

    move: MoveId
    contact: ContactId
    source: NodeId
    target: NodeId
    until: int  # by then the old leg has ended, and after that the new one has come
    left_at: int | None = None  # the old leg has ended
    unseen: bool = False  # its end was not seen


class BridgeRow(_Row):
    bridge: BridgeId
    node: NodeId
    contact: ContactId


class NodeRow(_Row):
    node: NodeId
    status: NodeStatus = NodeStatus.DOWN
    epoch: str = ""
    opens_at: int | None = None
    draining: bool = False  # takes nothing new, and gives up who waits
    moving: int = 0  # callers on their way from here


class SeatRow(_Row):
    seat: SeatId
    agent: AgentId | None = None  # who is signed in here
    legs: list[LegId] = []  # of ours, to or from this phone, that have not ended yet
    status: dict[NodeId, SeatStatus] = {}


class QueueRow(_Row):
    """Live figures of one queue; ``offered == sum(outcomes) + waiting``, always."""

    queue: QueueId
    offered: int = 0
    waiting: int = 0
    outcomes: dict[VisitOutcome, int] = {}
    signed_in: int = 0  # agents assigned and active here
    ready: int = 0  # of these, ready (busy or not)
    unstaffed_since: int = 0  # since when nobody is signed in
    unready_since: int = 0  # since when nobody is ready


class State(_Row):
    """All tables of one cell."""

    run: str = ""
    seed: int = 0
    configuration: Configuration = Configuration(revision=0)
    numbers: dict[str, int] = {}
    contacts: dict[ContactId, ContactRow] = {}
    tasks: dict[str, ContactId] = {}  # the requester's key → contact
    placed: dict[str, ContactId] = {}  # the same of placed calls, also of the newest of those that have ended
    sessions: dict[str, ContactId] = {}  # context id → the customer in a browser
    visits: dict[VisitId, VisitRow] = {}
    agents: dict[AgentId, AgentRow] = {}
    offers: dict[OfferId, OfferRow] = {}
    legs: dict[LegId, LegRow] = {}
    bridges: dict[BridgeId, BridgeRow] = {}
    nodes: dict[NodeId, NodeRow] = {}
    moves: dict[MoveId, MoveRow] = {}
    seats: dict[SeatId, SeatRow] = {}
    queues: dict[QueueId, QueueRow] = {}


class Book:
    """The configuration by id: derived, made anew with each revision."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.queues: dict[QueueId, Queue] = {queue.queue: queue for queue in configuration.queues}
        self.agents: dict[AgentId, Agent] = {agent.agent: agent for agent in configuration.agents}
        self.seats: dict[SeatId, Seat] = {seat.seat: seat for seat in configuration.seats}
        self.services: dict[ServiceId, Service] = {service.service: service for service in configuration.services}
        self._by_endpoint = {(seat.endpoint, seat.node): seat.seat for seat in configuration.seats}
        self.by_seat: dict[SeatId, AgentId] = {
            agent.seat: agent.agent for agent in configuration.agents if agent.seat is not None
        }
        self.codes = {code.code: code for code in configuration.codes}
        self.reached_from: dict[NodeId, list[NodeId]] = {}  # node → those whose PBX has a trunk to it
        for node, peers in configuration.peers.items():
            for peer in peers:
                self.reached_from.setdefault(peer, []).append(node)

    def seat_at(self, endpoint: str, node: NodeId) -> SeatId | None:
        """Two PBXs may give two phones the same name."""
        return self._by_endpoint.get((endpoint, node)) or self._by_endpoint.get((endpoint, None))


class Cell:
    """The tables and the configuration that explains them: what ``decide`` and ``evolve`` look at."""

    __slots__ = ("book", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.book = Book(state.configuration)


__all__ = [
    "MOST_VISITS",
    "AgentRow",
    "AgentStatus",
    "Book",
    "BridgeRow",
    "Cell",
    "Connection",
    "ContactRow",
    "LegRole",
    "LegRow",
    "LegState",
    "MoveRow",
    "NodeRow",
    "NodeStatus",
    "OfferRow",
    "Pending",
    "QueueRow",
    "SeatRow",
    "Slot",
    "SlotState",
    "State",
    "VisitRow",
]
