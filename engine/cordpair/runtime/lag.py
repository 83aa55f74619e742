"""How late the event loop is, measured all the time: what holds it up holds everybody up."""

import asyncio
from collections.abc import Callable

EVERY_S = 0.1


class Lag:
    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._handle = loop.call_later(EVERY_S, self._look, loop, loop.time() + EVERY_S)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._tell(max(0.0, loop.time() - due))
        self.start()

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


__all__ = ["Lag"]
