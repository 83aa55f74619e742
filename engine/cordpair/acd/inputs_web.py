"""Inputs from the gateway: what customers in browsers do. See ``inputs``."""

from typing import Union

import msgspec

from cordpair.ids import AgentId, ContactId, NodeId, QueueId, ServiceId


class Caller(msgspec.Struct, frozen=True):
    """Who calls: personal data."""

    number: str = ""
    name: str = ""


class BaseInput(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    pass


class WebArrived(BaseInput, frozen=True):
    """A customer's browser opened its session: they wait, without a leg. The caller found out where the page leads.

    ``context_id`` is theirs alone; the call they will make bears it, on ``node``."""

    context_id: str
    node: NodeId
    media: str  # audio | video
    arrived_at: int
    service: ServiceId | None = None
    queue: QueueId | None = None  # where no service is named
    levels: dict[str, int] = {}  # what the page needs of an agent, beside the requirement there
    last_agent: AgentId | None = None
    caller: Caller | None = None
    variables: dict[str, str] = {}


class BrowserGone(BaseInput, frozen=True):
    """The session's connection was lost."""

    context_id: str


class BrowserBack(BaseInput, frozen=True):
    """The session was resumed. ``in_call`` is false when the page was loaded anew: a call that it had is dead."""

    context_id: str
    in_call: bool = True


class WebLeft(BaseInput, frozen=True):
    """The customer gave up."""

    context_id: str


class PageShared(BaseInput, frozen=True):
    """The customer consented to show the page, or (``on`` false) took that back."""

    context_id: str
    on: bool


class DoorRefused(BaseInput, frozen=True):
    """The SIP door let nothing of a message pass: of a customer's call, or of an agent's phone."""

    reason: str  # a word of the door's
    method: str
    contact: ContactId | None = None
    agent: AgentId | None = None


WebInput = Union[WebArrived, BrowserGone, BrowserBack, WebLeft, PageShared, DoorRefused]

__all__ = [
    "BaseInput",
    "BrowserBack",
    "BrowserGone",
    "Caller",
    "DoorRefused",
    "PageShared",
    "WebArrived",
    "WebInput",
    "WebLeft",
]
