"""SIP messages, written: a start line, headers, a body and its length."""

from collections.abc import Iterable

from cordpair.sip.frame import read
from cordpair.sip.reasons import ANSWERS, Reason, Refused

Headers = Iterable[tuple[str, str]]
# What is refused before it names its parts is answered by these names, as far as they are there.
ECHOED = ("Via", "From", "To", "Call-ID", "CSeq")
DOOR_TAG = "door"


def write(start: str, headers: Headers, body: bytes = b"") -> bytes:
    """The last line of defence: no value holds a line end, wherever it came from."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    if not all(line.isprintable() for line in lines):
        raise Refused(Reason.CONTROL)
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def refusal(frame: bytes, reason: Reason) -> bytes | None:
    """An answer to a browser's request, as well as the request can be read; None where nobody could place it."""
    lines = frame.partition(b"\r\n\r\n")[0].split(b"\r\n")
    if lines[0].startswith((b"SIP/2.0", b"ACK ")):
        return None
    found: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        found.setdefault(name.decode(errors="replace").lower(), value.decode(errors="replace").strip())
    echoed = [(name, found.get(name.lower(), "")) for name in ECHOED]
    if not all(value and value.isprintable() for _, value in echoed):
        return None
    status, phrase = ANSWERS[reason]
    tagged = [
        (name, f"{value};tag={DOOR_TAG}" if name == "To" and "tag=" not in value else value) for name, value in echoed
    ]
    made = write(f"SIP/2.0 {status} {phrase}", [*tagged, ("Warning", f'399 cordpair "{reason}"')])
    try:
        read(made)
    except Refused:  # what it names cannot be read, so nobody waits for an answer to it
        return None
    return made


__all__ = ["DOOR_TAG", "refusal", "write"]
