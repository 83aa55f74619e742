"""What runs beside the web server, as long as that is there."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from aiohttp import web

log = logging.getLogger(__name__)


def beside(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[web.Application], AsyncIterator[None]]:
    """For ``app.cleanup_ctx``."""

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(run(), name=name)
        task.add_done_callback(_look)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return running


def _look(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the gateway's part %r failed; calls go on, restart it", task.get_name(), exc_info=error)


__all__ = ["beside"]
