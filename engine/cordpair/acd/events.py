"""Events: what was decided, in the past tense. The journal holds them and replay folds nothing else.

An event carries ids, times and decisions, never personal data. Fields that only explain (``why``) say so.
"""

from typing import Union  # noqa: I001  # the ids below on one line

import msgspec

from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, SeatStatus, VisitOutcome
from cordpair.acd.configuration import Configuration, FeatureAction, Step
from cordpair.acd.model import LegRole, Pending
from cordpair.ids import (
    AgentId, BridgeId, ContactId, LegId, NodeId, OfferId, PlayId, QueueId, SeatId, ServiceId, VisitId,
)  # fmt: skip


class _Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    pass


class JournalStarted(_Event, frozen=True):
    """The first event: the token in all ids, and the seed of all draws."""

    run: str
    seed: int


class ConfigurationApplied(_Event, frozen=True):
    configuration: Configuration


class InvariantBroken(_Event, frozen=True):
    """A law does not hold: it did after entry ``since``, and no more after ``seq``. Changes nothing."""

    law: str
    since: int
    seq: int
    given: str = ""  # explains: the type of the input of ``seq``


class NodeLinked(_Event, frozen=True):
    node: NodeId
    epoch: str
    opens_at: int


class NodeOpened(_Event, frozen=True):
    node: NodeId


class NodeLost(_Event, frozen=True):
    node: NodeId
    reason: str = ""


class NodeFenced(_Event, frozen=True):
    node: NodeId


class SeatStatusChanged(_Event, frozen=True):
    seat: SeatId
    node: NodeId
    status: SeatStatus


class LegAdopted(_Event, frozen=True):
    """A leg that is not a contact's: a feature call, or an orphan bearing our stamp."""

    leg: LegId
    node: NodeId
    role: LegRole
    until: int
    seat: SeatId | None = None


class FeatureUsed(_Event, frozen=True):
    """An agent's phone dialled a code. ``result`` names the prompt to play."""

    leg: LegId
    result: str
    action: FeatureAction | None = None
    agent: AgentId | None = None
    play: PlayId | None = None


class LegAnswering(_Event, frozen=True):
    leg: LegId


class LegRang(_Event, frozen=True):
    leg: LegId


class LegCameUp(_Event, frozen=True):
    leg: LegId


class LegEnteredBridge(_Event, frozen=True):
    leg: LegId
    bridge: BridgeId


class LegLeftBridge(_Event, frozen=True):
    leg: LegId


class LegDoubted(_Event, frozen=True):
    """The PBX denies that the leg exists; unless its end is seen until then, it is taken as ended."""

    leg: LegId
    until: int


class LegConfirmed(_Event, frozen=True):
    """A leg in doubt was seen alive."""

    leg: LegId
    until: int | None = None


class LegClosing(_Event, frozen=True):
    leg: LegId
    cause: Cause
    until: int


class LegClosed(_Event, frozen=True):
    leg: LegId
    cause: Cause


class BridgeReleased(_Event, frozen=True):
    bridge: BridgeId
    node: NodeId


class ContactArrived(_Event, frozen=True):
    contact: ContactId
    node: NodeId
    medium: str
    arrived_at: int
    leg: LegId | None = None
    service: ServiceId | None = None
    last_agent: AgentId | None = None
    context_id: str = ""
    key: str = ""


class VisitBegan(_Event, frozen=True):
    visit: VisitId
    contact: ContactId
    queue: QueueId
    number: int
    enqueued_at: int
    began_at: int
    head_start_ms: int = 0
    steps: tuple[Step, ...] = ()
    sticky: AgentId | None = None
    sticky_until: int | None = None
    service: ServiceId | None = None  # whose steps and head start these are


class VisitRefused(_Event, frozen=True):
    """Offered to the queue and turned away at the door."""

    visit: VisitId
    contact: ContactId
    queue: QueueId
    outcome: VisitOutcome
    number: int


class VisitEnded(_Event, frozen=True):
    visit: VisitId
    outcome: VisitOutcome
    waited_ms: int


class RequirementStepped(_Event, frozen=True):
    visit: VisitId
    step: int


class VisitChanged(_Event, frozen=True):
    visit: VisitId
    head_start_ms: int
    levels: dict[str, int]
    steps: tuple[Step, ...]
    step: int | None = None  # of new steps, how many are past; None: they have come all the way


class StickyEnded(_Event, frozen=True):
    visit: VisitId


class ExclusionsCleared(_Event, frozen=True):
    visit: VisitId


class GroupOpened(_Event, frozen=True):
    """Ring progressively: the next agent may be added."""

    visit: VisitId


class PromptStarted(_Event, frozen=True):
    contact: ContactId
    play: PlayId
    prompt: str


class PromptEnded(_Event, frozen=True):
    contact: ContactId
    play: PlayId


class MusicStarted(_Event, frozen=True):
    contact: ContactId
    name: str


class ContactClosing(_Event, frozen=True):
    contact: ContactId
    cause: Cause
    until: int


class ContactEnded(_Event, frozen=True):
    contact: ContactId
    end: ContactEnd


class OfferMade(_Event, frozen=True):
    offer: OfferId
    number: int
    visit: VisitId
    contact: ContactId
    agent: AgentId
    slot: int
    expires_at: int
    leg: LegId | None = None
    seat: SeatId | None = None
    strategy: str = ""  # explains
    line: str = ""  # explains: the class of the contact
    waiting: int = 0  # explains: contacts in that class
    available: int = 0  # explains: agents available to the medium


class OfferRang(_Event, frozen=True):
    offer: OfferId


class OfferAnswered(_Event, frozen=True):
    """The first of its group: the join begins."""

    offer: OfferId
    bridge: BridgeId | None
    join_until: int


class OfferEnded(_Event, frozen=True):
    offer: OfferId
    outcome: OfferOutcome
    not_before: int | None = None
    failures: int | None = None  # new count of failures in a row; None: unchanged
    exclude: bool = False


class JoinRepeated(_Event, frozen=True):
    contact: ContactId
    bridge: BridgeId


class ContactConnected(_Event, frozen=True):
    contact: ContactId
    visit: VisitId
    offer: OfferId
    agent: AgentId
    waited_ms: int


class ConnectionEnded(_Event, frozen=True):
    contact: ContactId
    agent: AgentId
    talk_ms: int
    by: str  # caller | agent | system | lost
    wrap_up_until: int | None = None


class AgentSignedIn(_Event, frozen=True):
    agent: AgentId
    seat: SeatId | None


class AgentSignedOut(_Event, frozen=True):
    agent: AgentId
    reason: str = ""


class AgentBecameReady(_Event, frozen=True):
    agent: AgentId


class AgentBecameNotReady(_Event, frozen=True):
    agent: AgentId
    reason: str


class AgentChangePending(_Event, frozen=True):
    agent: AgentId
    pending: Pending
    reason: str = ""


class AgentDelayEnded(_Event, frozen=True):
    agent: AgentId


class WrapUpEnded(_Event, frozen=True):
    agent: AgentId
    slot: int


Event = Union[
    JournalStarted, ConfigurationApplied, InvariantBroken, NodeLinked, NodeOpened, NodeLost, NodeFenced,
    SeatStatusChanged, LegAdopted, FeatureUsed, LegAnswering, LegRang, LegCameUp, LegEnteredBridge, LegLeftBridge,
    LegDoubted, LegConfirmed, LegClosing, LegClosed, BridgeReleased, ContactArrived, VisitBegan, VisitRefused,
    VisitEnded, RequirementStepped, VisitChanged, StickyEnded, ExclusionsCleared, GroupOpened, PromptStarted,
    PromptEnded, MusicStarted, ContactClosing, ContactEnded, OfferMade, OfferRang, OfferAnswered, OfferEnded,
    JoinRepeated, ContactConnected, ConnectionEnded, AgentSignedIn, AgentSignedOut, AgentBecameReady,
    AgentBecameNotReady, AgentChangePending, AgentDelayEnded, WrapUpEnded,
]  # fmt: skip

__all__ = [
    "AgentBecameNotReady", "AgentBecameReady", "AgentChangePending", "AgentDelayEnded", "AgentSignedIn",
    "AgentSignedOut", "BridgeReleased", "ConfigurationApplied", "ConnectionEnded", "ContactArrived", "ContactClosing",
    "ContactConnected", "ContactEnded", "Event", "ExclusionsCleared", "FeatureUsed", "GroupOpened",
    "InvariantBroken", "JoinRepeated",
    "JournalStarted", "LegAdopted", "LegAnswering", "LegCameUp", "LegClosed", "LegClosing", "LegConfirmed",
    "LegDoubted", "LegEnteredBridge", "LegLeftBridge", "LegRang", "MusicStarted", "NodeFenced", "NodeLinked",
    "NodeLost", "NodeOpened", "OfferAnswered", "OfferEnded", "OfferMade", "OfferRang", "PromptEnded", "PromptStarted",
    "RequirementStepped", "SeatStatusChanged", "StickyEnded", "VisitBegan", "VisitChanged", "VisitEnded",
    "VisitRefused", "WrapUpEnded",
]  # fmt: skip
