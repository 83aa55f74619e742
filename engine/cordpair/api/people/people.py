"""People of the office: who they are, what they may do, and links to new passwords."""

import secrets
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from cordpair.api.call import Call
from cordpair.api.errors import NotFound, Problem, Refused, Unprocessable
from cordpair.api.people.checks import wrong_with_full_name, wrong_with_name, wrong_with_role
from cordpair.api.people.parts import now_of, store_errors, store_of
from cordpair.ids import AgentId
from cordpair.reports.days import moment, moment_or_none
from cordpair.store import Entry, Person, PersonExists

FIRST_LINK_MS = 24 * 3_600_000  # of somebody who has no password yet: it travels by mail
LINK_MS = 3_600_000
PASSWORD_PAGE = "/office/password#"


class PersonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    role: str
    full_name: str = ""
    enabled: bool = True


class PersonChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``version``: of the person as they were when it was decided to change them."""

    version: int
    full_name: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class VersionQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int


class PersonView(msgspec.Struct, frozen=True):
    """``agent``: there is an agent of that name, with a desk. ``password_since``: none until one is set."""

    name: str
    full_name: str
    role: str
    enabled: bool
    created_at: datetime
    version: int
    agent: bool
    password_since: datetime | None


class AgentLine(msgspec.Struct, frozen=True):
    """An agent who is no person of the office: only has a desk."""

    name: str
    password_since: datetime | None


class PeopleList(msgspec.Struct, frozen=True):
    people: list[PersonView]
    agents: list[AgentLine]


class LinkView(msgspec.Struct, frozen=True):
    """``link``: what follows the address of the gateway. It is shown once."""

    link: str
    until: datetime

    def __repr__(self) -> str:
        return "LinkView(…)"


async def list_people(call: Call) -> PeopleList:
    store = store_of(call)
    with store_errors():
        people, since = await store.people.all(), await store.sign_ins.passwords()
    names = {person.name for person in people}
    only_agents = sorted(agent for agent in call.engine.state.agents if agent not in names)
    agents = [AgentLine(agent, moment_or_none(since.get(agent))) for agent in only_agents]
    return PeopleList([_view(call, person, since.get(person.name)) for person in people], agents)


async def add_person(call: Call) -> PersonView:
    body: PersonBody = call.body
    _refuse(wrong_with_name(body.name) + wrong_with_full_name(body.full_name) + wrong_with_role(body.role))
    person = Person(body.name, body.full_name.strip(), body.role, body.enabled, now_of(call))
    with store_errors():
        try:
            await store_of(call).people.add(person, call.scope.author, is_agent=_is_agent(call, person.name))
        except PersonExists as error:
            raise Unprocessable([Problem("name", str(error))]) from None
    return await _shown(call, person)


async def change_person(call: Call) -> PersonView:
    body: PersonChange = call.body
    given: dict[str, Any] = {
        name: value for name in ("full_name", "role", "enabled") if (value := getattr(body, name)) is not UNSET
    }
    if "full_name" in given:
        given["full_name"] = given["full_name"].strip()
    _refuse(wrong_with_full_name(given.get("full_name", "")) + wrong_with_role(given.get("role", "admin")))
    with store_errors():
        person = await store_of(call).people.change(
            call.id, body.version, lambda before: replace(before, **given), call.scope.author, now_of(call)
        )
    return await _shown(call, person)


async def remove_person(call: Call) -> None:
    query: VersionQuery = call.query
    is_agent = _is_agent(call, call.id)
    with store_errors():
        await store_of(call).people.remove(call.id, query.version, call.scope.author, now_of(call), is_agent=is_agent)


async def reset_password(call: Call) -> LinkView:
    """Of a person, or of an agent who has a desk only. The password there is stays good until the link is used."""
    return await make_link(call, call.id)


async def make_link(call: Call, name: str) -> LinkView:
    """Raises NotFound, Refused."""
    store, now = store_of(call), now_of(call)
    with store_errors():
        person = await store.people.find(name)
        if person is None and not _is_agent(call, name):
            raise NotFound(f"There is no person and no agent {name!r}.")
        if person is not None and not person.enabled:
            raise Refused("Nobody who is disabled can have a link to a password.")
        first = await store.sign_ins.password(name) is None
        token, until = secrets.token_urlsafe(32), now + (FIRST_LINK_MS if first else LINK_MS)
        await store.resets.put(name, token, until, Entry(now, call.scope.author, "password_link_made", name))
    return LinkView(PASSWORD_PAGE + token, moment(until))


def _is_agent(call: Call, name: str) -> bool:
    return AgentId(name) in call.engine.state.agents


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Unprocessable(problems)


async def _shown(call: Call, person: Person) -> PersonView:
    with store_errors():
        since = await store_of(call).sign_ins.passwords()
    return _view(call, person, since.get(person.name))


def _view(call: Call, person: Person, since: int | None) -> PersonView:
    return PersonView(
        person.name,
        person.full_name,
        person.role,
        person.enabled,
        moment(person.created_at),
        person.version,
        _is_agent(call, person.name),
        moment_or_none(since),
    )


__all__ = [
    "FIRST_LINK_MS",
    "LINK_MS",
    "PASSWORD_PAGE",
    "LinkView",
    "PeopleList",
    "PersonBody",
    "PersonChange",
    "PersonView",
    "VersionQuery",
    "add_person",
    "change_person",
    "list_people",
    "make_link",
    "remove_person",
    "reset_password",
]
