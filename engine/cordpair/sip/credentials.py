"""A phone's proof of who it is (digest), for its own account only."""

import re

import sipmessage

from cordpair.sip import values
from cordpair.sip.frame import Heard
from cordpair.sip.locks import PhoneLock
from cordpair.sip.reasons import Reason, Refused

NAMES = ("Authorization", "Proxy-Authorization")
KNOWN = ("username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc")
UNQUOTED = frozenset({"algorithm", "qop", "nc"})
VALUE = re.compile(r"[!#-\[\]-~ ]{0,256}")  # no quotes, no backslash
GIVEN = re.compile(r'Digest [A-Za-z]+ ?= ?(?:"[^"\\]*"|[^",= ]+)(?: ?, ?[A-Za-z]+ ?= ?(?:"[^"\\]*"|[^",= ]+))*')


def rebuilt(heard: Heard, lock: PhoneLock) -> list[tuple[str, str]]:
    """The headers as they go on. Raises Refused."""
    return [(name, _digest(heard, heard.one(name.lower()), lock)) for name in NAMES if heard.one(name.lower())]


def _digest(heard: Heard, text: str, lock: PhoneLock) -> str:
    if GIVEN.fullmatch(text) is None:
        raise Refused(Reason.CREDENTIALS)
    try:
        found = sipmessage.AuthCredentials.parse(text).parameters
    except (ValueError, TypeError):
        raise Refused(Reason.CREDENTIALS) from None
    given = {name.lower(): value for name, value in (found or {}).items()}
    if given.get("username") != lock.user or not given.get("response"):
        raise Refused(Reason.CREDENTIALS)
    if not all(VALUE.fullmatch(value) for value in given.values()):
        raise Refused(Reason.CREDENTIALS)
    if not values.same(values.uri(given.get("uri", "")), values.uri(heard.uri)):
        raise Refused(Reason.CREDENTIALS)
    written = [(name, given[name]) for name in KNOWN if name in given]
    return "Digest " + ", ".join(
        f"{name}={value}" if name in UNQUOTED else f'{name}="{value}"' for name, value in written
    )


__all__ = ["rebuilt"]
