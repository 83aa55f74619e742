"""What the door stands on: who knows the tokens, who keeps the journal, and where the PBX is."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from cordpair.errors import CordpairError
from cordpair.sip import Doorway, Lock, Reason


class Tokens(Protocol):
    def redeem(self, token: str) -> Lock | None:
        """What the token opens, once. None for one that is unknown, used or expired; they are not told apart.

        It decides at once and waits for nothing, so that of two who come with the same token one gets None.
        """


class Journal(Protocol):
    """Who is told. Never a name, a number or a frame: reasons and the lock's ``subject``."""

    def denied(self, reason: str) -> None:
        """Somebody was turned away before there was a connection."""

    def opened(self, lock: Lock) -> None: ...
    def refused(self, lock: Lock, reason: Reason, method: str) -> None: ...
    def closed(self, lock: Lock, why: str) -> None:
        """The connection is gone; a call of it may still be up on the PBX, which does not end it by itself."""


class NoPbx(CordpairError):
    """Nobody answers behind the door."""


class Line(Protocol):
    """One connection to the PBX, for one browser."""

    async def send(self, frame: bytes) -> None:
        """Raises NoPbx when the PBX is gone."""

    async def receive(self) -> bytes | None:
        """None: the PBX ended the connection."""

    async def close(self) -> None: ...


class Upstream(Protocol):
    async def open(self) -> Line:
        """Raises NoPbx."""


class Way(msgspec.Struct, frozen=True):
    """To a PBX, and what that one wants."""

    upstream: Upstream
    doorway: Doorway = Doorway()


Ways = Callable[[Lock], Way]  # raises NoPbx

__all__ = ["Journal", "Line", "NoPbx", "Tokens", "Upstream", "Way", "Ways"]
