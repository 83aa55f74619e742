"""Trunks, observed: how each is, and what is strange about the calls that it brings.

Nothing here is decided or journaled: an observation that comes late changes no call. No number is kept: of a caller
only a keyed digest, to see that it is another.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import msgspec

from cordpair.acd.inputs import LegArrived
from cordpair.clock import Clock
from cordpair.ids import NodeId
from cordpair.pbx import PbxError
from cordpair.pbx.trunks import ObservesTrunks, TrunkSeen, TrunkStatus
from cordpair.runtime.waiting import pause

log = logging.getLogger(__name__)

AGAIN_MS = 5_000
# So many calls in a row with one caller's number: nobody calls so often, but a trunk that writes its own over all does.
EQUAL = 10
# An unknown line is told for so long after the last call for it.
TOLD_MS = 3_600_000

TrunkAlarm = Literal["down", "unknown_number", "equal_callers"]
Name = tuple[NodeId, str]


class WatchedTrunk(msgspec.Struct, frozen=True):
    """``asked``: whether the PBX asks it if it lives. ``numbers``: of ours; none: any will do."""

    node: NodeId
    trunk: str
    asked: bool
    numbers: frozenset[str] = frozenset()


class TrunkHealth:
    """One trunk. Times in ms since the epoch; None: never."""

    def __init__(self, trunk: WatchedTrunk) -> None:
        self.of = trunk
        self.status = TrunkStatus.UNKNOWN
        self.since: int | None = None
        self.answered_at: int | None = None  # of the last answer that we know of
        self.round_trip_ms: float | None = None
        self.calls = 0
        self.unknown_numbers = 0
        self.unknown_at: int | None = None
        self.equal_callers = 0  # in a row
        self._last_caller = b""

    def alarms(self, now_ms: int) -> tuple[TrunkAlarm, ...]:
        found: list[TrunkAlarm] = []
        if self.status is TrunkStatus.DOWN:
            found.append("down")
        if self.unknown_at is not None and now_ms - self.unknown_at < TOLD_MS:
            found.append("unknown_number")
        if self.equal_callers >= EQUAL:
            found.append("equal_callers")
        return tuple(found)

    def see(self, seen: TrunkSeen, now_ms: int) -> None:
        if seen.status is TrunkStatus.UP:
            self.answered_at = now_ms
            self.round_trip_ms = seen.round_trip_ms if seen.round_trip_ms is not None else self.round_trip_ms
        if seen.status is self.status:
            return
        before, self.status, self.since = self.status, seen.status, now_ms
        if seen.status is TrunkStatus.DOWN:
            log.warning("node %s: trunk %s is down: it does not answer", self.of.node, self.of.trunk)
        elif before is TrunkStatus.DOWN and seen.status is TrunkStatus.UP:
            log.info("node %s: trunk %s is up again", self.of.node, self.of.trunk)

    def call(self, number: str, caller: bytes, now_ms: int) -> None:
        """``caller``: a digest; empty: withheld, which says nothing."""
        self.calls += 1
        if self.of.numbers and number not in self.of.numbers:
            self.unknown_numbers += 1
            if "unknown_number" not in self.alarms(now_ms):
                log.warning(
                    "node %s: trunk %s brings calls for a number that is none of its own (trunks.%s.numbers)",
                    self.of.node, self.of.trunk, self.of.trunk,
                )  # fmt: skip
            self.unknown_at = now_ms
        if not caller:
            return
        self.equal_callers = self.equal_callers + 1 if caller == self._last_caller else 1
        self._last_caller = caller
        if self.equal_callers == EQUAL:
            log.warning(
                "node %s: the last %d calls of trunk %s have one caller's number: does it write its own over all?",
                self.of.node, EQUAL, self.of.trunk,
            )  # fmt: skip


class Trunks:
    """Those of all nodes. ``wanted`` says which there are; ``look`` again when the configuration is another. Of
    ``drivers`` those are asked that can tell."""

    def __init__(
        self, drivers: Mapping[NodeId, object], clock: Clock, wanted: Callable[[], tuple[WatchedTrunk, ...]]
    ) -> None:
        self._drivers, self._clock, self._wanted = drivers, clock, wanted
        self._key = secrets.token_bytes(16)
        self._health: dict[Name, TrunkHealth] = {}
        self._watching: dict[NodeId, tuple[tuple[str, ...], asyncio.Task[None]]] = {}

    @property
    def health(self) -> tuple[TrunkHealth, ...]:
        return tuple(self._health.values())

    def arrived(self, arrival: LegArrived) -> None:
        """A call, from whatever endpoint: by what it dialled where To says nothing."""
        health = self._health.get((arrival.node, arrival.endpoint))
        if health is None:
            return
        number = arrival.caller.number if arrival.caller is not None else ""
        caller = hashlib.blake2b(number.encode(), key=self._key, digest_size=16).digest() if number else b""
        health.call(arrival.to or arrival.dialled, caller, self._clock.now_ms())

    @asynccontextmanager
    async def observing(self) -> AsyncIterator[None]:
        self.look()
        try:
            yield
        finally:
            tasks = [task for _, task in self._watching.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> None:
        """Take over which there are."""
        wanted = self._wanted()
        before, self._health = self._health, {}
        for trunk in wanted:
            name = (trunk.node, trunk.trunk)
            health = self._health[name] = before.get(name) or TrunkHealth(trunk)
            health.of = trunk
            if not trunk.asked:
                health.see(TrunkSeen(trunk.trunk, TrunkStatus.UNKNOWN), self._clock.now_ms())
        for node, driver in self._drivers.items():
            self._watch(node, driver, tuple(each.trunk for each in wanted if each.node == node and each.asked))

    def _watch(self, node: NodeId, driver: object, trunks: tuple[str, ...]) -> None:
        had, task = self._watching.pop(node, ((), None))
        if task is not None and had == trunks:
            self._watching[node] = (had, task)
            return
        if task is not None:
            task.cancel()
        if trunks and isinstance(driver, ObservesTrunks):
            observing = asyncio.create_task(self._observe(node, driver, trunks), name=f"trunks {node}")
            self._watching[node] = (trunks, observing)

    async def _observe(self, node: NodeId, driver: ObservesTrunks, trunks: tuple[str, ...]) -> None:
        def tell(seen: TrunkSeen) -> None:
            health = self._health.get((node, seen.trunk))
            if health is not None:
                health.see(seen, self._clock.now_ms())

        while True:
            try:
                await driver.observe_trunks(trunks, tell)
            except PbxError as error:
                log.info("node %s: trunks are not observed: %s", node, error)
            except Exception:
                log.exception("node %s: the driver failed to observe trunks", node)
            for trunk in trunks:
                tell(TrunkSeen(trunk, TrunkStatus.UNKNOWN))
            await pause(self._clock, AGAIN_MS)


__all__ = ["EQUAL", "TrunkAlarm", "TrunkHealth", "Trunks", "WatchedTrunk"]
