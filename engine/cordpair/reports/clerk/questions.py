"""What the engine's process asks the one that counts, and what it is told. Each message: its length in four bytes, then
msgpack."""

from typing import Union

import msgspec

from cordpair.ids import ContactId
from cordpair.reports.archive.ended import Wanted
from cordpair.reports.archive.story import StoryConversation
from cordpair.reports.raw import RawInterval
from cordpair.reports.report import Asked, Format

LARGEST = 256 << 20  # bytes of one message


class Follow(msgspec.Struct, frozen=True, tag=True):
    """Count entries up to that one, for a moment. → ``Counted``"""

    upto: int


class TakeOver(msgspec.Struct, frozen=True, tag=True):
    """What live counters begin with, as of the newest entry that is counted: by queue, of the day so far, and of each
    interval from ``late`` on. → ``Taken``"""

    begin: int
    end: int
    late: int


class Tell(msgspec.Struct, frozen=True, tag=True):
    """→ bytes of that format"""

    asked: Asked
    format: Format


class Find(msgspec.Struct, frozen=True, tag=True):
    """Ended contacts. → a list of ``Row``, one more than the limit if there are more"""

    wanted: Wanted


class TellStory(msgspec.Struct, frozen=True, tag=True):
    """→ ``Told``, without what is personal. ``queues``: that may be seen; empty: all."""

    contact: ContactId
    queues: tuple[str, ...] = ()


class Reconcile(msgspec.Struct, frozen=True, tag=True):
    """An interval; the live counts are of entry ``seq``, up to which all must be counted, and no further. → JSON"""

    start: int
    at: int
    seq: int
    live: list[tuple[str, str, int]]


Question = Union[Follow, TakeOver, Tell, Find, TellStory, Reconcile]


class Numbered(msgspec.Struct, frozen=True):
    """As it is sent: the answer has the same number, so none is taken for another's."""

    number: int
    question: Question


class Counted(msgspec.Struct, frozen=True):
    seq: int  # of the newest entry that is counted
    saved: int  # of the newest that is written down
    reconciled: int  # the start of the newest interval that was reconciled; 0: none


class Row(msgspec.Struct, frozen=True):
    """An ended contact, as JSON."""

    position: int
    contact: ContactId
    json: bytes


class Told(msgspec.Struct, frozen=True):
    """A story as JSON, without its last brace and its conversations."""

    head: bytes
    conversations: list[StoryConversation]


class OpenNow(msgspec.Struct, frozen=True):
    visit: str
    queue: str
    began_at: int
    placed: bool


class Taken(msgspec.Struct, frozen=True):
    day: list[RawInterval]
    late: list[RawInterval]
    waiting: list[OpenNow]


class Answer(msgspec.Struct, frozen=True):
    """``failure``: why there is none; its kind is the name of an error, see ``clerk.FAILURES``."""

    body: bytes = b""
    failure: str = ""
    message: str = ""
    number: int = 0


__all__ = [
    "LARGEST",
    "Answer",
    "Counted",
    "Find",
    "Follow",
    "Numbered",
    "OpenNow",
    "Question",
    "Reconcile",
    "Row",
    "TakeOver",
    "Taken",
    "Tell",
    "TellStory",
    "Told",
]
