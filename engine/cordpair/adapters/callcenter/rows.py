"""What the dashboard shows: calls, agents, who talks to whom, and the figures. Keys and words are the dashboard's own.

Times are whole seconds since the epoch, and durations are differences of these, as the original counts them.
"""

from enum import StrEnum

import msgspec

SLA_SECONDS = 10


class CallStatus(StrEnum):
    NA = "NA"  # here, in no queue yet
    QUEUED = "QUEUED"
    INCALL = "INCALL"
    HANGUP = "HANGUP"  # ended after a conversation
    ABANDON = "ABANDON"  # ended without


class AgentStatus(StrEnum):
    LOGGEDIN = "LOGGEDIN"  # and not available since
    AVAIL = "AVAIL"
    PAUSED = "PAUSED"  # in wrap-up too
    INCALL = "INCALL"
    LOGGEDOUT = "LOGGEDOUT"


class Call(msgspec.Struct, frozen=True, tag_field="type", tag="CALL"):
    """``callerid`` is personal data: it is filled in when the row is shown, and kept nowhere."""

    id: str
    callerid: str
    status: CallStatus
    queue: str
    time: int
    answered: int = 0  # 0 or 1


class Agent(msgspec.Struct, frozen=True, tag_field="type", tag="AGENT"):
    """``queue``: of the call they are in, else empty."""

    agentid: str
    status: AgentStatus
    queue: str
    time: int


class Connection(msgspec.Struct, frozen=True, tag_field="type", tag="CONNECT"):
    """Of the id of its call, with which it goes."""

    id: str
    queue: str
    time: int
    agent: Agent
    call: Call


class Stats(msgspec.Struct, frozen=True, tag_field="type", tag="STATS"):
    calls_received: int
    calls_abandoned: int
    calls_answered: int
    agents_online: int
    calls_online: int
    connections_online: int
    average_handle_time: int
    average_queue_time: int
    average_abandoned_time: int
    sla: float


Row = Call | Agent | Connection


class Counters(msgspec.Struct):
    """Since the interface was first used. Sums are in seconds."""

    received: int = 0  # entries into a queue
    answered: int = 0
    abandoned: int = 0
    waited_answered: int = 0
    waited_abandoned: int = 0
    talked: int = 0  # of conversations that have ended
    in_time: int = 0  # answered within SLA_SECONDS

    def answer(self, waited: int) -> None:
        self.answered += 1
        self.waited_answered += waited
        self.in_time += waited <= SLA_SECONDS

    def abandon(self, waited: int) -> None:
        self.abandoned += 1
        self.waited_abandoned += waited

    def stats(self, agents: int, calls: int, connections: int) -> Stats:
        """With how many there are at the moment."""
        return Stats(
            self.received,
            self.abandoned,
            self.answered,
            agents,
            calls,
            connections,
            average_handle_time=half_up(self.talked, self.answered),
            average_queue_time=half_up(self.waited_answered, self.answered),
            average_abandoned_time=half_up(self.waited_abandoned, self.abandoned),
            sla=half_up(self.in_time * 10_000, self.answered) / 100,
        )


def half_up(sum: int, count: int) -> int:
    """The average as PHP rounds it, where Python's own ``round`` gives 2 for 2.5; 0 of none."""
    return (2 * sum + count) // (2 * count) if count else 0


__all__ = [
    "SLA_SECONDS",
    "Agent",
    "AgentStatus",
    "Call",
    "CallStatus",
    "Connection",
    "Counters",
    "Row",
    "Stats",
    "half_up",
]
