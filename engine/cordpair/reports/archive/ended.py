"""Contacts that have ended, in the archive's tables: written, looked for, forgotten when the journal forgets them."""

import sqlite3
from array import array
from collections.abc import Iterable

import msgspec

from cordpair.ids import ContactId
from cordpair.reports.archive.contacts import Ended, Later, Track

_tracks = msgspec.json.Decoder(Track)


class Wanted(msgspec.Struct, frozen=True):
    """Which ended contacts. Empty: any. ``before``: further back than that place; ``queues``: in one of these."""

    begin: int
    end: int
    queue: str = ""
    agent: str = ""
    outcome: str = ""
    medium: str = ""
    queues: tuple[str, ...] = ()
    before: int | None = None
    limit: int = 100


def add_contacts(connection: sqlite3.Connection, ended: Iterable[Ended], later: Iterable[Later]) -> None:
    """Inside a transaction of the caller's. ``later``: what came of some that are written down already."""
    for each in ended:
        track = each.track
        connection.execute(
            "INSERT INTO contacts VALUES (?,?,?,?,?,?)",
            (each.position, track.contact, each.seq, track.ended_at, *_written(track)),
        )
        traits = {("medium", track.medium), ("outcome", track.outcome)}
        traits |= {("queue", queue) for queue in track.queues} | {("agent", agent) for agent in track.agents}
        connection.executemany(
            "INSERT INTO traits VALUES (?,?,?)", [(*trait, each.position) for trait in sorted(traits) if trait[1]]
        )
    for came in later:
        _, track_ = find_ended(connection, came.contact)
        if track_ is not None:
            track_.note(came.seq)
            track_.disposition = came.disposition or track_.disposition
            connection.execute(
                "UPDATE contacts SET ended = ?, entries = ? WHERE contact = ?", (*_written(track_), came.contact)
            )


def forget_pruned(connection: sqlite3.Connection, first: int) -> None:
    """Contacts that ended before the journal's oldest entry. Inside a transaction of the caller's."""
    gone = "SELECT position FROM contacts WHERE seq < ?"
    connection.execute(f"DELETE FROM traits WHERE position IN ({gone})", (first,))
    connection.execute("DELETE FROM contacts WHERE seq < ?", (first,))
    # The newest mark before it explains what comes right after.
    connection.execute("DELETE FROM marks WHERE seq < (SELECT max(seq) FROM marks WHERE seq < ?)", (first,))


def find_ended(connection: sqlite3.Connection, contact: ContactId) -> tuple[int | None, Track | None]:
    """Its place, and what is known of it."""
    row = connection.execute("SELECT position, ended, entries FROM contacts WHERE contact = ?", (contact,)).fetchone()
    return (row[0], _read(*row[1:])) if row is not None else (None, None)


def search(connection: sqlite3.Connection, wanted: Wanted) -> list[tuple[int, Track]]:
    """The newest first, each with its place; one more than ``limit``, if there are more."""
    where, values = ["ended_at >= ?", "ended_at < ?"], [wanted.begin, wanted.end]
    if wanted.before is not None:
        where.append("position < ?")
        values.append(wanted.before)
    texts: list[str] = []
    for kind in ("queue", "agent", "outcome", "medium"):
        if name := getattr(wanted, kind):
            where.append("position IN (SELECT position FROM traits WHERE kind = ? AND name = ?)")
            texts += [kind, name]
    if wanted.queues:
        marks = ",".join("?" * len(wanted.queues))
        where.append(f"position IN (SELECT position FROM traits WHERE kind = 'queue' AND name IN ({marks}))")
        texts += wanted.queues
    rows = connection.execute(
        f"SELECT position, ended, entries FROM contacts WHERE {' AND '.join(where)} ORDER BY position DESC LIMIT ?",
        [*values, *texts, wanted.limit + 1],
    )
    return [(position, _read(ended, entries)) for position, ended, entries in rows]


def _written(track: Track) -> tuple[str, bytes]:
    """What is known of it, and the numbers of its entries."""
    return msgspec.json.encode(msgspec.structs.replace(track, entries=[])).decode(), array("q", track.entries).tobytes()


def _read(ended: str, entries: bytes) -> Track:
    track = _tracks.decode(ended)
    track.entries = array("q", entries).tolist()
    return track


__all__ = ["Wanted", "add_contacts", "find_ended", "forget_pruned", "search"]
