"""Which legs of a link are alive, and which have ended: so that a late event revives nobody. Pure."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from cordpair.ids import LegId

# Ids never come back; this many past ones are remembered.
REMEMBERED = 10_000

L = TypeVar("L")


class Legs(Generic[L]):
    """The legs of one link, with what a driver knows of each."""

    def __init__(self) -> None:
        self._alive: dict[LegId, L] = {}
        self._ended: dict[LegId, None] = {}

    def __contains__(self, leg: object) -> bool:
        return leg in self._alive

    def __iter__(self) -> Iterator[tuple[LegId, L]]:
        return iter(tuple(self._alive.items()))

    def get(self, leg: LegId) -> L | None:
        return self._alive.get(leg)

    def add(self, leg: LegId, fresh: L) -> L:
        """What is known of the leg: ``fresh``, unless it was known before."""
        return self._alive.setdefault(leg, fresh)

    def end(self, leg: LegId) -> L | None:
        """Forget a leg for good. None if it was not alive."""
        self._ended[leg] = None
        if len(self._ended) > REMEMBERED:
            del self._ended[next(iter(self._ended))]
        return self._alive.pop(leg, None)

    def has_ended(self, leg: LegId) -> bool:
        return leg in self._ended


__all__ = ["REMEMBERED", "Legs"]
