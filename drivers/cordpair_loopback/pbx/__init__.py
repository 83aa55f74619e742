"""A PBX as state: legs, bridges, sounds, phones and callers, on a clock that it is given."""

from cordpair_loopback.pbx.calls import Call, CallState
from cordpair_loopback.pbx.faults import Fault, FaultKind, Faults
from cordpair_loopback.pbx.pbx import AGENTS, CALLERS, LoopbackPbx
from cordpair_loopback.pbx.phones import (
    Behaviour,
    Phone,
    answers,
    busy,
    dead,
    never_answers,
    rejects,
    unavailable,
)
from cordpair_loopback.pbx.signals import PhoneState
from cordpair_loopback.pbx.state import SwitchError
from cordpair_loopback.pbx.switch import Switch

__all__ = [
    "AGENTS",
    "CALLERS",
    "Behaviour",
    "Call",
    "CallState",
    "Fault",
    "FaultKind",
    "Faults",
    "LoopbackPbx",
    "Phone",
    "PhoneState",
    "Switch",
    "SwitchError",
    "answers",
    "busy",
    "dead",
    "never_answers",
    "rejects",
    "unavailable",
]
