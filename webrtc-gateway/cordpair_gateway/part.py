"""The gateway as a part of the API's server, found by the command line by its entry point (``cordpair.web``)."""

import os
import secrets
from pathlib import Path

from aiohttp import web

from cordpair.api.call import DEMONSTRATION, Office
from cordpair.config.model import Config
from cordpair.config.secrets import resolve_secret
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.store import pages_beside
from cordpair_gateway.beside import beside
from cordpair_gateway.customers import Customers
from cordpair_gateway.desk import DESKS, mount_desk
from cordpair_gateway.entrance import open_door
from cordpair_gateway.house import House, Origins
from cordpair_gateway.messages import socket_url
from cordpair_gateway.phones import PhoneTokens
from cordpair_gateway.resume import Resumes
from cordpair_gateway.session import PATH, Sessions
from cordpair_gateway.shared import PATH as SHARED
from cordpair_gateway.shared import KeptPages, SharedHandler, SharedPages
from cordpair_gateway.shop import Shop
from cordpair_gateway.signing_in import mount_signing_in
from cordpair_gateway.tickets import Tickets
from cordpair_gateway.tickets_api import TicketDesk
from cordpair_gateway.web_files import OwnPage, WebFiles, desk_policy, office_policy

CUSTOMERS: web.AppKey[Customers] = web.AppKey("customers", Customers)
PAGES: web.AppKey[SharedPages] = web.AppKey("shared pages", SharedPages)
PHONES: web.AppKey[PhoneTokens] = web.AppKey("phones", PhoneTokens)


def mount(app: web.Application, office: Office, config: Config, directory: Path) -> None:
    """Add what browsers need, customers' and agents'; nothing, where the gateway has no url.

    ``directory``: of the configuration's file. Raises ConfigurationError."""
    gateway = config.gateway
    if gateway.url is None:
        return
    secret = (
        resolve_secret(gateway.turn_secret, "gateway.turn_secret", os.environ, directory) if gateway.turn_secret else ""
    )
    node = NodeId(gateway.node or next(iter(config.pbx)))
    resumes = Resumes(signing_key(directory / f"{config.store.path}.web-key"))
    engine, house = office.engine, House(office.engine, config)
    customers = Customers(engine, office.hub, Tickets(secrets.token_hex), resumes, node, house)
    origins = Origins(house)
    kept = KeptPages(pages_beside(directory / config.store.path))
    pages = SharedPages(
        customers,
        lambda: engine.state,
        socket_url(gateway, SHARED),
        lambda contact, queue: kept.of(contact) if house.share_of(queue) == "keep" else None,
    )
    sessions = Sessions(customers, gateway, secret, origins, pages.consent)
    desk = TicketDesk(office, house, customers, secret)
    phones = app[PHONES] = open_door(app, office, config, directory, secret, customers, Origins(house, gateway.url))
    if office.store is not None:
        signing_in = mount_signing_in(app, engine, office.store, house, directory)
        mount_desk(app, office, office.store, house, signing_in, phones, customers)
        customers.watchers.append(app[DESKS].stir_contact)
        shared = SharedHandler(pages, customers, signing_in.gate, origins, frozenset({gateway.url}))
        app.router.add_get(SHARED, shared.serve)
        app.on_shutdown.append(shared.shut)
    files = WebFiles()
    files.add_to(app)
    sockets = socket_url(gateway, "")
    OwnPage(files, "desk.html", desk_policy(sockets), "/desk").add_to(app)
    OwnPage(files, "office.html", office_policy(sockets), "/office", "/office/{rest:.*}").add_to(app)
    if (played := app.get(DEMONSTRATION)) is not None:
        Shop(files, desk, played, config.portals[played]).add_to(app)
    app[CUSTOMERS], app[PAGES] = customers, pages
    app.router.add_post("/v1/tickets", desk.tickets)
    app.router.add_get("/v1/expected-wait", desk.expected_wait)
    app.router.add_get(PATH, sessions.serve)
    app.on_shutdown.append(sessions.shut)
    app.on_cleanup.append(lambda _: kept.close())
    app.cleanup_ctx.append(beside("customers", customers.run))
    app.cleanup_ctx.append(beside("sessions", sessions.run))


def signing_key(path: Path) -> bytes:
    """Beside the store, for this account only: who has it could take places. Raises ConfigurationError."""
    try:
        if not path.exists():
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: the key of resume tokens cannot be read: {error}. Remove it.") from error
    if len(key) != 32:
        raise ConfigurationError(f"{path}: is no key of resume tokens. Remove it: who waits must come anew.")
    return key


__all__ = ["CUSTOMERS", "PAGES", "PHONES", "mount", "signing_key"]
