"""Agents: who is here, and what they do."""

from collections.abc import Callable

import msgspec

from cordpair.acd.inputs import NotReady, Ready, Request, SignIn, SignOut, WrapUpDone
from cordpair.api.call import Call, found, listed
from cordpair.api.errors import Invalid, NotFound
from cordpair.api.touched import Kind
from cordpair.api.views import AgentView
from cordpair.ids import AgentId, SeatId


class AgentList(msgspec.Struct, frozen=True):
    agents: tuple[AgentView, ...]


class ReasonList(msgspec.Struct, frozen=True):
    """Empty: any reason will do."""

    reasons: tuple[str, ...]


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without a seat: the one they have, or the one of the configuration."""

    seat: str | None = None


class NotReadyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``reason`` is one of the configuration's reasons."""

    reason: str


async def list_reasons(call: Call) -> ReasonList:
    return ReasonList(call.engine.state.configuration.reasons)


async def list_agents(call: Call) -> bytes:
    sight = await call.sight()
    return await call.shown(listed("agents", [piece.json async for piece in sight.all(Kind.AGENT)]))


async def get_agent(call: Call) -> bytes:
    call.must_be_about(AgentId(call.id))
    sight = await call.sight()
    return await call.shown(found(sight.find(Kind.AGENT, call.id), Kind.AGENT, call.id).json)


async def sign_in(call: Call) -> bytes:
    seat = call.body.seat
    if seat is not None and seat not in call.engine.state.seats:
        raise Invalid(f"There is no seat {seat!r}.", "seat")
    return await _act(call, lambda agent: SignIn(agent, SeatId(seat) if seat is not None else None))


async def sign_out(call: Call) -> bytes:
    return await _act(call, SignOut)


async def ready(call: Call) -> bytes:
    return await _act(call, Ready)


async def not_ready(call: Call) -> bytes:
    reasons = call.engine.state.configuration.reasons
    if reasons and call.body.reason not in reasons:
        raise Invalid(f"There is no such reason; there are: {', '.join(reasons)}.", "reason")
    if len(call.body.reason) > 64:
        raise Invalid("A reason has at most 64 characters.", "reason")
    return await _act(call, lambda agent: NotReady(agent, call.body.reason))


async def wrap_up_done(call: Call) -> bytes:
    return await _act(call, WrapUpDone)


async def _act(call: Call, request: Callable[[AgentId], Request]) -> bytes:
    """Have it decided; answer with the agent as they are then."""
    agent = AgentId(call.id)
    call.must_be_about(agent)
    if agent not in call.engine.state.agents:
        raise NotFound(f"There is no agent {agent!r}.")
    await call.ask(request(agent))
    return await get_agent(call)


__all__ = [
    "AgentList",
    "NotReadyBody",
    "ReasonList",
    "SignInBody",
    "get_agent",
    "list_agents",
    "list_reasons",
    "not_ready",
    "ready",
    "sign_in",
    "sign_out",
    "wrap_up_done",
]
