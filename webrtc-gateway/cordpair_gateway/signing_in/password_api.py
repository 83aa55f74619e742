"""``POST /v1/password``: whoever has a link sets a new password with it. See docs/reference/web-protocol.md."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.api.addresses import client_of
from cordpair.api.app import OPERATION, body_of
from cordpair.api.errors import NotFound, Problem, TooMany, Unprocessable
from cordpair.api.passwords import LONGEST, Passwords, TooManyPasswords, wrong_with
from cordpair.clock import Clock
from cordpair.store import PasswordResets, StoreError
from cordpair_gateway.signing_in.gate import Gate, unavailable

JSON = "application/json"
ATTEMPT = "a link"  # tries are counted by address, and together: no name of ours has a space


class PasswordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without ``password``: whose link it is."""

    token: Annotated[str, Meta(min_length=1, max_length=128)]
    password: Annotated[str, Meta(max_length=LONGEST)] | None = None

    def __repr__(self) -> str:
        return "PasswordBody(…)"


class LinkOf(msgspec.Struct, frozen=True):
    """``office``: the person works there; ``desk``: is an agent."""

    name: str
    office: bool
    desk: bool


class PasswordRoutes:
    def __init__(self, gate: Gate, resets: PasswordResets, passwords: Passwords, clock: Clock) -> None:
        self._gate, self._resets, self._passwords, self._clock = gate, resets, passwords, clock

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/v1/password", self.password)

    async def password(self, request: web.Request) -> web.Response:
        request[OPERATION] = "password by link"
        self._gate.must_be_ours(request)
        body = await body_of(request, PasswordBody)
        try:
            name = await self._resets.whose(body.token, self._clock.now_ms())
            known = await self._gate.known(name) if name is not None else None
            if name is None or known is None or (known.agent is None and known.person is None):
                self._gate.take_try(f"{ATTEMPT} {client_of(request)}", client_of(request))
                raise _no_link()
            if body.password is not None:
                await self._set(name, body.token, body.password)
        except StoreError as error:
            raise unavailable(error) from None
        link = LinkOf(name, known.person is not None, known.agent is not None)
        return web.Response(body=msgspec.json.encode(link), content_type=JSON)

    async def _set(self, name: str, token: str, password: str) -> None:
        wrong = wrong_with(name, password)
        if wrong:
            raise Unprocessable([Problem("password", wrong)])
        try:
            hash = await self._passwords.hash(password)
        except TooManyPasswords:
            raise TooMany("Too many passwords at this moment.", 2) from None
        if await self._resets.use(token, hash, self._clock.now_ms()) is None:
            raise _no_link()


def _no_link() -> NotFound:
    return NotFound("The link is not good: it was used, or is too old. Ask for a new one.")


__all__ = ["LinkOf", "PasswordBody", "PasswordRoutes"]
