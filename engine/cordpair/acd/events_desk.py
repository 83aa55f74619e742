"""Events of conversations that agents act on, and of their desktops. See ``events``."""

from cordpair.acd.events_nodes import BaseEvent
from cordpair.ids import AgentId, ContactId, QueueId


class ContactHeld(BaseEvent, frozen=True):
    """The customer leaves the bridge and hears music; the agent stays in it."""

    contact: ContactId
    agent: AgentId
    music: str
    by: str = "agent"  # agent | failed: the two could not be joined again


class ContactResumed(BaseEvent, frozen=True):
    """The two are joined again."""

    contact: ContactId
    agent: AgentId
    by: str = "agent"  # agent | failed: the customer did not leave the bridge


class HoldRepeated(BaseEvent, frozen=True):
    """After a gap in the link: the customer stays on hold."""

    contact: ContactId
    music: str


class ContactTransferred(BaseEvent, frozen=True):
    """The agent gives the customer away: to a queue, reserved there for ``to`` at first if it is for somebody."""

    contact: ContactId
    agent: AgentId
    queue: QueueId
    to: AgentId | None = None


class DigitsSent(BaseEvent, frozen=True):
    """``kept``: where the runtime has them. They may be a secret, and are not in the journal."""

    contact: ContactId
    agent: AgentId
    count: int
    kept: int = 0


class ContactDisposed(BaseEvent, frozen=True):
    """What the agent said came of the conversation. The last one counts."""

    contact: ContactId
    agent: AgentId
    disposition: str


class ContactShared(BaseEvent, frozen=True):
    """The customer shows the page, or no longer. It ends with the contact, at the latest."""

    contact: ContactId
    on: bool


class DeskConnected(BaseEvent, frozen=True):
    agent: AgentId


class DeskDisconnected(BaseEvent, frozen=True):
    """Nothing is heard of the agent's desktop. Nothing new is offered meanwhile; it is given up at ``until``."""

    agent: AgentId
    until: int | None = None  # None: nobody waits for it, for the agent is not signed in


class DeskGone(BaseEvent, frozen=True):
    """It did not come back in time."""

    agent: AgentId


__all__ = [
    "ContactDisposed",
    "ContactHeld",
    "ContactResumed",
    "ContactShared",
    "ContactTransferred",
    "DeskConnected",
    "DeskDisconnected",
    "DeskGone",
    "DigitsSent",
    "HoldRepeated",
]
