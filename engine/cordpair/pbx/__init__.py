"""The driver port. A driver imports only this, ``cordpair.acd``'s inputs and causes, ids and errors."""

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
from cordpair.pbx.registry import make_driver, schemes

__all__ = [
    "FULL",
    "Capability",
    "CommandTimedOut",
    "Direction",
    "Driver",
    "DriverFactory",
    "Emit",
    "Hears",
    "LegGone",
    "LinkEnd",
    "LinkLost",
    "LoginRefused",
    "OriginateRequest",
    "PbxError",
    "Refused",
    "SpeaksTo",
    "Unsupported",
    "make_driver",
    "schemes",
]
