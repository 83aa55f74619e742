"""The Asterisk driver (ARI). Its Stasis application is ``cordpair-<cell>``."""

from cordpair.ids import NodeId
from cordpair.pbx import Driver
from cordpair_asterisk.config import parse
from cordpair_asterisk.driver import AsteriskDriver


def factory(node: NodeId, url: str, cell: str, endpoints: tuple[str, ...]) -> Driver:
    """The entry point. Connects to nothing; ConfigurationError when the URL cannot be used."""
    return AsteriskDriver(node, parse(node, url), cell, endpoints)


__all__ = ["AsteriskDriver", "factory"]
