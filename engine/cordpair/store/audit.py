"""Who did what, and when: people, passwords, keys, sign-ins, the configuration. Beside the journal, which is of calls.

Names of those who work here are in it, and of nobody else; never a password, a token or a key.
"""

import msgspec
from sqlite_utils import Database

from cordpair.store.thread import DatabaseThread

MOST = 201  # entries at once: a page, and whether there is one more
LONGEST = 1_000  # characters of a detail


class Entry(msgspec.Struct, frozen=True):
    """``author``: a person, ``key 12ab…`` or ``command line``. ``what``: a word such as ``person_added``."""

    at: int
    author: str
    what: str
    about: str
    detail: str = ""


class Noted(msgspec.Struct, frozen=True):
    """An entry as it is kept; a greater id is a later one."""

    id: int
    at: int
    author: str
    what: str
    about: str
    detail: str


class Audit:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def note(self, at_ms: int, author: str, what: str, about: str, detail: str = "") -> None:
        entry = Entry(at_ms, author, what, about, detail)
        await self._thread.ask(lambda db: write(db, entry))

    async def page(self, limit: int = MOST, *, before: int | None = None, about: str = "") -> list[Noted]:
        """Newest first. ``before``: the id of the last one of the page before. ``about``: only of this, or by this."""
        clauses, values = ["id < ?"], [before if before is not None else 2**62]
        given: list[object] = [*values]
        if about:
            clauses.append("(about = ? OR author = ?)")
            given += [about, about]
        given.append(max(1, min(limit, MOST)))
        sql = (
            f"SELECT id, at, author, what, about, detail FROM audit WHERE {' AND '.join(clauses)} "
            "ORDER BY id DESC LIMIT ?"
        )
        rows = await self._thread.ask(lambda db: db.execute(sql, given).fetchall())
        return [Noted(*row) for row in rows]


def write(db: Database, entry: Entry | None) -> None:
    """In the transaction of what it tells of; None: nobody is to be told."""
    if entry is not None:
        db.execute(
            "INSERT INTO audit (at, author, what, about, detail) VALUES (?, ?, ?, ?, ?)",
            [entry.at, entry.author, entry.what, entry.about, entry.detail[:LONGEST]],
        )


__all__ = ["LONGEST", "MOST", "Audit", "Entry", "Noted", "write"]
