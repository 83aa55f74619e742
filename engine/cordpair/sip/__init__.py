"""SIP as the engine knows it: the door that browsers' messages go through, and what its own user agents share. Pure."""

from cordpair.sip.door import Door, Verdict
from cordpair.sip.frame import KEEP_ALIVE, KEEP_ALIVE_ANSWER, MAX_MESSAGE, Heard, is_keep_alive, read
from cordpair.sip.locks import CallLock, Doorway, Lock, PhoneLock
from cordpair.sip.reasons import ANSWERS, Reason, Refused
from cordpair.sip.trusted import Told
from cordpair.sip.writing import refusal, write

__all__ = [
    "ANSWERS",
    "KEEP_ALIVE",
    "KEEP_ALIVE_ANSWER",
    "MAX_MESSAGE",
    "CallLock",
    "Door",
    "Doorway",
    "Heard",
    "Lock",
    "PhoneLock",
    "Reason",
    "Refused",
    "Told",
    "Verdict",
    "is_keep_alive",
    "read",
    "refusal",
    "write",
]
