"""Connections of an HTTP client that end with its session.

aiohttp leaves a WebSocket that a test did not close, or whose far end vanished, to the garbage collector, which comes
by in another test and finds a connection that was never closed.
"""

from collections.abc import Coroutine
from typing import Any

from aiohttp import TCPConnector
from aiohttp.connector import Connection


class Connections(TCPConnector):
    def __init__(self) -> None:
        super().__init__(limit=0)
        self._opened: list[Connection] = []

    async def connect(self, *args: Any, **more: Any) -> Connection:
        connection = await super().connect(*args, **more)
        self._opened.append(connection)
        return connection

    def close(self, **how: Any) -> Coroutine[Any, Any, None]:
        for connection in self._opened:
            connection.close()
        return super().close(**how)


__all__ = ["Connections"]
