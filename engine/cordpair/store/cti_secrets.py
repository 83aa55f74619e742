"""Secrets of the line protocol's clients, as they are kept: a slow hash of what such a client sends, its MD5.

They are generated, and good for nothing else: not for the desk, not for the API.
"""

import msgspec
from sqlite_utils import Database

from cordpair.ids import AgentId
from cordpair.store.thread import DatabaseThread

PUT = """
INSERT INTO cti_secrets (agent, hash, changed_at) VALUES (?, ?, ?)
ON CONFLICT (agent) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
"""


class CtiSecret(msgspec.Struct, frozen=True):
    """``changed_at``: ms since the epoch."""

    hash: str
    changed_at: int


class CtiSecrets:
    """All raise StoreError."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def find(self, agent: AgentId) -> CtiSecret | None:
        row = await self._thread.ask(lambda db: _find(db, agent))
        return CtiSecret(*row) if row is not None else None

    async def all(self) -> dict[AgentId, int]:
        """Who has one, and since when."""
        rows = await self._thread.ask(lambda db: db.execute("SELECT agent, changed_at FROM cti_secrets").fetchall())
        return {AgentId(agent): changed_at for agent, changed_at in rows}

    async def put(self, agent: AgentId, hash: str, at_ms: int) -> None:
        """In the place of the one before. Who is signed in with that is let go within seconds."""
        await self._thread.ask(lambda db: db.execute(PUT, [agent, hash, at_ms]))

    async def remove(self, agent: AgentId) -> bool:
        """Whether there was one."""
        sql = "DELETE FROM cti_secrets WHERE agent = ?"
        return await self._thread.ask(lambda db: db.execute(sql, [agent]).rowcount > 0)


def _find(db: Database, agent: str) -> tuple[str, int] | None:
    row: tuple[str, int] | None = db.execute(
        "SELECT hash, changed_at FROM cti_secrets WHERE agent = ?", [agent]
    ).fetchone()
    return row


__all__ = ["CtiSecret", "CtiSecrets"]
