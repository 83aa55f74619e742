"""The append-only event log: everything the engine decided, before it acted on it."""

from cordpair.journal.codec import Codec, UnreadableBody, Upcaster, chain
from cordpair.journal.entry import GENESIS, Entry, Snapshot
from cordpair.journal.format import current_codec
from cordpair.journal.memory import InMemoryJournal
from cordpair.journal.port import Journal, OnCommitted, ReadableJournal, Reading
from cordpair.journal.reader import SqliteReader, SqliteReading
from cordpair.journal.sqlite import SqliteJournal
from cordpair.journal.writer import Synchronous

__all__ = [
    "GENESIS",
    "Codec",
    "Entry",
    "InMemoryJournal",
    "Journal",
    "OnCommitted",
    "ReadableJournal",
    "Reading",
    "Snapshot",
    "SqliteJournal",
    "SqliteReader",
    "SqliteReading",
    "Synchronous",
    "UnreadableBody",
    "Upcaster",
    "chain",
    "current_codec",
]
