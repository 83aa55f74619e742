"""What can be done to a leg with a browser at its end: no media is in this PBX, so nothing is played or mixed."""

from cordpair.pbx import Capability

WEB_LEG = frozenset({Capability.DIGITS, Capability.REDIRECT, Capability.ACCOUNTS, Capability.SEAT_STATUS})

__all__ = ["WEB_LEG"]
