"""The SIP door: browsers' SIP over WebSocket, held to the lock of their token, on its way to the PBX."""

from cordpair_gateway.door.access import AccessLog
from cordpair_gateway.door.handler import PATH, DoorHandler
from cordpair_gateway.door.logged import Logged
from cordpair_gateway.door.metrics import DoorMetrics
from cordpair_gateway.door.ports import Journal, Line, NoPbx, Tokens, Upstream, Way, Ways
from cordpair_gateway.door.settings import DoorSettings
from cordpair_gateway.door.upstream import InProcessUpstream, WebSocketUpstream

__all__ = [
    "PATH",
    "AccessLog",
    "DoorHandler",
    "DoorMetrics",
    "DoorSettings",
    "InProcessUpstream",
    "Journal",
    "Line",
    "Logged",
    "NoPbx",
    "Tokens",
    "Upstream",
    "Way",
    "Ways",
    "WebSocketUpstream",
]
