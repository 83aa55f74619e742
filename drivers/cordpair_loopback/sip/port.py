"""What a party in a call asks of the exchange around it."""

from typing import Any, Protocol

from cordpair_loopback.pbx.switch import Switch
from cordpair_loopback.pbx.timing import Clock


class Wire(Protocol):
    """One browser's line."""

    def speak(self, frame: bytes) -> None: ...
    def begin(self, call_id: str, party: Any) -> None:
        """Frames of this call are the party's."""

    def end(self, call_id: str) -> None: ...


class Descriptions(Protocol):
    """Who should hear whom."""

    def look(self, party: Any) -> None: ...
    def forget(self, party: Any) -> None: ...
    def free(self, *parties: Any) -> None: ...


class Around(Protocol):
    @property
    def clock(self) -> Clock: ...
    @property
    def switch(self) -> Switch: ...
    @property
    def media(self) -> Descriptions: ...
    def new_tag(self) -> str: ...
    def new_call_id(self) -> str: ...


__all__ = ["Around", "Descriptions", "Wire"]
