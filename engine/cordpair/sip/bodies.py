"""What a message of a browser's may carry: a session description, or a digit. Taken apart by lines and written anew."""

import re

from cordpair.sip.reasons import Reason, Refused

SDP = "application/sdp"
DIGIT = "application/dtmf-relay"
SDP_LINE = re.compile(r"[a-z]=.*")
DIGIT_BODY = re.compile(r"Signal ?= ?([0-9A-D*#])\r\nDuration ?= ?([0-9]{1,5})(?:\r\n)*")

DESCRIBES = frozenset({"INVITE", "ACK", "UPDATE", "PRACK"})


def session(body: bytes) -> bytes:
    """Raises Refused. Two parsers see the same lines: only CRLF ends one, and nothing in it looks like an end."""
    try:
        lines = body.decode().removesuffix("\r\n").split("\r\n")
    except UnicodeDecodeError:
        raise Refused(Reason.BODY) from None
    if lines[0] != "v=0" or not all(SDP_LINE.fullmatch(line) and line.isprintable() for line in lines):
        raise Refused(Reason.BODY)
    return "".join(f"{line}\r\n" for line in lines).encode()


def digit(body: bytes) -> bytes:
    found = DIGIT_BODY.fullmatch(body.decode("ascii", errors="replace"))
    if found is None:
        raise Refused(Reason.BODY)
    return f"Signal={found[1]}\r\nDuration={int(found[2])}\r\n".encode()


def rebuilt(method: str, kind: str, body: bytes) -> tuple[str, bytes]:
    """Content-Type and body as they go on; ("", b"") for none. Raises Refused."""
    if not body:
        return "", b""
    kind = kind.partition(";")[0].strip().lower()
    if kind == SDP and method in DESCRIBES:
        return SDP, session(body)
    if kind == DIGIT and method == "INFO":
        return DIGIT, digit(body)
    raise Refused(Reason.BODY)


__all__ = ["DIGIT", "SDP", "digit", "rebuilt", "session"]
