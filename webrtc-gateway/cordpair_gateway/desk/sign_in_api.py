"""``/v1/sign-in`` and ``/v1/sign-out``. See docs/reference/web-protocol.md."""

import asyncio
import logging
from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.acd.inputs import SignOut
from cordpair.api.addresses import client_of
from cordpair.api.app import BODY_S, OPERATION
from cordpair.api.bodies import read_body
from cordpair.api.errors import TooSlow, Unavailable, UnsupportedMedia
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId
from cordpair.runtime import Engine
from cordpair_gateway.desk.gate import Gate, NotSignedIn, Seated
from cordpair_gateway.desk.ports import Phones
from cordpair_gateway.house import House

log = logging.getLogger(__name__)

JSON = "application/json"


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]

    def __repr__(self) -> str:
        return "SignInBody(…)"


class Who(msgspec.Struct, frozen=True, omit_defaults=True):
    agent: AgentId
    name: str
    csrf: str
    oidc: str = ""  # where accounts of the house sign in


class SignInRoutes:
    """``leave``: closes the desk of a sign-in that is over. ``elsewhere``: where accounts of the house sign in."""

    def __init__(
        self,
        engine: Engine,
        gate: Gate,
        house: House,
        phones: Phones,
        leave: Callable[[Seated], None],
        elsewhere: str,
    ) -> None:
        self._engine, self._gate, self._house, self._phones = engine, gate, house, phones
        self._leave, self._elsewhere = leave, elsewhere

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/v1/sign-in", self.sign_in)
        app.router.add_get("/v1/sign-in", self.who)
        app.router.add_post("/v1/sign-out", self.sign_out)

    async def sign_in(self, request: web.Request) -> web.Response:
        request[OPERATION] = "desk sign-in"
        self._gate.must_be_ours(request)
        if request.content_type != JSON:
            raise UnsupportedMedia(f"Send {JSON}.")
        try:
            async with asyncio.timeout(BODY_S):
                raw = await request.read()
        except TimeoutError:
            raise TooSlow("The body did not come in time.") from None
        body = read_body(raw, SignInBody)
        agent = await self._gate.by_password(body.name, body.password, client_of(request))
        token, seated = await self._gate.open(agent, self._gate.cookie.read(request))
        response = self._answer(seated)
        self._gate.cookie.put(response, token)
        return response

    async def who(self, request: web.Request) -> web.Response:
        request[OPERATION] = "desk who"
        try:
            return self._answer(await self._gate.who(request))
        except NotSignedIn as error:
            if not self._elsewhere:
                raise
            failure = {"error": {"code": error.code, "message": error.message}, "oidc": self._elsewhere}
            return web.json_response(failure, status=error.status)

    async def sign_out(self, request: web.Request) -> web.Response:
        """The agent goes home, or will when the conversation there is has ended."""
        request[OPERATION] = "desk sign-out"
        try:
            seated = await self._gate.who_may_write(request)
        except NotSignedIn as error:
            response = web.Response(status=error.status)
            self._gate.cookie.remove(response)
            return response
        await self._gate.close(seated)
        try:
            await self._engine.request(SignOut(seated.agent))
        except AcdError:
            pass  # the agent is in the configuration no more
        except CordpairError as error:
            raise Unavailable(str(error)) from None
        self._leave(seated)
        try:
            await self._phones.remove(seated.agent)
        except CordpairError as error:
            log.warning("the phone of an agent who signed out could not be removed: %s", type(error).__name__)
        response = web.Response(status=204)
        self._gate.cookie.remove(response)
        return response

    def _answer(self, seated: Seated) -> web.Response:
        who = Who(seated.agent, self._house.name_of(seated.agent), seated.csrf, self._elsewhere)
        return web.Response(body=msgspec.json.encode(who), content_type=JSON)


__all__ = ["SignInBody", "SignInRoutes", "Who"]
