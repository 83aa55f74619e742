"""What one token opens. Made by whoever hands out the token; the door holds each connection to its lock."""

import re
from collections.abc import Mapping

import msgspec

CONTEXT_ID = re.compile(r"[0-9A-Za-z._:-]{1,128}")  # as the dialplans believe it
CALLS_OF_A_PHONE = 8


class CallLock(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's: one call, from one identity to one address."""

    target: str  # sip:help@example.org
    identity: str  # From: authorises nothing
    context_id: str  # the PBX is told; the browser is not asked
    origins: frozenset[str] = frozenset()  # where the page may come from
    subject: str = ""  # whose it is, for the journal: a contact's id
    node: str = ""  # the PBX behind the door

    def __post_init__(self) -> None:
        if CONTEXT_ID.fullmatch(self.context_id) is None:
            raise ValueError("a context id is 1 to 128 letters, digits and . _ : -")


class PhoneLock(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's: one address to register, and the numbers that the phone may call by itself."""

    address: str  # sip:ben@example.org, in From, To and the digest's user name
    user: str  # of the digest
    dials: frozenset[str] = frozenset()  # users of URIs: 011, 022 …
    origins: frozenset[str] = frozenset()
    subject: str = ""  # an agent's id
    node: str = ""
    calls: int = CALLS_OF_A_PHONE  # of its own, at once


Lock = CallLock | PhoneLock


class Doorway(msgspec.Struct, frozen=True, kw_only=True):
    """What the PBX behind the door wants. ``key``: a header and its value, by which it knows our INVITEs."""

    transport: str = "WS"  # between the door and the PBX
    headers: Mapping[str, str] = {}  # of a customer's INVITE, beside X-Context-Id


__all__ = ["CALLS_OF_A_PHONE", "CallLock", "Doorway", "Lock", "PhoneLock"]
