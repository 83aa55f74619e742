"""How far what follows the journal has come: kept by name, as whoever follows it wrote it."""

from sqlite_utils import Database

from cordpair.store.thread import DatabaseThread

PUT = "INSERT INTO bookmarks (name, content) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET content = excluded.content"


class Bookmarks:
    """All raise StoreError."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    async def get(self, name: str) -> bytes | None:
        row = await self._thread.ask(lambda db: _get(db, name))
        return bytes(row[0]) if row is not None else None

    async def put(self, name: str, content: bytes) -> None:
        """Returns when it is committed."""
        await self._thread.ask(lambda db: db.execute(PUT, [name, content]))


def _get(db: Database, name: str) -> tuple[bytes] | None:
    row: tuple[bytes] | None = db.execute("SELECT content FROM bookmarks WHERE name = ?", [name]).fetchone()
    return row


__all__ = ["Bookmarks"]
