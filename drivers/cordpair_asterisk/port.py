"""The client's transport port: what carries ARI's requests and events."""

from collections.abc import Callable
from typing import Protocol

from cordpair_asterisk.http import Answer


class Transport(Protocol):
    """One event WebSocket, and requests beside it."""

    async def connect(self, app: str) -> None:
        """Log in and open the event WebSocket of ``app``. Raises LinkLost and LoginRefused."""

    async def request(
        self, method: str, path: str, query: dict[str, str] | None, body: bytes | None, timeout: float
    ) -> Answer:
        """One request, whatever its status. Raises OSError (also TimeoutError) when there is no answer."""

    async def read(self, receive: Callable[[str], None]) -> str:
        """Give ``receive`` every event's text, in the order of the wire, until the end. Returns why it ended."""

    async def close(self) -> None: ...


__all__ = ["Transport"]
