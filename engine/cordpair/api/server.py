"""The API on its port, beside a running engine."""

import asyncio
import contextlib
import errno
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from cordpair.api.alarmed import Alarmed
from cordpair.api.app import make_app
from cordpair.api.call import Office
from cordpair.api.dialling import Dialling
from cordpair.api.hub import Hub
from cordpair.api.keys import KeyRing, KeySource
from cordpair.api.limits import Limits
from cordpair.api.metrics import Metrics
from cordpair.api.tls import Tls
from cordpair.api.trunks import TrunkFigures, observing, trunks_of
from cordpair.api.why import WhyReader
from cordpair.config.calls import Calls
from cordpair.config.model import Http
from cordpair.errors import ConfigurationError
from cordpair.reports.clerk import Clerk
from cordpair.runtime import Engine
from cordpair.store import Store

log = logging.getLogger(__name__)

Mount = Callable[[web.Application, Office], None]

# What is no HTTP is answered with 400; aiohttp would log it, and it may have a key in it.
QUIET = logging.getLogger(f"{__name__}.http")
QUIET.setLevel(logging.CRITICAL + 1)

LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*):(?P<port>\d{1,5})")
AGAIN_S = 2.0
HEADER, HEADERS = 8_190, 64
KEEP_ALIVE_S = 60.0


def parse_listen(text: str, where: str = "[http] listen") -> tuple[str, int]:
    """``host:port`` or ``[v6]:port``. ``where``: the configuration's key. Raises ConfigurationError."""
    found = LISTEN.fullmatch(text)
    if found is None or int(found["port"]) > 65_535:
        raise ConfigurationError(f"{where}: {text!r} is no address; write it like 127.0.0.1:8080 or [::1]:8080.")
    return found["host"].strip("[]") or "0.0.0.0", int(found["port"])  # noqa: S104  the operator asked for it


@contextlib.asynccontextmanager
async def office_of(
    engine: Engine,
    keys: KeySource,
    journal: Path | None,
    store: Store | None = None,
    calls: Calls | None = None,
    reports: Clerk | None = None,
) -> AsyncIterator[Office]:
    """Everything that answers, without a port. ``calls``: in force at the start, where nothing reloads it."""
    hub = Hub(engine, reports.live if reports is not None else None)
    why, metrics = WhyReader(journal), Metrics(engine)
    hub.watchers.append(metrics.see)
    metrics.registry.register(Alarmed(hub.board, engine.clock))
    trunks = trunks_of(engine)
    engine.hear_arrivals(trunks.arrived)
    metrics.registry.register(TrunkFigures(trunks, engine.clock))
    try:
        async with hub.running(), observing(engine, trunks):
            ring, dialling = KeyRing(keys, engine.clock), Dialling(engine, calls)
            yield Office(engine, hub, ring, why, metrics, dialling, store, reports, trunks)
    finally:
        why.close()


class Server:
    """``url`` is there once it listens."""

    def __init__(
        self, office: Office, limits: Limits | None = None, mount: Mount | None = None, tls: Tls | None = None
    ) -> None:
        """``mount``: adds to the application what is not the API's own."""
        self.url: str | None = None
        self._office, self._tls = office, tls
        app = make_app(office, limits)
        if mount is not None:
            mount(app, office)
        self._runner = web.AppRunner(
            app,
            access_log=None,  # ours says nothing of persons
            logger=QUIET,
            handle_signals=False,
            keepalive_timeout=KEEP_ALIVE_S,
            auto_decompress=False,
            max_line_size=HEADER,
            max_field_size=HEADER,
            max_headers=HEADERS,
            shutdown_timeout=2.0,
        )

    async def listen(self, host: str, port: int) -> str:
        """Raises OSError. ``port`` 0: any."""
        await self._set_up()
        return await self._start(web.TCPSite(self._runner, host, port, ssl_context=self._context))

    async def listen_on(self, bound: socket.socket) -> str:
        """On a socket that has its port already."""
        await self._set_up()
        return await self._start(web.SockSite(self._runner, bound, ssl_context=self._context))

    @property
    def _context(self) -> ssl.SSLContext | None:
        return self._tls.context if self._tls is not None else None

    async def _set_up(self) -> None:
        if self._runner.server is None:
            await self._runner.setup()

    async def _start(self, site: web.BaseSite) -> str:
        try:
            await site.start()
        except OSError:
            await site.stop()
            raise
        self.url = url_of(self._runner.addresses[0], tls=self._tls is not None)
        return self.url

    async def close(self) -> None:
        self._office.hub.close()  # the stream's clients are told; requests there are end
        await self._runner.cleanup()


def url_of(address: tuple[Any, ...], *, tls: bool = False) -> str:
    """Of where a socket is bound."""
    host, port = address[:2]
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}"


async def serve_api(
    engine: Engine,
    store: Store,
    journal: Path | None,
    listen: str,
    tls: Tls | None = None,
    mount: Mount | None = None,
    reports: Clerk | None = None,
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Serve until cancelled. Raises ConfigurationError when ``listen`` is no address.

    A port that is taken does not keep the engine from taking calls: it says so, and tries again. It is free as soon
    as an engine that this one replaces has gone. ``begun`` is called when it listens, and each time that it cannot.
    """
    host, port = parse_listen(listen)
    async with office_of(engine, store.keys, journal, store, reports=reports) as office:
        server = Server(office, mount=mount, tls=tls)
        try:
            while True:
                try:
                    url = await server.listen(host, port)
                    break
                except OSError as error:
                    if server.url is None:
                        _complain(listen, error)
                    begun()
                    await asyncio.sleep(AGAIN_S)
            log.info("the API is at %s", url)
            begun()
            await (tls.follow() if tls is not None else asyncio.Event().wait())
        finally:
            await server.close()


def tls_of(http: Http, directory: Path) -> Tls | None:
    """``directory``: to which the paths are relative. Raises ConfigurationError when the certificate cannot be used."""
    if http.certificate is None or http.certificate_key is None:
        return None
    return Tls(directory / http.certificate, directory / http.certificate_key)


def _complain(listen: str, error: OSError) -> None:
    reason = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
    log.error("the API cannot listen on %s: %s; calls go on, it is tried again. See [http] listen.", listen, reason)


__all__ = ["Server", "office_of", "parse_listen", "serve_api", "tls_of", "url_of"]
