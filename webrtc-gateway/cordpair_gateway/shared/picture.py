"""What one who looks late must be shown: the last full picture and everything since. Bounded; pure."""

from cordpair_gateway.shared.frames import Batch, frame_of

TAIL_BYTES = 2 * 1024 * 1024
TAIL_EVENTS = 5_000
META_BYTES = 16 * 1024  # of a page's size and address


class Picture:
    """Where the tail grows over its bounds, all is dropped: who looks then waits for the next full picture."""

    def __init__(self, tail_bytes: int = TAIL_BYTES, tail_events: int = TAIL_EVENTS) -> None:
        self._most_bytes, self._most_events = tail_bytes, tail_events
        self._meta = b""
        self.clear()

    def clear(self) -> None:
        self.frames: list[bytes] = []
        self._bytes = self._events = 0

    @property
    def whole(self) -> bool:
        """Whether there is one to show."""
        return bool(self.frames)

    def add(self, batch: Batch) -> bool:
        """Whether it is time to ask for a new one."""
        if batch.start is not None:
            self._begin(batch, batch.start)
        elif self.frames:
            frame = batch.frame()
            self.frames.append(frame)
            self._bytes += len(frame)
            self._events += len(batch.events)
        if batch.meta is not None:
            meta = bytes(batch.events[batch.meta])
            self._meta = meta if len(meta) <= META_BYTES else b""
        if self._bytes <= self._most_bytes and self._events <= self._most_events:
            return False
        self.clear()
        return True

    def _begin(self, batch: Batch, start: int) -> None:
        """What lies before is over. A picture whose size came in an earlier message gets it back."""
        self.clear()
        if self._meta and batch.meta is None:
            self.frames.append(frame_of((self._meta, *batch.events[start:])))
        else:
            self.frames.append(batch.frame(start))


__all__ = ["META_BYTES", "TAIL_BYTES", "TAIL_EVENTS", "Picture"]
