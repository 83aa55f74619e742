"""Keys: how they look, how one is made, how one is recognised.

``cp_<id>_<secret>``: the id is found in the store and may be shown and logged; the secret is 256 random bits, of
which only the hash is kept (see ``cordpair.store.keys``).
"""

import hashlib
import hmac
import re
import secrets
from typing import Protocol

from cordpair.api.errors import Unauthorized
from cordpair.api.roles import Role, Scope
from cordpair.clock import Clock
from cordpair.ids import AgentId, QueueId
from cordpair.store import ApiKey

ID_BYTES, SECRET_BYTES = 6, 32
WRITTEN = re.compile(r"cp_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
# A key that was revoked or has expired is good for so long at most: what a busy program saves by it is a question to
# the store's thread with each request.
REMEMBER_MS = 1_000
REMEMBERED = 1_000


class KeySource(Protocol):
    async def find(self, id: str, /) -> ApiKey | None: ...


def make_key(
    *,
    name: str,
    role: Role,
    at_ms: int,
    agent: str | None = None,
    portal: str | None = None,
    queues: tuple[str, ...] = (),
    expires_at: int | None = None,
) -> tuple[str, ApiKey]:
    """The key, to be shown once, and what is kept of it."""
    id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    kept = ApiKey(
        id=id,
        name=name,
        role=role.value,
        hash=hash_of(secret),
        agent=agent,
        portal=portal,
        queues=queues,
        created_at=at_ms,
        expires_at=expires_at,
    )
    return f"cp_{id}_{secret}", kept


def hash_of(secret: str) -> bytes:
    """Of a secret of ours, of 256 random bits: a plain hash is as good as a slow one. Any text has one."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


# Compared with when there is no such key, so that the answer takes as long.
NOBODY = bytes(32)


class KeyRing:
    def __init__(self, keys: KeySource, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._remembered: dict[str, tuple[int, ApiKey]] = {}

    async def scope_of(self, authorization: str | None) -> Scope:
        """Raises Unauthorized."""
        if not authorization:
            raise Unauthorized("A key is needed: send 'Authorization: Bearer <key>'.")
        scheme, _, given = authorization.partition(" ")
        written = WRITTEN.fullmatch(given.strip()) if scheme.lower() == "bearer" else None
        if written is None:
            raise Unauthorized("That is no key of ours: send 'Authorization: Bearer <key>'.")
        id, secret = written.groups()
        key = await self._find(id)
        same = hmac.compare_digest(hash_of(secret), key.hash if key is not None else NOBODY)
        if key is None or not same:
            raise Unauthorized("There is no such key.")
        if key.revoked_at is not None:
            raise Unauthorized("The key was revoked.")
        if key.expires_at is not None and key.expires_at <= self._clock.now_ms():
            raise Unauthorized("The key has expired.")
        try:
            role = Role(key.role)
        except ValueError:
            raise Unauthorized("The key's role is unknown to this version.") from None
        if role is Role.AGENT and key.agent is None:
            raise Unauthorized("The key is not bound to an agent.")
        agent = AgentId(key.agent) if key.agent else None
        return Scope(id, role, agent, frozenset(map(QueueId, key.queues)), key.portal)

    async def _find(self, id: str) -> ApiKey | None:
        now = self._clock.now_ms()
        known = self._remembered.get(id)
        if known is not None and now - known[0] < REMEMBER_MS:
            return known[1]
        key = await self._keys.find(id)
        self._remembered.pop(id, None)
        if key is not None:
            self._remembered[id] = (now, key)
            if len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return key


__all__ = ["KeyRing", "KeySource", "hash_of", "make_key"]
