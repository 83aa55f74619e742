"""Going through thousands of things without holding the engine's loop."""

import asyncio

LOOKED = 500  # at things that need nothing: about 1 ms
DONE = 25  # things that were told to a browser, which costs a system call: about 0.5 ms


class Turn:
    """``await turn.after(done)`` after each of them; now and then everybody else has a turn. ``pause_s``: after so
    many were told the loop has nothing to do for so long, and others need not even wait for a slice."""

    __slots__ = ("_pause_s", "_told", "_turns")

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s
        self._told = self._turns = 0

    async def after(self, done: bool) -> None:
        self._turns += 1
        if done:
            self._told += 1
            if self._told == DONE:
                self._told = self._turns = 0
                await asyncio.sleep(self._pause_s)
        if self._turns >= LOOKED:
            self._told = self._turns = 0
            await asyncio.sleep(0)


__all__ = ["DONE", "LOOKED", "Turn"]
