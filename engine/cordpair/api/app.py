"""The routes as an aiohttp application: who asks is looked at first, then what; errors become answers."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from cordpair.api.bodies import LARGEST, read_body, read_query
from cordpair.api.call import OFFICE, Call, Office, asker
from cordpair.api.configuration import WORKER, Worker
from cordpair.api.errors import (
    ApiError,
    Forbidden,
    Invalid,
    TooLarge,
    TooMany,
    TooSlow,
    Unavailable,
    UnsupportedMedia,
    reply,
    reply_to,
    reply_to_http,
)
from cordpair.api.limits import Limits
from cordpair.api.newcomers import SETTINGS_TRIES
from cordpair.api.openapi import document
from cordpair.api.roles import Scope
from cordpair.api.route import Nothing, Route
from cordpair.api.routes import ROUTES
from cordpair.api.tries import Tries

log = logging.getLogger("cordpair.api.access")

T = TypeVar("T")

BODY_S = 10.0  # a body of 64 KiB that takes longer does not come from a program that means well
ANSWER_S = 30.0
JSON = "application/json"

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
SCOPE: web.RequestKey[Scope] = web.RequestKey("scope", Scope)
OPERATION: web.RequestKey[str] = web.RequestKey("operation", str)


def make_app(office: Office, limits: Limits | None = None) -> web.Application:
    app = web.Application(client_max_size=LARGEST, middlewares=[_watched])
    app[OFFICE] = office
    app[WORKER] = Worker()
    app[SETTINGS_TRIES] = Tries()
    used = limits or Limits()
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _endpoint(route, office, used))
    written = msgspec.json.encode(document(ROUTES))

    async def openapi(request: web.Request) -> web.Response:
        request[OPERATION] = "openapi"
        return web.Response(body=written, content_type=JSON)

    app.router.add_route("GET", "/v1/openapi.json", openapi)
    return app


def _endpoint(route: Route, office: Office, limits: Limits) -> Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        request[OPERATION] = route.operation
        scope = None
        if route.roles is not None:
            scope = request[SCOPE] = await asker(office, request)
            if not limits.allow(scope.key):
                raise TooMany("Too many requests at once.")
            if scope.role not in route.roles:
                raise Forbidden(f"Role {scope.role} may not do this.")
        query: Any = read_query(request.query.items(), route.query or Nothing)
        body: Any = None
        if route.body is not None:
            body = await body_of(request, route.body, route.largest)
        answer = route.handler(Call(office, request, scope, body, query))
        if 101 in route.replies:
            return _response(await answer)
        try:
            async with asyncio.timeout(ANSWER_S):
                return _response(await answer)
        except TimeoutError:
            raise Unavailable("It took too long.", 5) from None

    return serve


async def body_of(request: web.Request, kind: type[T], largest: int = LARGEST) -> T:
    """The request's body, read in time and whole. Raises ApiError."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMedia("Send the body as it is, not compressed.")
    if (request.content_length or 0) > largest:
        raise TooLarge(f"A body has at most {largest} bytes.")
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.content.iter_any():
                raw += part
                if len(raw) > largest:
                    raise TooLarge(f"A body has at most {largest} bytes.")
    except TimeoutError:
        raise TooSlow("The body did not come in time.") from None
    if raw and request.content_type != JSON:
        raise UnsupportedMedia(f"Send {JSON}.")
    return read_body(bytes(raw), kind)


def _response(answer: object) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    if answer is None:
        return web.Response(status=204)
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return web.Response(body=body, content_type=JSON)


@web.middleware
async def _watched(request: web.Request, handler: Serve) -> web.StreamResponse:
    began = time.perf_counter()
    try:
        response = await handler(request)
    except ApiError as error:
        response = reply_to(error)
        if error.status in (408, 413):
            response.force_close()
    except web.HTTPException as error:
        response = reply_to_http(error)
    except UnicodeError:
        response = reply_to(Invalid("The request is not UTF-8."))
    except Exception:
        log.exception("a defect: %s failed", request.get(OPERATION, "a request"))
        response = reply(500, "internal", "A defect of the engine; its log says more.", None, None)
    response_headers(response)
    _note(request, response.status, time.perf_counter() - began)
    return response


def response_headers(response: web.StreamResponse) -> None:
    if not response.prepared:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Server"] = "cordpair"
        response.headers["X-Content-Type-Options"] = "nosniff"


def _note(request: web.Request, status: int, seconds: float) -> None:
    """Neither paths nor addresses: an id in a path may be a person's name, and a key must never be in a log."""
    operation = request.get(OPERATION, "unknown")
    scope = request.get(SCOPE)
    request.app[OFFICE].metrics.answered(operation, status, seconds)
    level = logging.DEBUG if request.method == "GET" and status < 500 else logging.INFO
    log.log(
        level, "%s %d in %.1f ms, key %s", operation, status, seconds * 1_000, scope.key if scope is not None else "-"
    )


__all__ = ["OPERATION", "body_of", "make_app"]
