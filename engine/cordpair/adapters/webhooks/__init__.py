"""Webhooks: programs of the operator's are told what happens, over HTTP, signed, in order, at least once."""

from cordpair.adapters.webhooks.happenings import Chronicle, Happening, Memory, memory_of
from cordpair.adapters.webhooks.part import mount
from cordpair.adapters.webhooks.postman import Envelope, Postman
from cordpair.adapters.webhooks.rounds import Alarm, AlarmRound, JournalRound

__all__ = [
    "Alarm",
    "AlarmRound",
    "Chronicle",
    "Envelope",
    "Happening",
    "JournalRound",
    "Memory",
    "Postman",
    "memory_of",
    "mount",
]
