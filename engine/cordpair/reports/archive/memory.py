"""What must be known to count on after the newest entry that is counted, as it is written down beside the sums."""

import zlib

import msgspec

from cordpair.journal import Entry
from cordpair.reports.archive.contacts import Tracks
from cordpair.reports.folding import Folder, Memory
from cordpair.reports.raw import Sums
from cordpair.reports.reconcile import Standing, counted_of


class _Written(msgspec.Struct):
    folder: Memory
    tracks: Tracks
    counted: list[tuple[str, str, int]]
    floor: int
    lifted_at: int


class Counting:
    """A folder, the contacts that it met, and what of its sums is not written down yet.

    Where entries are counted again of which the sums are written down, those of intervals before ``floor`` are left
    out, up to the entry ``lifted_at``: what went on then is in no sum that is written down.
    """

    def __init__(self, folder: Folder, tracks: Tracks | None = None, floor: int = 0, lifted_at: int = 0) -> None:
        self.folder = folder
        self.tracks = tracks if tracks is not None else Tracks()
        self.counted: Standing = {}  # as the engine's own counters are kept
        self._floor = floor
        self._lifted_at = lifted_at
        self._final = Sums()

    def add(self, entry: Entry) -> None:
        self.folder.add(entry)
        if entry.seq == self._lifted_at:
            self._collect()
            self._floor = 0

    def _collect(self) -> None:
        for row in self.folder.take().rows():
            for name, amount in counted_of([row]).items():
                self.counted[name] = self.counted.get(name, 0) + amount
            if row.place.start >= self._floor:
                self._final.add_all(row.place, row.amounts)

    def take(self) -> Sums:
        """What cannot change any more, since the last time."""
        self._collect()
        taken, self._final = self._final, Sums()
        return taken

    def rows(self, until: int) -> Sums:
        """What was not taken yet, and what may change still, as it stands."""
        self._collect()
        sums = self._final.copy()
        going_on = Sums()
        self.folder.count_open(until, going_on)
        for place, amounts in going_on.places.items():
            if place.start >= self._floor:
                sums.add_all(place, amounts)
        return sums

    def standing(self, until: int) -> Standing:
        """All that was ever counted, as the engine keeps it."""
        self._collect()
        found = dict(self.counted)
        for name, amount in counted_of(self.folder.intervals(until)).items():
            found[name] = found.get(name, 0) + amount
        return found

    def write(self) -> bytes:
        """After ``take``."""
        counted = [(queue, figure, amount) for (queue, figure), amount in self.counted.items()]
        written = _Written(self.folder.memory, self.tracks, counted, self._floor, self._lifted_at)
        return zlib.compress(_encoder.encode(written), 1)

    @classmethod
    def read(cls, written: bytes) -> "Counting":
        """Raises ValueError when another version wrote it, or it is damaged."""
        try:
            found = _decoder.decode(zlib.decompress(written))
        except (zlib.error, msgspec.DecodeError) as error:
            raise ValueError(str(error)) from error
        counting = cls(Folder(memory=found.folder), found.tracks, found.floor, found.lifted_at)
        counting.counted = {(queue, figure): amount for queue, figure, amount in found.counted}
        return counting


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Written)


__all__ = ["Counting"]
