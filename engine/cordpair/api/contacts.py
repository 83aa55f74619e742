"""Contacts: who is here, why they were offered to whom, and what may be changed while they wait."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from cordpair.acd.inputs import ChangeContact
from cordpair.api.call import Call, found, listed
from cordpair.api.errors import Invalid
from cordpair.api.stream import Sight
from cordpair.api.touched import Kind
from cordpair.api.views import ContactState, ContactView
from cordpair.ids import ContactId

DAY_S = 86_400
Level = Annotated[int, Meta(ge=1, le=10)]
SkillName = Annotated[str, Meta(min_length=1, max_length=64)]


class ContactList(msgspec.Struct, frozen=True):
    contacts: tuple[ContactView, ...]
    next: ContactId | None = None  # give it as ``after`` for the next page


class ContactQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In order of arrival."""

    queue: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    state: ContactState | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    after: Annotated[str, Meta(max_length=64, pattern=r"-c[0-9]{1,15}$")] | UnsetType = UNSET


class ContactChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a contact that waits. ``skills`` replaces the requirement, and all its later steps."""

    head_start: Annotated[float, Meta(ge=-DAY_S, le=DAY_S)] | UnsetType = UNSET  # seconds
    skills: Annotated[dict[SkillName, Level], Meta(max_length=32)] | UnsetType = UNSET


async def list_contacts(call: Call) -> bytes:
    wanted: ContactQuery = call.query
    sight = await call.sight()
    if wanted.queue is not UNSET and sight.find(Kind.QUEUE, wanted.queue) is None:
        raise Invalid(f"There is no queue {wanted.queue!r}.", "queue")
    page: list[bytes] = []
    last, rest = "", b""
    async for view, row in _chosen(sight, wanted):
        if len(page) == wanted.limit:
            rest = b',"next":' + msgspec.json.encode(last)
            break
        page.append(row)
        last = view.id
    return await call.shown(listed("contacts", page, rest))


async def _chosen(sight: Sight, wanted: ContactQuery) -> AsyncIterator[tuple[ContactView, bytes]]:
    after = _number(wanted.after) if wanted.after is not UNSET else -1
    async for piece in sight.all(Kind.CONTACT):
        view: ContactView = piece.view
        if (
            (wanted.queue is UNSET or view.queue == wanted.queue)
            and (wanted.state is UNSET or view.state == wanted.state)
            and _number(view.id) > after
        ):
            yield view, sight.json(Kind.CONTACT, piece)


def _number(contact: str) -> int:
    """Contacts are numbered as they arrive: a page goes on where the last ended, whoever has left meanwhile."""
    number = contact.rpartition("-c")[2].rstrip()
    return int(number) if number.isdecimal() else -1


async def get_contact(call: Call) -> bytes:
    sight = await call.sight()
    piece = found(sight.find(Kind.CONTACT, call.id), Kind.CONTACT, call.id)
    return await call.shown(sight.json(Kind.CONTACT, piece))


async def explain_contact(call: Call) -> object:
    """Also of one that has ended: it is read from the journal."""
    return await call.office.why.tell(ContactId(call.id), call.engine.clock.now_ms())


async def change_contact(call: Call) -> bytes:
    change: ContactChange = call.body
    view = await seen(call)
    if change.head_start is UNSET and change.skills is UNSET:
        raise Invalid("Give head_start, skills, or both.")
    if change.skills is not UNSET:
        _check_skills(call, change.skills)
    await call.ask(
        ChangeContact(
            view.id,
            None if change.head_start is UNSET else round(change.head_start * 1_000),
            None if change.skills is UNSET else change.skills,
        )
    )
    return await get_contact(call)


async def seen(call: Call) -> ContactView:
    """The contact as the caller may see it. Raises NotFound."""
    sight = await call.sight()
    view: ContactView = found(sight.find(Kind.CONTACT, call.id), Kind.CONTACT, call.id).view
    return view


def _check_skills(call: Call, skills: dict[str, int]) -> None:
    known = {skill for agent in call.engine.state.configuration.agents for skill in agent.skills}
    for skill in skills:
        if skill not in known:
            raise Invalid(f"No agent has the skill {skill!r}: nobody could ever be found.", f"skills.{skill}")


__all__ = [
    "ContactChange",
    "ContactList",
    "ContactQuery",
    "change_contact",
    "explain_contact",
    "get_contact",
    "list_contacts",
    "seen",
]
