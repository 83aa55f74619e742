"""Snapshots of the tables, so that a restart replays a short tail.

Encoding stops the world, so it waits for a quiet moment: nothing in the inbox and nothing decided for ``quiet_ms``.
A centre that is never quiet gets one anyway after ``FORCE`` times as many entries.
"""

import logging
import time
from collections.abc import Callable

import msgspec

from cordpair.acd.model import State
from cordpair.clock import Clock, Handle
from cordpair.errors import JournalError
from cordpair.journal import Journal
from cordpair.observe import Meter
from cordpair.runtime.core import Core

log = logging.getLogger(__name__)

EVERY = 50_000  # entries; decoding and folding as many takes about half a second
FORCE = 10
QUIET_MS = 50

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def encode(state: State) -> bytes:
    return _encoder.encode(state)


def decode(data: bytes) -> State:
    """Raises msgspec.DecodeError for the state of another version."""
    return _decoder.decode(data)


class Snapshots:
    def __init__(
        self, core: Core, journal: Journal, clock: Clock, idle: Callable[[], bool], meter: Meter | None = None
    ) -> None:
        self.every = EVERY
        self._core = core
        self._journal = journal
        self._clock = clock
        self._idle = idle
        self._meter = meter or Meter()
        self._since = 0
        self._counted_at_arming = 0
        self._handle: Handle | None = None

    def count(self, entries: int = 1) -> None:
        """So many entries were appended since the last snapshot."""
        self._since += entries
        if self._since >= self.every and self._handle is None:
            self._arm()

    def save(self) -> None:
        """Now: at the start after a long replay, and at the end."""
        self._since = 0
        began = time.perf_counter()
        try:
            self._journal.save_snapshot(self._journal.last_seq, encode(self._core.state))
        except JournalError as error:
            log.warning("no snapshot was saved: %s", error)  # the journal alone is enough to recover
        self._meter.saved_snapshot(time.perf_counter() - began)

    def save_if_changed(self) -> None:
        if self._since:
            self.save()

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        self._counted_at_arming = self._since
        self._handle = self._clock.call_later(QUIET_MS, self._look)

    def _look(self) -> None:
        self._handle = None
        quiet = self._idle() and self._since == self._counted_at_arming
        if quiet or self._since >= FORCE * self.every:
            self.save()
        else:
            self._arm()


__all__ = ["EVERY", "FORCE", "QUIET_MS", "Snapshots", "decode", "encode"]
