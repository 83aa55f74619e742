"""``POST /v1/agents`` and ``DELETE /v1/agents/{id}``: a revision of the configuration, and what goes with it."""

from cordpair.api.call import Call
from cordpair.api.configuration.editing import change
from cordpair.api.configuration.parts import parts_of, store_errors
from cordpair.api.errors import NotFound, Unprocessable
from cordpair.api.newcomers.bodies import AgentAdded, LeavingQuery, NewAgent, NewSeat
from cordpair.api.newcomers.fetching import make_address, why_no_phone
from cordpair.api.newcomers.planning import Joined, joined, left
from cordpair.api.people.checks import wrong_with_name
from cordpair.api.people.parts import now_of
from cordpair.api.people.people import FIRST_LINK_MS, LinkView, make_link
from cordpair.config import Config, InvalidConfiguration, Problem
from cordpair.store import Entry


async def add_agent(call: Call) -> AgentAdded:
    """All of it is in force when this answers; a phone that was asked for gets its account with its settings."""
    body: NewAgent = call.body
    if wrong := wrong_with_name(body.name):
        raise Unprocessable(wrong)
    planned: list[Joined] = []

    def edit(present: Config) -> Config:
        found = joined(present, body)
        if isinstance(body.seat, NewSeat) and body.seat.new == "sip":
            why = why_no_phone(call, found.config, found.config.seats[found.seat or ""])
            if why:
                raise InvalidConfiguration("", [Problem("seat.new", why)])
        planned.append(found)
        return found.config

    applied = await change(call, edit, body.base)
    found = planned[-1]
    seat = found.config.seats.get(found.seat or "")
    link = await _welcome(call, body.name)
    phone = None
    if seat is not None and found.seat is not None and found.is_new and seat.account:
        phone = await make_address(call, found.config, found.seat, lasts_ms=FIRST_LINK_MS)
    return AgentAdded(body.name, found.seat, seat.endpoint if seat is not None else None, applied.revision, link, phone)


async def remove_agent(call: Call) -> None:
    """With the seat that was made for them, their password and sign-ins, and keys that are theirs."""
    query: LeavingQuery = call.query

    def edit(present: Config) -> Config:
        try:
            return left(present, call.id, keep_seat=query.keep_seat)
        except KeyError:
            raise NotFound(f"There is no agent {call.id!r}.") from None

    await change(call, edit, None)
    entry = Entry(now_of(call), call.scope.author, "agent_removed", call.id)
    with store_errors():
        await parts_of(call).store.forget_agent(call.id, entry)


async def _welcome(call: Call, name: str) -> LinkView | None:
    """Somebody of the office keeps their password; what an earlier agent of that name left behind is forgotten."""
    store, now = parts_of(call).store, now_of(call)
    with store_errors():
        await store.audit.note(now, call.scope.author, "agent_added", name)
        person = await store.people.find(name)
        if person is None:
            await store.sign_ins.remove_password(name)
        elif not person.enabled or await store.sign_ins.password(name) is not None:
            return None
    return await make_link(call, name)


__all__ = ["add_agent", "remove_agent"]
