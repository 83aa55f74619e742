"""A line of the table of routes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from cordpair.api.bodies import LARGEST
from cordpair.api.call import Call
from cordpair.api.roles import Roles

Handler = Callable[[Call], Awaitable[Any]]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No body, or an empty object."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """``refusals``: statuses beside those that every route with a key may answer."""

    method: str
    path: str
    operation: str
    summary: str
    handler: Handler
    roles: Roles | None  # None: no key is needed
    body: type | None = None
    largest: int = LARGEST  # bytes of the body
    query: type | None = None
    replies: Mapping[int, Any] = {}  # status → what it brings; None: nothing
    also: tuple[str, ...] = ()  # other media types than JSON in which 200 may come
    refusals: tuple[int, ...] = ()
    about: str = ""  # what an agent's key is limited to
    leads_to: Mapping[str, tuple[str, ...]] = {}  # where an answer's ids are → the operations that take them


def get(path: str, operation: str, summary: str, handler: Handler, allowed: Roles | None, **rest: Any) -> Route:
    return Route(
        method="GET", path=path, operation=operation, summary=summary, handler=handler, roles=allowed, **rest
    )  # fmt: skip


def post(path: str, operation: str, summary: str, handler: Handler, allowed: Roles, **given: Any) -> Route:
    rest: dict[str, Any] = {"body": Nothing, "refusals": (404, 409), **given}
    return Route(
        method="POST", path=path, operation=operation, summary=summary, handler=handler, roles=allowed, **rest
    )  # fmt: skip


__all__ = ["Handler", "Nothing", "Route", "get", "post"]
