"""Events of nodes, and of callers who are moved from one to another. See ``events``."""

import msgspec

from cordpair.ids import ContactId, LegId, MoveId, NodeId


class BaseEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    pass


class NodeLinked(BaseEvent, frozen=True):
    node: NodeId
    epoch: str
    opens_at: int


class NodeOpened(BaseEvent, frozen=True):
    node: NodeId


class NodeLost(BaseEvent, frozen=True):
    node: NodeId
    reason: str = ""


class NodeFenced(BaseEvent, frozen=True):
    node: NodeId


class DrainBegan(BaseEvent, frozen=True):
    """The node is given nothing new from now on, and who waits there is moved."""

    node: NodeId


class DrainEnded(BaseEvent, frozen=True):
    node: NodeId


class MoveBegan(BaseEvent, frozen=True):
    """A waiting caller is asked to call ``target``, with ``move`` as the number dialled."""

    move: MoveId
    number: int
    contact: ContactId
    source: NodeId
    target: NodeId
    until: int
    answered: bool  # the call was: it is transferred; else it is redirected


class CallerSetOff(BaseEvent, frozen=True):
    """The old leg has ended; the new one is awaited until then."""

    move: MoveId
    until: int
    unseen: bool = False  # nobody saw the end


class ContactMoved(BaseEvent, frozen=True):
    """The caller is there: the same contact and visit, in place, on another leg."""

    move: MoveId
    contact: ContactId
    leg: LegId
    node: NodeId


class MoveFailed(BaseEvent, frozen=True):
    move: MoveId
    reason: str  # refused | not_followed | lost


__all__ = [
    "BaseEvent",
    "CallerSetOff",
    "ContactMoved",
    "DrainBegan",
    "DrainEnded",
    "MoveBegan",
    "MoveFailed",
    "NodeFenced",
    "NodeLinked",
    "NodeLost",
    "NodeOpened",
]
