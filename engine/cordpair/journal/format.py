"""The format in which this version writes, and how every earlier one is read."""

from cordpair.acd.events import Event
from cordpair.acd.inputs import Input
from cordpair.journal.codec import Codec, Upcaster

# UPCASTERS[n] makes a raw body of version n into one of version n + 1. Add one when an old body no longer decodes to
# what it meant: a renamed or removed field, a new meaning. A new field with a default needs none.
#
# The base of a pruned journal is a snapshot of the tables that may be as old as the journal itself. So a field of
# ``State`` that is renamed or removed needs a way to read the old one, too: see ``runtime.recovery.beginning``.
UPCASTERS: dict[int, Upcaster] = {}


def current_codec() -> Codec:
    """The codec of every journal of this version."""
    return Codec(Event, Input, UPCASTERS)


__all__ = ["UPCASTERS", "current_codec"]
