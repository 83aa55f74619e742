"""Raw intervals, counted once and kept: those that are written down, and what came after them.

Who writes (one process beside the engine) writes everything in one transaction: sums that cannot change any more,
contacts that have ended, how far it has read, and what must be known to go on. So whenever it is killed, it goes on
where it was, and what it has written is what the whole journal gives. Who only reads counts on in memory.
"""

import logging
import sqlite3
import time
import zlib
from pathlib import Path
from typing import Any, Self

import msgspec

from cordpair.acd import State
from cordpair.acd import events as ev
from cordpair.journal import GENESIS, SqliteReader, SqliteReading, current_codec
from cordpair.journal.reader import connect_read_only
from cordpair.journal.schema import sqlite_errors
from cordpair.reports.archive.ended import add_contacts, forget_pruned
from cordpair.reports.archive.memory import Counting
from cordpair.reports.archive.tables import connect, look_at
from cordpair.reports.folding import Folder
from cordpair.reports.patience import ENDLESS, Patience
from cordpair.reports.raw import INTERVAL_MS, Place, RawInterval, Sums, interval_of
from cordpair.reports.reconcile import Difference, reconcile, standing
from cordpair.runtime.recovery import beginning
from cordpair.runtime.snapshots import encode

log = logging.getLogger(__name__)

# Entries between two marks, from which an offer is explained: to fold as many takes a quarter of a second.
MARK_EVERY = 20_000

_Place = tuple[str, str, tuple[str, ...], str, str]
_Amounts = dict[str, int]
_places = msgspec.json.Decoder(_Place)
_amounts = msgspec.json.Decoder(_Amounts)


class Archive:
    """Used on the thread that opened it. After an error it is closed and opened anew."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None, reader: SqliteReader, *, write: bool) -> None:
        self.path = path
        self.reader = reader
        self.connection = connection
        self.counting = Counting(Folder())
        self.seq = 0  # of the newest entry that is counted
        self.at = 0
        self._write = write
        self._hash = GENESIS
        self._saved_seq = 0
        self._first = 0  # the journal's oldest entry, when it was last looked at
        self._complete: int | None = None  # of what was before not all is known
        self._reading: SqliteReading | None = None

    @classmethod
    def open(cls, path: Path, journal: Path, *, write: bool) -> Self:
        """``write`` makes the file where it is not there; else all is counted in memory then. Raises JournalError."""
        reader = SqliteReader(journal, current_codec())
        try:
            with sqlite_errors(path, "cannot be opened"):
                connection = connect(path) if write else _connect_to_read(path)
        except BaseException:
            reader.close()
            raise
        archive = cls(path, connection, reader, write=write)
        try:
            archive._begin()
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        """Without saving."""
        self.reader.close()
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ where to begin

    def _begin(self) -> None:
        base = self.reader.load_base()
        base_seq = base.seq if base is not None else 0
        if not self._resume(base_seq):
            self._begin_anew()
        self._reading = self.reader.read(self.seq)
        if self._hash not in (GENESIS, self._reading.hash):
            log.warning(
                "the journal is another one than was counted, from before entry %d: it is counted anew", self.seq
            )
            self._begin_anew()
            self._reading = self.reader.read(self.seq)
        self._saved_seq = self.seq
        self.counting.folder.watch = self._watch

    def _resume(self, base_seq: int) -> bool:
        """From where it was left; whether that is possible."""
        row = self._row("SELECT seq, at, hash, complete, memory FROM runs WHERE run = ?", self.reader.run)
        if row is None:
            return False
        seq, at, hash_, self._complete, memory = row
        if seq > self.reader.last_seq():
            log.warning("the journal ends before entry %d, which is counted: it was put back, and is counted anew", seq)
            return False
        if seq < base_seq:
            return False
        try:
            self.counting = Counting.read(memory)
        except ValueError as error:
            log.warning("what another version counted cannot be gone on with (%s): it is counted anew", error)
            return False
        self.seq, self.at, self._hash = seq, at, hash_
        return True

    def _begin_anew(self) -> None:
        """From the oldest entry that is there. What is written down of what was before stays."""
        state, seq = beginning(self.reader)
        row = self._row("SELECT seq FROM runs WHERE run = ?", self.reader.run)
        floor, written = 0, int(row[0]) if row is not None else -1
        begins = interval_of(self.reader.time_of(seq + 1)) + INTERVAL_MS if self._has(seq + 1) else 0
        if written < seq and seq:  # nothing of this journal is written down, or what came after it was pruned
            self._complete = begins
            log.warning("entries before %d were pruned before they were counted; reports lack them", seq + 1)
        elif written > seq:
            floor = begins
        if self._write:
            self._forget(floor, intervals=written > seq)
        self.counting = Counting(Folder(state), floor=floor, lifted_at=min(written, self.reader.last_seq()))
        self.seq, self.at, self._hash = seq, 0, GENESIS

    def _has(self, seq: int) -> bool:
        first, last = self.reader.bounds()
        return first <= seq <= last

    def _forget(self, floor: int, *, intervals: bool) -> None:
        assert self.connection is not None
        run = self.reader.run
        with sqlite_errors(self.path, "cannot be written"):
            self.connection.execute("BEGIN IMMEDIATE")
            if intervals:
                self.connection.execute("DELETE FROM intervals WHERE run = ? AND start >= ?", (run, floor))
            for table in ("contacts", "traits", "marks"):
                self.connection.execute(f"DELETE FROM {table}")
            self.connection.execute("DELETE FROM runs WHERE run = ?", (run,))
            self._end_others(self.connection)
            self.connection.execute("COMMIT")

    def _end_others(self, connection: sqlite3.Connection) -> None:
        """Of a journal that was moved away nothing more will come: what went on in it is written down as it stood."""
        others = connection.execute("SELECT run, at, memory FROM runs WHERE memory != x''").fetchall()
        for run, at, memory in others:
            try:
                self._add(connection, run, Counting.read(memory).rows(at))
            except ValueError:
                log.warning("what went on at the end of another journal was counted by another version: it is left out")
            connection.execute("UPDATE runs SET memory = x'' WHERE run = ?", (run,))

    # ------------------------------------------------------------ count

    def follow(self, upto: int, for_s: float | None = None) -> int:
        """Count entries up to that one, for so long; the newest that is counted. Raises JournalError."""
        until = time.monotonic() + for_s if for_s is not None else None
        assert self._reading is not None
        if self.seq >= upto:
            return self.seq
        for entry in self._reading:
            self.seq, self.at = entry.seq, entry.at
            self.counting.add(entry)
            self._hash = self._reading.hash
            if self._write and entry.seq % MARK_EVERY == 0:
                self.save(mark=True)
            if entry.seq >= upto or (until is not None and entry.seq % 64 == 0 and time.monotonic() > until):
                break
        return self.seq

    def _watch(self, event: ev.Event) -> None:
        self.counting.tracks.look(self.counting.folder.state, event, self.seq, self.at)

    # ------------------------------------------------------------ write down

    @property
    def unsaved(self) -> int:
        """Entries."""
        return self.seq - self._saved_seq

    def save(self, *, mark: bool = False) -> None:
        """Raises JournalError; then what is written down is as before, and this archive is of no more use."""
        if not self._write or self.connection is None or self.seq == self._saved_seq:
            return
        sums = self.counting.take()
        ended, later = self.counting.tracks.take()
        memory = self.counting.write()
        first, _ = self.reader.bounds()
        connection = self.connection
        with sqlite_errors(self.path, "cannot be written"):
            connection.execute("BEGIN IMMEDIATE")
            self._add(connection, self.reader.run, sums)
            add_contacts(connection, ended, later)
            if mark:
                state = zlib.compress(encode(self.counting.folder.state), 1)
                connection.execute("INSERT OR REPLACE INTO marks VALUES (?,?)", (self.seq, state))
            if first != self._first:
                forget_pruned(connection, first)
            connection.execute(
                "INSERT OR REPLACE INTO runs VALUES (?,?,?,?,?,?)",
                (self.reader.run, self.seq, self.at, self._hash, self._complete, memory),
            )
            connection.execute("COMMIT")
        self._saved_seq, self._first = self.seq, first

    @staticmethod
    def _add(connection: sqlite3.Connection, run: str, sums: Sums) -> None:
        for place, amounts in sums.places.items():
            where = (place.start, run, _written(place))
            row = connection.execute(
                "SELECT amounts FROM intervals WHERE start = ? AND run = ? AND place = ?", where
            ).fetchone()
            if row is not None:
                for figure, amount in _amounts.decode(row[0]).items():
                    amounts[figure] = amounts.get(figure, 0) + amount
            connection.execute(
                "INSERT OR REPLACE INTO intervals VALUES (?,?,?,?)",
                (*where, msgspec.json.encode(dict(sorted(amounts.items()))).decode()),
            )

    # ------------------------------------------------------------ ask

    def rows(self, begin: int, end: int) -> list[RawInterval]:
        """Of intervals that begin there, as of the newest entry that is counted; in order of their places."""
        return self.sums(begin, end).rows()

    def sums(self, begin: int, end: int, patience: Patience = ENDLESS) -> Sums:
        """The same in no order. Raises TooSlow. A report of a year reads millions: each is made once, and merged only
        where it must."""
        sums = Sums()
        places = sums.places
        if self.connection is not None:
            known: dict[str, _Place] = {}
            with sqlite_errors(self.path, "cannot be read"):
                written = self.connection.execute(
                    "SELECT start, place, amounts FROM intervals WHERE start >= ? AND start < ?", (begin, end)
                )
                for start, text, amounts in patience.each(written):
                    parts = known.get(text)
                    if parts is None:
                        parts = known[text] = _places.decode(text)
                    place = Place(start, *parts)
                    if place in places:  # of another journal
                        sums.add_all(place, _amounts.decode(amounts))
                    else:
                        places[place] = _amounts.decode(amounts)
        for place, more in self.counting.rows(self.at).places.items():
            if begin <= place.start < end:
                sums.add_all(place, more)
        return sums

    @property
    def state(self) -> State:
        return self.counting.folder.state

    @property
    def complete_from(self) -> int | None:
        """Of what was before, not all is known; None: all is."""
        return self._complete

    @property
    def final_until(self) -> int:
        """Of what began before, nothing changes any more."""
        return self.counting.folder.final_until(self.at)

    def differences(self) -> list[Difference]:
        """Where what was counted since the beginning is not what the engine's own counters say. None is expected."""
        folder = self.counting.folder
        return reconcile(self.counting.standing(self.at), folder.before, standing(folder.state))

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        if self.connection is None:
            return None
        with sqlite_errors(self.path, "cannot be read"):
            row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return row


def _connect_to_read(path: Path) -> sqlite3.Connection | None:
    if not path.exists():
        return None
    connection = connect_read_only(path)
    try:
        look_at(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _written(place: Place) -> str:
    parts: _Place = (place.queue, place.service, place.skills, place.agent, place.disposition)
    return msgspec.json.encode(parts).decode()


__all__ = ["MARK_EVERY", "Archive"]
