"""Inputs: what happened outside. Drivers, the API and the timer give them to ``Acd.receive``.

Times are ms since the Unix epoch. Personal data (``caller``, ``variables``) is taken off by the runtime and kept in
the contact's record before the input is decided or journaled; no decision reads it.
"""

from typing import Union

import msgspec

from cordpair.acd.causes import Cause, Failure, SeatStatus
from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs_calls import PlaceCall
from cordpair.acd.inputs_desk import (
    DeskInput,
    DeskLost,
    DeskOpened,
    Dispose,
    HangUpContact,
    Hold,
    RingAgain,
    SendDigits,
    Transfer,
)
from cordpair.acd.inputs_web import (
    BaseInput,
    BrowserBack,
    BrowserGone,
    Caller,
    DoorRefused,
    PageShared,
    WebArrived,
    WebInput,
    WebLeft,
)
from cordpair.ids import (
    AgentId,
    BridgeId,
    ContactId,
    LegId,
    NodeId,
    OfferId,
    PlayId,
    QueueId,
    RecordingId,
    SeatId,
)


class Stamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we write on every leg and bridge of ours on the PBX. Empty where it does not apply."""

    cell: str
    contact: str = ""
    visit: str = ""
    offer: str = ""
    role: str = ""  # caller | agent | feature | supervisor | customer (whom an agent calls)
    bridge: str = ""


# ---------------------------------------------------------------- from a driver: one leg


class LegArrived(BaseInput, frozen=True):
    """A call entered the engine's control on the PBX."""

    leg: LegId
    node: NodeId
    dialled: str  # the number dialled
    arrived_at: int  # stamped by the dialplan, so it survives an outage of the engine
    to: str = ""  # user part of the To header: tells trunks' lines apart
    context: str = ""  # the dialplan context it came through
    endpoint: str = ""  # the authenticated endpoint; never a caller id
    context_id: str = ""  # trusted id of a web session's context
    last_agent: AgentId | None = None  # derived by the runtime from the contact records, for sticky routing
    caller: Caller | None = None
    variables: dict[str, str] = msgspec.field(default_factory=dict)


class LegRinging(BaseInput, frozen=True):
    leg: LegId


class LegAnswered(BaseInput, frozen=True):
    leg: LegId


class LegEnded(BaseInput, frozen=True):
    leg: LegId
    cause: Cause


class Digit(BaseInput, frozen=True):
    leg: LegId
    digit: str


class Joined(BaseInput, frozen=True):
    """The leg is in the bridge now (seen, not merely accepted)."""

    leg: LegId
    bridge: BridgeId


class Left(BaseInput, frozen=True):
    leg: LegId
    bridge: BridgeId


class PlayEnded(BaseInput, frozen=True):
    """``ok`` is false when the medium was missing or the play failed; a stopped play is ok."""

    play: PlayId
    leg: LegId
    ok: bool = True


class RecordingEnded(BaseInput, frozen=True):
    recording: RecordingId
    ok: bool = True
    duration_ms: int = 0


# ---------------------------------------------------------------- from a driver: seats and the link


class SeatChanged(BaseInput, frozen=True):
    """``endpoint`` is the seat's address on the PBX; a foreign one is ignored."""

    node: NodeId
    endpoint: str
    status: SeatStatus


class LegSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One leg in a snapshot. ``arrival`` is set on a leg that entered our control and bears no stamp yet."""

    leg: LegId
    answered: bool
    ringing: bool = False
    bridge: BridgeId | None = None
    stamp: Stamp | None = None
    arrival: LegArrived | None = None


class BridgeSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    bridge: BridgeId
    legs: tuple[LegId, ...] = ()
    stamp: Stamp | None = None


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a PBX says is alive and concerns this cell. ``epoch`` changes when the PBX restarts."""

    epoch: str
    legs: tuple[LegSeen, ...] = ()
    bridges: tuple[BridgeSeen, ...] = ()
    seats: dict[str, SeatStatus] = {}  # endpoint → status
    recordings: tuple[RecordingId, ...] = ()


class LinkUp(BaseInput, frozen=True):
    """The link works, the subscriptions stand, and this is what the PBX holds. Nothing was seen since LinkDown."""

    node: NodeId
    snapshot: Snapshot


class LinkDown(BaseInput, frozen=True):
    node: NodeId
    reason: str = ""


class Fenced(BaseInput, frozen=True):
    """Another engine took the PBX over. We must not command it any more."""

    node: NodeId


class CommandFailed(BaseInput, frozen=True):
    """A command ended without being accepted. ``command`` is the command's class name."""

    command: str
    node: NodeId
    failure: Failure
    leg: LegId | None = None
    bridge: BridgeId | None = None
    detail: str = ""


# ---------------------------------------------------------------- from people, programs and the clock


class SignIn(BaseInput, frozen=True):
    agent: AgentId
    seat: SeatId | None = None  # None: the agent's own seat


class SignOut(BaseInput, frozen=True):
    agent: AgentId


class Ready(BaseInput, frozen=True):
    agent: AgentId


class NotReady(BaseInput, frozen=True):
    agent: AgentId
    reason: str


class WrapUpDone(BaseInput, frozen=True):
    agent: AgentId


class TaskArrived(BaseInput, frozen=True):
    """A contact without a call: a chat, a mail, a call-back."""

    key: str  # the requester's own id: the same key twice is the same task
    queue: QueueId
    medium: str
    arrived_at: int


class AcceptOffer(BaseInput, frozen=True):
    """The agent takes an offered task (a call is accepted by answering it)."""

    offer: OfferId


class RejectOffer(BaseInput, frozen=True):
    offer: OfferId


class EndContact(BaseInput, frozen=True):
    contact: ContactId


class ChangeContact(BaseInput, frozen=True):
    """Change a waiting contact. None leaves as it is."""

    contact: ContactId
    head_start_ms: int | None = None
    levels: dict[str, int] | None = None


class DrainNode(BaseInput, frozen=True):
    """Give the node nothing new and move who waits there, or (``on`` false) use it again."""

    node: NodeId
    on: bool = True


class ApplyConfiguration(BaseInput, frozen=True):
    configuration: Configuration


class BreachFound(BaseInput, frozen=True):
    """The engine looked at its own tables: a law that held after entry ``since`` does not after ``seq``."""

    law: str
    since: int
    seq: int
    given: str = ""


class TimerDue(BaseInput, frozen=True):
    """The clock reached ``Acd.next_deadline()``."""


DriverInput = Union[
    LegArrived,
    LegRinging,
    LegAnswered,
    LegEnded,
    Digit,
    Joined,
    Left,
    PlayEnded,
    RecordingEnded,
    SeatChanged,
    LinkUp,
    LinkDown,
    Fenced,
    CommandFailed,
]
Request = Union[
    SignIn,
    SignOut,
    Ready,
    NotReady,
    WrapUpDone,
    TaskArrived,
    PlaceCall,
    AcceptOffer,
    RejectOffer,
    EndContact,
    ChangeContact,
    DrainNode,
    ApplyConfiguration,
    WebInput,
    DeskInput,
]
Input = Union[DriverInput, Request, BreachFound, TimerDue]

__all__ = [
    "AcceptOffer", "ApplyConfiguration", "BreachFound", "BridgeSeen", "BrowserBack", "BrowserGone", "Caller",
    "ChangeContact", "CommandFailed", "DeskInput", "DeskLost", "DeskOpened", "Digit", "Dispose", "DoorRefused",
    "DrainNode", "DriverInput", "EndContact", "Fenced", "HangUpContact", "Hold", "Input", "Joined", "Left",
    "LegAnswered", "LegArrived", "LegEnded", "LegRinging", "LegSeen", "LinkDown", "LinkUp", "NotReady", "PageShared",
    "PlaceCall", "PlayEnded", "Ready", "RecordingEnded", "RejectOffer", "Request", "RingAgain", "SeatChanged",
    "SendDigits", "SignIn", "SignOut", "Snapshot", "Stamp", "TaskArrived", "TimerDue", "Transfer", "WebArrived",
    "WebInput", "WebLeft", "WrapUpDone",
]  # fmt: skip
