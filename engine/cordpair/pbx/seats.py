"""The status of the seats a driver watches: reported when it changes, never for our own ring. Pure."""

from cordpair.acd.causes import SeatStatus

Change = tuple[str, SeatStatus]


class Seats:
    """Seats of one link, by endpoint. A status is None until it is known."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        self._status: dict[str, SeatStatus | None] = dict.fromkeys(endpoints)
        self._news: dict[str, int] = dict.fromkeys(endpoints, 0)
        self._last: dict[str, SeatStatus | None] = dict.fromkeys(endpoints)  # what was said last, passed over or not

    def __contains__(self, endpoint: object) -> bool:
        return endpoint in self._status

    @property
    def endpoints(self) -> tuple[str, ...]:
        return tuple(self._status)

    def watch(self, endpoints: tuple[str, ...]) -> tuple[str, ...]:
        """Watch these instead; those that are new."""
        added = tuple(endpoint for endpoint in endpoints if endpoint not in self._status)
        self._status = {endpoint: self._status.get(endpoint) for endpoint in endpoints}
        self._news = {endpoint: self._news.get(endpoint, 0) for endpoint in endpoints}
        return added

    def news(self, endpoint: str) -> int:
        """Grows with every event about the seat: what was asked before the last one is old."""
        return self._news.get(endpoint, 0)

    def heard_of(self, endpoint: str) -> None:
        """Something happened to the seat, which is now to be asked about."""
        if endpoint in self._news:
            self._news[endpoint] += 1

    def passed_over(self, endpoint: str) -> bool:
        """Whether what was said last about the seat is not what we reported (or nothing was said yet)."""
        last = self._last.get(endpoint)
        return last is None or last is not self._status.get(endpoint)

    def event(self, endpoint: str, status: SeatStatus, *, ours: bool) -> Change | None:
        """The PBX says by itself how the seat is; the change to report."""
        if endpoint not in self._status:
            return None
        self._news[endpoint] += 1
        return self._see(endpoint, status, ours=ours)

    def reply(self, endpoint: str, status: SeatStatus, *, ours: bool, asked_at: int) -> Change | None:
        """The answer to a question that was asked when ``news`` was ``asked_at``."""
        if self._news.get(endpoint) != asked_at:
            return None
        if ours and self._status[endpoint] is SeatStatus.BUSY:
            self._status[endpoint] = None  # seen before the leg was known for ours
        return self._see(endpoint, status, ours=ours)

    def status(self, endpoint: str) -> SeatStatus | None:
        return self._status.get(endpoint)

    def _see(self, endpoint: str, status: SeatStatus, *, ours: bool) -> Change | None:
        self._last[endpoint] = status
        if ours and status is SeatStatus.BUSY:  # our own ring or call
            if self._status[endpoint] is not None:
                return None
            status = SeatStatus.REACHABLE
        if self._status[endpoint] is status:
            return None
        self._status[endpoint] = status
        return endpoint, status


__all__ = ["Seats"]
