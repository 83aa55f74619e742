"""Events of calls that agents place. See ``events``.

Such a call is a contact (``ContactArrived.placed_by``) with a visit and an offer like any other, to that agent only.

What makes a visit a placed one, for everybody who counts: when it begins its contact was placed by an agent who has not
given it away (``ContactRow.placed_by``; of events alone, a ``ContactArrived`` with ``placed_by`` and no
``ContactTransferred`` since). That it is the contact's first is not asked: when the agent's phone loses the call
(``RingAgain``) another visit begins, and nobody waits in that one either.
"""

from cordpair.acd.causes import Cause
from cordpair.acd.events_nodes import BaseEvent
from cordpair.ids import BridgeId, ContactId, LegId


class CustomerDialled(BaseEvent, frozen=True):
    """The agent has answered: the customer is rung, until then."""

    contact: ContactId
    leg: LegId
    until: int


class CustomerAnswered(BaseEvent, frozen=True):
    """The join begins."""

    contact: ContactId
    bridge: BridgeId
    join_until: int


class CustomerNotReached(BaseEvent, frozen=True):
    """The two never talked. ``cancelled``: because the agent hung up first; else ``cause`` says why."""

    contact: ContactId
    cause: Cause
    cancelled: bool = False


__all__ = ["CustomerAnswered", "CustomerDialled", "CustomerNotReached"]
