"""What a handler gets: who asks, for what, and the parts of the engine it may use."""

from typing import Any, Protocol

import msgspec
from aiohttp import web

from cordpair.acd.inputs import Request
from cordpair.api.board import Board, Piece
from cordpair.api.decided import decided
from cordpair.api.dialling import Dialling
from cordpair.api.errors import Forbidden, NotFound
from cordpair.api.hub import Hub
from cordpair.api.keys import KeyRing
from cordpair.api.metrics import Metrics
from cordpair.api.roles import Scope
from cordpair.api.stream import Sight
from cordpair.api.touched import Kind
from cordpair.api.why import WhyReader
from cordpair.ids import AgentId
from cordpair.reports.clerk import Clerk
from cordpair.runtime import Engine, Trunks
from cordpair.runtime.core import Decided
from cordpair.store import Store


class Office(msgspec.Struct, frozen=True):
    """What all calls share. ``store``: where there is one, for what stands beside the API."""

    engine: Engine
    hub: Hub
    keys: KeyRing
    why: WhyReader
    metrics: Metrics
    dialling: Dialling
    store: Store | None = None
    reports: Clerk | None = None
    trunks: Trunks | None = None


class Visitors(Protocol):
    """Who signs in with a cookie, where a part of the server lets people do so."""

    async def scope_of(self, request: web.Request, /) -> Scope:
        """By the cookie; what changes something must come from a page of ours. Raises ApiError."""


OFFICE: web.AppKey[Office] = web.AppKey("office", Office)

# Set by the part of the server where people sign in; without it there are keys only.
VISITORS: web.AppKey[Visitors] = web.AppKey("visitors", Visitors)

# Set where a demonstration runs: the portal whose web site a web part is to play.
DEMONSTRATION: web.AppKey[str] = web.AppKey("demonstration", str)


class Call(msgspec.Struct, frozen=True):
    office: Office
    request: web.Request
    caller: Scope | None  # who asks; None where no key is needed
    body: Any = None
    query: Any = None

    @property
    def scope(self) -> Scope:
        assert self.caller is not None, "the route needs no key"
        return self.caller

    @property
    def id(self) -> str:
        return self.request.match_info["id"]

    @property
    def engine(self) -> Engine:
        return self.office.engine

    async def board(self) -> Board:
        return await self.office.hub.current()

    async def sight(self) -> Sight:
        """What the caller may see, up to date."""
        return Sight(self.scope, await self.board())

    async def shown(self, what: bytes) -> bytes:
        """What was read from the board, once it may be shown."""
        await self.engine.flushed()
        return what

    async def ask(self, request: Request) -> Decided:
        """Have it decided; returns after the commit. Raises Refused, Unavailable."""
        return await decided(self.engine, request)

    def must_be_about(self, agent: AgentId) -> None:
        """Raises Forbidden when an agent's key is used on another agent."""
        if not self.scope.is_about(agent):
            raise Forbidden("An agent's key is good for that agent only.")


async def asker(office: Office, request: web.Request) -> Scope:
    """Who asks: by the key, else by the cookie. Raises ApiError."""
    visitors = request.app.get(VISITORS)
    authorization = request.headers.get("Authorization")
    if visitors is None or authorization is not None:
        return await office.keys.scope_of(authorization)
    return await visitors.scope_of(request)


def found(piece: Piece | None, kind: Kind, name: str) -> Piece:
    if piece is None:
        raise NotFound(f"There is no {kind.value[:-1]} {name!r}.")
    return piece


def listed(name: str, rows: list[bytes], rest: bytes = b"") -> bytes:
    return b'{"%s":[%s]%s}' % (name.encode(), b",".join(rows), rest)


__all__ = ["DEMONSTRATION", "OFFICE", "VISITORS", "Call", "Office", "Visitors", "asker", "found", "listed"]
