"""What systemd is told of a service of its own, over the socket that it names (sd_notify(3)); without one, nothing.

A service that says when it is ready is waited for, and one whose event loop stands still is ended and started again:
the beat comes from the loop itself.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Mapping

log = logging.getLogger(__name__)

READY = "READY=1"
STOPPING = "STOPPING=1"
BEAT = "WATCHDOG=1"


def tell(message: str, environ: Mapping[str, str] = os.environ) -> None:
    """Raises nothing: calls do not depend on it."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)  # never does the loop wait for systemd
            sender.sendto(message.encode(), address)
    except OSError as error:
        log.warning("systemd cannot be told %s: %s", message, error.strerror or error)


def beat_every_s(environ: Mapping[str, str] = os.environ, pid: int | None = None) -> float | None:
    """Half of the time that the unit's WatchdogSec gives, as sd_watchdog_enabled(3) asks; None: nobody watches.

    ``pid``: of this process, in which the number may be of another one's watch.
    """
    given, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID")
    if not (given.isascii() and given.isdigit() and int(given)) or whose not in (None, str(pid or os.getpid())):
        return None
    return int(given) / 2 / 1_000_000


@contextlib.asynccontextmanager
async def beating(environ: Mapping[str, str] = os.environ) -> AsyncIterator[None]:
    """Let the event loop show that it turns, until the end, which is told too."""
    every_s = beat_every_s(environ)
    beat = asyncio.create_task(_beat(every_s, environ), name="systemd's watchdog") if every_s is not None else None
    try:
        yield
    finally:
        if beat is not None:
            beat.cancel()
        tell(STOPPING, environ)


async def _beat(every_s: float, environ: Mapping[str, str]) -> None:
    while True:
        tell(BEAT, environ)
        await asyncio.sleep(every_s)


__all__ = ["READY", "beat_every_s", "beating", "tell"]
