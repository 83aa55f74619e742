"""People on the far side of a real PBX: callers and phones on SIP over UDP, with voices, ears and fingers.

They speak one tone each (PCMA or PCMU), so that who hears whom can be told; they press and hear digits (RFC 4733), and
do with a call what a test tells them. No more of SIP than that.
"""

from cordpair.testing.people.behaviour import ANSWERS, BUSY, DEAD, NEVER_ANSWERS, REJECTS, UNAVAILABLE, Does
from cordpair.testing.people.caller import Caller
from cordpair.testing.people.messages import Address
from cordpair.testing.people.phone import NotRegistered, Phone
from cordpair.testing.people.sockets import own_address
from cordpair.testing.people.tones import MUSIC, RATE, VOICES, Codec, melody
from cordpair.testing.people.user_agent import UserAgent

__all__ = [
    "ANSWERS",
    "BUSY",
    "DEAD",
    "MUSIC",
    "NEVER_ANSWERS",
    "RATE",
    "REJECTS",
    "UNAVAILABLE",
    "VOICES",
    "Address",
    "Caller",
    "Codec",
    "Does",
    "NotRegistered",
    "Phone",
    "UserAgent",
    "melody",
    "own_address",
]
