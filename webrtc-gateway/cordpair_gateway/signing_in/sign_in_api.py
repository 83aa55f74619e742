"""``/v1/sign-in``, ``/v1/me`` and ``/v1/sign-out``. See docs/reference/web-protocol.md."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.api.addresses import client_of
from cordpair.api.app import OPERATION, body_of
from cordpair.api.roles import Role
from cordpair.ids import AgentId
from cordpair_gateway.house import House
from cordpair_gateway.signing_in.gate import Gate, NotSignedIn, Seated

JSON = "application/json"


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]

    def __repr__(self) -> str:
        return "SignInBody(…)"


class Me(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    full_name: str
    role: Role
    agent: AgentId | None  # the agent of that name, who has a desk
    csrf: str
    oidc: str  # where accounts of the house sign in; empty: nowhere


class SignInRoutes:
    """``elsewhere``: where accounts of the house sign in."""

    def __init__(self, gate: Gate, house: House, elsewhere: str) -> None:
        self._gate, self._house, self._elsewhere = gate, house, elsewhere
        # What else ends with a sign-in: the agent's work, the desk, the phone.
        self.leaving: list[Callable[[Seated], Awaitable[None]]] = []

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/v1/sign-in", self.sign_in)
        app.router.add_get("/v1/me", self.me)
        app.router.add_post("/v1/sign-out", self.sign_out)

    async def sign_in(self, request: web.Request) -> web.Response:
        request[OPERATION] = "sign-in"
        self._gate.must_be_ours(request)
        body = await body_of(request, SignInBody)
        proven = await self._gate.by_password(body.name, body.password, client_of(request))
        token, seated = await self._gate.open(proven.name, request, proven.password)
        response = self._answer(seated)
        self._gate.cookie.put(response, token, seated.lasts_ms)
        return response

    async def me(self, request: web.Request) -> web.Response:
        request[OPERATION] = "me"
        try:
            return self._answer(await self._gate.who(request))
        except NotSignedIn as error:
            if not self._elsewhere:
                raise
            failure = {"error": {"code": error.code, "message": error.message}, "oidc": self._elsewhere}
            return web.json_response(failure, status=error.status)

    async def sign_out(self, request: web.Request) -> web.Response:
        """An agent goes home, or will when the conversation there is has ended."""
        request[OPERATION] = "sign-out"
        try:
            seated = await self._gate.who_may_write(request)
        except NotSignedIn as error:
            response = web.Response(status=error.status)
            self._gate.cookie.remove(response)
            return response
        await self._gate.close(seated)
        for leave in self.leaving:
            await leave(seated)
        response = web.Response(status=204)
        self._gate.cookie.remove(response)
        return response

    def _answer(self, seated: Seated) -> web.Response:
        full_name = seated.person.full_name if seated.person is not None else ""
        if not full_name and seated.agent is not None:
            full_name = self._house.name_of(seated.agent)
        me = Me(
            name=seated.name,
            full_name=full_name or seated.name,
            role=seated.role,
            agent=seated.agent,
            csrf=seated.csrf,
            oidc=self._elsewhere,
        )
        return web.Response(body=msgspec.json.encode(me), content_type=JSON)


__all__ = ["Me", "SignInBody", "SignInRoutes"]
