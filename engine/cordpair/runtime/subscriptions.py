"""Committed entries for those who watch: bounded, and never in the writer's way.

A subscriber who does not keep up loses the entries, not the engine its time: ``missed`` tells them to look at the
state anew. Whoever only wants the latest state waits for ``changed`` and ignores the entries.
"""

import asyncio
from collections import deque
from typing import NamedTuple

from cordpair.journal import Entry


class News(NamedTuple):
    entries: tuple[Entry, ...]
    missed: bool  # some did not fit: start from the state again


class Subscription:
    def __init__(self, bound: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=bound or None)
        self._bound = bound
        self._missed = False
        self._changed = asyncio.Event()
        self._closed = False

    def offer(self, entry: Entry) -> None:
        if len(self._entries) >= self._bound:
            self._entries.clear()
            self._missed = True
        if not self._missed:
            self._entries.append(entry)
        self._changed.set()

    async def changed(self) -> bool:
        """Wait until there is news; False when the engine has stopped and there will be no more."""
        await self._changed.wait()
        return not (self._closed and not self._entries and not self._missed)

    def take(self) -> News:
        """What came since the last time, at once."""
        news = News(tuple(self._entries), self._missed)
        self._entries.clear()
        self._missed = False
        if not self._closed:
            self._changed.clear()
        return news

    def close(self) -> None:
        self._closed = True
        self._changed.set()


class Subscriptions:
    def __init__(self) -> None:
        self._all: set[Subscription] = set()

    def add(self, bound: int = 1_000) -> Subscription:
        subscription = Subscription(bound)
        self._all.add(subscription)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        self._all.discard(subscription)

    def publish(self, entry: Entry) -> None:
        for subscription in self._all:
            subscription.offer(entry)

    def close(self) -> None:
        for subscription in self._all:
            subscription.close()
        self._all.clear()


__all__ = ["News", "Subscription", "Subscriptions"]
