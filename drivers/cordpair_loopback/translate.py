"""Where the loopback PBX's words end: signals become inputs, statuses causes, refusals errors. Pure."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    Caller,
    Digit,
    DriverInput,
    Joined,
    Left,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    LegSeen,
    PlayEnded,
    RecordingEnded,
    SeatChanged,
)
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import LegGone, PbxError, Refused
from cordpair_loopback.pbx import signals
from cordpair_loopback.pbx.signals import Arrival, PhoneState, Signal
from cordpair_loopback.pbx.state import Leg, SwitchError

GONE = 404

CAUSES = MappingProxyType(
    {
        200: Cause.NORMAL,
        302: Cause.NORMAL,
        404: Cause.UNREACHABLE,
        408: Cause.NO_ANSWER,
        480: Cause.NO_ANSWER,
        486: Cause.BUSY,
        487: Cause.NORMAL,
        503: Cause.CONGESTION,
        504: Cause.LOST,
        603: Cause.REJECTED,
    }
)

STATUSES = MappingProxyType(
    {
        Cause.NORMAL: 200,
        Cause.BUSY: 486,
        Cause.REJECTED: 603,
        Cause.NO_ANSWER: 480,
        Cause.UNREACHABLE: 404,
        Cause.ANSWERED_ELSEWHERE: 200,
        Cause.CONGESTION: 503,
        Cause.LOST: 504,
        Cause.UNKNOWN: 500,
    }
)

SEATS = MappingProxyType(
    {
        PhoneState.IDLE: SeatStatus.REACHABLE,
        PhoneState.IN_USE: SeatStatus.BUSY,
        PhoneState.OFFLINE: SeatStatus.UNREACHABLE,
    }
)


def cause(status: int, *, elsewhere: bool) -> Cause:
    return Cause.ANSWERED_ELSEWHERE if elsewhere else CAUSES.get(status, Cause.UNKNOWN)


def error(refused: SwitchError) -> PbxError:
    return LegGone(str(refused)) if refused.status == GONE else Refused(str(refused))


def arrived(leg: str, arrival: Arrival, node: NodeId) -> LegArrived:
    return LegArrived(
        leg=LegId(leg),
        node=node,
        dialled=arrival.dialled,
        arrived_at=arrival.arrived_at,
        to=arrival.to,
        context=arrival.context,
        endpoint=arrival.endpoint,
        context_id=arrival.context_id,
        caller=Caller(arrival.number, arrival.name),
        variables=dict(arrival.variables),
    )


def seen(leg: Leg, node: NodeId) -> LegSeen:
    unstamped = leg.arrival is not None and leg.stamp is None
    return LegSeen(
        leg=LegId(leg.id),
        answered=leg.answered,
        ringing=leg.ringing,
        bridge=None if leg.bridge is None else BridgeId(leg.bridge),
        stamp=leg.stamp,
        arrival=arrived(leg.id, leg.arrival, node) if unstamped and leg.arrival is not None else None,
    )


# One line for each kind of signal; a test proves that none is missing.
INPUTS: MappingProxyType[type[Any], Callable[[Any, NodeId], DriverInput]] = MappingProxyType(
    {
        signals.Entered: lambda s, node: arrived(s.leg, s.arrival, node),
        signals.Rang: lambda s, _: LegRinging(LegId(s.leg)),
        signals.Answered: lambda s, _: LegAnswered(LegId(s.leg)),
        signals.Dtmf: lambda s, _: Digit(LegId(s.leg), s.digit),
        signals.InBridge: lambda s, _: Joined(LegId(s.leg), BridgeId(s.bridge)),
        signals.OutOfBridge: lambda s, _: Left(LegId(s.leg), BridgeId(s.bridge)),
        signals.PlayDone: lambda s, _: PlayEnded(PlayId(s.play), LegId(s.leg), s.ok),
        signals.RecordDone: lambda s, _: RecordingEnded(RecordingId(s.recording), s.ok, s.duration_ms),
        signals.PhoneChanged: lambda s, node: SeatChanged(node, s.endpoint, SEATS[s.state]),
        signals.Cleared: lambda s, _: LegEnded(LegId(s.leg), cause(s.status, elsewhere=s.elsewhere)),
    }
)


def to_input(signal: Signal, node: NodeId) -> DriverInput:
    return INPUTS[type(signal)](signal, node)


__all__ = ["CAUSES", "INPUTS", "SEATS", "STATUSES", "arrived", "cause", "error", "seen", "to_input"]
