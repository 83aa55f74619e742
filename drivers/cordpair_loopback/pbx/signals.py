"""What the PBX reports, in its own words; ``cordpair_loopback.translate`` makes inputs of it.

How something ended is a SIP status: 200 a BYE, 487 a CANCEL, 486 busy ... ``elsewhere`` is the Reason header that
says another phone answered.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Union

import msgspec


class PhoneState(StrEnum):
    IDLE = "idle"
    IN_USE = "in_use"  # in a call that no application controls
    OFFLINE = "offline"


class _Signal(msgspec.Struct, frozen=True):
    pass


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What the dialplan noted when a call came in."""

    dialled: str
    arrived_at: int
    number: str = ""
    name: str = ""
    context: str = ""
    endpoint: str = ""
    to: str = ""
    context_id: str = ""
    variables: Mapping[str, str] = {}


class Entered(_Signal, frozen=True):
    """A call came into the application."""

    leg: str
    arrival: Arrival


class Rang(_Signal, frozen=True):
    leg: str


class Answered(_Signal, frozen=True):
    leg: str


class Dtmf(_Signal, frozen=True):
    leg: str
    digit: str


class InBridge(_Signal, frozen=True):
    leg: str
    bridge: str


class OutOfBridge(_Signal, frozen=True):
    leg: str
    bridge: str


class PlayDone(_Signal, frozen=True):
    leg: str
    play: str
    ok: bool


class RecordDone(_Signal, frozen=True):
    recording: str
    ok: bool
    duration_ms: int


class PhoneChanged(_Signal, frozen=True):
    endpoint: str
    state: PhoneState


class Cleared(_Signal, frozen=True):
    """The leg is gone; nothing about it follows."""

    leg: str
    status: int
    elsewhere: bool = False


Signal = Union[Entered, Rang, Answered, Dtmf, InBridge, OutOfBridge, PlayDone, RecordDone, PhoneChanged, Cleared]

__all__ = [
    "Answered",
    "Arrival",
    "Cleared",
    "Dtmf",
    "Entered",
    "InBridge",
    "OutOfBridge",
    "PhoneChanged",
    "PhoneState",
    "PlayDone",
    "Rang",
    "RecordDone",
    "Signal",
]
