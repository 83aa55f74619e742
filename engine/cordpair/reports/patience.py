"""How long something is read for one question: the process that reads has others to answer, and to count."""

import contextlib
import math
import sqlite3
import time
from collections.abc import Iterable, Iterator
from typing import Self, TypeVar

import msgspec

from cordpair.reports.days import TooMuch

T = TypeVar("T")

LOOK_EVERY = 1_024  # rows; some 10 ms
STEPS = 100_000  # of SQLite's machine; some ms


class TooSlow(TooMuch):
    """More than can be told in time; on a machine that is less busy it may be told."""


class Patience(msgspec.Struct, frozen=True):
    until: float  # of the monotonic clock

    @classmethod
    def for_s(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def each(self, rows: Iterable[T]) -> Iterator[T]:
        """Between two of them nothing is half done. Raises TooSlow."""
        for number, row in enumerate(rows):
            if number % LOOK_EVERY == 0 and self._is_over():
                raise TooSlow(SAID)
            yield row

    @contextlib.contextmanager
    def reading(self, connection: sqlite3.Connection) -> Iterator[None]:
        """What is looked for there may take long before the first row is found. Raises TooSlow."""
        connection.set_progress_handler(self._is_over, STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise TooSlow(SAID) from None
            raise
        finally:
            connection.set_progress_handler(None, 0)

    def _is_over(self) -> bool:
        return time.monotonic() > self.until


ENDLESS = Patience(math.inf)
SAID = "to: takes too long; ask for fewer days"


__all__ = ["ENDLESS", "Patience", "TooSlow"]
