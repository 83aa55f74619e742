"""Tasks beside the calls: when one fails, that is said, and calls go on."""

import asyncio
import logging
from collections.abc import Callable


def saying(log: logging.Logger, what: str) -> Callable[["asyncio.Task[None]"], None]:
    """For ``add_done_callback``. ``what``: of whom nothing more will come, such as "alarms are not told any more"."""

    def say(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s; calls go on without", what, exc_info=error)

    return say


__all__ = ["saying"]
