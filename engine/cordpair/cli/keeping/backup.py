"""``cordpair backup`` and ``cordpair restore``: the journal, the store and the reports' archive, there and back.

The archive is copied first: it counts on from what a newer journal has. Then the journal: the store is as new or newer.
A contact record too many harms nobody, and a revision that the journal does not know is applied at the next start; the
other way round, agents would see no numbers.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cordpair import __version__
from cordpair.cli.failures import output, say_warning
from cordpair.cli.keeping.copies import BESIDE, KeepingError, checksum, copy_database, flush, move_aside
from cordpair.cli.settings import Settings
from cordpair.cli.text import day_time, size
from cordpair.journal import SqliteReader, current_codec
from cordpair.journal.mending import at_rest
from cordpair.store import health as store_health

JOURNAL, STORE, REPORTS, ABOUT = "journal.db", "store.db", "reports.db", "backup.json"


class Copied(msgspec.Struct, frozen=True):
    bytes: int
    sha256: str


class About(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    version: str  # of Cordpair
    made_at: str
    cell: str
    run: str
    seq: int
    last_at: int
    chain: str
    revision: int
    files: dict[str, Copied]


def backup(settings: Settings, directory: Path) -> None:
    """Also beside a running engine. Raises CordpairError; then there is no ``directory``."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise KeepingError(f"{directory}: exists already; a backup gets a directory of its own.")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{directory.name}.unfinished-", dir=directory.parent))
    except OSError as failed:
        raise KeepingError(f"{directory}: cannot be made: {failed.strerror}.") from failed
    try:
        if settings.reports.exists():
            copy_database(settings.reports, unfinished / REPORTS)
        copy_database(settings.journal, unfinished / JOURNAL)
        copy_database(settings.store, unfinished / STORE)
        about = read_back(unfinished)
        (unfinished / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about)) + b"\n")
        flush(unfinished / ABOUT)
        flush(unfinished)
        if directory.exists():
            directory.rmdir()
        unfinished.rename(directory)
        flush(directory.parent)
    except OSError as failed:
        raise KeepingError(f"{directory}: cannot be written: {failed.strerror}. Nothing was kept.") from failed
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    total = sum(file.bytes for file in about.files.values())
    output.print(f"{directory}: entries to {about.seq}, revision {about.revision}, {size(total)}; read back, whole")


def read_back(directory: Path) -> About:
    """Every entry of the journal against its chain, every page of the store. Raises CordpairError."""
    with SqliteReader(directory / JOURNAL, current_codec()) as reader:
        reading = reader.read()
        at = 0
        for entry in reading:
            at = entry.at
        cell, run = reader.cell, reader.run
    store = store_health.examine(directory / STORE)
    names = [name for name in (JOURNAL, STORE, REPORTS) if name != REPORTS or (directory / name).exists()]
    files = {name: Copied((directory / name).stat().st_size, checksum(directory / name)) for name in names}
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return About(__version__, made_at, cell, run, reading.seq, at, reading.hash.hex(), store.revision, files)


def restore(settings: Settings, directory: Path, *, replace: bool) -> None:
    """Put a backup in its place; what was there is moved aside. Raises CordpairError; then nothing was changed."""
    about = _about(directory)
    if about.cell != settings.loaded.config.cell.name:
        wanted = settings.loaded.config.cell.name
        raise KeepingError(f"{directory}: is of cell {about.cell!r}, and {settings.file} is cell {wanted!r}.")
    places = {JOURNAL: settings.journal, STORE: settings.store}
    if REPORTS in about.files:
        places[REPORTS] = settings.reports
    present = [str(place) for place in places.values() if place.exists()]
    if present and not replace:
        raise KeepingError(f"{', '.join(present)}: exists; nothing was changed. --replace moves it aside.")
    ending = datetime.now(UTC).strftime(".before-%Y%m%dT%H%M%SZ")
    try:
        for place in places.values():
            place.parent.mkdir(parents=True, exist_ok=True)
        with at_rest(settings.journal):
            fresh = {name: _copy(directory / name, place) for name, place in places.items()}
            for place in places.values():
                move_aside(place, ending)
            for name, place in places.items():
                fresh[name].rename(place)
                flush(place.parent)
    except OSError as failed:
        raise KeepingError(f"{directory}: cannot be put back: {failed}.") from failed
    output.print(f"{settings.journal}: entries to {about.seq}, the newest {day_time(about.last_at)}", soft_wrap=True)
    output.print(f"{settings.store}: revision {about.revision}", soft_wrap=True)
    if present:
        output.print(f"what was there is beside it, as *{ending}", soft_wrap=True)
    say_warning(
        "calls that began after the backup are unknown to this journal: the engine ends their legs when it starts. "
        "Start it when they are over."
    )


def _about(directory: Path) -> About:
    """Raises KeepingError unless the files are what the backup says they are."""
    try:
        about = msgspec.json.decode((directory / ABOUT).read_bytes(), type=About)
        for name, copied in about.files.items():
            if checksum(directory / name) != copied.sha256:
                raise KeepingError(f"{directory / name}: is not what was backed up. Take an older backup.")
        found = read_back(directory)
    except OSError as failed:
        raise KeepingError(f"{directory}: is no backup: {failed}.") from failed
    except msgspec.DecodeError as wrong:
        raise KeepingError(f"{directory / ABOUT}: cannot be read: {wrong}.") from wrong
    if (found.seq, found.chain) != (about.seq, about.chain):
        raise KeepingError(f"{directory / JOURNAL}: is not what was backed up. Take an older backup.")
    return about


def _copy(source: Path, place: Path) -> Path:
    fresh = place.with_name(f"{place.name}.restored")
    for each in BESIDE:
        fresh.with_name(fresh.name + each).unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600))
    shutil.copyfile(source, fresh)
    flush(fresh)
    return fresh


__all__ = ["ABOUT", "JOURNAL", "STORE", "About", "backup", "read_back", "restore"]
