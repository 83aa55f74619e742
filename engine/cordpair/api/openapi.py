"""The OpenAPI 3.1 document, made from the table of routes and the types of bodies and answers."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from cordpair import __version__
from cordpair.api.errors import KINDS, ErrorReply
from cordpair.api.route import Nothing, Route

REFERENCE = "#/components/schemas/{name}"
JSON = "application/json"
ALWAYS = (400, 408, 413, 429, 503)
WITH_KEY = (401, 403)
WITH_BODY = (415,)
PATH_PARAMETER = re.compile(r"{(\w+)}")

DESCRIPTION = (
    "Moments are RFC 3339 in UTC, durations are seconds. Unknown fields are refused. A refusal says in `error` which "
    "`field` it is about. Answers show what is committed. The stream sends a snapshot first, whenever you connect: "
    "apply every message (a snapshot replaces everything, rows of a delta replace those of the same id, `gone` takes "
    "away) and you hold what the engine shows. `caller` is there only for keys that may see it."
)


def document(routes: Iterable[Route]) -> dict[str, Any]:
    routes = list(routes)
    kinds = [each for route in routes for each in _types(route)]
    _, components = msgspec.json.schema_components([*kinds, ErrorReply], ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    paths["/v1/openapi.json"] = {"get": _this()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cordpair", "version": __version__, "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`cordpair keys add`"}},
        },
    }


def _types(route: Route) -> list[Any]:
    return [each for each in (route.body, *route.replies.values()) if each not in (None, Nothing, str)]


@cache  # a refusal's is needed six hundred times, and an engine should start quickly
def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    return schema


def _operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.path.strip("/").removeprefix("v1/").partition("/")[0]],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route),
        "security": [{"key": []}] if route.roles is not None else [],
    }
    if route.roles is not None:
        found["x-roles"] = sorted(route.roles)
        allowed = ", ".join(sorted(route.roles))
        found["description"] = f"For: {allowed}." + (f" An agent's key: {route.about}." if route.about else "")
    if route.body not in (None, Nothing):
        required = bool(_required(route.body))
        found["requestBody"] = {"required": required, "content": {JSON: {"schema": _schema(route.body)}}}
    return found


def _required(body: Any) -> list[str]:
    return [field.name for field in msgspec.structs.fields(body) if field.required]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 128}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema} for name in PATH_PARAMETER.findall(route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query])
    properties = components[route.query.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": each} for name, each in properties.items()]


def _responses(route: Route) -> dict[str, Any]:
    refusals = {*ALWAYS, *route.refusals}
    if route.roles is not None:
        refusals.update(WITH_KEY)
    if route.body is not None:
        refusals.update(WITH_BODY)
    responses = {str(status): _refusal(status) for status in sorted(refusals)}
    for status, kind in route.replies.items():
        responses[str(status)] = _reply(status, kind)
    for media in route.also:
        responses["200"]["content"][media] = {}
    if route.leads_to:
        responses["200"]["links"] = _links(route)
    return dict(sorted(responses.items()))


def _reply(status: int, kind: Any) -> dict[str, Any]:
    if kind is None:
        return {"description": "Done"}
    if kind is str:
        return {"description": "Text", "content": {"text/plain": {"schema": {"type": "string"}}}}
    if status == 101:
        return {"description": "A WebSocket; each of its messages is one of these", "x-message": _schema(kind)}
    return {"description": "What was asked for", "content": {JSON: {"schema": _schema(kind)}}}


def _links(route: Route) -> dict[str, Any]:
    return {
        operation: {"operationId": operation, "parameters": {"id": f"$response.body#{where}"}}
        for where, operations in route.leads_to.items()
        for operation in operations
    }


def _refusal(status: int) -> dict[str, Any]:
    what = KINDS[status].code.replace("_", " ").capitalize()
    return {"description": what, "content": {JSON: {"schema": _schema(ErrorReply)}}}


def _this() -> dict[str, Any]:
    return {
        "operationId": "openapi",
        "summary": "This document",
        "tags": ["openapi.json"],
        "responses": {
            "200": {"description": "OpenAPI 3.1", "content": {JSON: {"schema": {"type": "object"}}}},
            **{str(status): _refusal(status) for status in ALWAYS},
        },
        "security": [],
    }


__all__ = ["document"]
