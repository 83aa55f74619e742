"""Leg ids where there are several PBXs: two of them may name two calls alike, and to the core an id is one leg.

Legs that arrived on the first configured node keep the PBX's own id; those of every other node are called
``node:id`` inside. Legs that we made bear ids of ours, which are unique everywhere.
"""

import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from cordpair.acd.commands import Command
from cordpair.acd.inputs import BridgeSeen, DriverInput, LegSeen, Snapshot
from cordpair.ids import LegId, NodeId

# What ``acd.proposals.leg_of`` and ``acd.placing.customer_leg`` make: the run, the offer, "-a"; or the contact, "-k".
_OURS = re.compile(r"[0-9A-Za-z]+-(o\d+-a|c\d+-k)")


class Naming:
    """Of one node. ``first``: nothing is renamed."""

    def __init__(self, node: NodeId, *, first: bool) -> None:
        self._prefix = "" if first else f"{node}:"

    def inside(self, leg: LegId) -> LegId:
        if not self._prefix or _OURS.fullmatch(leg):
            return leg
        return LegId(self._prefix + leg)

    def outside(self, leg: LegId) -> LegId:
        return LegId(leg.removeprefix(self._prefix))

    def input(self, given: DriverInput) -> DriverInput:
        """From the driver, as the core is to see it."""
        leg = getattr(given, "leg", None) if self._prefix else None
        return given if leg is None else replace(given, leg=self.inside(leg))

    def snapshot(self, seen: Snapshot) -> Snapshot:
        if not self._prefix:
            return seen
        return replace(
            seen,
            legs=tuple(self._leg_seen(leg) for leg in seen.legs),
            bridges=tuple(self._bridge_seen(bridge) for bridge in seen.bridges),
        )

    def command(self, command: Command) -> Command:
        """From the core, as the driver is to see it."""
        if not self._prefix:
            return command
        renamed: dict[str, Any] = {}
        for field in ("leg", "originator"):
            leg = getattr(command, field, None)
            if leg is not None:
                renamed[field] = self.outside(leg)
        legs: Sequence[LegId] | None = getattr(command, "legs", None)
        if legs is not None:
            renamed["legs"] = tuple(self.outside(leg) for leg in legs)
        return replace(command, **renamed) if renamed else command

    def _leg_seen(self, seen: LegSeen) -> LegSeen:
        arrival = seen.arrival
        if arrival is not None:
            arrival = replace(arrival, leg=self.inside(arrival.leg))
        return replace(seen, leg=self.inside(seen.leg), arrival=arrival)

    def _bridge_seen(self, seen: BridgeSeen) -> BridgeSeen:
        return replace(seen, legs=tuple(self.inside(leg) for leg in seen.legs))


__all__ = ["Naming"]
