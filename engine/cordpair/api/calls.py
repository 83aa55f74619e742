"""Calls that agents place: the agent's phone first, then the customer's. See ``dialling``."""

import re
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.api.addresses import client_of, networks
from cordpair.api.call import Call
from cordpair.api.dialling import Wanted, agent_at
from cordpair.api.errors import Forbidden, Invalid, NotFound
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.numbers import LONGEST
from cordpair.reports.days import moment, moment_or_none
from cordpair.runtime.placed import PlacedCall

LONGEST_WAIT_S = 25.0  # an answer has 30 s
KEY = r"^[!-~]{1,128}$"

Key = Annotated[str, Meta(pattern=KEY)]
State = Literal["ringing_agent", "ringing_customer", "connected", "ended"]


class CallBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agent`` or the ``seat`` where they sit; of an agent's key, themselves. ``to`` as people write numbers. ``key``
    (or the header ``Idempotency-Key``) is your own id of the call, and must not be personal data: it is journaled. The
    same key again is the same call. ``queue``: where the call counts, if not where they usually do."""

    to: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    agent: Annotated[str, Meta(max_length=64)] | None = None
    seat: Annotated[str, Meta(max_length=64)] | None = None
    key: Key | None = None
    queue: Annotated[str, Meta(max_length=64)] | None = None


class CallQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``wait``: so many seconds at most, until it is known of both what became of them."""

    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_S)] = 0.0


class CallView(msgspec.Struct, frozen=True):
    """``agent_result``: empty while their phone rings, ``answered``, or why not. ``customer_result``: empty as long as
    it is not known, ``answered``, ``not_called`` (the agent was not reached), ``cancelled``, or the cause."""

    id: ContactId
    agent: AgentId
    state: State
    agent_result: str
    customer_result: str
    began_at: datetime
    agent_answered_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None


async def place_call(call: Call) -> web.Response:
    """201 for a new one, 200 for one that is known."""
    _must_be_near(call)
    body: CallBody = call.body
    queue = call.office.dialling.queue(QueueId(body.queue) if body.queue is not None else None)
    if not call.scope.covers(queue):
        raise Invalid(f"There is no queue {queue!r}.", "queue")
    wanted = Wanted(call.scope.key, _agent(call, body), body.to, _key(call.request, body), queue)
    placed, new = await call.office.dialling.place(wanted)
    return web.Response(
        status=201 if new else 200,
        body=msgspec.json.encode(view_of(placed)),
        content_type="application/json",
        headers={"Location": f"/v1/calls/{placed.contact}"},
    )


async def get_call(call: Call) -> CallView:
    _must_be_near(call)
    return view_of(await _found(call, call.query.wait))


async def cancel_call(call: Call) -> None:
    """Also one that the two talk in already; of one that has ended nothing is left to do."""
    _must_be_near(call)
    await call.office.dialling.cancel((await _found(call)).contact)


def view_of(call: PlacedCall) -> CallView:
    return CallView(
        id=call.contact,
        agent=call.agent,
        state=state_of(call),
        agent_result=call.agent_result,
        customer_result=call.customer_result,
        began_at=moment(call.began_at),
        agent_answered_at=moment_or_none(call.agent_answered_at),
        connected_at=moment_or_none(call.connected_at),
        ended_at=moment_or_none(call.ended_at),
    )


def state_of(call: PlacedCall) -> State:
    if call.ended_at is not None:
        return "ended"
    if call.connected_at is not None:
        return "connected"
    return "ringing_agent" if call.agent_answered_at is None else "ringing_customer"


def must_be_in(address: str, texts: tuple[str, ...]) -> None:
    """Raises Forbidden when the address is in none of the networks; none named: from anywhere."""
    if not texts:
        return
    try:
        client = ip_address(address)
    except ValueError:
        raise Forbidden("From here no calls can be asked for.") from None
    if not any(client in network for network in networks(texts)):
        raise Forbidden("From here no calls can be asked for.")


def _must_be_near(call: Call) -> None:
    must_be_in(client_of(call.request), call.office.dialling.calls.networks)


def _agent(call: Call, body: CallBody) -> AgentId:
    if body.agent is not None and body.seat is not None:
        raise Invalid("Name the agent or the seat, not both.", "seat")
    agent = AgentId(body.agent) if body.agent is not None else None
    if body.seat is not None:
        agent = agent_at(call.engine.state, body.seat)
        if agent is None:
            raise Invalid(f"Nobody sits at {body.seat!r}.", "seat")
    agent = agent or (call.scope.agent if call.scope.own_only else None)
    if agent is None:
        raise Invalid("Name the agent who is to call, or their seat.", "agent")
    call.must_be_about(agent)
    if agent not in call.engine.state.agents:
        raise Invalid(f"There is no agent {agent!r}.", "agent")
    return agent


def _key(request: web.Request, body: CallBody) -> str:
    given = request.headers.getall("Idempotency-Key", [])
    if not given:
        return _plain(body.key or "", "key")
    key = given[0].strip().removeprefix('"').removesuffix('"')  # as the draft of the IETF has it, or without quotes
    if len(given) > 1 or re.fullmatch(KEY, key) is None:
        raise Invalid("Is one key of 1 to 128 characters, without spaces.", "Idempotency-Key")
    if body.key not in (None, key):
        raise Invalid("Is another key than that of the body.", "Idempotency-Key")
    return _plain(key, "Idempotency-Key")


def _plain(key: str, field: str) -> str:
    if not key.isprintable():  # the pattern's end allows a line feed
        raise Invalid("A key has printable characters only.", field)
    return key


async def _found(call: Call, wait_s: float = 0.0) -> PlacedCall:
    placed = await call.office.dialling.look(ContactId(call.id), wait_s)
    if placed is None or not call.scope.is_about(placed.agent) or not call.scope.covers(placed.queue):
        raise NotFound(f"There is no call {call.id!r}.")
    return placed


__all__ = [
    "CallBody",
    "CallQuery",
    "CallView",
    "cancel_call",
    "get_call",
    "must_be_in",
    "place_call",
    "state_of",
    "view_of",
]
