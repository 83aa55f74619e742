"""Bytes → frames, however they are cut into pieces. Pure.

A frame is a block of ``Name: value`` lines, a blank line, and a body of ``Content-Length`` bytes, if that is given.
Lines are split as bytes and decoded afterwards: a value that holds CR or LF once decoded cannot forge a line.

Framing that is lost is never found again: FreeSWITCH writes its disconnect notice into the middle of an event when it
gives a slow reader up, so whatever is no frame ends the link.
"""

from collections.abc import Iterator

import msgspec

MAX_HEAD = 64 * 1024  # the longest seen is an outbound `connect` reply of 9 KB
MAX_BODY = 16 * 1024 * 1024

AUTH_REQUEST = "auth/request"
REPLY = "command/reply"
RESPONSE = "api/response"
EVENT_JSON = "text/event-json"
EVENT_PLAIN = "text/event-plain"
NOTICE = "text/disconnect-notice"
REJECTION = "text/rude-rejection"
EVENT_XML = "text/event-xml"  # never asked for
LOG = "log/data"
KINDS = frozenset({AUTH_REQUEST, REPLY, RESPONSE, EVENT_JSON, EVENT_PLAIN, EVENT_XML, NOTICE, REJECTION, LOG})


class LostFraming(Exception):
    """These bytes are not the Event Socket's: the connection cannot be read any further."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One message. Header names are lower case; of a name given twice the first counts."""

    kind: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def reply(self) -> str:
        """``+OK …`` or ``-ERR …``, from a reply's header or a response's body."""
        return self.headers.get("reply-text", "") if self.kind == REPLY else text(self.body)


class Framer:
    """Feed it what comes; it gives the frames that are complete and keeps the rest, which is bounded."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._head: dict[str, str] | None = None  # read, its body is not complete yet
        self._length = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete, one by one. Raises LostFraming after those before, and from then on."""
        self._rest += data
        start = 0
        try:
            while True:
                if self._head is None:
                    while self._rest.startswith(b"\n", start):  # blank lines between frames mean nothing
                        start += 1
                    end = self._end_of_head(start)
                    if end < 0:
                        return
                    self._head = head_of(bytes(self._rest[start:end]))
                    self._length = _length(self._head)
                    start = end + 2
                if len(self._rest) - start < self._length:
                    return
                body = bytes(self._rest[start : start + self._length])
                frame = Frame(self._head["content-type"], self._head, body)
                start += self._length
                self._head = None
                yield frame
        finally:
            del self._rest[:start]

    @property
    def at_rest(self) -> bool:
        """Whether a connection that ends now ends between two frames."""
        return self._head is None and not self._rest.strip(b"\n")

    def _end_of_head(self, start: int) -> int:
        end = self._rest.find(b"\n\n", start)
        if (end if end >= 0 else len(self._rest)) - start > MAX_HEAD:
            raise LostFraming(f"a header block of more than {MAX_HEAD} bytes")
        return end


def head_of(block: bytes) -> dict[str, str]:
    """The headers of a frame. Raises LostFraming for what is none."""
    headers = lines_of(block)
    kind = headers.get("content-type", "")
    if kind not in KINDS:
        raise LostFraming("a block without a content type of the Event Socket's")
    return headers


def lines_of(block: bytes) -> dict[str, str]:
    """``Name: value`` lines, names in lower case. Raises LostFraming for a line without a colon."""
    headers: dict[str, str] = {}
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b":")
        if not colon or not name or not name.isascii():
            raise LostFraming("a line that is no header")
        headers.setdefault(name.decode("ascii").lower(), text(value).strip(" \r"))
    return headers


def _length(headers: dict[str, str]) -> int:
    stated = headers.get("content-length", "0")
    if not (stated.isascii() and stated.isdigit()) or len(stated) > 12:
        raise LostFraming("a Content-Length that is no number")
    length = int(stated)
    if length > MAX_BODY:
        raise LostFraming(f"a body of {length} bytes; the bound is {MAX_BODY}")
    return length


def text(value: bytes) -> str:
    """UTF-8, as far as it is: callers' names need not be."""
    return value.decode("utf-8", "replace")


__all__ = [
    "AUTH_REQUEST",
    "EVENT_JSON",
    "EVENT_PLAIN",
    "EVENT_XML",
    "KINDS",
    "LOG",
    "MAX_BODY",
    "MAX_HEAD",
    "NOTICE",
    "REJECTION",
    "REPLY",
    "RESPONSE",
    "Frame",
    "Framer",
    "LostFraming",
    "head_of",
    "lines_of",
    "text",
]
