"""The desk as a part of the gateway: for agents, where the gateway has an address and the engine a store."""

import os
from pathlib import Path

from aiohttp import web

from cordpair.api.call import Office
from cordpair.api.passwords import Passwords
from cordpair.api.tries import Tries
from cordpair.clock import Clock
from cordpair.config.model import Config
from cordpair.config.secrets import resolve_secret
from cordpair.errors import ConfigurationError
from cordpair.store import Store
from cordpair_gateway.beside import beside
from cordpair_gateway.desk.acquaintance import Acquaintance
from cordpair_gateway.desk.actions import Actions
from cordpair_gateway.desk.desks import Desks
from cordpair_gateway.desk.gate import Gate
from cordpair_gateway.desk.ports import Phones, Sharing
from cordpair_gateway.desk.sign_in_api import SignInRoutes
from cordpair_gateway.desk.socket import DeskSockets
from cordpair_gateway.house import House

DESKS: web.AppKey[Desks] = web.AppKey("desks", Desks)


def mount_desk(
    app: web.Application, office: Office, store: Store, house: House, directory: Path, phones: Phones, sharing: Sharing
) -> Gate:
    """``directory``: of the configuration's file. Raises ConfigurationError."""
    engine, url = office.engine, house.config.gateway.url
    if url is None:
        raise ConfigurationError("gateway.url is missing: agents' browsers must know where we are.")
    passwords, conversations = Passwords(), store.records.conversations
    gate = Gate(engine, store.sign_ins, url, passwords, Tries())
    known = Acquaintance(engine, house, conversations, sharing)
    desks = app[DESKS] = Desks(engine, house, gate, conversations, known)
    actions = Actions(engine, desks, gate, conversations, phones, sharing)
    elsewhere = _add_oidc(app, gate, engine.clock, house.config, url, directory)
    SignInRoutes(engine, gate, house, phones, desks.leave, elsewhere).add_to(app)
    DeskSockets(engine, gate, house, desks, actions, phones).add_to(app)

    async def close(_app: web.Application) -> None:
        passwords.close()

    app.cleanup_ctx.append(beside("desks", desks.run))
    app.on_cleanup.append(close)
    return gate


def _add_oidc(app: web.Application, gate: Gate, clock: Clock, config: Config, url: str, directory: Path) -> str:
    """Where agents go who have an account of the house; empty: nowhere."""
    oidc = config.sign_in.oidc
    if oidc is None:
        return ""
    try:  # an extra: few need it, and it brings cryptography
        from cordpair_gateway.desk import oidc_api  # noqa: PLC0415
        from cordpair_gateway.desk.oidc import Provider  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError("sign_in.oidc needs more: pip install 'cordpair[oidc]'.") from None
    secret = ""
    if oidc.client_secret is not None:
        secret = resolve_secret(oidc.client_secret, "sign_in.oidc.client_secret", os.environ, directory)
    oidc_api.OidcRoutes(gate, Provider(oidc, secret, url + oidc_api.CALLBACK, clock), clock).add_to(app)
    return oidc_api.PATH


__all__ = ["DESKS", "mount_desk"]
