"""Conversations: who of the staff talked to a contact's caller, for how long, and what was noted of it.

What an agent is shown of a customer's earlier contacts, and of the own day. Personal data: what is noted is erased
with the contact's record. Writing never waits; what a ``kill -9`` takes is the last milliseconds.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlite_utils import Database

from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.store.thread import DatabaseThread

# The same agent may have the same contact twice, after transfers: that is one conversation, noted once.
BEGAN = """
INSERT INTO conversations (contact, agent, at, queue) VALUES (?, ?, ?, ?)
ON CONFLICT (contact, agent) DO UPDATE SET at = excluded.at, queue = excluded.queue
"""
TALKED = "UPDATE conversations SET talk_ms = talk_ms + ? WHERE contact = ? AND agent = ?"
NOTED = "UPDATE conversations SET notes = ? WHERE contact = ? AND agent = ?"
DISPOSED = "UPDATE conversations SET disposition = ? WHERE contact = ? AND agent = ?"
COLUMNS = "contact, agent, at, queue, talk_ms, disposition, notes"
HISTORY = """
SELECT contact, agent, at, queue, talk_ms, disposition, notes FROM conversations WHERE contact = ?1
UNION
SELECT v.contact, v.agent, v.at, v.queue, v.talk_ms, v.disposition, v.notes
FROM conversations v JOIN contacts c ON c.contact = v.contact WHERE c.customer = ?2 AND ?2 != ''
ORDER BY at DESC LIMIT ?3
"""
DAY = "SELECT count(*) AS calls, coalesce(sum(talk_ms), 0) AS talk_ms FROM conversations WHERE agent = ? AND at >= ?"


class Conversation(msgspec.Struct, frozen=True):
    contact: ContactId
    agent: AgentId
    at: int  # ms; when it began
    queue: QueueId
    talk_ms: int = 0
    disposition: str = ""
    notes: str = ""


class Day(msgspec.Struct, frozen=True):
    """What an agent did since a moment."""

    calls: int = 0
    talk_ms: int = 0


class Conversations:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    def began(self, contact: ContactId, agent: AgentId, at_ms: int, queue: QueueId) -> None:
        self._thread.write(BEGAN, contact, agent, at_ms, queue)

    def talked(self, contact: ContactId, agent: AgentId, talk_ms: int) -> None:
        self._thread.write(TALKED, talk_ms, contact, agent)

    def note(self, contact: ContactId, agent: AgentId, notes: str) -> None:
        """In the place of what was noted before."""
        self._thread.write(NOTED, notes, contact, agent)

    def disposed(self, contact: ContactId, agent: AgentId, disposition: str) -> None:
        self._thread.write(DISPOSED, disposition, contact, agent)

    async def of(self, contact: ContactId, agent: AgentId) -> Conversation | None:
        sql = f"SELECT {COLUMNS} FROM conversations WHERE contact = ? AND agent = ?"
        rows = await self._thread.ask(lambda db: list(db.query(sql, [contact, agent])))
        return _conversation(rows[0]) if rows else None

    async def history(self, contact: ContactId, customer: str, most: int) -> list[Conversation]:
        """Of the contact, and of others of the customer if it is known who they are; the newest first."""
        rows = await self._thread.ask(lambda db: list(db.query(HISTORY, [contact, customer, most])))
        return [_conversation(row) for row in rows]

    async def day(self, agent: AgentId, since_ms: int) -> Day:
        rows = await self._thread.ask(lambda db: list(db.query(DAY, [agent, since_ms])))
        return msgspec.convert(rows[0], Day)


def erase_conversations(db: Database, where: str, values: list[Any]) -> None:
    """Those of the contacts that ``where`` finds. Before the contacts themselves go."""
    db.execute(f"DELETE FROM conversations WHERE contact IN (SELECT contact FROM contacts WHERE {where})", values)


def _conversation(row: Mapping[str, Any]) -> Conversation:
    return msgspec.convert(row, Conversation)


__all__ = ["Conversation", "Conversations", "Day", "erase_conversations"]
