"""What the PBX sends, read only as far as the door must follow it. It goes on to the browser as it is."""

import re

import msgspec
import sipmessage

TAG = re.compile(r";\s*tag=([^\s;,>\"]+)")
IN_BRACKETS = re.compile(r"<([^<>\s]+)>")
BRANCH = re.compile(r";\s*branch=([^\s;,]+)")


class Told(msgspec.Struct, frozen=True):
    """A message of the PBX: headers in its own words."""

    method: str  # of a response: that of the request it answers
    number: int
    status: int  # 0 of a request
    vias: tuple[str, ...]
    sender: str  # From
    receiver: str  # To
    call_id: str
    contact: str  # the URI alone
    body: bytes = b""
    message: sipmessage.Message | None = None

    @property
    def branch(self) -> str:
        return branch(self.vias[0]) if self.vias else ""

    def header(self, name: str) -> str:
        return (self.message.headers.get(name) or "") if self.message is not None else ""


def read(frame: bytes) -> Told | None:
    """None for a keep-alive, and for what cannot be followed."""
    if not frame.strip():
        return None
    try:
        message = sipmessage.Message.parse(frame)
        sequence = message.cseq
    except (ValueError, TypeError, KeyError):
        return None
    headers = message.headers
    return Told(
        method=message.method if isinstance(message, sipmessage.Request) else sequence.method,
        number=sequence.sequence,
        status=message.code if isinstance(message, sipmessage.Response) else 0,
        vias=tuple(headers.getlist("Via")),
        sender=headers.get("From") or "",
        receiver=headers.get("To") or "",
        call_id=headers.get("Call-ID") or "",
        contact=address(headers.get("Contact") or ""),
        body=message.body,
        message=message,
    )


def address(text: str) -> str:
    """The URI of From, To or Contact."""
    found = IN_BRACKETS.search(text)
    return found[1] if found else text.partition(";")[0].strip()


def branch(via: str) -> str:
    found = BRANCH.search(via)
    return found[1] if found else ""


def tag(text: str) -> str:
    found = TAG.search(text.rpartition(">")[2])
    return found[1] if found else ""


def untagged(text: str) -> str:
    """From or To without its parameters."""
    name, bracket, _ = text.rpartition(">")
    return f"{name}{bracket}" if bracket else f"<{address(text)}>"


__all__ = ["Told", "address", "branch", "read", "tag", "untagged"]
