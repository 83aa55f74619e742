"""``cordpair replay``: folds a journal up to a moment, and decides every input again to see that the same follows."""

import hashlib
import re
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec
from rich.text import Text

from cordpair.acd import Acd
from cordpair.acd.events import JournalStarted
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.acd.model import State
from cordpair.cli.failures import output
from cordpair.cli.screen import screen
from cordpair.cli.text import count, day_time
from cordpair.errors import ConfigurationError, JournalError
from cordpair.journal import Entry, SqliteReader, current_codec
from cordpair.runtime import Figures, figures
from cordpair.runtime.history import at_beginning
from cordpair.runtime.recovery import reading_on

OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?")


class Divergence(msgspec.Struct, frozen=True):
    """The first entry that would be decided otherwise now. Events are as the journal writes them."""

    seq: int
    at: int
    input: msgspec.Raw
    journaled: msgspec.Raw
    decided: msgspec.Raw


class Replay(msgspec.Struct, frozen=True):
    """The journal at a moment. ``state`` is the hash of the tables, ``chain`` that of the entries."""

    seq: int
    at: int
    begins_after: int  # 0, or the base of a pruned journal
    entries: int
    events: int
    chain: str
    state: str
    contacts: int
    waiting: int
    same: bool  # deciding again gives the same events and the same tables
    divergence: Divergence | None
    figures: Figures


def replay(journal: Path, *, at: str | None, seq: int | None, as_json: bool) -> bool:
    """Whether deciding again gives the same. Raises JournalError, ConfigurationError."""
    with SqliteReader(journal, current_codec()) as reader:
        _, last = reader.bounds()
        if not last:
            raise JournalError(f"{journal}: is empty.")
        until = moment(at, reader.time_of(last)) if at is not None else None
        found = fold(reader, seq, until)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    else:
        _show(found)
    return found.same


def fold(reader: SqliteReader, until_seq: int | None = None, until_ms: int | None = None) -> Replay:
    """Raises JournalError."""
    folded, base = at_beginning(reader)
    again, _ = at_beginning(reader)
    reading = reading_on(reader, base)
    seq, at, entries, events, hash_ = base, 0, 0, 0, reading.hash
    if until_seq is not None and until_seq < base:
        raise JournalError(f"it was pruned up to entry {base}: nothing is known of entry {until_seq}")
    divergence: Divergence | None = None
    for entry in reading:
        if (until_seq is not None and entry.seq > until_seq) or (until_ms is not None and entry.at > until_ms):
            break
        folded.fold(entry.events, entry.at)
        if divergence is None:
            divergence = compare(again, entry)
        seq, at, hash_ = entry.seq, entry.at, reading.hash
        entries += 1
        events += len(entry.events)
    state = folded.state
    return Replay(
        seq=seq,
        at=at,
        begins_after=base,
        entries=entries,
        events=events,
        chain=hash_.hex(),
        state=digest(state),
        contacts=len(state.contacts),
        waiting=len(state.visits),
        same=divergence is None and digest(again.state) == digest(state),
        divergence=divergence,
        figures=figures(state, until_ms if until_ms is not None else at),
    )


def compare(again: Acd, entry: Entry) -> Divergence | None:
    """Decide the entry's input on ``again``, which is as it was before."""
    first = entry.events[0] if entry.events else None
    if isinstance(first, JournalStarted) and isinstance(entry.input, ApplyConfiguration):
        decided = again.start(first.run, first.seed, entry.input.configuration, entry.at).events
    else:
        decided = again.receive(entry.input, entry.at).events
    if tuple(decided) == entry.events:
        return None
    raw = [msgspec.Raw(msgspec.json.encode(value)) for value in (entry.input, entry.events, decided)]
    return Divergence(entry.seq, entry.at, *raw)


def digest(state: State) -> str:
    """In the order in which the tables hold their rows: another order could decide otherwise."""
    return hashlib.sha256(msgspec.json.encode(state)).hexdigest()


def moment(given: str, newest: int) -> int:
    """``2026-11-21T09:30``, local unless it says otherwise; or a time of the journal's last day. ms since the epoch."""
    try:
        if OF_DAY.fullmatch(given):
            last = datetime.fromtimestamp(newest / 1_000, UTC).astimezone()
            found = datetime.combine(
                last.date(), time.fromisoformat(given if given[2] == ":" else f"0{given}")
            ).astimezone()
            found = found if found <= last + timedelta(seconds=1) else found - timedelta(days=1)
        else:
            found = datetime.fromisoformat(given).astimezone()
    except ValueError:
        raise ConfigurationError(
            f"--at: {given!r} is no moment; write 2026-11-21T09:30:00, with an offset such as +01:00, or 09:30"
        ) from None
    return int(found.timestamp() * 1_000)


def _show(found: Replay) -> None:
    begins = f", after the base, entry {found.begins_after}" if found.begins_after else ""
    output.print(
        f"entry {found.seq} of {day_time(found.at)}: {count(found.events, 'event')} folded, "
        f"of entries {found.begins_after + 1} to {found.seq}{begins}",
        soft_wrap=True,
    )
    output.print(f"{count(found.contacts, 'contact')}, {found.waiting} waiting")
    output.print(f"chain {found.chain}\nstate {found.state}\n", soft_wrap=True)
    output.print(screen(found.figures, f"as of {day_time(found.figures.at)}"))
    output.print()
    different = found.divergence
    if different is not None:
        output.print(Text(f"entry {different.seq} of {day_time(different.at)} is decided otherwise", "bold red"))
        for name in ("input", "journaled", "decided"):
            text = msgspec.json.format(bytes(getattr(different, name))).decode()
            output.print(Text(f"{name}:", "bold"), Text(text), soft_wrap=True)
    elif not found.same:
        output.print(Text("deciding again gives the same events, but other tables than folding them", "bold red"))
    else:
        output.print(Text("deciding again gives the same events and the same tables", "green"))


__all__ = ["Divergence", "Replay", "compare", "digest", "fold", "moment", "replay"]
