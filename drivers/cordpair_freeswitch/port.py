"""The driver's client port: what any client of the Event Socket must do for us."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from cordpair.pbx import LinkEnd
from cordpair_freeswitch.esl import Event

# Commands that were sent and not answered yet; more is a switch that has stopped.
MAX_UNANSWERED = 2_000


class Connection(Protocol):
    """One connection to an Event Socket: the driver's client port. Over when ``ended`` is."""

    ended: asyncio.Future[LinkEnd]

    async def open(self) -> None:
        """Connect and log in. Raises LinkLost and LoginRefused."""

    async def send(self, command: bytes, what: str) -> str:
        """The reply to a command, or an ``api``'s result: ``+OK …``, ``-ERR …``, or what was asked for.

        Raises CommandTimedOut and LinkLost; ``what`` names the command in them.
        """

    def read(self, receive: Callable[[Event], None]) -> None:
        """From now on, events go to ``receive`` in the order of the wire. Those before are lost."""

    async def close(self) -> None: ...


__all__ = ["MAX_UNANSWERED", "Connection"]
