"""What is known of each leg between two events: enough to report every change once. Pure.

ARI tells some things twice (ringing: a Dial and a state change) and some in two halves (an originated leg can be
bridged only when it is up *and* in Stasis).
"""

import msgspec

from cordpair.acd.causes import Cause
from cordpair.ids import BridgeId, LegId

# Ids never come back; this many past ones are remembered so that a late event does not revive a leg.
REMEMBERED = 10_000


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
    moved: bool = False  # its bridge changed since the snapshot in progress began


class Legs:
    """The legs of one link."""

    def __init__(self) -> None:
        self._alive: dict[LegId, Leg] = {}
        self._ended: dict[LegId, None] = {}

    def __contains__(self, leg: object) -> bool:
        return leg in self._alive

    def get(self, leg: LegId) -> Leg | None:
        return self._alive.get(leg)

    def add(self, leg: LegId, *, originated: bool, endpoint: str = "") -> Leg:
        known = self._alive.get(leg)
        if known is None:
            known = self._alive[leg] = Leg(originated, endpoint if originated else "")
        return known

    def end(self, leg: LegId) -> Leg | None:
        """Forget a leg for good. None if it was not alive."""
        self._ended[leg] = None
        if len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]
        return self._alive.pop(leg, None)

    def has_ended(self, leg: LegId) -> bool:
        return leg in self._ended

    def rings(self, endpoint: str) -> bool:
        """Whether a leg of ours occupies this seat."""
        return any(leg.endpoint == endpoint for leg in self._alive.values())

    def begin_snapshot(self) -> None:
        for leg in self._alive.values():
            leg.moved = False


__all__ = ["Leg", "Legs"]
