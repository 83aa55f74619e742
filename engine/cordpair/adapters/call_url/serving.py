"""The URL itself: who asks, whether they may, and the call's id as plain text."""

import asyncio
import time

import msgspec
from aiohttp import web

from cordpair.adapters.call_url.asked import Asked, read_asked
from cordpair.adapters.call_url.pages import Pages
from cordpair.adapters.call_url.repeats import Repeats
from cordpair.api.addresses import client_of
from cordpair.api.app import OPERATION
from cordpair.api.call import Office
from cordpair.api.calls import must_be_in, state_of, view_of
from cordpair.api.dialling import Wanted, agent_at
from cordpair.api.errors import ApiError, Forbidden, Invalid, NotFound, TooMany, Unauthorized, Unavailable
from cordpair.api.limits import Limits
from cordpair.api.roles import Role, Scope
from cordpair.config.adapters import CallUrl as Wishes
from cordpair.ids import AgentId, ContactId
from cordpair.runtime.placed import PlacedCall

JSON = "application/json"
ANSWER_S = 30.0
# Requests of one address: generous for a click, not for a loop.
RATE, BURST = 20.0, 100.0


class CallUrl:
    def __init__(self, office: Office, wishes: Wishes, pages: Pages, limits: Limits | None = None) -> None:
        self._office, self._wishes, self._pages = office, wishes, pages
        self._repeats = Repeats(wishes.once_within / 1_000, time.monotonic)
        self._limits = limits or Limits(RATE, BURST)

    def add_to(self, app: web.Application) -> None:
        path = self._wishes.path
        app.router.add_get(path, self.serve, allow_head=False)
        app.router.add_post(path, self.serve)
        app.router.add_route("OPTIONS", path, self.preflight)

    async def preflight(self, request: web.Request) -> web.Response:
        request[OPERATION] = "callUrlPreflight"
        return web.Response(status=204, headers=self._pages.preflight(request.headers))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        request[OPERATION] = "callUrl"
        try:
            async with asyncio.timeout(ANSWER_S):
                asked, call = await self._do(request)
        except TimeoutError:
            return self._refused(request, Unavailable("It took too long.", 5))
        except ApiError as error:
            return self._refused(request, error)
        if _wants_json(request):
            return self._answer(request, 200, msgspec.json.encode(view_of(call)), JSON)
        return self._answer(request, 200, _text(asked, call).encode(), "text/plain")

    async def _do(self, request: web.Request) -> tuple[Asked, PlacedCall]:
        must_be_in(client_of(request), self._wishes.networks or self._office.dialling.calls.networks)
        if not self._limits.allow(client_of(request)):
            raise TooMany("Too many requests.")
        self._pages.must_be_meant(request.headers)
        asked = await read_asked(request)
        scope = await self._who(asked.key)
        return asked, await (self._look(scope, asked) if asked.call else self._place(scope, asked))

    async def _who(self, key: str) -> Scope:
        """Only a key that is for this and nothing else: it stands in pages, logs and address bars."""
        if not key:
            raise _NoKey("A key is needed: key=…, or as the password of Basic authentication, or as a bearer token.")
        scope = await self._office.keys.scope_of(f"Bearer {key}")
        if scope.role is not Role.DIAL:
            raise Forbidden("Only a key of role dial is good here.")
        return scope

    # ------------------------------------------------------------ a new call

    async def _place(self, scope: Scope, asked: Asked) -> PlacedCall:
        if not asked.dst:
            raise Invalid("is missing", "dst")
        agent = self._agent(scope, asked.src)
        if not scope.covers(self._office.dialling.queue()):
            raise Forbidden("The key is not for the queue in which calls count.")
        try:
            to = self._office.dialling.destination(asked.dst)
            token = self._repeats.token(scope.key, agent, to.dial)
            try:
                call, _ = await self._office.dialling.place(Wanted(scope.key, agent, asked.dst, token))
            except ApiError:
                self._repeats.forget(scope.key, agent, to.dial)
                raise
        except ApiError as error:
            if error.field == "to":
                raise Invalid(error.message, "dst") from None
            raise
        return call

    def _agent(self, scope: Scope, src: str) -> AgentId:
        at = agent_at(self._office.engine.state, src) if src else None
        if scope.agent is not None:
            if src and at != scope.agent:
                raise Forbidden("The key is good for its own agent's phone only.")
            return scope.agent
        if not src:
            raise Invalid("is missing", "src")
        if at is None:
            raise Invalid("is no phone at which an agent is signed in", "src")
        return at

    # ------------------------------------------------------------ what became of it

    async def _look(self, scope: Scope, asked: Asked) -> PlacedCall:
        call = await self._office.dialling.look(ContactId(asked.call), asked.wait_s)
        if call is None or not call.key.startswith(f"{scope.key}/"):
            raise NotFound("There is no such call of this key.")
        return call

    # ------------------------------------------------------------ answers

    def _refused(self, request: web.Request, error: ApiError) -> web.Response:
        about = f"{error.field} " if error.field else ""
        headers = dict(error.headers or {})
        if _wants_json(request):
            failure = {"error": {"code": error.code, "message": error.message, "field": error.field}}
            return self._answer(request, error.status, msgspec.json.encode(failure), JSON, headers)
        text = f"error: {about}{error.message}\n"
        return self._answer(request, error.status, text.encode(), "text/plain", headers)

    def _answer(
        self, request: web.Request, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> web.Response:
        more = {"Referrer-Policy": "no-referrer", **self._pages.cors(request.headers), **(headers or {})}
        response = web.Response(status=status, body=body, content_type=kind, headers=more)
        if status in (408, 413):
            response.force_close()
        return response


class _NoKey(Unauthorized):
    """A browser then asks for name and password: the key is the password."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers = {"WWW-Authenticate": 'Basic realm="cordpair", charset="UTF-8"'}


def _text(asked: Asked, call: PlacedCall) -> str:
    """The id alone for who has asked for a call; for who asks after it, what became of the two as well."""
    if not asked.call:
        return f"{call.contact}\n"
    return f"{call.contact} {state_of(call)} {call.agent_result or '-'} {call.customer_result or '-'}\n"


def _wants_json(request: web.Request) -> bool:
    return JSON in request.headers.get("Accept", "")


__all__ = ["CallUrl"]
