"""What a driver does side by side, and what it does unasked."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from cordpair.pbx.errors import PbxError

log = logging.getLogger(__name__)


async def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    """Side by side; when one fails the others are still waited for, and the first failure is raised."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


class Chores:
    """Work of a link that the engine did not ask for and does not wait for. Failures of the PBX are logged.

    Bounded by what causes it: each chore belongs to an event about a leg or a seat.
    """

    def __init__(self, *harmless: type[Exception]) -> None:
        self._harmless: tuple[type[Exception], ...] = (PbxError, *harmless)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, self._harmless):
            log.info("tidying up: %s", error)
        elif error is not None:
            log.error("tidying up failed", exc_info=error)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


__all__ = ["Chores", "together"]
