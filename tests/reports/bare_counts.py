"""Events counted in another way than reports do it: one by one, without the engine's tables. For comparison."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.journal import Entry


class Counter:
    """By queue and figure."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}  # the queue of each visit, offer and conversation that has not ended
        self.amounts: dict[tuple[str, str], int] = {}

    def add(self, entry: Entry) -> None:
        for event in entry.events:
            count = COUNTS.get(type(event))
            if count is not None:
                count(self, event)

    def _count(self, queue: str, figure: str, amount: int = 1) -> None:
        self.amounts[queue, figure] = self.amounts.get((queue, figure), 0) + amount

    def _visit_began(self, event: ev.VisitBegan) -> None:
        self.open[event.visit] = event.queue
        self._count(event.queue, "offered")

    def _visit_refused(self, event: ev.VisitRefused) -> None:
        self._count(event.queue, "offered")
        self._count(event.queue, f"outcome.{event.outcome.value}")

    def _visit_ended(self, event: ev.VisitEnded) -> None:
        queue = self.open.pop(event.visit)
        self._count(queue, f"outcome.{event.outcome.value}")

    def _offer_made(self, event: ev.OfferMade) -> None:
        queue = self.open[event.offer] = self.open[event.visit]
        self._count(queue, "offers")

    def _offer_ended(self, event: ev.OfferEnded) -> None:
        self._count(self.open.pop(event.offer), f"offer.{event.outcome.value}")

    def _connected(self, event: ev.ContactConnected) -> None:
        self.open[event.contact] = self.open[event.visit]

    def _connection_ended(self, event: ev.ConnectionEnded) -> None:
        queue = self.open.pop(event.contact)
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
