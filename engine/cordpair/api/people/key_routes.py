"""API keys: made, shown once, listed and revoked."""

from datetime import datetime

import msgspec

from cordpair.api.call import Call
from cordpair.api.errors import NotFound, Unprocessable
from cordpair.api.keys import make_key
from cordpair.api.people.key_wish import KeyWish, Known, lasts_ms, wrong_with_key
from cordpair.api.people.parts import now_of, store_errors, store_of
from cordpair.api.roles import Role
from cordpair.reports.days import moment, moment_or_none
from cordpair.store import ApiKey, Entry


class KeyView(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: str
    agent: str | None
    portal: str | None
    queues: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyList(msgspec.Struct, frozen=True):
    keys: list[KeyView]


class NewKey(msgspec.Struct, frozen=True):
    """``key`` is shown here, and nowhere again."""

    id: str
    key: str

    def __repr__(self) -> str:
        return "NewKey(…)"


async def list_keys(call: Call) -> KeyList:
    with store_errors():
        return KeyList([_view(each) for each in await store_of(call).keys.all()])


async def add_key(call: Call) -> NewKey:
    wish: KeyWish = call.body
    problems = wrong_with_key(wish, _known(call))
    if problems:
        raise Unprocessable(problems)
    now, lasts = now_of(call), lasts_ms(wish)
    written, kept = make_key(
        name=wish.name.strip(),
        role=Role(wish.role),
        at_ms=now,
        agent=wish.agent,
        portal=wish.portal,
        queues=wish.queues,
        expires_at=now + lasts if lasts is not None else None,
    )
    with store_errors():
        await store_of(call).keys.add(kept, Entry(now, call.scope.author, "key_made", kept.id, kept.role))
    return NewKey(kept.id, written)


async def revoke_key(call: Call) -> None:
    now = now_of(call)
    noted = Entry(now, call.scope.author, "key_revoked", call.id)
    with store_errors():
        revoked = await store_of(call).keys.revoke(call.id, now, noted)
    if not revoked:
        raise NotFound("There is no such key that is not revoked yet.")


def _known(call: Call) -> Known:
    configuration, reloader = call.engine.state.configuration, call.engine.reloader
    return Known(
        frozenset(agent.agent for agent in configuration.agents),
        frozenset(queue.queue for queue in configuration.queues),
        frozenset(reloader.config.portals) if reloader is not None else frozenset(),
    )


def _view(key: ApiKey) -> KeyView:
    return KeyView(
        key.id,
        key.name,
        key.role,
        key.agent,
        key.portal,
        key.queues,
        moment(key.created_at),
        moment_or_none(key.expires_at),
        moment_or_none(key.revoked_at),
    )


__all__ = ["KeyList", "KeyView", "NewKey", "add_key", "list_keys", "revoke_key"]
