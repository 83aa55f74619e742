"""Finds drivers by the scheme of a PBX URL, through the entry-point group ``cordpair.drivers``."""

from importlib.metadata import entry_points

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx.driver import Driver

GROUP = "cordpair.drivers"


def schemes() -> tuple[str, ...]:
    """The URL schemes for which a driver is installed."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


def make_driver(node: NodeId, url: str, cell: str, endpoints: tuple[str, ...]) -> Driver:
    """The driver for ``url``; connects to nothing yet. Raises ConfigurationError, which never shows the secret."""
    scheme = url.partition(":")[0]
    for point in entry_points(group=GROUP):
        if point.name == scheme:
            driver: Driver = point.load()(node, url, cell, endpoints)
            return driver
    raise ConfigurationError(
        f"pbx.{node}: no driver for {scheme!r} URLs is installed; there are: {', '.join(schemes()) or 'none'}"
    )


__all__ = ["make_driver", "schemes"]
