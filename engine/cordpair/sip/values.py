"""Values of headers, read strictly and written in one normal form. What is not understood to its end is refused.

The shapes are narrower than RFC 3261's: what browsers' SIP stacks write, and no more.
"""

import re

import msgspec
import sipmessage

from cordpair.sip.reasons import Reason, Refused

TOKEN = r"[A-Za-z0-9.!%*_+`'~-]{1,128}"
QUOTED = r'"(?:[^"\\]|\\[ -~])*"'
PARAMETERS = rf"(?:;{TOKEN}(?:=(?:{TOKEN}|{QUOTED}|\[[0-9A-Fa-f:.]{{2,45}}\]))?)*"
NAMED = re.compile(rf"(?:{QUOTED}|[A-Za-z0-9.!%*_+`'~ -]*) ?<([^<>\"\s]{{1,512}})>({PARAMETERS})")
BARE = re.compile(rf"([^<>\"\s;,?]{{1,512}})({PARAMETERS})")
PARAMETER = re.compile(rf";({TOKEN})(?:=({TOKEN}|{QUOTED}|\[[0-9A-Fa-f:.]+\]))?")
TAG = re.compile(TOKEN)
CALL_ID = re.compile(r"[A-Za-z0-9.!%*_+`'~@:/-]{1,192}")
USER = re.compile(r"[A-Za-z0-9._+*#~-]{1,64}")
HOST = re.compile(r"[A-Za-z0-9.-]{1,128}|\[[0-9A-Fa-f:.]{2,45}\]")
VIA = re.compile(
    rf"SIP/2\.0/(WSS?) ([A-Za-z0-9.-]{{1,128}}|\[[0-9A-Fa-f:.]{{2,45}}\])(?::([0-9]{{1,5}}))?({PARAMETERS})"
)
BRANCH = re.compile(r"z9hG4bK[A-Za-z0-9.!%*_+`'~-]{1,96}")
SECONDS = re.compile(r"[0-9]{1,7}")
SESSION = re.compile(r"([0-9]{2,6})(?: ?; ?refresher=(ua[cs]))?")
ACKNOWLEDGED = re.compile(r"([0-9]{1,10}) ([0-9]{1,10}) ([A-Z]{3,16})")
MAX_PORT = 65_535
MAX_URI = 512


class Address(msgspec.Struct, frozen=True):
    """From, To or Contact, without the name: nothing shows it that we would trust."""

    uri: sipmessage.URI
    tag: str = ""
    expires: str = ""


def uri(text: str) -> sipmessage.URI:
    """A SIP URI with nothing but scheme, user, host and port. Raises Refused."""
    if not text.isascii() or len(text) > MAX_URI:
        raise Refused(Reason.URI)
    try:
        found = sipmessage.URI.parse(text)
    except (ValueError, TypeError):
        raise Refused(Reason.URI) from None
    wrong = (
        found.scheme not in {"sip", "sips"}
        or found.password is not None
        or HOST.fullmatch(found.host) is None
        or (found.user is not None and USER.fullmatch(found.user) is None)
        or (found.port is not None and not 0 < found.port <= MAX_PORT)
    )
    if wrong:
        raise Refused(Reason.URI)
    return sipmessage.URI(scheme=found.scheme, host=found.host.lower(), user=found.user, port=found.port)


def same(one: sipmessage.URI, other: sipmessage.URI) -> bool:
    return (one.scheme, one.user, one.host, one.port) == (other.scheme, other.user, other.host, other.port)


def address(text: str) -> Address:
    found = NAMED.fullmatch(text) or BARE.fullmatch(text)
    if found is None:
        raise Refused(Reason.VALUE)
    given = parameters(found[2])
    tag, expires = given.get("tag", ""), given.get("expires", "")
    if ("tag" in given and TAG.fullmatch(tag) is None) or (expires and SECONDS.fullmatch(expires) is None):
        raise Refused(Reason.VALUE)
    return Address(uri(found[1]), tag, expires)


def parameters(text: str) -> dict[str, str]:
    """By lower-case name; twice the same is refused."""
    found = [(name.lower(), value) for name, value in PARAMETER.findall(text)]
    if len(dict(found)) != len(found):
        raise Refused(Reason.REPEATED)
    return dict(found)


def branch(text: str) -> str:
    """Of the one Via of a browser's request."""
    found = VIA.fullmatch(text)
    given = parameters(found[4]).get("branch", "") if found is not None else ""
    if BRANCH.fullmatch(given) is None:
        raise Refused(Reason.VALUE)
    return given


def via(text: str, transport: str) -> str:
    """The same place and branch; the transport is the one that it really goes over."""
    given = branch(text)
    found = VIA.fullmatch(text)
    if found is None or int(found[3] or 1) > MAX_PORT:
        raise Refused(Reason.VALUE)
    port = f":{int(found[3])}" if found[3] else ""
    return f"SIP/2.0/{transport} {found[2]}{port};branch={given}"


def call_id(text: str) -> str:
    if CALL_ID.fullmatch(text) is None:
        raise Refused(Reason.VALUE)
    return text


def seconds(text: str, most: int) -> str:
    if SECONDS.fullmatch(text) is None:
        raise Refused(Reason.VALUE)
    return str(min(int(text), most))


def session_expires(text: str) -> str:
    found = SESSION.fullmatch(text)
    if found is None:
        raise Refused(Reason.VALUE)
    return f"{int(found[1])};refresher={found[2]}" if found[2] else str(int(found[1]))


def acknowledged(text: str) -> str:
    found = ACKNOWLEDGED.fullmatch(text)
    if found is None:
        raise Refused(Reason.VALUE)
    return f"{int(found[1])} {int(found[2])} {found[3]}"


__all__ = [
    "Address",
    "acknowledged",
    "address",
    "branch",
    "call_id",
    "parameters",
    "same",
    "seconds",
    "session_expires",
    "uri",
    "via",
]
