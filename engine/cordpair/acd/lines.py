"""A line: ids in the order of integer keys, with cheap head, insertion and removal.

A heap of ints with lazy deletion: comparing ints is the fastest comparison Python has, and a removal only forgets
the key. Dead keys are dropped when they reach the head, and the heap is rebuilt at twice its live size, so that a
line of any history stays proportional to what is in it.
"""

from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush, nsmallest

NOBODY = 1 << 200  # greater than every key


def waiting_key(enqueued_at: int, head_start_ms: int, number: int) -> int:
    """The order among all waiting visits: the wait with its head start, then the arrival."""
    return (enqueued_at - head_start_ms) << 32 | (number & 0xFFFFFFFF)


class Line:
    __slots__ = ("_heap", "_live")

    def __init__(self) -> None:
        self._heap: list[int] = []
        self._live: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._live)

    def add(self, key: int, name: str) -> None:
        """Keys are unique: they end in the number of their owner."""
        self._live[key] = name
        heappush(self._heap, key)

    def remove(self, key: int) -> None:
        del self._live[key]
        if len(self._heap) > 2 * len(self._live) + 16:
            self._heap = list(self._live)
            heapify(self._heap)

    def head(self) -> int:
        """The least key, or NOBODY."""
        heap, live = self._heap, self._live
        while heap:
            if heap[0] in live:
                return heap[0]
            heappop(heap)
        return NOBODY

    def name(self, key: int) -> str:
        return self._live[key]

    def first_outside(self, skipped: Collection[str]) -> int:
        """The least key whose owner is not in ``skipped``, or NOBODY."""
        for key in nsmallest(len(skipped) + 1, self._live):
            if self._live[key] not in skipped:
                return key
        return NOBODY

    def in_order(self) -> Iterator[str]:
        for key in sorted(self._live):
            yield self._live[key]

    def nth(self, position: int) -> str:
        return self._live[sorted(self._live)[position]]


__all__ = ["NOBODY", "Line", "waiting_key"]
