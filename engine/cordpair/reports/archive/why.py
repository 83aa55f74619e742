"""Why old offers were made: the engine's tables as they were, from the nearest mark before."""

import re
import time
import zlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from cordpair.acd import Cell, State, evolve
from cordpair.acd import events as ev
from cordpair.acd.explain import Explanation, explain
from cordpair.ids import AgentId, OfferId
from cordpair.journal.schema import sqlite_errors
from cordpair.reports.archive.archive import MARK_EVERY, Archive
from cordpair.runtime.recovery import beginning
from cordpair.runtime.snapshots import decode

MOST = 10  # offers of one contact
LONGEST_S = 5.0
SHOWN = 20  # candidates, and reasons
# What differs from agent to agent in the same reason.
DETAIL = re.compile(r" with \S+$| for \d+ ms")


class OfferCandidate(msgspec.Struct, frozen=True):
    agent: AgentId
    chosen: bool
    passed_over: tuple[str, ...]


class OfferWhy(msgspec.Struct, frozen=True):
    """``others``: how many could not be asked, by the first reason."""

    waited: float
    requirement: dict[str, int]
    candidates: tuple[OfferCandidate, ...]
    others: dict[str, int]


def whys(archive: Archive, made: Sequence[tuple[int, OfferId]]) -> dict[OfferId, OfferWhy]:
    """Of the first ten offers, each by the entry that made it, as far as it is known and does not take too long.

    Raises JournalError.
    """
    found: dict[OfferId, OfferWhy] = {}
    until = time.monotonic() + LONGEST_S
    cell, seq = None, 0
    for entry_seq, offer in sorted(made)[:MOST]:
        if cell is None or not seq < entry_seq <= seq + MARK_EVERY:
            cell, seq = _tables_before(archive, entry_seq)
        if cell is None or entry_seq - seq > MARK_EVERY + 1:
            return found
        for entry in archive.reader.read(seq):
            for event in entry.events:
                if isinstance(event, ev.OfferMade) and event.offer == offer:
                    found[offer] = _short(explain(cell, event, entry.at))
                evolve(cell, event, entry.at)
            seq = entry.seq
            if seq >= entry_seq or (seq % 64 == 0 and time.monotonic() > until):
                break
        if time.monotonic() > until:
            break
    return found


def _tables_before(archive: Archive, seq: int) -> tuple[Cell | None, int]:
    """From the newest mark before the entry, or from where the journal begins."""
    state, base = beginning(archive.reader)
    if archive.connection is not None:
        with sqlite_errors(archive.path, "cannot be read"):
            row = archive.connection.execute(
                "SELECT seq, state FROM marks WHERE seq < ? AND seq >= ? ORDER BY seq DESC LIMIT 1", (seq, base)
            ).fetchone()
        if row is not None:
            try:
                return Cell(decode(zlib.decompress(row[1]))), row[0]
            except (msgspec.DecodeError, zlib.error):  # of another version
                return None, 0
    return Cell(state if state is not None else State()), base


def _short(explained: Explanation) -> OfferWhy:
    shown = [each for each in explained.candidates if each.chosen or each.rank is not None][:SHOWN]
    others = Counter(
        DETAIL.sub("", each.passed_over[0])
        for each in explained.candidates
        if not each.chosen and each.rank is None and each.passed_over
    )
    return OfferWhy(
        explained.waited_ms / 1_000,
        explained.requirement,
        tuple(OfferCandidate(each.agent, each.chosen, each.passed_over) for each in shown),
        dict(others.most_common(SHOWN)),
    )


__all__ = ["OfferCandidate", "OfferWhy", "whys"]
