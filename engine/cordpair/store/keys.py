"""API keys as they are kept: never the key itself, only what it takes to recognise it.

The secret of a key is 256 random bits, so its plain SHA-256 is kept and not a slow password hash: there is no
dictionary to try, and guessing 2²⁵⁵ values is as hopeless at any speed. A slow hash would only give everybody who can
reach the port a way to burn our processor.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.thread import DatabaseThread


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is the part of a key that may be shown. Times are ms since the epoch."""

    id: str
    name: str  # what it is for
    role: str
    hash: bytes  # SHA-256 of the secret
    agent: str | None = None  # whose key it is
    portal: str | None = None  # the web site that it is of
    queues: tuple[str, ...] = ()  # to which it is limited; empty: all
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None


class ApiKeys:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def add(self, key: ApiKey, noted: Entry | None = None) -> None:
        await self._thread.ask(lambda db: _add(db, key, noted))

    async def find(self, id: str) -> ApiKey | None:
        rows = await self._thread.ask(lambda db: list(db.table("api_keys").rows_where("id = ?", [id], limit=1)))
        return _key(rows[0]) if rows else None

    async def all(self) -> list[ApiKey]:
        """Oldest first, revoked ones too."""
        rows = await self._thread.ask(lambda db: list(db.table("api_keys").rows_where(order_by="created_at, id")))
        return [_key(row) for row in rows]

    async def revoke(self, id: str, at_ms: int, noted: Entry | None = None) -> bool:
        """Whether there was such a key, not revoked yet."""
        return await self._thread.ask(lambda db: _revoke(db, id, at_ms, noted))


def _add(db: Database, key: ApiKey, noted: Entry | None) -> None:
    row = msgspec.structs.asdict(key)
    row["queues"] = msgspec.json.encode(key.queues).decode()
    db.table("api_keys").insert(row)
    audit.write(db, noted)


def _revoke(db: Database, id: str, at_ms: int, noted: Entry | None) -> bool:
    sql = "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    revoked = db.execute(sql, [at_ms, id]).rowcount > 0
    if revoked:
        audit.write(db, noted)
    return revoked


def _key(row: Mapping[str, Any]) -> ApiKey:
    return msgspec.convert({**row, "queues": msgspec.json.decode(row["queues"])}, ApiKey)


__all__ = ["ApiKey", "ApiKeys"]
