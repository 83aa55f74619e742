"""Events: what was decided, in the past tense. The journal holds them and replay folds nothing else.

An event carries ids, times and decisions, never personal data. Fields that only explain (``why``) say so.
"""

from typing import Union  # noqa: I001  # the ids below on one line

import msgspec

from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome, SeatStatus, VisitOutcome
from cordpair.acd.configuration import Configuration, FeatureAction, Step
from cordpair.acd.events_agents import (
    AgentBecameNotReady, AgentBecameReady, AgentChangePending, AgentDelayEnded, AgentSignedIn, AgentSignedOut,
    WrapUpEnded,
)  # fmt: skip
from cordpair.acd.events_desk import (
    ContactDisposed, ContactHeld, ContactResumed, ContactShared, ContactTransferred, DeskConnected, DeskDisconnected,
    DeskGone, DigitsSent, HoldRepeated,
)  # fmt: skip
from cordpair.acd.events_nodes import (
    BaseEvent, CallerSetOff, ContactMoved, DrainBegan, DrainEnded, MoveBegan, MoveFailed, NodeFenced, NodeLinked,
    NodeLost, NodeOpened,
)  # fmt: skip
from cordpair.acd.events_placed import CustomerAnswered, CustomerDialled, CustomerNotReached
from cordpair.acd.events_web import (
    BrowserLost, BrowserReturned, CallDropped, CallInvited, CallMissed, ContactCalled, MessageRefused, OfferTaken,
    PhoneRung,
)  # fmt: skip
from cordpair.acd.model import LegRole
from cordpair.ids import (
    AgentId, BridgeId, ContactId, LegId, NodeId, OfferId, PlayId, QueueId, SeatId, ServiceId, VisitId,
)  # fmt: skip


class JournalStarted(BaseEvent, frozen=True):
    """The first event: the token in all ids, and the seed of all draws."""

    run: str
    seed: int


class ConfigurationApplied(BaseEvent, frozen=True):
    configuration: Configuration


class InvariantBroken(BaseEvent, frozen=True):
    """A law does not hold: it did after entry ``since``, and no more after ``seq``. Changes nothing."""

    law: str
    since: int
    seq: int
    given: str = ""  # explains: the type of the input of ``seq``


class SeatStatusChanged(BaseEvent, frozen=True):
    seat: SeatId
    node: NodeId
    status: SeatStatus


class LegAdopted(BaseEvent, frozen=True):
    """A leg that is not a contact's: a feature call, or an orphan bearing our stamp."""

    leg: LegId
    node: NodeId
    role: LegRole
    until: int
    seat: SeatId | None = None


class FeatureUsed(BaseEvent, frozen=True):
    """An agent's phone dialled a code. ``result`` names the prompt to play."""

    leg: LegId
    result: str
    action: FeatureAction | None = None
    agent: AgentId | None = None
    play: PlayId | None = None


class LegAnswering(BaseEvent, frozen=True):
    leg: LegId


class LegRang(BaseEvent, frozen=True):
    leg: LegId


class LegCameUp(BaseEvent, frozen=True):
    leg: LegId


class LegEnteredBridge(BaseEvent, frozen=True):
    leg: LegId
    bridge: BridgeId


class LegLeftBridge(BaseEvent, frozen=True):
    leg: LegId


class LegDoubted(BaseEvent, frozen=True):
    """The PBX denies that the leg exists; unless its end is seen until then, it is taken as ended."""

    leg: LegId
    until: int


class LegConfirmed(BaseEvent, frozen=True):
    """A leg in doubt was seen alive."""

    leg: LegId
    until: int | None = None


class LegClosing(BaseEvent, frozen=True):
    leg: LegId
    cause: Cause
    until: int


class LegClosed(BaseEvent, frozen=True):
    leg: LegId
    cause: Cause


class BridgeReleased(BaseEvent, frozen=True):
    bridge: BridgeId
    node: NodeId
    leg: LegId | None = None  # of a caller who lives on: it leaves first, and hears something else


class ContactArrived(BaseEvent, frozen=True):
    contact: ContactId
    node: NodeId
    medium: str
    arrived_at: int
    leg: LegId | None = None
    service: ServiceId | None = None
    last_agent: AgentId | None = None
    context_id: str = ""
    key: str = ""
    media: str = ""  # of a customer in a browser
    levels: dict[str, int] = msgspec.field(default_factory=dict)
    origin: ContactId | None = None  # of a call-back: the contact that it is for
    placed_by: AgentId | None = None  # the agent who calls the customer
    caller_id: str = ""  # shown to the customer then; empty: the trunk's


class VisitBegan(BaseEvent, frozen=True):
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
    direct: bool = False  # transferred to the sticky agent
    excluded: tuple[AgentId, ...] = ()


class VisitRefused(BaseEvent, frozen=True):
    """Offered to the queue and turned away at the door."""

    visit: VisitId
    contact: ContactId
    queue: QueueId
    outcome: VisitOutcome
    number: int


class VisitEnded(BaseEvent, frozen=True):
    visit: VisitId
    outcome: VisitOutcome
    waited_ms: int


class RequirementStepped(BaseEvent, frozen=True):
    visit: VisitId
    step: int


class VisitChanged(BaseEvent, frozen=True):
    visit: VisitId
    head_start_ms: int
    levels: dict[str, int]
    steps: tuple[Step, ...]
    step: int | None = None  # of new steps, how many are past; None: they have come all the way


class StickyEnded(BaseEvent, frozen=True):
    visit: VisitId


class ExclusionsCleared(BaseEvent, frozen=True):
    visit: VisitId


class GroupOpened(BaseEvent, frozen=True):
    """Ring progressively: the next agent may be added."""

    visit: VisitId


class PromptStarted(BaseEvent, frozen=True):
    contact: ContactId
    play: PlayId
    prompt: str


class PromptEnded(BaseEvent, frozen=True):
    contact: ContactId
    play: PlayId


class MusicStarted(BaseEvent, frozen=True):
    contact: ContactId
    name: str


class ContactClosing(BaseEvent, frozen=True):
    contact: ContactId
    cause: Cause
    until: int


class ContactEnded(BaseEvent, frozen=True):
    contact: ContactId
    end: ContactEnd


class OfferMade(BaseEvent, frozen=True):
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
    via: NodeId | None = None  # the phone is on that node: it is rung over the trunk


class OfferRang(BaseEvent, frozen=True):
    offer: OfferId


class OfferAnswered(BaseEvent, frozen=True):
    """The first of its group: the join begins."""

    offer: OfferId
    bridge: BridgeId | None
    join_until: int


class OfferEnded(BaseEvent, frozen=True):
    offer: OfferId
    outcome: OfferOutcome
    not_before: int | None = None
    failures: int | None = None  # new count of failures in a row; None: unchanged
    exclude: bool = False


class JoinRepeated(BaseEvent, frozen=True):
    contact: ContactId
    bridge: BridgeId


class ContactConnected(BaseEvent, frozen=True):
    contact: ContactId
    visit: VisitId
    offer: OfferId
    agent: AgentId
    waited_ms: int


class ConnectionEnded(BaseEvent, frozen=True):
    contact: ContactId
    agent: AgentId
    talk_ms: int
    by: str  # caller | agent | system | lost | transferred
    wrap_up_until: int | None = None
    not_before: int | None = None  # the agent's leg was lost: no offers until then, and then the phone must be there


Event = Union[
    JournalStarted, ConfigurationApplied, InvariantBroken, NodeLinked, NodeOpened, NodeLost, NodeFenced,
    SeatStatusChanged, LegAdopted, FeatureUsed, LegAnswering, LegRang, LegCameUp, LegEnteredBridge, LegLeftBridge,
    LegDoubted, LegConfirmed, LegClosing, LegClosed, BridgeReleased, ContactArrived, VisitBegan, VisitRefused,
    VisitEnded, RequirementStepped, VisitChanged, StickyEnded, ExclusionsCleared, GroupOpened, PromptStarted,
    PromptEnded, MusicStarted, ContactClosing, ContactEnded, OfferMade, OfferRang, OfferAnswered, OfferEnded,
    JoinRepeated, ContactConnected, ConnectionEnded, AgentSignedIn, AgentSignedOut, AgentBecameReady,
    AgentBecameNotReady, AgentChangePending, AgentDelayEnded, WrapUpEnded, DrainBegan, DrainEnded, MoveBegan,
    CallerSetOff, ContactMoved, MoveFailed, BrowserLost, BrowserReturned, OfferTaken, CallInvited, CallMissed,
    ContactCalled, CallDropped, PhoneRung, ContactHeld, ContactResumed, HoldRepeated, ContactTransferred, DigitsSent,
    ContactDisposed, ContactShared, DeskConnected, DeskDisconnected, DeskGone, MessageRefused, CustomerDialled,
    CustomerAnswered, CustomerNotReached,
]  # fmt: skip

__all__ = [
    "AgentBecameNotReady", "AgentBecameReady", "AgentChangePending", "AgentDelayEnded", "AgentSignedIn",
    "AgentSignedOut", "BridgeReleased", "BrowserLost", "BrowserReturned", "CallDropped", "CallInvited", "CallMissed",
    "CallerSetOff", "ConfigurationApplied", "ConnectionEnded", "ContactArrived", "ContactCalled", "ContactClosing",
    "ContactConnected", "ContactDisposed", "ContactEnded", "ContactHeld", "ContactMoved", "ContactResumed",
    "ContactShared", "ContactTransferred", "CustomerAnswered", "CustomerDialled", "CustomerNotReached", "DeskConnected",
    "DeskDisconnected", "DeskGone", "DigitsSent", "DrainBegan", "DrainEnded", "Event", "ExclusionsCleared",
    "FeatureUsed", "GroupOpened", "HoldRepeated", "InvariantBroken", "JoinRepeated", "JournalStarted", "LegAdopted",
    "LegAnswering", "LegCameUp", "LegClosed", "LegClosing", "LegConfirmed", "LegDoubted", "LegEnteredBridge",
    "LegLeftBridge", "LegRang", "MessageRefused", "MoveBegan", "MoveFailed", "MusicStarted", "NodeFenced", "NodeLinked",
    "NodeLost", "NodeOpened", "OfferAnswered", "OfferEnded", "OfferMade", "OfferRang", "OfferTaken", "PhoneRung",
    "PromptEnded", "PromptStarted", "RequirementStepped", "SeatStatusChanged", "StickyEnded", "VisitBegan",
    "VisitChanged", "VisitEnded", "VisitRefused", "WrapUpEnded",
]  # fmt: skip
