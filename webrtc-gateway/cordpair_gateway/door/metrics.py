"""What the door counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class DoorMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.connections = Gauge("cordpair_door_connections", "Browsers connected to the SIP door", registry=registry)
        self.frames = Counter("cordpair_door_frames", "SIP messages passed on", ["to"], registry=registry)
        self.refused = Counter(
            "cordpair_door_refused", "SIP messages of browsers that were refused", ["reason"], registry=registry
        )
        self.denied = Counter("cordpair_door_denied", "Connections that were not let in", ["reason"], registry=registry)
        self.closed = Counter("cordpair_door_closed", "Connections that ended", ["why"], registry=registry)


__all__ = ["DoorMetrics"]
