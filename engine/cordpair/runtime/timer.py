"""The one armed timer: it fires at the core's next deadline."""

from collections.abc import Callable

from cordpair.clock import Clock, Handle


class Timer:
    """Armed at the earliest deadline it was told. A deadline that moved back is noticed when the timer runs.

    Most inputs move the next deadline or leave it alone; letting an early timer run once and look again is cheaper
    than cancelling and arming anew at each input.
    """

    def __init__(self, clock: Clock, deadline: Callable[[], int | None], fire: Callable[[], None]) -> None:
        self._clock = clock
        self._deadline = deadline
        self._fire = fire
        self._handle: Handle | None = None
        self._at = 0

    @property
    def armed_at(self) -> int | None:
        return None if self._handle is None else self._at

    def look(self, not_before: int = 0) -> None:
        """Arm for the deadline as it is now, but not for a moment before ``not_before``."""
        due = self._deadline()
        if due is None:
            return
        due = max(due, not_before)
        if self._handle is None or due < self._at:
            self.cancel()
            self._at = due
            self._handle = self._clock.call_later(max(0, due - self._clock.now_ms()), self._run)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = None
        due = self._deadline()
        if due is None:
            return
        if due <= self._clock.now_ms():
            self._fire()
        else:
            self.look()


__all__ = ["Timer"]
