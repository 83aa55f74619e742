"""What is done to the files while no engine runs: ``cordpair journal …`` and ``cordpair store …``."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from cordpair.cli.failures import output
from cordpair.cli.keeping.copies import copy_database
from cordpair.cli.settings import Settings
from cordpair.cli.text import size
from cordpair.clock import AsyncioClock
from cordpair.errors import JournalError
from cordpair.ids import ContactId
from cordpair.journal import SqliteReader, current_codec
from cordpair.journal.mending import at_rest, compact, take_off, torn_entry
from cordpair.reports.archive import Archive
from cordpair.runtime.history import at_beginning
from cordpair.runtime.snapshots import encode
from cordpair.store import Store, migrating

EVERYTHING = 1 << 62  # entries


def mend(journal: Path) -> None:
    """Take a torn last entry off, after a copy was made. Raises JournalError, KeepingError."""
    with at_rest(journal):
        seq = torn_entry(journal, current_codec())
        if seq is None:
            output.print(f"{journal}: is whole; nothing was changed", soft_wrap=True)
            return
        kept = _copy(journal, "mending")
        take_off(journal, seq)
    output.print(f"{journal}: entry {seq} was taken off; as it was: {kept}", soft_wrap=True)


def make_small(journal: Path, keep_ms: int | None, archive: Path | None) -> None:
    """Prune and compact. ``archive``: where what is pruned is counted before. Raises JournalError."""
    with at_rest(journal):
        if keep_ms is not None and archive is not None and journal.exists():
            with Archive.open(archive, journal, write=True) as counted:
                counted.follow(EVERYTHING)
                counted.save()
        before = journal.stat().st_size if journal.exists() else 0
        base = compact(journal, current_codec(), keep_ms, lambda seq: _state_after(journal, seq))
        after = journal.stat().st_size
    pruned = f"begins after entry {base}" if base else "nothing was old enough to be pruned"
    output.print(f"{journal}: {pruned}; {size(before)}, now {size(after)}", soft_wrap=True)


def _state_after(journal: Path, seq: int) -> bytes:
    with SqliteReader(journal, current_codec()) as reader:
        acd, base = at_beginning(reader)
        for entry in reader.read(base):
            if entry.seq > seq:
                break
            acd.fold(entry.events, entry.at)
            base = entry.seq
    if base != seq:
        raise JournalError(f"{journal}: has no entry {seq} to prune to.")
    return encode(acd.state)


def migrate(settings: Settings, to: int | None) -> None:
    """Bring the store's tables up or back. Raises JournalError, StoreError, KeepingError."""
    path = settings.store
    with at_rest(settings.journal):
        present = migrating.number(path)
        wanted = len(migrating.NAMES) if to is None else to
        if present == wanted:
            output.print(f"{path}: is at {present}; nothing was changed", soft_wrap=True)
            return
        kept = _copy(path, f"migration-from-{present}")
        migrating.migrate(path, wanted)
    output.print(f"{path}: from {present} to {wanted}; as it was: {kept}", soft_wrap=True)


def list_migrations(settings: Settings) -> None:
    present = migrating.number(settings.store)
    for number, name in enumerate(migrating.NAMES, 1):
        output.print(f"{'*' if number <= present else ' '} {number} {name}")


def erase(settings: Settings, *, contact: str | None, number: str | None, older_ms: int | None) -> None:
    """Of one contact, or all of a caller or customer, or all that are older. Raises JournalError, StoreError."""
    with at_rest(settings.journal):
        count = asyncio.run(_erase(settings.store, contact, number, older_ms))
    output.print(f"{settings.store}: {count} {'contact' if count == 1 else 'contacts'} erased", soft_wrap=True)


async def _erase(path: Path, contact: str | None, number: str | None, older_ms: int | None) -> int:
    store = await Store.open(path)
    try:
        if contact is not None:
            return int(await store.records.erase(ContactId(contact)))
        if number is not None:
            return await store.records.erase_number(number)
        assert older_ms is not None
        return await store.records.erase_before(AsyncioClock().now_ms() - older_ms)
    finally:
        await store.close()


def _copy(path: Path, why: str) -> Path:
    target = path.with_name(f"{path.name}.before-{why}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    copy_database(path, target)
    return target


__all__ = ["erase", "list_migrations", "make_small", "mend", "migrate"]
