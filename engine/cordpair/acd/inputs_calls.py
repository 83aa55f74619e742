"""An input of calls that agents place: see ``inputs``."""

from cordpair.acd.inputs_web import BaseInput, Caller
from cordpair.ids import AgentId, QueueId


class PlaceCall(BaseInput, frozen=True):
    """Ring the agent's phone, and once it has answered, the number of ``caller``; then join the two.

    ``caller`` is whom the agent calls, and personal data: the runtime keeps it in the contact's record and leaves here
    what has the number's shape only, a nought for each digit. ``dialled`` is what the trunk is sent, where that is
    written otherwise, and kept with it. ``caller_id`` is shown to them; empty: the trunk's own.
    """

    key: str  # the requester's own id: the same key twice is the same call
    agent: AgentId
    queue: QueueId  # in which the call counts, with its wrap-up and dispositions; the agent need not work there
    placed_at: int
    caller: Caller | None = None
    caller_id: str = ""
    dialled: str = ""


__all__ = ["PlaceCall"]
