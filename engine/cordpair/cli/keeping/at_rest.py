"""What is done to the files while no engine runs: ``cordpair journal mend | compact``, ``cordpair store migrate``."""

from datetime import UTC, datetime
from pathlib import Path

from cordpair.cli.failures import output
from cordpair.cli.keeping.copies import copy_database
from cordpair.cli.settings import Settings
from cordpair.cli.text import size
from cordpair.errors import JournalError
from cordpair.journal import SqliteReader, current_codec
from cordpair.journal.mending import at_rest, compact, take_off, torn_entry
from cordpair.reports.archive import Archive
from cordpair.runtime.history import at_beginning
from cordpair.runtime.snapshots import encode
from cordpair.store import migrating

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


def _copy(path: Path, why: str) -> Path:
    target = path.with_name(f"{path.name}.before-{why}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    copy_database(path, target)
    return target


__all__ = ["list_migrations", "make_small", "mend", "migrate"]
