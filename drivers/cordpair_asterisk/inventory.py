"""The snapshot: lists read from ARI → what is alive and ours. Pure.

The lists are read one after the other while events go on, so where an event was seen meanwhile, the event wins.
"""

from collections.abc import Iterable, Mapping

import msgspec

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import BridgeSeen, LegSeen, Snapshot
from cordpair.ids import BridgeId, LegId, RecordingId
from cordpair_asterisk.stamps import (
    bridge_stamp,
    is_party,
    made_by_asterisk,
    recorded_by,
    stamp_of,
)
from cordpair_asterisk.translate import Translator
from cordpair_asterisk.wire import Bridge, Channel


def take(
    translator: Translator,
    epoch: str,
    channels: Iterable[Channel],
    bridges: Iterable[Bridge],
    in_application: Iterable[str],
) -> Snapshot:
    """Everything of our cell. The translator learns the legs, so that events about them mean something from now on."""
    everything, ours = tuple(bridges), set(in_application)
    channels = tuple(channels)
    within = {channel: bridge for bridge in everything for channel in bridge.channels}
    legs = tuple(
        seen for channel in channels if (seen := _leg(translator, channel, within.get(channel.id), ours)) is not None
    )
    alive = {seen.leg for seen in legs}
    translator.recordings |= {
        recording: None
        for channel in channels
        if (recording := recorded_by(channel.id)) is not None and recording not in translator.recordings
    }
    return Snapshot(
        epoch=epoch,
        legs=legs,
        bridges=tuple(_bridge(translator, bridge, alive) for bridge in everything if translator.is_ours(bridge)),
    )


def _leg(translator: Translator, channel: Channel, bridge: Bridge | None, ours: set[str]) -> LegSeen | None:
    leg, stamp = LegId(channel.id), stamp_of(channel)
    if not is_party(channel) or translator.legs.has_ended(leg):
        return None
    if stamp is not None and stamp.cell != translator.cell:
        return None
    in_stasis = channel.dialplan.app_name == "Stasis" and channel.dialplan.app_data.split(",")[0] == translator.app
    known = translator.legs.get(leg)
    if known is None and stamp is None and not (channel.id in ours and in_stasis):
        return None
    fresh = known is None
    if known is None:
        known = translator.adopt(channel) if stamp is not None else translator.legs.begin(leg, originated=False)
    known.up = known.up or channel.state == "Up"
    known.answered = known.answered or (known.up and (in_stasis or not known.originated))
    known.ringing = known.ringing or channel.state == "Ringing"
    if fresh or not known.moved:
        known.bridge = BridgeId(bridge.id) if bridge is not None and translator.is_ours(bridge) else None
    arrival = translator.arrival(channel) if stamp is None and made_by_asterisk(channel.id) else None
    return LegSeen(
        leg=leg,
        answered=known.answered,
        ringing=known.originated and known.ringing and not known.up,
        bridge=known.bridge,
        stamp=stamp,
        arrival=arrival if not known.originated else None,
    )


def _bridge(translator: Translator, bridge: Bridge, alive: set[LegId]) -> BridgeSeen:
    translator.bridges.add(bridge.id)
    inside = (LegId(channel) for channel in bridge.channels)
    return BridgeSeen(
        bridge=BridgeId(bridge.id),
        legs=tuple(leg for leg in inside if leg in alive),
        stamp=bridge_stamp(bridge),
    )


def complete(snapshot: Snapshot, seats: Mapping[str, SeatStatus], recordings: tuple[RecordingId, ...]) -> Snapshot:
    return msgspec.structs.replace(snapshot, seats=dict(seats), recordings=recordings)


__all__ = ["complete", "take"]
