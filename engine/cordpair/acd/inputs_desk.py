"""Inputs from an agent's desk: what people do with the contact they talk to, and whether the desk is there.

``contact`` and ``agent`` go together: whoever is not in conversation with it is refused. See ``inputs``.
"""

from typing import Union

from cordpair.acd.inputs_web import BaseInput
from cordpair.ids import AgentId, ContactId, QueueId

# The tones there are.
DIGITS = frozenset("0123456789ABCD*#")


class Hold(BaseInput, frozen=True):
    """Let the customer hear music, or (``on`` false) the agent again."""

    contact: ContactId
    agent: AgentId
    on: bool = True


class Transfer(BaseInput, frozen=True):
    """Give the customer away, blind: to ``queue``, or to another agent. Exactly one of the two."""

    contact: ContactId
    agent: AgentId
    queue: QueueId | None = None
    to: AgentId | None = None


class SendDigits(BaseInput, frozen=True):
    """Tones for the customer's end. They may be a secret: the runtime keeps them, and puts ``kept`` in their place,
    under which it knows them; ``digits`` then holds as many noughts."""

    contact: ContactId
    agent: AgentId
    digits: str
    kept: int = 0


class HangUpContact(BaseInput, frozen=True):
    """As if the agent's phone had hung up."""

    contact: ContactId
    agent: AgentId


class RingAgain(BaseInput, frozen=True):
    """The agent's phone has lost the call (its page was loaded anew, or opened elsewhere), and is there again."""

    contact: ContactId
    agent: AgentId


class Dispose(BaseInput, frozen=True):
    """What came of the conversation: said in it, or in its wrap-up. The last one counts."""

    contact: ContactId
    agent: AgentId
    disposition: str


class DeskOpened(BaseInput, frozen=True):
    """The agent's desktop is connected."""

    agent: AgentId


class DeskLost(BaseInput, frozen=True):
    """Nothing is heard of it any more."""

    agent: AgentId


DeskInput = Union[Hold, Transfer, SendDigits, HangUpContact, RingAgain, Dispose, DeskOpened, DeskLost]

__all__ = [
    "DIGITS",
    "DeskInput",
    "DeskLost",
    "DeskOpened",
    "Dispose",
    "HangUpContact",
    "Hold",
    "RingAgain",
    "SendDigits",
    "Transfer",
]
