"""The API for pages of ours: who signed in may do there what the role may."""

from aiohttp import web

from cordpair.api.errors import Unauthorized
from cordpair.api.roles import Scope
from cordpair_gateway.signing_in.gate import Gate

READS = frozenset({"GET", "HEAD"})


class GateVisitors:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def scope_of(self, request: web.Request) -> Scope:
        """Looked up each time: who was signed out, disabled or given another role is so at once. Raises ApiError."""
        if self._gate.cookie.read(request) is None:
            raise Unauthorized("Sign in, or send a key: 'Authorization: Bearer <key>'.")
        if request.method in READS:
            if "Origin" in request.headers or "Upgrade" in request.headers:  # a WebSocket of any page would have both
                self._gate.must_be_ours(request)
            seated = await self._gate.who(request)
        else:
            seated = await self._gate.who_may_write(request)
        return Scope(seated.sign_in.id, seated.role, seated.agent, person=seated.name)


__all__ = ["GateVisitors"]
