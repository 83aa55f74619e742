"""How patient the door is, and how much it carries."""

from collections.abc import Container

import msgspec


class DoorSettings(msgspec.Struct, frozen=True, kw_only=True):
    origins: Container[str] = frozenset()  # of all portals and the desktop; each lock narrows them to its own
    connections: int = 2_000
    call_within_s: float = 15.0  # a customer's connection without a call by then is closed
    longest_s: float = 50_400.0  # 14 hours: a shift, and then the phone comes with a new token
    heartbeat_s: float = 20.0  # a browser that does not answer a ping is gone
    send_s: float = 5.0  # either end must take a frame in this time
    waiting: int = 64  # frames for a browser that it has not taken; one more and it is dropped
    refusals: int = 20  # refused frames of one connection; one more and it is closed
    frames_per_s: float = 50.0  # of one browser, in the long run
    burst: int = 200


__all__ = ["DoorSettings"]
