"""Accounts of phones that the engine makes, as they are kept: never a password, only the digest that a PBX needs.

A digest (HA1) is good for registering in its realm as much as the password is: whoever can read the store can do so,
as whoever can read a PBX's own files. It is good for nothing else.

Beside them addresses from which a phone fetches its settings: one for each endpoint, good for a while and once, of
which only the hash is kept. A password is drawn when its phone fetches it, and is in no file of ours before or after.
"""

import hashlib
from collections.abc import Callable

import msgspec
from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.thread import DatabaseThread

PUT = """
INSERT INTO phone_accounts (endpoint, realm, ha1, made_at) VALUES (?, ?, ?, ?)
ON CONFLICT (endpoint) DO UPDATE SET realm = excluded.realm, ha1 = excluded.ha1, made_at = excluded.made_at
"""
PUT_ADDRESS = """
INSERT INTO phone_settings (endpoint, hash, expires_at) VALUES (?, ?, ?)
ON CONFLICT (endpoint) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
"""


class PhoneAccount(msgspec.Struct, frozen=True):
    """``endpoint`` is its name to register with; ``ha1`` is 32 hexadecimal digits. ``made_at``: ms since the epoch."""

    endpoint: str
    realm: str
    ha1: str
    made_at: int

    def __repr__(self) -> str:
        return f"PhoneAccount({self.endpoint!r})"


class PhoneAccounts:
    """All raise StoreError."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def all(self) -> list[PhoneAccount]:
        """By endpoint. Those of phones that have never fetched their settings are not there yet."""
        rows = await self._thread.ask(lambda db: list(db.table("phone_accounts").rows_where(order_by="endpoint")))
        return msgspec.convert(rows, list[PhoneAccount])

    async def digests(self) -> dict[str, str]:
        return {account.endpoint: account.ha1 for account in await self.all()}

    async def forget(self, endpoint: str) -> None:
        """With an address that would make it anew."""
        await self._thread.ask(lambda db: forget(db, endpoint))

    # ------------------------------------------------------------ addresses of settings

    async def put_address(self, endpoint: str, token: str, expires_at: int, noted: Entry) -> None:
        """One that was made before for the same phone is good no more."""
        await self._thread.ask(lambda db: _put_address(db, endpoint, token, expires_at, noted))

    async def whose(self, token: str, now_ms: int) -> str | None:
        """The endpoint. None: it is no address of ours, it was used, or it is too old. Which of them is not told."""
        return await self._thread.ask(lambda db: _whose(db, token, now_ms))

    async def use(self, token: str, make: Callable[[str], PhoneAccount]) -> PhoneAccount | None:
        """The account that ``make`` makes for the endpoint is in force, and the address is used up. None: as above."""
        return await self._thread.ask(lambda db: _use(db, token, make))


# ---------------------------------------------------------------- on the store's thread


def forget(db: Database, endpoint: str) -> None:
    for table in ("phone_accounts", "phone_settings"):
        db.execute(f"DELETE FROM {table} WHERE endpoint = ?", [endpoint])


def _put_address(db: Database, endpoint: str, token: str, expires_at: int, noted: Entry) -> None:
    db.execute("DELETE FROM phone_settings WHERE expires_at <= ?", [noted.at])
    db.execute(PUT_ADDRESS, [endpoint, _hash_of(token), expires_at])
    audit.write(db, noted)


def _whose(db: Database, token: str, now_ms: int) -> str | None:
    sql = "SELECT endpoint FROM phone_settings WHERE hash = ? AND expires_at > ?"
    row = db.execute(sql, [_hash_of(token), now_ms]).fetchone()
    return row[0] if row is not None else None


def _use(db: Database, token: str, make: Callable[[str], PhoneAccount]) -> PhoneAccount | None:
    row = db.execute("SELECT endpoint, expires_at FROM phone_settings WHERE hash = ?", [_hash_of(token)]).fetchone()
    if row is None:
        return None
    account = make(row[0])
    if account.made_at >= row[1]:
        return None
    db.execute("DELETE FROM phone_settings WHERE endpoint = ?", [account.endpoint])
    db.execute(PUT, [account.endpoint, account.realm, account.ha1, account.made_at])
    audit.write(db, Entry(account.made_at, "a phone", "phone_settings_fetched", account.endpoint))
    return account


def _hash_of(token: str) -> bytes:
    """A token is 256 random bits: see ``keys`` on why a plain hash will do."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


__all__ = ["PhoneAccount", "PhoneAccounts", "forget"]
