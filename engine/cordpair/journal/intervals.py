"""What entries count, per queue and quarter of an hour: kept when the entries themselves are pruned.

A figure is an amount that adds up. Of a queue: ``offered``; ``outcome.X`` and ``waited_ms.X`` of the visits that ended
so, with ``waited.X.S`` of those that waited at most S seconds (and more than the step before); ``offers``,
``offer.X``; ``talks`` and ``talk_ms``. Each event counts once, in the interval in which it was decided; so the
intervals of pruned entries and those of the entries that are left add up to what the whole journal would give.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cordpair.acd import events as ev
from cordpair.journal.entry import Entry

INTERVAL_MS = 900_000
# Seconds; from these a service level "S seconds" can be told later for each S of them.
WAITS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1_800, 3_600)

Key = tuple[int, str, str]  # start of the interval (ms), queue, figure


class Interval(msgspec.Struct, frozen=True):
    start: int  # ms since the epoch
    queue: str
    figures: dict[str, int]


class Counter:
    """Counts entries in their order. ``open``: the queue of each visit, offer and conversation that has not ended."""

    def __init__(self, open: dict[str, str] | None = None) -> None:
        self.open = open if open is not None else {}
        self.amounts: dict[Key, int] = {}
        self.opened: dict[str, str] = {}  # since the last ``take``
        self.closed: set[str] = set()
        self._start = 0

    def add(self, entry: Entry) -> None:
        self._start = entry.at - entry.at % INTERVAL_MS
        for event in entry.events:
            count = COUNTS.get(type(event))
            if count is not None:
                count(self, event)

    def take(self) -> tuple[dict[Key, int], dict[str, str], set[str]]:
        """What was counted, opened and closed since the last time."""
        taken = self.amounts, self.opened, self.closed
        self.amounts, self.opened, self.closed = {}, {}, set()
        return taken

    def _count(self, queue: str, figure: str, amount: int = 1) -> None:
        key = (self._start, queue, figure)
        self.amounts[key] = self.amounts.get(key, 0) + amount

    def _begin(self, name: str, queue: str) -> None:
        self.open[name] = self.opened[name] = queue

    def _end(self, name: str) -> str | None:
        """Its queue; None when it began before the journal did."""
        if self.opened.pop(name, None) is None:
            self.closed.add(name)
        return self.open.pop(name, None)

    def _ended(self, queue: str, outcome: str, waited_ms: int) -> None:
        self._count(queue, f"outcome.{outcome}")
        self._count(queue, f"waited_ms.{outcome}", waited_ms)
        step = next((each for each in WAITS if waited_ms <= each * 1_000), None)
        if step is not None:
            self._count(queue, f"waited.{outcome}.{step}")

    def _visit_began(self, event: ev.VisitBegan) -> None:
        self._begin(event.visit, event.queue)
        self._count(event.queue, "offered")

    def _visit_refused(self, event: ev.VisitRefused) -> None:
        self._count(event.queue, "offered")
        self._ended(event.queue, event.outcome.value, 0)

    def _visit_ended(self, event: ev.VisitEnded) -> None:
        if (queue := self._end(event.visit)) is not None:
            self._ended(queue, event.outcome.value, event.waited_ms)

    def _offer_made(self, event: ev.OfferMade) -> None:
        if (queue := self.open.get(event.visit)) is not None:
            self._begin(event.offer, queue)
            self._count(queue, "offers")

    def _offer_ended(self, event: ev.OfferEnded) -> None:
        if (queue := self._end(event.offer)) is not None:
            self._count(queue, f"offer.{event.outcome.value}")

    def _connected(self, event: ev.ContactConnected) -> None:
        if (queue := self.open.get(event.visit)) is not None:
            self._begin(event.contact, queue)

    def _connection_ended(self, event: ev.ConnectionEnded) -> None:
        if (queue := self._end(event.contact)) is not None:
            self._count(queue, "talks")
            self._count(queue, "talk_ms", event.talk_ms)


COUNTS: dict[type, Callable[[Counter, Any], None]] = {
    ev.VisitBegan: Counter._visit_began,
    ev.VisitRefused: Counter._visit_refused,
    ev.VisitEnded: Counter._visit_ended,
    ev.OfferMade: Counter._offer_made,
    ev.OfferEnded: Counter._offer_ended,
    ev.ContactConnected: Counter._connected,
    ev.ConnectionEnded: Counter._connection_ended,
}


def gather(amounts: Iterable[tuple[Key, int]]) -> list[Interval]:
    """In order of time and queue; what has the same key is added."""
    found: dict[tuple[int, str], dict[str, int]] = {}
    for (start, queue, figure), amount in amounts:
        figures = found.setdefault((start, queue), {})
        figures[figure] = figures.get(figure, 0) + amount
    return [Interval(*key, dict(sorted(found[key].items()))) for key in sorted(found)]


__all__ = ["INTERVAL_MS", "WAITS", "Counter", "Interval", "Key", "gather"]
