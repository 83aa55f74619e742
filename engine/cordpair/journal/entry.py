"""What a journal holds."""

import msgspec

from cordpair.acd.events import Event
from cordpair.acd.inputs import Input

# The hash before the first entry.
GENESIS = bytes(32)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One decision: the input at ``at`` (ms since the epoch) and its events. ``seq`` counts from 1 without a gap."""

    seq: int
    at: int
    input: Input
    events: tuple[Event, ...]


class Snapshot(msgspec.Struct, frozen=True):
    """The state after entry ``seq``, encoded by whoever saved it, and the journal's hash at that entry."""

    seq: int
    state: bytes
    hash: bytes


__all__ = ["GENESIS", "Entry", "Snapshot"]
