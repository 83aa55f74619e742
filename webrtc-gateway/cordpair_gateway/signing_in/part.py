"""Signing in as a part of the gateway: where the gateway has an address and the engine a store."""

import os
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from cordpair.api.call import VISITORS
from cordpair.api.passwords import Passwords
from cordpair.api.tries import Tries
from cordpair.clock import Clock
from cordpair.config.model import Config
from cordpair.config.secrets import resolve_secret
from cordpair.errors import ConfigurationError
from cordpair.runtime import Engine
from cordpair.store import Store
from cordpair_gateway.house import House
from cordpair_gateway.signing_in.gate import Gate
from cordpair_gateway.signing_in.password_api import PasswordRoutes
from cordpair_gateway.signing_in.sign_in_api import SignInRoutes
from cordpair_gateway.signing_in.visitors import GateVisitors


class SigningIn(NamedTuple):
    gate: Gate
    routes: SignInRoutes


def mount_signing_in(app: web.Application, engine: Engine, store: Store, house: House, directory: Path) -> SigningIn:
    """``directory``: of the configuration's file. Raises ConfigurationError."""
    url = house.config.gateway.url
    if url is None:
        raise ConfigurationError("gateway.url is missing: agents' browsers must know where we are.")
    passwords = Passwords()
    gate = Gate(engine, store.sign_ins, store.people, url, passwords, Tries())
    app[VISITORS] = GateVisitors(gate)
    routes = SignInRoutes(gate, house, _add_oidc(app, gate, engine.clock, house.config, url, directory))
    routes.add_to(app)
    PasswordRoutes(gate, store.resets, passwords, engine.clock).add_to(app)

    async def close(_app: web.Application) -> None:
        passwords.close()

    app.on_cleanup.append(close)
    return SigningIn(gate, routes)


def _add_oidc(app: web.Application, gate: Gate, clock: Clock, config: Config, url: str, directory: Path) -> str:
    """Where they go who have an account of the house; empty: nowhere."""
    oidc = config.sign_in.oidc
    if oidc is None:
        return ""
    try:  # an extra: few need it, and it brings cryptography
        from cordpair_gateway.signing_in import oidc_api  # noqa: PLC0415
        from cordpair_gateway.signing_in.oidc import Provider  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError("sign_in.oidc needs more: pip install 'cordpair[oidc]'.") from None
    secret = ""
    if oidc.client_secret is not None:
        secret = resolve_secret(oidc.client_secret, "sign_in.oidc.client_secret", os.environ, directory)
    oidc_api.OidcRoutes(gate, Provider(oidc, secret, url + oidc_api.CALLBACK, clock), clock).add_to(app)
    return oidc_api.PATH


__all__ = ["SigningIn", "mount_signing_in"]
