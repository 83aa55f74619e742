"""Passwords and sign-ins, of agents and of people in the office, as they are kept: never a password, never a session's
token, only hashes.

A password's hash is a slow one (see ``cordpair.api.passwords``), for people choose passwords. A session's token is
256 random bits, so its plain SHA-256 is kept: see ``keys``.
"""

from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.thread import DatabaseThread

SEEN_MS = 60_000  # how exactly it is kept when a sign-in was used last
ID_BYTES = 8

PUT_PASSWORD = """
INSERT INTO passwords (name, hash, changed_at) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
"""


class SignIn(msgspec.Struct, frozen=True):
    """Somebody's stay, at a desk or in the office. ``hash``: of its token. Times are ms since the epoch."""

    hash: bytes
    name: str
    began_at: int
    expires_at: int
    checked_at: int | None = None  # microphone and line were found good
    seen_at: int | None = None  # used last, to the minute
    browser: str = ""  # such as "Firefox, Linux"

    @property
    def id(self) -> str:
        """What may be shown and logged: half of the hash leads to nothing."""
        return self.hash[:ID_BYTES].hex()


class SignIns:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    # ------------------------------------------------------------ passwords

    async def password(self, name: str) -> str | None:
        """Its hash."""
        return await self._thread.ask(lambda db: _password(db, name))

    async def passwords(self) -> dict[str, int]:
        """Who has one, and since when."""
        rows = await self._thread.ask(lambda db: db.execute("SELECT name, changed_at FROM passwords").fetchall())
        return dict(rows)

    async def put_password(self, name: str, hash: str, at_ms: int, noted: Entry | None = None) -> None:
        """Everybody who is signed in with the one before is signed out."""
        await self._thread.ask(lambda db: _put_password(db, name, hash, at_ms, noted))

    async def rehash(self, name: str, before: str, after: str) -> None:
        """The same password, hashed as is done today; unless it was changed meanwhile."""
        sql = "UPDATE passwords SET hash = ? WHERE name = ? AND hash = ?"
        await self._thread.ask(lambda db: db.execute(sql, [after, name, before]))

    async def remove_password(self, name: str, noted: Entry | None = None) -> bool:
        """Whoever is signed in is signed out. Whether there was a password, or anybody signed in."""
        return await self._thread.ask(lambda db: _remove_password(db, name, noted))

    # ------------------------------------------------------------ sign-ins

    async def add(self, sign_in: SignIn, password: str | None = None) -> bool:
        """Those that have expired are forgotten. ``password``: the hash of the one that was given; whether it is still
        the one."""
        return await self._thread.ask(lambda db: _add(db, sign_in, password))

    async def find(self, hash: bytes, now_ms: int) -> SignIn | None:
        """One that is still good; it is used now."""
        return await self._thread.ask(lambda db: _find(db, hash, now_ms))

    async def all(self, now_ms: int) -> list[SignIn]:
        """All that are good, the newest first."""
        rows = await self._thread.ask(
            lambda db: list(db.table("sign_ins").rows_where("expires_at > ?", [now_ms], order_by="began_at DESC, hash"))
        )
        return msgspec.convert(rows, list[SignIn])

    async def good(self, now_ms: int) -> frozenset[bytes]:
        """The hashes of all that are good."""
        sql = "SELECT hash FROM sign_ins WHERE expires_at > ?"
        rows = await self._thread.ask(lambda db: db.execute(sql, [now_ms]).fetchall())
        return frozenset(row[0] for row in rows)

    async def seen(self, hashes: list[bytes], now_ms: int) -> None:
        """Open pages: they are used now."""
        sql = "UPDATE sign_ins SET seen_at = ? WHERE hash = ? AND seen_at < ?"
        await self._thread.ask(lambda db: [db.execute(sql, [now_ms, each, now_ms - SEEN_MS]) for each in hashes])

    async def checked(self, hash: bytes, at_ms: int) -> None:
        sql = "UPDATE sign_ins SET checked_at = ? WHERE hash = ?"
        await self._thread.ask(lambda db: db.execute(sql, [at_ms, hash]))

    async def remove(self, hash: bytes) -> None:
        await self._thread.ask(lambda db: db.execute("DELETE FROM sign_ins WHERE hash = ?", [hash]))

    async def end(self, id: str, author: str, at_ms: int) -> bool:
        """By what is shown of it. Whether there was such a one."""
        return await self._thread.ask(lambda db: _end(db, id, author, at_ms))


# ---------------------------------------------------------------- on the store's thread


def put_password(db: Database, name: str, hash: str, at_ms: int) -> None:
    """A link to set one is good no more."""
    forget_password(db, name)
    db.execute(PUT_PASSWORD, [name, hash, at_ms])


def forget_password(db: Database, name: str) -> bool:
    """With all that it led to."""
    end_all(db, name)
    db.execute("DELETE FROM password_resets WHERE name = ?", [name])
    return db.execute("DELETE FROM passwords WHERE name = ?", [name]).rowcount > 0


def end_all(db: Database, name: str) -> bool:
    return db.execute("DELETE FROM sign_ins WHERE name = ?", [name]).rowcount > 0


def _put_password(db: Database, name: str, hash: str, at_ms: int, noted: Entry | None) -> None:
    put_password(db, name, hash, at_ms)
    audit.write(db, noted)


def _password(db: Database, name: str) -> str | None:
    row = db.execute("SELECT hash FROM passwords WHERE name = ?", [name]).fetchone()
    return row[0] if row is not None else None


def _remove_password(db: Database, name: str, noted: Entry | None) -> bool:
    ended = end_all(db, name)
    found = forget_password(db, name) or ended
    if found:
        audit.write(db, noted)
    return found


def _add(db: Database, sign_in: SignIn, password: str | None) -> bool:
    db.execute("DELETE FROM sign_ins WHERE expires_at <= ?", [sign_in.began_at])
    if password is not None and _password(db, sign_in.name) != password:
        return False
    row: dict[str, Any] = msgspec.structs.asdict(sign_in)
    db.table("sign_ins").insert(row)
    return True


def _find(db: Database, hash: bytes, now_ms: int) -> SignIn | None:
    rows = list(db.table("sign_ins").rows_where("hash = ? AND expires_at > ?", [hash, now_ms]))
    if not rows:
        return None
    found = msgspec.convert(rows[0], SignIn)
    if found.seen_at is not None and now_ms - found.seen_at >= SEEN_MS:
        db.execute("UPDATE sign_ins SET seen_at = ? WHERE hash = ?", [now_ms, hash])
    return found


def _end(db: Database, id: str, author: str, at_ms: int) -> bool:
    row = db.execute("SELECT hash, name FROM sign_ins WHERE lower(hex(substr(hash, 1, ?))) = ?", [ID_BYTES, id])
    found = row.fetchone()
    if found is None:
        return False
    db.execute("DELETE FROM sign_ins WHERE hash = ?", [found[0]])
    audit.write(db, Entry(at_ms, author, "sign_in_ended", found[1]))
    return True


__all__ = ["SignIn", "SignIns", "end_all", "forget_password", "put_password"]
