"""Links by which somebody sets a new password: one a name, good for a while and once. Only its hash is kept."""

import hashlib

from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.sign_ins import put_password
from cordpair.store.thread import DatabaseThread

PUT = """
INSERT INTO password_resets (name, hash, expires_at) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
"""


class PasswordResets:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def put(self, name: str, token: str, expires_at: int, noted: Entry) -> None:
        """A link that was made before for the same name is good no more."""
        await self._thread.ask(lambda db: _put(db, name, token, expires_at, noted))

    async def whose(self, token: str, now_ms: int) -> str | None:
        """None: it is no link of ours, it was used, or it is too old. Which of them is not told."""
        return await self._thread.ask(lambda db: _whose(db, token, now_ms))

    async def use(self, token: str, hash: str, at_ms: int) -> str | None:
        """Whose password ``hash`` is from now on; the link is used up. None: as above."""
        return await self._thread.ask(lambda db: _use(db, token, hash, at_ms))


def _put(db: Database, name: str, token: str, expires_at: int, noted: Entry) -> None:
    db.execute("DELETE FROM password_resets WHERE expires_at <= ?", [noted.at])
    db.execute(PUT, [name, _hash_of(token), expires_at])
    audit.write(db, noted)


def _whose(db: Database, token: str, now_ms: int) -> str | None:
    sql = "SELECT name FROM password_resets WHERE hash = ? AND expires_at > ?"
    row = db.execute(sql, [_hash_of(token), now_ms]).fetchone()
    return row[0] if row is not None else None


def _use(db: Database, token: str, hash: str, at_ms: int) -> str | None:
    name = _whose(db, token, at_ms)
    if name is not None:
        put_password(db, name, hash, at_ms)
        audit.write(db, Entry(at_ms, name, "password_set", name, "link"))
    return name


def _hash_of(token: str) -> bytes:
    """A token is 256 random bits: see ``keys`` on why a plain hash will do."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


__all__ = ["PasswordResets"]
