"""Events of customers who wait in a browser, and of the calls they are told to make. See ``events``."""

from cordpair.acd.events_nodes import BaseEvent
from cordpair.ids import AgentId, ContactId, LegId, NodeId, OfferId, SeatId, VisitId


class BrowserLost(BaseEvent, frozen=True):
    """Nothing is heard of the customer's browser; it keeps its place until then."""

    contact: ContactId
    until: int


class BrowserReturned(BaseEvent, frozen=True):
    contact: ContactId


class OfferTaken(BaseEvent, frozen=True):
    """The agent accepted on the desktop, before anything rings: the browser may be told to call."""

    offer: OfferId


class CallInvited(BaseEvent, frozen=True):
    """The browser is to call now; unless its leg arrives by then it did not show up."""

    contact: ContactId
    visit: VisitId
    until: int
    media: str  # audio | video


class CallMissed(BaseEvent, frozen=True):
    """The browser did not call in time. Nothing is held against an agent."""

    contact: ContactId


class ContactCalled(BaseEvent, frozen=True):
    """The browser's call is there: the same contact and visit, in place, has a leg now."""

    contact: ContactId
    leg: LegId
    node: NodeId


class CallDropped(BaseEvent, frozen=True):
    """The page that made the call is gone: the contact waits off the PBX again, in place."""

    contact: ContactId


class PhoneRung(BaseEvent, frozen=True):
    """The customer is on the PBX: the phone of the agent who was reserved is rung."""

    offer: OfferId
    leg: LegId
    seat: SeatId
    expires_at: int
    via: NodeId | None = None


class MessageRefused(BaseEvent, frozen=True):
    """A browser said over SIP what it may not; nothing of it reached the PBX. Changes nothing."""

    reason: str
    method: str
    contact: ContactId | None = None
    agent: AgentId | None = None


__all__ = [
    "BrowserLost",
    "BrowserReturned",
    "CallDropped",
    "CallInvited",
    "CallMissed",
    "ContactCalled",
    "MessageRefused",
    "OfferTaken",
    "PhoneRung",
]
