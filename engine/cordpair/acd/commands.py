"""Commands: what is to be done on a PBX. Decided here, run by the runtime's executor after the journal's commit.

A command names every leg it concerns: the executor runs commands of one leg in their order, others side by side.
"""

from typing import Union

import msgspec

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Stamp
from cordpair.ids import BridgeId, ContactId, LegId, NodeId, PlayId


class _Command(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag=True):
    node: NodeId


class Answer(_Command, frozen=True):
    leg: LegId


class Ring(_Command, frozen=True):
    leg: LegId


class StampLeg(_Command, frozen=True):
    """Write our mark on a leg that arrived, so that a later engine knows whose it is."""

    leg: LegId
    stamp: Stamp


class HangUp(_Command, frozen=True):
    leg: LegId
    cause: Cause = Cause.NORMAL


class Redirect(_Command, frozen=True):
    """Tell a caller who was not answered to call ``target`` instead."""

    leg: LegId
    target: str


class Refer(_Command, frozen=True):
    """Transfer an answered caller to ``target``."""

    leg: LegId
    target: str


class Originate(_Command, frozen=True):
    """Ring a seat: ``endpoint``, or ``endpoint@peer`` over the trunk of that name. ``contact`` names the record that
    holds the caller id to show."""

    leg: LegId
    endpoint: str
    contact: ContactId
    timeout_ms: int
    stamp: Stamp
    originator: LegId | None = None  # the leg on whose behalf we call
    context_id: str = ""  # sent as X-Context-Id


class Dial(_Command, frozen=True):
    """Ring the number in the record of ``contact``, which is in no event: it takes the place of ``{number}`` in
    ``dial``."""

    leg: LegId
    dial: str
    contact: ContactId
    caller_id: str
    timeout_ms: int
    stamp: Stamp


class Join(_Command, frozen=True):
    """Put the legs into the bridge, which is made if it does not exist. Music on them is stopped first."""

    bridge: BridgeId
    legs: tuple[LegId, ...]
    stamp: Stamp


class Leave(_Command, frozen=True):
    bridge: BridgeId
    legs: tuple[LegId, ...]


class Release(_Command, frozen=True):
    """End the bridge; the legs in it, if any, live on."""

    bridge: BridgeId


class Music(_Command, frozen=True):
    leg: LegId
    name: str = "default"


class StopMusic(_Command, frozen=True):
    leg: LegId


class SendDigits(_Command, frozen=True):
    """``kept``: where the runtime has them; they are in no event."""

    leg: LegId
    kept: int


class Play(_Command, frozen=True):
    """Play a prompt (a name from the configuration) to a leg outside bridges."""

    leg: LegId
    play: PlayId
    prompt: str


class StopPlay(_Command, frozen=True):
    leg: LegId
    play: PlayId


Command = Union[
    Answer,
    Ring,
    StampLeg,
    HangUp,
    Redirect,
    Refer,
    Originate,
    Dial,
    Join,
    Leave,
    Release,
    Music,
    StopMusic,
    SendDigits,
    Play,
    StopPlay,
]

__all__ = [
    "Answer",
    "Command",
    "Dial",
    "HangUp",
    "Join",
    "Leave",
    "Music",
    "Originate",
    "Play",
    "Redirect",
    "Refer",
    "Release",
    "Ring",
    "SendDigits",
    "StampLeg",
    "StopMusic",
    "StopPlay",
]
