"""One WebSocket frame, read as one SIP message, or refused: what two parsers could read in two ways is no SIP to us.

sipmessage takes the message apart. It splits at CRLF only, keeps a space in a name and a second From, and believes no
Content-Length: all that is looked at before it gets the bytes.
"""

import re
from collections.abc import Mapping

import msgspec
import sipmessage
from sipmessage.message import COMPACT_FORMS

from cordpair.sip.reasons import Reason, Refused

MAX_MESSAGE = 65_536
MAX_HEAD = 16_384
MAX_LINE = 4_096
MAX_HEADERS = 64
MAX_SEQUENCE = 2**31

END_OF_HEAD = b"\r\n\r\n"
KEEP_ALIVE, KEEP_ALIVE_ANSWER = b"\r\n\r\n", b"\r\n"

REQUEST_LINE = re.compile(r"([A-Z]{3,16}) ([!-~]{1,512}) SIP/2\.0")
STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) (.*)")
HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(.*)")
SPACED_NAME = re.compile(r"[^:]*[ \t]:")
SEQUENCE = re.compile(r"([0-9]{1,10}) ([A-Z]{3,16})")
LENGTH = re.compile(r"[0-9]{1,6}")
ANOTHER_START = re.compile(rb"\s*(?:[A-Z]+ [^\r\n]+ SIP/2\.0|SIP/2\.0 [0-9]{3})")

# Each of these has one value, or a message means two things.
SINGLE = frozenset(
    {
        *("authorization", "call-id", "contact", "content-encoding", "content-length", "content-type", "cseq"),
        *(
            "event",
            "expires",
            "from",
            "max-forwards",
            "min-se",
            "proxy-authorization",
            "rack",
            "rseq",
            "session-expires",
        ),
        *("to", "user-agent", "x-context-id"),
    }
)
ALWAYS = ("via", "from", "to", "call-id", "cseq", "content-length")
FULL_NAMES = {short: name.lower() for short, name in COMPACT_FORMS.items()}


class Heard(msgspec.Struct, frozen=True):
    """A message that can be read in one way only. Header names are lower case and never compact."""

    method: str  # of a response: that of the request it answers
    number: int
    headers: Mapping[str, tuple[str, ...]]
    uri: str = ""  # of a request
    status: int = 0  # of a response
    body: bytes = b""

    def one(self, name: str) -> str:
        return self.headers.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        return self.headers.get(name, ())


def is_keep_alive(frame: bytes) -> bool:
    return frame in {KEEP_ALIVE, KEEP_ALIVE_ANSWER, b""}


def read(frame: bytes) -> Heard:
    """Raises Refused."""
    if len(frame) > MAX_MESSAGE:
        raise Refused(Reason.TOO_LARGE)
    head, end, body = frame.partition(END_OF_HEAD)
    if not end:
        raise Refused(Reason.BARE_LINE_END if b"\n\n" in frame or b"\r\r" in frame else Reason.START_LINE)
    lines = _lines(head)
    request, status = REQUEST_LINE.fullmatch(lines[0]), STATUS_LINE.fullmatch(lines[0])
    if request is None and status is None:
        raise Refused(Reason.START_LINE)
    names = [_name(line) for line in lines[1:]]
    if any(names.count(name) > 1 for name in SINGLE.intersection(names)):
        raise Refused(Reason.REPEATED)
    return _message(request, int(status[1]) if status else 0, frame, body)


def _lines(head: bytes) -> list[str]:
    if len(head) > MAX_HEAD:
        raise Refused(Reason.TOO_LARGE)
    lines = head.split(b"\r\n")
    if len(lines) > MAX_HEADERS + 1:
        raise Refused(Reason.TOO_MANY_HEADERS)
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise Refused(Reason.BARE_LINE_END)
    if any(line[:1] in {b" ", b"\t"} for line in lines):
        raise Refused(Reason.FOLDED)
    if any(len(line) > MAX_LINE for line in lines):
        raise Refused(Reason.TOO_LARGE)
    try:
        text = [line.decode() for line in lines]
    except UnicodeDecodeError:
        raise Refused(Reason.ENCODING) from None
    if not all(line.isprintable() for line in text):  # no control characters, no line ends of Unicode's
        raise Refused(Reason.CONTROL)
    return text


def _name(line: str) -> str:
    found = HEADER_LINE.fullmatch(line)
    if found is None:
        raise Refused(Reason.SPACE_BEFORE_COLON if SPACED_NAME.match(line) else Reason.HEADER_NAME)
    return FULL_NAMES.get(found[1].lower(), found[1].lower())


def _message(request: re.Match[str] | None, status: int, frame: bytes, body: bytes) -> Heard:
    try:
        parsed = sipmessage.Message.parse(frame)
    except (ValueError, TypeError):  # the start line's URI; the rest was looked at
        raise Refused(Reason.URI) from None
    headers: dict[str, tuple[str, ...]] = {}
    for name in parsed.headers.keys():  # noqa: SIM118  no dictionary
        headers[name.lower()] = (*headers.get(name.lower(), ()), *parsed.headers.getlist(name))
    if not all(headers.get(name, ("",))[0] for name in ALWAYS):
        raise Refused(Reason.MISSING)
    if request is not None and not headers.get("max-forwards"):
        raise Refused(Reason.MISSING)
    _check_length(headers["content-length"][0], body)
    number, method = _sequence(headers["cseq"][0])
    if request is not None:
        if request[1] != method:
            raise Refused(Reason.SEQUENCE)
        return Heard(method, number, headers, uri=request[2], body=body)
    return Heard(method, number, headers, status=status, body=body)


def _check_length(given: str, body: bytes) -> None:
    if LENGTH.fullmatch(given) is None or int(given) > len(body):
        raise Refused(Reason.LENGTH)
    rest = body[int(given) :]
    if rest:
        raise Refused(Reason.SECOND_MESSAGE if ANOTHER_START.match(rest) else Reason.LENGTH)


def _sequence(given: str) -> tuple[int, str]:
    found = SEQUENCE.fullmatch(given)
    if found is None or int(found[1]) >= MAX_SEQUENCE:
        raise Refused(Reason.SEQUENCE)
    return int(found[1]), found[2]


__all__ = ["KEEP_ALIVE", "KEEP_ALIVE_ANSWER", "MAX_MESSAGE", "Heard", "is_keep_alive", "read"]
