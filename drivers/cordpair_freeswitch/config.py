"""The URL of a FreeSWITCH: where it is, who we are to it, how long we wait."""

import msgspec

from cordpair.ids import NodeId
from cordpair.pbx.address import Address

PORTS = {"freeswitch+esl": 8021}  # what event_socket.conf.xml says everywhere
# Our own client, and others: the package that each needs.
TRANSPORTS = {"own": "", "greenswitch": "greenswitch", "python-esl": "python-ESL"}
# Seconds. The Event Socket answers in a millisecond; what takes longer than this is stuck, not slow.
COMMAND_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
# A dead peer is noticed within one and a half of these.
HEARTBEAT = 10.0
# mod_event_socket looks for events to send every 20 ms, or when a byte comes: so one comes this often. 0 is never.
NUDGE = 0.005
# How many connections carry commands.
COMMAND_CONNECTIONS = 4


class Settings(msgspec.Struct, frozen=True):
    """What the URL says. ``repr`` and messages use ``shown``, which has no secret."""

    host: str
    port: int
    user: str  # "name@domain" of the directory for `userauth`; empty for the Event Socket's one password
    password: str
    shown: str
    domain: str = ""  # of the phones; empty: FreeSWITCH's own global variable `domain`
    transport: str = "own"
    command_timeout: float = COMMAND_TIMEOUT
    connect_timeout: float = CONNECT_TIMEOUT
    heartbeat: float = HEARTBEAT
    nudge: float = NUDGE
    command_connections: int = COMMAND_CONNECTIONS

    def __repr__(self) -> str:
        return f"Settings({self.shown})"


def parse(node: NodeId, url: str) -> Settings:
    """Read ``freeswitch+esl://:password@host:8021/?domain=example.org``; ConfigurationError names what is wrong."""
    options = ("command_timeout", "connect_timeout", "domain", "heartbeat", "nudge", "transport")
    address = Address(node, url, PORTS, options)
    if address.user and "@" not in address.user:
        raise address.wrong("the user is one of the directory: name%40domain; or none, for the socket's own password")
    return Settings(
        host=address.hostname,
        port=address.port,
        user=address.user,
        password=address.password,
        shown=address.shown,
        domain=address.option("domain"),
        transport=address.transport(TRANSPORTS),
        command_timeout=address.seconds("command_timeout", COMMAND_TIMEOUT),
        connect_timeout=address.seconds("connect_timeout", CONNECT_TIMEOUT),
        heartbeat=address.seconds("heartbeat", HEARTBEAT),
        nudge=0.0 if address.option("nudge") == "0" else address.seconds("nudge", NUDGE),
    )


__all__ = ["Settings", "parse"]
