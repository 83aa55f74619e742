"""What is known of each leg between two events: enough to report every change once. Pure.

FreeSWITCH has no bridges with names, only two legs that hear each other, or a conference. Which bridge of ours a leg is
in is kept here, and on the leg itself as a variable, so that a later engine finds it.
"""

import msgspec

from cordpair.acd.causes import Cause
from cordpair.ids import BridgeId, LegId, PlayId
from cordpair.pbx import Legs


class Leg(msgspec.Struct):
    """One leg in our control, or on its way there."""

    originated: bool
    endpoint: str = ""  # the seat it rings, if it is originated
    video: bool = False  # whoever called shows pictures, and would see some
    created: bool = False  # FreeSWITCH has made its channel
    up: bool = False
    ringing: bool = False
    parked: bool = False
    answered: bool = False  # what LegAnswered says: an originated leg can be bridged only once it is parked
    bridge: BridgeId | None = None  # as reported by Joined
    entering: BridgeId | None = None  # asked for, not seen yet
    leaving: bool = False
    partner: LegId | None = None  # whom it hears, outside of conferences
    conferring: bool = False
    asked: Cause | None = None  # why we asked to end it
    play: PlayId | None = None
    music: bool = False
    spying: bool = False
    changed: bool = False  # since the snapshot in progress began


class CallLegs(Legs[Leg]):
    """The legs of one link."""

    def begin(self, leg: LegId, *, originated: bool, endpoint: str = "") -> Leg:
        return self.add(leg, Leg(originated, endpoint if originated else ""))

    def rings(self, endpoint: str) -> bool:
        """Whether a leg of ours occupies this seat."""
        return any(leg.endpoint == endpoint for _, leg in self)

    def inside(self, bridge: BridgeId) -> tuple[LegId, ...]:
        return tuple(leg for leg, known in self if known.bridge == bridge)

    def begin_snapshot(self) -> None:
        for _, leg in self:
            leg.changed = False


__all__ = ["CallLegs", "Leg"]
