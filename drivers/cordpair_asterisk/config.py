"""The URL of an Asterisk: where it is, who we are to it, how long we wait."""

import msgspec

from cordpair.ids import NodeId
from cordpair.pbx.address import Address

SCHEMES = {"asterisk+ari": "http", "asterisk+aris": "https"}
PORTS = {"asterisk+ari": 8088, "asterisk+aris": 8089}  # what Asterisk's http.conf.sample says
# Our own client, and others: the package that each needs.
TRANSPORTS = {"own": "", "aioari": "aioari"}
# Seconds. ARI answers in a millisecond; what takes longer than this is stuck, not slow.
REQUEST_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
# A dead peer is noticed within one and a half of these.
HEARTBEAT = 10.0


class Settings(msgspec.Struct, frozen=True):
    """What the URL says. ``repr`` and messages use ``shown``, which has no secret."""

    base: str
    user: str
    password: str
    shown: str
    request_timeout: float = REQUEST_TIMEOUT
    connect_timeout: float = CONNECT_TIMEOUT
    heartbeat: float = HEARTBEAT
    transport: str = "own"

    def __repr__(self) -> str:
        return f"Settings({self.shown})"


def parse(node: NodeId, url: str) -> Settings:
    """Read ``asterisk+ari://user:password@host:8088/?request_timeout=5``; ConfigurationError names what is wrong."""
    address = Address(node, url, PORTS, ("request_timeout", "connect_timeout", "heartbeat", "transport"))
    if not address.user:
        raise address.wrong(f"names no user; write {address.scheme}://user:password@{address.hostname}/")
    path = address.path.removesuffix("/ari")
    return Settings(
        base=f"{SCHEMES[address.scheme]}://{address.host}:{address.port}{path}/ari",
        user=address.user,
        password=address.password,
        shown=f"{address.scheme}://{address.user}@{address.host}:{address.port}{path}/",
        request_timeout=address.seconds("request_timeout", REQUEST_TIMEOUT),
        connect_timeout=address.seconds("connect_timeout", CONNECT_TIMEOUT),
        heartbeat=address.seconds("heartbeat", HEARTBEAT),
        transport=address.transport(TRANSPORTS),
    )


__all__ = ["Settings", "parse"]
