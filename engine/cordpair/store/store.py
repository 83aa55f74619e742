"""The store: configuration revisions, contact records, sign-ins and API keys in one SQLite file."""

import asyncio
from pathlib import Path

from cordpair.config import Config, Loaded
from cordpair.store import revisions
from cordpair.store.audit import Audit, Entry
from cordpair.store.bookmarks import Bookmarks
from cordpair.store.cti_secrets import CtiSecrets
from cordpair.store.drafts import Drafts
from cordpair.store.errors import StoreError
from cordpair.store.keys import ApiKeys
from cordpair.store.leaving import forget_agent
from cordpair.store.pages import pages_beside
from cordpair.store.people import People
from cordpair.store.phone_accounts import PhoneAccounts
from cordpair.store.records import KEEP, ContactRecords
from cordpair.store.resets import PasswordResets
from cordpair.store.revisions import Active, Revision
from cordpair.store.schema import open_database
from cordpair.store.sign_ins import SignIns
from cordpair.store.thread import DatabaseThread


class Store:
    """Make one with ``await Store.open(path)``. ``records`` fits what the runtime asks of contact records."""

    def __init__(self, thread: DatabaseThread, records: ContactRecords) -> None:
        self._thread = thread
        self.records = records
        self.keys = ApiKeys(thread)
        self.sign_ins = SignIns(thread)
        self.people = People(thread)
        self.resets = PasswordResets(thread)
        self.audit = Audit(thread)
        self.bookmarks = Bookmarks(thread)
        self.drafts = Drafts(thread)
        self.cti_secrets = CtiSecrets(thread)
        self.phone_accounts = PhoneAccounts(thread)

    @classmethod
    async def open(cls, path: Path, *, keep: int = KEEP) -> "Store":
        """Open the store, create or migrate it. Raises StoreError."""
        thread = DatabaseThread(path, open_database)
        await thread.start()
        store = cls(thread, ContactRecords(thread, keep, pages_beside(path)))
        try:
            await store.records.load()
        except BaseException:
            await thread.close()
            raise
        return store

    @property
    def failed(self) -> "asyncio.Future[StoreError]":
        """Gets the error as its *result* when records can no longer be written. Calls go on without."""
        return self._thread.failed

    async def active(self) -> Active | None:
        """The configuration in force."""
        return await self._thread.ask(revisions.active)

    async def import_file(
        self, loaded: Loaded, *, at_ms: int, author: str, source: str, take_file: bool = False
    ) -> tuple[Active, bool]:
        """What is in force now, and whether that changed; see ``revisions.import_file``."""
        return await self._thread.ask(
            lambda db: revisions.import_file(db, loaded, at=at_ms, author=author, source=source, take_file=take_file)
        )

    async def look_at_file(self, loaded: Loaded, *, source: str, take_file: bool = False) -> tuple[Config, int]:
        """What ``import_file`` would bring in force, and as which revision."""
        return await self._thread.ask(lambda db: revisions.look_at_file(db, loaded, source=source, take_file=take_file))

    async def save(self, config: Config, *, at_ms: int, author: str, noted: Entry | None = None) -> Active:
        """Apply an edit as a new revision. Raises InvalidConfiguration."""
        return await self._thread.ask(lambda db: revisions.save(db, config, at=at_ms, author=author, noted=noted))

    async def revisions(self, *, after: int = 0, before: int = 2**53, most: int = -1) -> list[Revision]:
        """Newest first; see ``revisions.revisions``."""
        return await self._thread.ask(lambda db: revisions.revisions(db, after=after, before=before, most=most))

    async def text_of(self, revision: int) -> str:
        """A revision as a file."""
        return await self._thread.ask(lambda db: revisions.text_of(db, revision))

    async def export(self) -> str:
        """What is in force, as a file."""
        return await self._thread.ask(revisions.export)

    async def forget_agent(self, name: str, noted: Entry) -> None:
        """All that led to them, once they are in the configuration no more; see ``leaving``."""
        await self._thread.ask(lambda db: forget_agent(db, name, noted))

    async def close(self) -> None:
        """Write what is queued, then close. Safe to call twice."""
        await self._thread.close()


__all__ = ["Store"]
