"""A PBX inside this process that speaks SIP as over a WebSocket, a frame a message, without a socket.

A driver that has one has a method ``sip_switch``; whoever puts the process together gives it to the gateway's door.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable


class SipLine(Protocol):
    """One browser's connection."""

    def say(self, frame: bytes) -> None:
        """The browser's frame. Answers come later, never from inside this call."""

    def close(self) -> None:
        """The browser is gone."""


class SipSwitch(Protocol):
    def connect(self, hear: Callable[[bytes], None], gone: Callable[[], None]) -> SipLine:
        """``hear`` gets the PBX's frames, ``gone`` is called once when the PBX ends the connection."""


@runtime_checkable
class HasSipSwitch(Protocol):
    """A driver whose PBX is spoken to without a socket."""

    def sip_switch(self) -> SipSwitch: ...


__all__ = ["HasSipSwitch", "SipLine", "SipSwitch"]
