"""Agents' passwords and sign-ins, as they are kept: never a password, never a session's token, only hashes.

A password's hash is a slow one (see ``cordpair.api.passwords``), for people choose passwords. A session's token is
256 random bits, so its plain SHA-256 is kept: see ``keys``.
"""

from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.ids import AgentId
from cordpair.store.thread import DatabaseThread

PUT_PASSWORD = """
INSERT INTO passwords (agent, hash, changed_at) VALUES (?, ?, ?)
ON CONFLICT (agent) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
"""


class SignIn(msgspec.Struct, frozen=True):
    """An agent's stay at a desk. ``hash``: of its token. Times are ms since the epoch."""

    hash: bytes
    agent: AgentId
    began_at: int
    expires_at: int
    checked_at: int | None = None  # microphone and line were found good


class SignIns:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    # ------------------------------------------------------------ passwords

    async def password(self, agent: AgentId) -> str | None:
        """Its hash."""
        sql = "SELECT hash FROM passwords WHERE agent = ?"
        row = await self._thread.ask(lambda db: db.execute(sql, [agent]).fetchone())
        return row[0] if row is not None else None

    async def passwords(self) -> dict[AgentId, int]:
        """Who has one, and since when."""
        rows = await self._thread.ask(lambda db: db.execute("SELECT agent, changed_at FROM passwords").fetchall())
        return {AgentId(agent): changed_at for agent, changed_at in rows}

    async def put_password(self, agent: AgentId, hash: str, at_ms: int) -> None:
        """Everybody who is signed in with the one before is signed out."""
        await self._thread.ask(lambda db: _put_password(db, agent, hash, at_ms))

    async def rehash(self, agent: AgentId, before: str, after: str) -> None:
        """The same password, hashed as is done today; unless it was changed meanwhile."""
        sql = "UPDATE passwords SET hash = ? WHERE agent = ? AND hash = ?"
        await self._thread.ask(lambda db: db.execute(sql, [after, agent, before]))

    async def remove_password(self, agent: AgentId) -> bool:
        """Whoever is signed in is signed out. Whether there was a password, or anybody signed in."""
        return await self._thread.ask(lambda db: _remove_password(db, agent))

    # ------------------------------------------------------------ sign-ins

    async def add(self, sign_in: SignIn) -> None:
        """Those that have expired are forgotten."""
        await self._thread.ask(lambda db: _add(db, sign_in))

    async def find(self, hash: bytes, now_ms: int) -> SignIn | None:
        """One that is still good."""
        rows = await self._thread.ask(
            lambda db: list(db.table("sign_ins").rows_where("hash = ? AND expires_at > ?", [hash, now_ms]))
        )
        return msgspec.convert(rows[0], SignIn) if rows else None

    async def good(self, now_ms: int) -> frozenset[bytes]:
        """The hashes of all that are good."""
        sql = "SELECT hash FROM sign_ins WHERE expires_at > ?"
        rows = await self._thread.ask(lambda db: db.execute(sql, [now_ms]).fetchall())
        return frozenset(row[0] for row in rows)

    async def checked(self, hash: bytes, at_ms: int) -> None:
        sql = "UPDATE sign_ins SET checked_at = ? WHERE hash = ?"
        await self._thread.ask(lambda db: db.execute(sql, [at_ms, hash]))

    async def remove(self, hash: bytes) -> None:
        await self._thread.ask(lambda db: db.execute("DELETE FROM sign_ins WHERE hash = ?", [hash]))


def _put_password(db: Database, agent: str, hash: str, at_ms: int) -> None:
    db.execute("DELETE FROM sign_ins WHERE agent = ?", [agent])
    db.execute(PUT_PASSWORD, [agent, hash, at_ms])


def _remove_password(db: Database, agent: str) -> bool:
    tables = ("sign_ins", "passwords")
    return sum(db.execute(f"DELETE FROM {table} WHERE agent = ?", [agent]).rowcount for table in tables) > 0


def _add(db: Database, sign_in: SignIn) -> None:
    row: dict[str, Any] = msgspec.structs.asdict(sign_in)
    db.execute("DELETE FROM sign_ins WHERE expires_at <= ?", [sign_in.began_at])
    db.table("sign_ins").insert(row)


__all__ = ["SignIn", "SignIns"]
