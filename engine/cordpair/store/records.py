"""Contact records: who calls, kept beside the journal so that it can be erased without touching history.

The runtime asks on the event loop, for every call; so what it may ask for is in memory (the contacts and callers of
late), and is written behind. What a ``kill -9`` takes with it is the data of the last milliseconds, never a decision.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.acd.inputs import Caller
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.store.conversations import Conversations, erase_conversations
from cordpair.store.pages import erase_pages, page_of
from cordpair.store.thread import DatabaseThread

KEEP = 100_000  # contacts, and callers' numbers, in memory
LOADED = 20_000  # contacts taken into memory at the start: more than can be live; a restart must be quick

PUT = "INSERT OR REPLACE INTO contacts (contact, at, number, name, variables, customer) VALUES (?, ?, ?, ?, ?, ?)"
# Of a caller of whom nothing is known there is a row from here on: what is noted of them is erased with it.
CONNECTED = """
INSERT INTO contacts (contact, at, number, name, variables, agent, connected_at) VALUES (?, ?, '', '', '{}', ?, ?)
ON CONFLICT (contact) DO UPDATE SET agent = excluded.agent, connected_at = excluded.connected_at
"""
LATEST = "SELECT contact, at, number, name, variables, agent, connected_at FROM contacts ORDER BY at DESC LIMIT ?"
LAST_AGENTS = """
SELECT number, agent, max(connected_at) AS last FROM contacts
WHERE number != '' AND agent IS NOT NULL GROUP BY number ORDER BY last DESC LIMIT ?
"""


class ContactRecord(msgspec.Struct, frozen=True):
    """All that is kept about the caller of a contact."""

    contact: ContactId
    at: int
    caller: Caller
    variables: dict[str, str] = {}
    agent: AgentId | None = None
    connected_at: int | None = None

    @property
    def customer(self) -> str:
        """Who it is, as the web site knows them; else the number. Of one customer's contacts it is the same."""
        return self.variables.get("customer") or self.caller.number


class ContactRecords:
    """Fits the runtime's ``Records``. Nothing here waits, except what is ``async``."""

    def __init__(self, thread: DatabaseThread, keep: int = KEEP, pages: Path | None = None) -> None:
        """``pages``: where shared pages are kept, of which nothing must be left either."""
        self.conversations = Conversations(thread)
        self._thread = thread
        self._keep = keep
        self._pages = pages
        self._records: dict[ContactId, ContactRecord] = {}
        self._agents: dict[str, AgentId] = {}

    async def load(self) -> None:
        """Take the records of late into memory: after a restart, calls are still up."""
        records, agents = await self._thread.ask(self._latest)
        self._records = {record.contact: record for record in reversed(records)}
        self._agents = dict(reversed(agents))

    def put(self, contact: ContactId, at_ms: int, caller: Caller, variables: Mapping[str, str]) -> None:
        record = ContactRecord(contact, at_ms, caller, dict(variables))
        self._records[contact] = record
        _shrink(self._records, self._keep)
        written = msgspec.json.encode(record.variables).decode()
        self._thread.write(PUT, contact, at_ms, caller.number, caller.name, written, record.customer)

    def connected(self, contact: ContactId, agent: AgentId, at_ms: int, queue: QueueId) -> None:
        """Remember who talked to the contact's caller last."""
        record = self._records.get(contact)
        if record is not None:
            self._records[contact] = msgspec.structs.replace(record, agent=agent, connected_at=at_ms)
            if record.caller.number:
                self._agents.pop(record.caller.number, None)
                self._agents[record.caller.number] = agent
                _shrink(self._agents, self._keep)
        self._thread.write(CONNECTED, contact, at_ms, agent, at_ms)
        self.conversations.began(contact, agent, at_ms, queue)

    def talked(self, contact: ContactId, agent: AgentId, talk_ms: int) -> None:
        self.conversations.talked(contact, agent, talk_ms)

    def disposed(self, contact: ContactId, agent: AgentId, disposition: str) -> None:
        self.conversations.disposed(contact, agent, disposition)

    def record(self, contact: ContactId) -> ContactRecord | None:
        """From memory."""
        return self._records.get(contact)

    def last_agent(self, number: str) -> AgentId | None:
        return self._agents.get(number)

    async def find(self, contact: ContactId) -> ContactRecord | None:
        """Also one that is no longer in memory."""
        found = await self._thread.ask(
            lambda db: list(db.table("contacts").rows_where("contact = ?", [contact], limit=1))
        )
        return _record(found[0]) if found else None

    async def find_all(self, contacts: Sequence[ContactId]) -> dict[ContactId, ContactRecord]:
        """Of those of whom something is known; at most some hundred at once."""
        marks = ",".join("?" * len(contacts))
        found = await self._thread.ask(
            lambda db: list(db.table("contacts").rows_where(f"contact IN ({marks})", list(contacts)))
        )
        return {record.contact: record for record in map(_record, found)}

    def page_size(self, contact: ContactId) -> int | None:
        """Bytes of the shared page that was kept of the contact; None: none was. Asks the disk."""
        try:
            return page_of(self._pages, contact).stat().st_size if self._pages is not None else None
        except (OSError, ValueError):
            return None

    async def erase(self, contact: ContactId) -> bool:
        """Forget the contact's caller, on the disk too; whether there was something to forget."""
        record = self._records.pop(contact, None)
        count, agents = await self._erase("contact = ?", contact)
        numbers = agents.keys() | ({record.caller.number} if record is not None else set())
        self._forget(numbers, agents)
        return record is not None or count > 0

    async def erase_number(self, number: str) -> int:
        """Forget every contact of the caller, or customer; how many there were."""
        for contact in [key for key, each in self._records.items() if number in (each.caller.number, each.customer)]:
            del self._records[contact]
        count, _ = await self._erase("number = ?1 OR customer = ?1", number)
        self._forget({number}, {})
        return count

    async def erase_before(self, at_ms: int) -> int:
        """Forget every contact that arrived before; how many there were. For a retention period."""
        for contact in [key for key, record in self._records.items() if record.at < at_ms]:
            del self._records[contact]
        count, agents = await self._erase("at < ?", at_ms)
        self._forget(set(agents), agents)
        return count

    async def _erase(self, where: str, value: Any) -> tuple[int, dict[str, str | None]]:
        erased = await self._thread.ask(lambda db: _erase(db, where, value, self._pages))
        # Deleted rows are overwritten in the file (secure_delete); this empties the write-ahead log of them.
        await self._thread.ask(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall(), transaction=False)
        return erased

    def _forget(self, numbers: set[str], agents: Mapping[str, str | None]) -> None:
        """Drop the callers' last agents, or go back to those of contacts that are still known."""
        for number in numbers:
            agent = agents.get(number)
            if agent is None:
                self._agents.pop(number, None)
            elif number in self._agents:
                self._agents[number] = AgentId(agent)

    def _latest(self, db: Database) -> tuple[list[ContactRecord], list[tuple[str, AgentId]]]:
        records = [_record(row) for row in db.query(LATEST, [min(self._keep, LOADED)])]
        agents = [(row["number"], AgentId(row["agent"])) for row in db.query(LAST_AGENTS, [self._keep])]
        return records, agents


def _erase(db: Database, where: str, value: Any, pages: Path | None) -> tuple[int, dict[str, str | None]]:
    """How many rows went, and who is the last agent of their numbers now."""
    if pages is not None:  # before the rows: what cannot be erased can be asked for again
        contacts = db.execute(f"SELECT contact FROM contacts WHERE {where}", [value]).fetchall()
        erase_pages(pages, (contact for (contact,) in contacts))
    numbers = [row[0] for row in db.execute(f"SELECT DISTINCT number FROM contacts WHERE {where}", [value])]
    erase_conversations(db, where, [value])
    count = db.execute(f"DELETE FROM contacts WHERE {where}", [value]).rowcount
    agents: dict[str, str | None] = {}
    for number in filter(None, numbers):
        row = db.execute(
            "SELECT agent FROM contacts WHERE number = ? AND agent IS NOT NULL ORDER BY connected_at DESC LIMIT 1",
            [number],
        ).fetchone()
        agents[number] = row[0] if row is not None else None
    return count, agents


def _record(row: Mapping[str, Any]) -> ContactRecord:
    try:
        variables = msgspec.json.decode(row["variables"], type=dict[str, str])
    except msgspec.DecodeError:
        variables = {}
    return ContactRecord(
        row["contact"], row["at"], Caller(row["number"], row["name"]), variables, row["agent"], row["connected_at"]
    )


def _shrink(table: dict[Any, Any], keep: int) -> None:
    if len(table) > keep:
        del table[next(iter(table))]


__all__ = ["ContactRecord", "ContactRecords"]
