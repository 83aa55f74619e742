"""Where large configurations are read and compared: in threads, a few at a time. The loop has calls to look after."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from cordpair.api.errors import Unavailable

T = TypeVar("T")

AT_ONCE = 2
WAITING = 50


class Worker:
    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def do(self, function: Callable[[], T]) -> T:
        """Raises Unavailable when too many wait, and what ``function`` raises."""
        if self._waiting >= WAITING:
            raise Unavailable("Too many configurations are being looked at.", 2)
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(function)
        finally:
            self._waiting -= 1


WORKER: web.AppKey[Worker] = web.AppKey("configuration worker", Worker)

__all__ = ["WORKER", "Worker"]
