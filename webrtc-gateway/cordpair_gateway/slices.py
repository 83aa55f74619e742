"""Going through thousands of things without holding the engine's loop."""

import asyncio

LOOKED = 500  # at things that need nothing: about 1 ms
DONE = 50  # things that were told to a browser, which costs a system call: about 1 ms


class Turn:
    """``await turn.after(done)`` after each of them; now and then everybody else has a turn. ``pause_s``: a slice of
    those who are told begins so long after the one before, and in between the loop has nothing to do."""

    __slots__ = ("_due", "_pause_s", "_told", "_turns")

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s
        self._due = asyncio.get_running_loop().time()
        self._told = self._turns = 0

    async def after(self, done: bool) -> None:
        self._turns += 1
        self._told += done
        if self._told == DONE:
            self._told = self._turns = 0
            self._due += self._pause_s
            await asyncio.sleep(max(0.0, self._due - asyncio.get_running_loop().time()))
        elif self._turns == LOOKED:
            self._told = self._turns = 0
            await asyncio.sleep(0)


__all__ = ["DONE", "LOOKED", "Turn"]
