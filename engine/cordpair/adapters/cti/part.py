"""The line protocol beside the API's server, found by the command line by its entry point (``cordpair.web``)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from cordpair.adapters.cti.clients import Clients, PlacesCalls
from cordpair.api.call import Office
from cordpair.api.calls import must_be_in
from cordpair.api.dialling import Wanted
from cordpair.api.errors import ApiError
from cordpair.api.passwords import Passwords
from cordpair.api.server import parse_listen
from cordpair.api.tls import Tls
from cordpair.config.adapters import Cti
from cordpair.config.model import Config
from cordpair.errors import AcdError
from cordpair.ids import AgentId

log = logging.getLogger(__name__)

AGAIN_S = 2.0

CTI: web.AppKey[Clients] = web.AppKey("cti clients", Clients)
PORT: web.AppKey["asyncio.Future[int]"] = web.AppKey("cti port")


def mount(app: web.Application, office: Office, config: Config, directory: Path) -> None:
    """Nothing, where it is not asked for. ``directory``: of the configuration's file. Raises ConfigurationError."""
    wanted = config.adapters.cti
    if wanted is None or office.store is None:
        return
    host, port = parse_listen(wanted.listen, "[adapters.cti] listen")
    passwords = Passwords()
    alone = config.gateway.url is None
    clients = app[CTI] = Clients(office.engine, wanted, office.store, passwords, placing(office), alone=alone)
    found = app[PORT] = asyncio.get_running_loop().create_future()
    tls = _tls(wanted, directory)

    async def serving(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_serve(clients, host, port, tls, found), name="cti")
        task.add_done_callback(_look)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        passwords.close()

    app.cleanup_ctx.append(serving)


def _tls(wanted: Cti, directory: Path) -> Tls | None:
    if wanted.certificate is None or wanted.certificate_key is None:
        return None
    return Tls(directory / wanted.certificate, directory / wanted.certificate_key, "[adapters.cti] certificate")


async def _serve(clients: Clients, host: str, port: int, tls: Tls | None, found: "asyncio.Future[int]") -> None:
    """A port that is taken does not keep the engine from taking calls."""
    complained = False
    while True:
        try:
            server = await clients.listen(host, port, tls.context if tls is not None else None)
            break
        except OSError as error:
            if not complained:
                log.error("[adapters.cti] listen: %s; calls go on, it is tried again", error.strerror)
            complained = True
            await asyncio.sleep(AGAIN_S)
    found.set_result(server.sockets[0].getsockname()[1])
    log.info("the line protocol's clients may come")
    follow = asyncio.create_task(tls.follow(), name="cti certificate") if tls is not None else None
    try:
        await clients.run()
    finally:
        server.close()
        if follow is not None:
            follow.cancel()
            await asyncio.gather(follow, return_exceptions=True)


def placing(office: Office) -> PlacesCalls:
    async def place(agent: AgentId, number: str, address: str) -> None:
        try:
            must_be_in(address, office.dialling.calls.networks)
            await office.dialling.place(Wanted(f"cti {agent}", agent, number))
        except ApiError as error:
            raise AcdError(error.message) from None

    return place


def _look(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the line protocol failed; calls go on, restart the engine", exc_info=error)


__all__ = ["CTI", "PORT", "mount"]
