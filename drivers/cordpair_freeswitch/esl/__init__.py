"""The Event Socket's protocol, without a socket: bytes in, frames and events out; commands in, bytes out. Pure."""

from cordpair_freeswitch.esl import commands
from cordpair_freeswitch.esl.commands import NotCarried
from cordpair_freeswitch.esl.events import HEADERS, Event, decode, event_of, json_headers, plain_headers
from cordpair_freeswitch.esl.frames import (
    AUTH_REQUEST,
    EVENT_JSON,
    EVENT_PLAIN,
    LOG,
    NOTICE,
    REJECTION,
    REPLY,
    RESPONSE,
    Frame,
    Framer,
    LostFraming,
)

__all__ = [
    "AUTH_REQUEST",
    "EVENT_JSON",
    "EVENT_PLAIN",
    "HEADERS",
    "LOG",
    "NOTICE",
    "REJECTION",
    "REPLY",
    "RESPONSE",
    "Event",
    "Frame",
    "Framer",
    "LostFraming",
    "NotCarried",
    "commands",
    "decode",
    "event_of",
    "json_headers",
    "plain_headers",
]
