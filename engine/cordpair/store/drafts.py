"""Configurations that somebody is working on, one for each author. What is in one is not looked at here."""

import msgspec
from sqlite_utils import Database

from cordpair.store.thread import DatabaseThread

MOST = 200  # drafts; the oldest goes first

PUT = """
INSERT INTO drafts (author, at, base, content) VALUES (?, ?, ?, ?)
ON CONFLICT (author) DO UPDATE SET at = excluded.at, base = excluded.base, content = excluded.content
"""
OLDEST = "DELETE FROM drafts WHERE author NOT IN (SELECT author FROM drafts ORDER BY at DESC, author LIMIT ?)"


class Draft(msgspec.Struct, frozen=True):
    """``base``: the revision that it began from. ``at`` in ms since the epoch."""

    author: str
    at: int
    base: int
    content: bytes


class Drafts:
    """All raise StoreError."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def of(self, author: str) -> Draft | None:
        sql = "SELECT author, at, base, content FROM drafts WHERE author = ?"
        row = await self._thread.ask(lambda db: db.execute(sql, [author]).fetchone())
        return Draft(*row) if row is not None else None

    async def put(self, draft: Draft) -> None:
        """In the place of the author's one before; returns when it is committed."""
        await self._thread.ask(lambda db: _put(db, draft))

    async def drop(self, author: str) -> None:
        await self._thread.ask(lambda db: db.execute("DELETE FROM drafts WHERE author = ?", [author]))


def _put(db: Database, draft: Draft) -> None:
    db.execute(PUT, msgspec.structs.astuple(draft))
    db.execute(OLDEST, [MOST])


__all__ = ["MOST", "Draft", "Drafts"]
