"""Who works in the office: supervisors and administrators, and whoever may look on.

A name is a sign-in's, shared with the agents: an agent of that name who is a person too has that person's role as
well. Passwords and sign-ins are in ``sign_ins``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.store import audit
from cordpair.store.audit import Entry
from cordpair.store.errors import StoreError
from cordpair.store.sign_ins import end_all, forget_password
from cordpair.store.thread import DatabaseThread

ADMIN = "admin"
ROLES = (ADMIN, "supervisor", "read-only")


class Person(msgspec.Struct, frozen=True):
    """``version`` counts the changes: who changes a person says which version they have seen."""

    name: str
    full_name: str
    role: str
    enabled: bool
    created_at: int
    version: int = 1


class NoSuchPerson(StoreError):
    """There is nobody of that name, or not any more."""


class PersonExists(StoreError):
    """There is one of that name already."""


class PersonChanged(StoreError):
    """Somebody else changed the person meanwhile."""


class LastAdmin(StoreError):
    """Without this one nobody could change anything any more."""


class People:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def all(self) -> list[Person]:
        """By name."""
        rows = await self._thread.ask(lambda db: list(db.table("people").rows_where(order_by="name")))
        return [person_of(row) for row in rows]

    async def find(self, name: str) -> Person | None:
        return await self._thread.ask(lambda db: find(db, name))

    async def add(self, person: Person, author: str, *, is_agent: bool) -> None:
        """A password that somebody else of that name left behind is forgotten. Raises PersonExists."""
        entry = Entry(person.created_at, author, "person_added", person.name, person.role)
        await self._thread.ask(lambda db: _add(db, person, entry, is_agent))

    async def change(
        self,
        name: str,
        version: int,
        to: Callable[[Person], Person],
        author: str,
        at_ms: int,
    ) -> Person:
        """Who is disabled is signed out. Raises NoSuchPerson, PersonChanged, LastAdmin."""
        return await self._thread.ask(lambda db: _change(db, name, version, to, author, at_ms))

    async def remove(self, name: str, version: int, author: str, at_ms: int, *, is_agent: bool) -> None:
        """And signed out. An agent of that name keeps the password. Raises NoSuchPerson, PersonChanged, LastAdmin."""
        entry = Entry(at_ms, author, "person_removed", name)
        await self._thread.ask(lambda db: _remove(db, name, version, entry, is_agent))


# ---------------------------------------------------------------- on the store's thread


def find(db: Database, name: str) -> Person | None:
    rows = list(db.table("people").rows_where("name = ?", [name]))
    return person_of(rows[0]) if rows else None


def person_of(row: Mapping[str, Any]) -> Person:
    return msgspec.convert({**row, "enabled": bool(row["enabled"])}, Person)


def _add(db: Database, person: Person, entry: Entry, is_agent: bool) -> None:
    if find(db, person.name) is not None:
        raise PersonExists(f"{person.name} is there already.")
    if not is_agent:
        forget_password(db, person.name)
    db.table("people").insert(msgspec.structs.asdict(person))
    audit.write(db, entry)


def _change(db: Database, name: str, version: int, to: Callable[[Person], Person], author: str, at_ms: int) -> Person:
    before = _seen(db, name, version)
    after = msgspec.structs.replace(to(before), name=name, created_at=before.created_at, version=version + 1)
    if not (after.enabled and after.role == ADMIN):
        _keep_an_admin(db, before)
    if not after.enabled:
        end_all(db, name)
    changed = {key: getattr(after, key) for key in ("full_name", "role", "enabled", "version")}
    db.table("people").update(name, changed)
    audit.write(db, Entry(at_ms, author, "person_changed", name, _difference(before, after)))
    return after


def _remove(db: Database, name: str, version: int, entry: Entry, is_agent: bool) -> None:
    _keep_an_admin(db, _seen(db, name, version))
    end_all(db, name)
    if not is_agent:
        forget_password(db, name)
    db.execute("DELETE FROM people WHERE name = ?", [name])
    audit.write(db, entry)


def _seen(db: Database, name: str, version: int) -> Person:
    person = find(db, name)
    if person is None:
        raise NoSuchPerson(f"There is no person {name!r}.")
    if person.version != version:
        raise PersonChanged("Somebody else changed this person meanwhile. Look again.")
    return person


def _keep_an_admin(db: Database, person: Person) -> None:
    """In the same transaction as what takes one away: two who take each other's rights cannot both.

    Who has a password leaves another one who has one: an administrator who was only sent a link may never use it."""
    if person.role == ADMIN and person.enabled:
        sql = (
            "SELECT count(*) FROM people WHERE role = ? AND enabled AND name != ? "
            "AND (name IN (SELECT name FROM passwords) OR NOT EXISTS (SELECT 1 FROM passwords WHERE name = ?))"
        )
        if not db.execute(sql, [ADMIN, person.name, person.name]).fetchone()[0]:
            raise LastAdmin("This is the last administrator who may sign in.")


def _difference(before: Person, after: Person) -> str:
    """Not the full names: whoever they were is nobody's business later."""
    said = []
    if before.full_name != after.full_name:
        said.append("full name")
    if before.role != after.role:
        said.append(f"{before.role} → {after.role}")
    if before.enabled != after.enabled:
        said.append("enabled" if after.enabled else "disabled")
    return ", ".join(said)


__all__ = [
    "ADMIN",
    "ROLES",
    "LastAdmin",
    "NoSuchPerson",
    "People",
    "Person",
    "PersonChanged",
    "PersonExists",
    "find",
]
