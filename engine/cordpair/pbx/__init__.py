"""The driver port. A driver imports only this, ``cordpair.acd``'s inputs and causes, ids and errors."""

from cordpair.pbx.diagnosis import Diagnosable, Finding, Level, Wanted
from cordpair.pbx.digest import REALM, ha1
from cordpair.pbx.driver import (
    FULL,
    Capability,
    Direction,
    Driver,
    DriverFactory,
    Emit,
    Hears,
    LinkEnd,
    OriginateRequest,
    SpeaksTo,
)
from cordpair.pbx.errors import (
    CommandTimedOut,
    LegGone,
    LinkLost,
    LoginRefused,
    PbxError,
    Refused,
    Unsupported,
)
from cordpair.pbx.legs import Legs
from cordpair.pbx.registry import make_driver, schemes
from cordpair.pbx.seats import Seats
from cordpair.pbx.sip_switch import HasSipSwitch, SipLine, SipSwitch

__all__ = [
    "FULL",
    "REALM",
    "Capability",
    "CommandTimedOut",
    "Diagnosable",
    "Direction",
    "Driver",
    "DriverFactory",
    "Emit",
    "Finding",
    "HasSipSwitch",
    "Hears",
    "LegGone",
    "Legs",
    "Level",
    "LinkEnd",
    "LinkLost",
    "LoginRefused",
    "OriginateRequest",
    "PbxError",
    "Refused",
    "Seats",
    "SipLine",
    "SipSwitch",
    "SpeaksTo",
    "Unsupported",
    "Wanted",
    "ha1",
    "make_driver",
    "schemes",
]
