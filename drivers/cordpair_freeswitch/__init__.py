"""The FreeSWITCH driver (inbound Event Socket, parked calls)."""

from cordpair.ids import NodeId
from cordpair.pbx import Driver
from cordpair_freeswitch.config import parse
from cordpair_freeswitch.driver import FreeSwitchDriver


def factory(node: NodeId, url: str, cell: str, endpoints: tuple[str, ...]) -> Driver:
    """The entry point. Connects to nothing; ConfigurationError when the URL cannot be used."""
    return FreeSwitchDriver(node, parse(node, url), cell, endpoints)


__all__ = ["FreeSwitchDriver", "factory"]
