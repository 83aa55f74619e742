"""TLS in this process, and certificates that are renewed while it runs.

For browsers, which wait by the thousand, only with uvloop: asyncio's own TLS takes 291 KB a connection.
"""

import asyncio
import logging
import ssl
from pathlib import Path

from cordpair.errors import ConfigurationError

log = logging.getLogger(__name__)

LOOK_S = 30.0  # whether the certificate was renewed

BROWSERS = "[http] certificate"

Stamp = tuple[tuple[int, int, int], ...]


class Tls:
    def __init__(self, certificate: Path, key: Path, where: str = BROWSERS) -> None:
        """Within the event loop that will serve. ``where``: the configuration's key. Raises ConfigurationError."""
        self._where = where
        if where == BROWSERS and not type(asyncio.get_running_loop()).__module__.startswith("uvloop"):
            raise ConfigurationError(
                "[http] certificate: TLS is served with uvloop only, which this platform does not have: "
                "put a reverse proxy before it, see docs/how-to/web-server.md."
            )
        self._certificate, self._key = certificate, key
        self._stamp = self._look()
        self.context = self._load(_context())

    async def follow(self) -> None:
        """Take renewed files, until cancelled: who connects from then on gets the new certificate."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.renew()

    def renew(self) -> None:
        """Files that do not fit together, as in the middle of a renewal, are not taken; the old ones stay."""
        try:
            stamp = self._look()
            if stamp == self._stamp:
                return
            self._load(_context())  # a context that has taken a wrong file is of no use any more
            self._load(self.context)
        except ConfigurationError as error:
            log.error("the certificate was not renewed, the one before stays: %s", error)
            return
        self._stamp = stamp
        log.info("the certificate was renewed")

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        try:
            context.load_cert_chain(self._certificate, self._key, password=_refuse)
        except ssl.SSLError as error:
            raise ConfigurationError(
                f"{self._where}: {self._certificate} and {self._key} cannot be used: {error.reason or error}. "
                "Both are PEM files, the key has no password, and they belong together."
            ) from error
        except OSError as error:
            raise ConfigurationError(f"{self._where}: {self._path_of(error)}: {error.strerror}.") from error
        return context

    def _look(self) -> Stamp:
        try:
            found = [path.stat() for path in (self._certificate, self._key)]
        except OSError as error:
            raise ConfigurationError(f"{self._where}: {self._path_of(error)}: {error.strerror}.") from error
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)

    def _path_of(self, error: OSError) -> str:
        return str(error.filename or self._certificate)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _refuse() -> str:
    """Else the terminal is asked, and nobody is there."""
    return ""


__all__ = ["Tls"]
