"""Looking at a journal file from outside, for ``cordpair doctor``. Reads, and never writes."""

import os
from pathlib import Path

import msgspec

from cordpair.journal.codec import Codec
from cordpair.journal.reader import SqliteReader

TAIL = 1_000  # entries whose chain is checked
GROWTH_MS = 7 * 86_400_000  # of so long the growth is taken
SHORTEST_MS = 3_600_000  # less says nothing about a day
DAY_MS = 86_400_000
ROW_BYTES = 64  # of a row beside its body: hash, numbers, SQLite's own


class JournalHealth(msgspec.Struct, frozen=True):
    cell: str
    first_seq: int  # of the oldest entry that is there
    last_seq: int
    last_at: int
    bytes: int  # on the disk, write-ahead log included
    bytes_per_day: int | None  # None: too young to tell
    checked: int  # entries of the tail whose chain was found whole


def examine(path: Path, codec: Codec) -> JournalHealth:
    """Raises JournalError: there is none, it cannot be read, or its tail is damaged."""
    with SqliteReader(path, codec) as reader:
        first, last = reader.bounds()
        last_at = reader.time_of(last) if last else 0
        checked = sum(1 for _ in reader.read(max(last - TAIL, first - 1))) if last else 0
        size = sum(_size(path.with_name(path.name + ending)) for ending in ("", "-wal"))
        return JournalHealth(reader.cell, first, last, last_at, size, _growth(reader, first, last, last_at), checked)


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 -- a path that may vanish
    except OSError:
        return 0


def _growth(reader: SqliteReader, first: int, last: int, last_at: int) -> int | None:
    if not last:
        return None
    since = reader.first_since(last_at - GROWTH_MS)
    span = last_at - reader.time_of(since)
    if span < SHORTEST_MS:
        return None
    bodies, rows = reader.weight(max(first, last - TAIL))
    return (bodies // rows + ROW_BYTES) * (last - since + 1) * DAY_MS // span


__all__ = ["JournalHealth", "examine"]
