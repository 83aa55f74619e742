"""The door's policy: what one connection may say to the PBX, decided by its lock and by what was said before.

Nothing a browser wrote goes on as it is: each message that may pass is written anew, from values that were understood,
what the PBX said itself, and the lock. Pure: frames in, verdicts out.
"""

from collections.abc import Callable
from types import MappingProxyType

import msgspec

from cordpair.sip import frame, headers, requests, responses, trusted
from cordpair.sip.dialogs import Dialogs
from cordpair.sip.locks import CallLock, Doorway, Lock
from cordpair.sip.reasons import Reason, Refused
from cordpair.sip.requests import Said
from cordpair.sip.writing import DOOR_TAG, refusal


class Verdict(msgspec.Struct, frozen=True):
    """``forward`` goes to the PBX, ``reply`` back to the browser; a ``reason`` is to be journaled, with ``method``."""

    forward: bytes | None = None
    reply: bytes | None = None
    reason: Reason | None = None
    method: str = ""


IN_DIALOG = frozenset({"BYE", "UPDATE", "INFO", "PRACK", "OPTIONS"})

MAKERS: MappingProxyType[str, Callable[[Said], bytes]] = MappingProxyType(
    {
        "INVITE": requests.invite,
        "ACK": requests.ack,
        "CANCEL": requests.cancel,
        "REGISTER": requests.register,
        **dict.fromkeys(IN_DIALOG, requests.in_dialog),
    }
)


class Door:
    """One connection. A second one with the same lock is for whoever redeems tokens to prevent: each works once."""

    def __init__(self, lock: Lock, doorway: Doorway) -> None:
        self.lock = lock
        self.called = False  # the one call of a customer's lock was made
        self._doorway = doorway
        self._dialogs = Dialogs()

    @property
    def used(self) -> bool:
        """Whether the one call was made; a phone's lock is for waiting, too."""
        return self.called or not isinstance(self.lock, CallLock)

    @property
    def talks(self) -> bool:
        """Whether a call is up over this connection."""
        return self._dialogs.talking()

    def from_browser(self, data: bytes) -> Verdict:
        if frame.is_keep_alive(data):
            return Verdict(reply=frame.KEEP_ALIVE_ANSWER if data == frame.KEEP_ALIVE else None)
        method = ""
        try:
            heard = frame.read(data)
            method = heard.method
            if heard.status:
                forward, reason = responses.rebuilt(heard, self._dialogs)
                return Verdict(forward=forward, reason=reason, method=method)
            headers.check(heard)
            return Verdict(forward=self._request(heard), method=method)
        except Refused as refused:
            if method == "ACK" and trusted.tag(heard.one("to")) == DOOR_TAG:
                return Verdict()  # of a refusal of ours
            return Verdict(reply=refusal(data, refused.reason), reason=refused.reason, method=method)

    def from_pbx(self, data: bytes) -> None:
        """It goes to the browser as it is; we only follow."""
        told = trusted.read(data)
        if told is not None:
            self._dialogs.follow(told)

    def _request(self, heard: frame.Heard) -> bytes:
        make = MAKERS.get(heard.method)
        if make is None:
            raise Refused(Reason.METHOD)
        said = Said(heard, self.lock, self._doorway, self._dialogs, self.called)
        made = make(said)
        self.called = self.called or (isinstance(self.lock, CallLock) and heard.method == "INVITE")
        return made


__all__ = ["MAKERS", "Door", "Verdict"]
