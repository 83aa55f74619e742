"""Who may do what. The table of routes names one of these sets for each operation; the tests try every pair."""

from enum import StrEnum

import msgspec

from cordpair.ids import AgentId, QueueId


class Role(StrEnum):
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"  # bound to an agent: sees and does only what is theirs
    PORTAL = "portal"  # a web site: brings tasks, asks for waits
    READ_ONLY = "read-only"
    CALLCENTER = "callcenter"  # an adapter's: good for its own interface and for no route of ours
    DIAL = "dial"  # likewise


Roles = frozenset[Role]

ADAPTERS: Roles = frozenset({Role.CALLCENTER, Role.DIAL})
ALL: Roles = frozenset(Role) - ADAPTERS
BOUND: Roles = ADAPTERS | {Role.AGENT}  # a key of these may be of one agent
OWNERS: Roles = frozenset({Role.ADMIN})
LEADERS: Roles = frozenset({Role.ADMIN, Role.SUPERVISOR})
VIEWERS: Roles = LEADERS | {Role.READ_ONLY}
STAFF: Roles = LEADERS | {Role.AGENT}  # an agent: on themselves and the contacts with them
WATCHERS: Roles = VIEWERS | {Role.AGENT}
SENDERS: Roles = LEADERS | {Role.PORTAL}

# A caller's number and name: for those who lead the centre, and the agent who is alerted for or talks to them.
SEES_CALLERS: Roles = LEADERS


class Scope(msgspec.Struct, frozen=True):
    """What a key, or a person's sign-in, that was recognised is good for."""

    key: str  # its id; of a sign-in too
    role: Role
    agent: AgentId | None = None
    queues: frozenset[QueueId] = frozenset()  # empty: all
    portal: str | None = None  # of a web site's key: which
    person: str = ""  # who signed in; empty: a program with a key

    @property
    def author(self) -> str:
        """Who did it, as the audit trail and revisions of the configuration have it."""
        return self.person or f"key {self.key}"

    @property
    def own_only(self) -> bool:
        return self.role is Role.AGENT

    def is_about(self, agent: AgentId) -> bool:
        return not self.own_only or agent == self.agent

    def covers(self, queue: QueueId | None) -> bool:
        """None: nobody knows which; then a key that is bound to queues does not see it."""
        return not self.queues or queue in self.queues


__all__ = [
    "ADAPTERS",
    "ALL",
    "BOUND",
    "LEADERS",
    "OWNERS",
    "SEES_CALLERS",
    "SENDERS",
    "STAFF",
    "VIEWERS",
    "WATCHERS",
    "Role",
    "Roles",
    "Scope",
]
