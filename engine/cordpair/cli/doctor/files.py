"""The journal, the store, and the disks they are on."""

import os
import shutil
from pathlib import Path

from cordpair.cli.text import day_time, size
from cordpair.errors import CordpairError
from cordpair.journal import current_codec, health
from cordpair.pbx import Finding
from cordpair.pbx.diagnosis import error, good, warning
from cordpair.store import health as store_health

MIB = 1 << 20
# A disk with less than this is full for the next write-ahead log; one with less than that, soon.
FULL, TIGHT = 64 * MIB, 512 * MIB
FULL_DAYS, TIGHT_DAYS = 2, 14


def journal(path: Path, cell: str) -> list[Finding]:
    if not path.exists():
        return [good("journal", f"{path}: not there yet; it begins with the engine's first start"), _disk(path, None)]
    try:
        seen = health.examine(path, current_codec())
    except CordpairError as wrong:
        why = "the engine does not start without its journal, or without the calls that are in it"
        mend = "`cordpair journal mend` takes a torn last entry off; else `cordpair restore` the newest backup"
        return [error("journal", str(wrong), why, mend), _disk(path, None)]
    if seen.cell != cell:
        what = f"{path}: belongs to cell {seen.cell!r}, not {cell!r}"
        mend = "correct [cell] name or [journal] path"
        return [error("journal", what, "the engine refuses to start with another cell's journal", mend)]
    grows = f", grows {size(seen.bytes_per_day)} a day" if seen.bytes_per_day is not None else ""
    entries = f"entries {seen.first_seq} to {seen.last_seq}, the newest {day_time(seen.last_at)}"
    whole = f"the chain of the last {seen.checked} is whole"
    what = f"{path}: {entries}; {size(seen.bytes)}{grows}; {whole}" if seen.last_seq else f"{path}: empty"
    return [good("journal", what), _disk(path, seen.bytes_per_day)]


def _disk(path: Path, per_day: int | None) -> Finding:
    directory = path.resolve().parent
    why = "a journal that cannot be written stops the engine: it must not act without a record"
    mend = 'make room, move [journal] to a larger disk, or keep less: [journal] keep = "90d"'
    try:
        free = shutil.disk_usage(directory).free
    except OSError as failed:
        return error("disk", f"{directory}: {failed.strerror}", why, "make the directory, or correct [journal] path")
    if not os.access(directory, os.W_OK):
        mend = "give the directory to the engine's user, or run the doctor as that user"
        return error("disk", f"{directory}: this user cannot write there", why, mend)
    days = free // per_day if per_day else None
    left = f"{size(free)} free" + (f", {days} days at this growth" if days is not None else "")
    if free < FULL or (days is not None and days < FULL_DAYS):
        return error("disk", f"{directory}: {left}", why, mend)
    if free < TIGHT or (days is not None and days < TIGHT_DAYS):
        return warning("disk", f"{directory}: {left}", why, mend)
    return good("disk", f"{directory}: {left}")


def store(path: Path) -> list[Finding]:
    if not path.exists():
        return [good("store", f"{path}: not there yet; it begins with the engine's first start")]
    try:
        seen = store_health.examine(path)
    except CordpairError as wrong:
        why = "the engine does not start without it, or agents see no numbers"
        return [error("store", str(wrong), why, "`cordpair restore` the newest backup")]
    what = f"{path}: revision {seen.revision}, {seen.contacts} contact records, {size(seen.bytes)}; whole"
    if not seen.edited:
        return [good("store", what)]
    why = "a changed file is refused at the next start, so that nobody's edit is lost"
    mend = "`cordpair export -o theirs.toml` and bring the two together, or `cordpair serve --take-file`"
    return [warning("store", f"{what}; edited since the file was imported", why, mend)]


__all__ = ["journal", "store"]
