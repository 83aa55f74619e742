"""Waiting on the engine's clock."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from cordpair.clock import Clock

T = TypeVar("T")


async def pause(clock: Clock, ms: int) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    handle = clock.call_later(ms, lambda: None if future.done() else future.set_result(None))
    try:
        await future
    finally:
        handle.cancel()


async def within(clock: Clock, ms: int, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``; raises TimeoutError, and cancels it, when it takes longer."""
    task = asyncio.ensure_future(work)
    mine = asyncio.current_task()
    late = False

    def expire() -> None:
        nonlocal late
        late = True
        task.cancel()

    handle = clock.call_later(ms, expire)
    try:
        return await task
    except asyncio.CancelledError:
        if late and not (mine and mine.cancelling()):
            raise TimeoutError from None
        raise
    finally:
        handle.cancel()


__all__ = ["pause", "within"]
