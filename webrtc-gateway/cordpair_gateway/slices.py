"""Going through thousands of things without holding the engine's loop."""

import asyncio

LOOKED = 500  # at things that need nothing: about 1 ms
DONE = 25  # things that were told to a browser, which costs a system call: about 0.5 ms


class Turn:
    """``await turn.after(done)`` after each of them; now and then everybody else has a turn."""

    __slots__ = ("_spent",)

    def __init__(self) -> None:
        self._spent = 0

    async def after(self, done: bool) -> None:
        self._spent += LOOKED // DONE if done else 1
        if self._spent >= LOOKED:
            self._spent = 0
            await asyncio.sleep(0)


__all__ = ["DONE", "LOOKED", "Turn"]
