"""Events of agents. See ``events``."""

from cordpair.acd.events_nodes import BaseEvent
from cordpair.acd.model import Pending
from cordpair.ids import AgentId, SeatId


class AgentSignedIn(BaseEvent, frozen=True):
    agent: AgentId
    seat: SeatId | None


class AgentSignedOut(BaseEvent, frozen=True):
    agent: AgentId
    reason: str = ""


class AgentBecameReady(BaseEvent, frozen=True):
    agent: AgentId


class AgentBecameNotReady(BaseEvent, frozen=True):
    agent: AgentId
    reason: str


class AgentChangePending(BaseEvent, frozen=True):
    agent: AgentId
    pending: Pending
    reason: str = ""


class AgentDelayEnded(BaseEvent, frozen=True):
    agent: AgentId


class WrapUpEnded(BaseEvent, frozen=True):
    agent: AgentId
    slot: int


__all__ = [
    "AgentBecameNotReady",
    "AgentBecameReady",
    "AgentChangePending",
    "AgentDelayEnded",
    "AgentSignedIn",
    "AgentSignedOut",
    "WrapUpEnded",
]
