"""Looks at the laws of the core while the engine runs: seldom, in slices, and never in anybody's way.

What it finds is journaled through the writer, like everything that happens; see ``docs/reference/invariants.md``.
"""

import logging
import time
from collections.abc import Iterator
from typing import Protocol

from cordpair.acd import Acd
from cordpair.acd.inputs import BreachFound
from cordpair.acd.sampling import balances, look
from cordpair.clock import Clock, Handle
from cordpair.observe import Meter

log = logging.getLogger(__name__)

BALANCE_EVERY = 100  # entries
ROUND_EVERY_MS = 5_000
WAIT_FOR_QUIET_MS = 30_000  # then a round begins in the middle of the rush
BETWEEN_MS = 5  # slices, while others want the loop
SLICE_S = 0.002
MOST = 10  # breaches told of one round: one defect breaks many rows
TEXT = 200


class Decider(Protocol):
    """The writer, as far as it is needed here."""

    @property
    def depth(self) -> int: ...

    @property
    def decided(self) -> tuple[int, int, str]:
        """The newest entry: its number, its time and the type of its input."""

    def submit(self, input: BreachFound, /) -> None: ...


class Laws:
    def __init__(self, core: Acd, decider: Decider, clock: Clock, meter: Meter) -> None:
        self._core = core
        self._decider = decider
        self._clock = clock
        self._meter = meter
        self.known: dict[str, None] = {}  # broken, told, and not seen mended yet
        self._held = self._looked_at = decider.decided[0]
        self._balanced = self._held
        self._round: Iterator[list[str]] | None = None
        self._found: dict[str, None] = {}
        self._rounds = 0
        self._due_since = 0
        self._handle: Handle | None = None

    # ------------------------------------------------------------ after every so many entries

    def decided(self) -> None:
        """An entry was appended. Costs nothing but for one in a hundred."""
        seq = self._decider.decided[0]
        if seq - self._balanced < BALANCE_EVERY:
            return
        found = balances(self._core)
        self._meter.checked("balances")
        self._tell(found, self._balanced)
        self._balanced = seq

    # ------------------------------------------------------------ every few seconds

    def start(self) -> None:
        self._arm(ROUND_EVERY_MS)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, ms: int) -> None:
        self._handle = self._clock.call_later(ms, self._look)

    def _look(self) -> None:
        """Begin a round, or go on with it for one slice."""
        if self._round is None and not self._may_begin():
            self._arm(ROUND_EVERY_MS // 10)
            return
        if self._round is None:
            self._began_at, self._found, self._rounds = self._decider.decided[0], {}, self._rounds + 1
            self._round = look(self._core, lambda: self._decider.decided[1], first=self._rounds * 499)
        ended = self._slice(self._round)
        if not ended:
            self._arm(BETWEEN_MS if self._decider.depth else 1)
            return
        self._round, self._looked_at, self._due_since = None, self._decider.decided[0], 0
        self._meter.checked("rows")
        for mended in [law for law in self.known if law not in self._found]:
            del self.known[mended]
        if not self._found:
            self._held = self._began_at
        self._arm(ROUND_EVERY_MS)

    def _may_begin(self) -> bool:
        if self._decider.decided[0] == self._looked_at:
            return False  # nothing was decided: nothing can have broken
        now = self._clock.now_ms()
        self._due_since = self._due_since or now
        return self._decider.depth == 0 or now - self._due_since >= WAIT_FOR_QUIET_MS

    def _slice(self, steps: Iterator[list[str]]) -> bool:
        """Whether the round has ended."""
        until = time.perf_counter() + SLICE_S
        try:
            for found in steps:
                if found:
                    self._found.update(dict.fromkeys(found))
                    self._tell(found, self._held)
                if time.perf_counter() > until:
                    return False
        except Exception:
            log.exception("the laws could not be looked at")  # a table that lacks a row: itself a breach
            self._tell(["the laws could not be looked at: a row is missing"], self._held)
        return True

    # ------------------------------------------------------------ what was found

    def _tell(self, found: list[str], since: int) -> None:
        seq, _, given = self._decider.decided
        for law in found:
            if law in self.known or len(self.known) >= MOST:
                continue
            self.known[law] = None
            self._meter.breached()
            log.critical(
                "a law is broken, a defect of Cordpair: %s", law,
                extra={"held_after_entry": since, "broken_after_entry": seq, "newest_input": given},
            )  # fmt: skip
            self._decider.submit(BreachFound(law[:TEXT], since, seq, given))


__all__ = ["BALANCE_EVERY", "ROUND_EVERY_MS", "Decider", "Laws"]
