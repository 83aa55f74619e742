"""What a driver may raise. Each says whose fault it is and whether trying again helps.

PbxError
├── LegGone        nobody's (it ended meanwhile) · no
├── Refused        ours or the PBX's configuration · no
├── CommandTimedOut  the PBX's or the network's · unknown whether it happened: look at the snapshot
├── LinkLost       the network's or the PBX's · after the next link-up
├── LoginRefused   the operator's (wrong credentials) · after mending
└── Unsupported    the driver cannot do this (see its capabilities) · no
"""

from cordpair.acd.causes import Failure
from cordpair.errors import CordpairError


class PbxError(CordpairError):
    """Base of everything a driver raises on purpose."""

    failure: Failure = Failure.REFUSED


class LegGone(PbxError):
    """The leg or bridge does not exist (any more), or has left our control."""

    failure = Failure.GONE


class Refused(PbxError):
    """The PBX understood the command and will not do it."""


class CommandTimedOut(PbxError):
    """No answer within the deadline."""

    failure = Failure.TIMED_OUT
    retryable = True


class LinkLost(PbxError):
    """There is no working connection to the PBX."""

    failure = Failure.LINK_LOST
    retryable = True


class LoginRefused(LinkLost):
    """The PBX does not accept our credentials. The message names the URL without its secret."""


class Unsupported(PbxError):
    """This driver, or this leg, cannot do that."""

    failure = Failure.UNSUPPORTED


__all__ = ["CommandTimedOut", "LegGone", "LinkLost", "LoginRefused", "PbxError", "Refused", "Unsupported"]
