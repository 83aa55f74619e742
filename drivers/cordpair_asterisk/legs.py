"""What is known of each leg between two events: enough to report every change once. Pure.

ARI tells some things twice (ringing: a Dial and a state change) and some in two halves (an originated leg can be
bridged only when it is up *and* in Stasis).
"""

import msgspec

from cordpair.acd.causes import Cause
from cordpair.ids import BridgeId, LegId
from cordpair.pbx import Legs


class Leg(msgspec.Struct):
    """One leg in our control, or on its way there."""

    originated: bool
    endpoint: str = ""  # the seat it rings, if it is originated
    up: bool = False
    ringing: bool = False
    answered: bool = False  # up and bridgeable: what LegAnswered says
    forwarded: bool = False
    bridge: BridgeId | None = None
    asked: Cause | None = None  # why we asked to end it
    seen: Cause | None = None  # what its hang-up request said
    left: bool = False  # our application, and why is not known yet
    moved: bool = False  # its bridge changed since the snapshot in progress began


class CallLegs(Legs[Leg]):
    """The legs of one link."""

    def begin(self, leg: LegId, *, originated: bool, endpoint: str = "") -> Leg:
        return self.add(leg, Leg(originated, endpoint if originated else ""))

    def rings(self, endpoint: str) -> bool:
        """Whether a leg of ours occupies this seat."""
        return any(leg.endpoint == endpoint for _, leg in self)

    def begin_snapshot(self) -> None:
        for _, leg in self:
            leg.moved = False


__all__ = ["CallLegs", "Leg"]
