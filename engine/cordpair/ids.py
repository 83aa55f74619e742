"""Identifiers: all are strings, and all that the engine makes are deterministic.

An id is ``<run>-<kind><number>``: the run token is drawn once when a journal is created, the number counts up in the
journal's own state. Replaying a journal therefore gives the same ids, a repeated command meets "already exists" on
the PBX, and a leg left over from another journal is never mistaken for one of ours.
"""

from typing import NewType

AgentId = NewType("AgentId", str)
BridgeId = NewType("BridgeId", str)
ContactId = NewType("ContactId", str)
LegId = NewType("LegId", str)
MoveId = NewType("MoveId", str)
NodeId = NewType("NodeId", str)
OfferId = NewType("OfferId", str)
PlayId = NewType("PlayId", str)
QueueId = NewType("QueueId", str)
RecordingId = NewType("RecordingId", str)
SeatId = NewType("SeatId", str)
ServiceId = NewType("ServiceId", str)
VisitId = NewType("VisitId", str)

__all__ = [
    "AgentId",
    "BridgeId",
    "ContactId",
    "LegId",
    "MoveId",
    "NodeId",
    "OfferId",
    "PlayId",
    "QueueId",
    "RecordingId",
    "SeatId",
    "ServiceId",
    "VisitId",
]
