"""Rigs that a driver's package brings for a PBX of its own inside the process."""

from importlib.metadata import entry_points

from cordpair.errors import ConfigurationError
from cordpair.testing.clock import ManualClock
from cordpair.testing.conformance.rig import Rig
from cordpair.testing.conformance.waiting import ManualTime

GROUP = "cordpair.rigs"


def has_own_rig(url: str) -> bool:
    return any(point.name == url.partition(":")[0] for point in entry_points(group=GROUP))


def own_rig(url: str) -> Rig:
    """A new PBX with people, on a clock of its own. The entry point takes the URL, a clock and a ``Time``."""
    scheme = url.partition(":")[0]
    for point in entry_points(group=GROUP):
        if point.name == scheme:
            clock = ManualClock()
            rig: Rig = point.load()(url, clock, ManualTime(clock))
            return rig
    raise ConfigurationError(f"the driver for {scheme!r} URLs brings no rig of its own")


__all__ = ["has_own_rig", "own_rig"]
