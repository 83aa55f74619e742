"""A journal that stands for a machine which dies at a given entry, and its successor: what was on the disk."""

from collections.abc import Callable
from enum import StrEnum

from cordpair.journal import Entry, InMemoryJournal, OnCommitted, current_codec

CODEC = current_codec()  # takes 4 ms to make


class Death(StrEnum):
    LOST = "lost"  # the entry never reached the disk
    SILENT = "silent"  # committed; nothing that follows from it was done
    ACTED = "acted"  # committed and commanded; the PBX did it, and nobody heard of it
    DISK_FULL = "disk_full"  # the disk refuses the entry: the engine must stop by itself


class FragileJournal(InMemoryJournal):
    def __init__(self, *, run: str = "test") -> None:
        super().__init__(CODEC, run=run)
        self.dies_at: int | None = None
        self.death = Death.LOST
        self.die: Callable[[], None] | None = None  # kills the engine

    def append(self, entry: Entry, on_committed: OnCommitted | None = None) -> None:
        if entry.seq != self.dies_at or self.die is None:
            super().append(entry, on_committed)
            return
        die = self.die
        if self.death is Death.SILENT:
            super().append(entry, die)
        elif self.death is Death.ACTED:

            def act_and_die() -> None:
                if on_committed is not None:
                    on_committed()
                self._loop.call_soon(die)  # behind the tasks of the commands

            super().append(entry, act_and_die)
        elif self.death is Death.LOST:
            self.hold()
            super().append(entry, on_committed)
            self._loop.call_soon(die)
        else:
            self.fail()
            die()
            super().append(entry, on_committed)

    def successor(self) -> "FragileJournal":
        after = FragileJournal(run=self.run)
        after._rows = list(self._rows)
        after._last_seq = len(after._rows)
        after._snapshots = list(self._snapshots)
        return after


__all__ = ["Death", "FragileJournal"]
