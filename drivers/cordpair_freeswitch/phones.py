"""Whether the seats we watch can be rung: their phones, and the calls on them that are none of ours. Pure."""

from cordpair.acd.causes import SeatStatus
from cordpair.pbx import Seats

Change = tuple[str, SeatStatus]


class Phones:
    """The seats of one link. What an event says counts: the database that answers questions lags behind it."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        self.seats = Seats(endpoints)
        self.to_tell: dict[str, None] = {}  # seats at which a call began or ended
        self._there: dict[str, bool] = {}  # seat → whether its phone is registered and answers
        self._registrations: dict[str, str] = {}  # seat → the id of the one that counts
        self._others: dict[str, str] = {}  # channels that are none of our ringing → the seat they occupy

    def registered(self, endpoint: str, registration: str) -> None:
        """From now on this one counts, and what is said about the one before is none of the phone's."""
        if endpoint in self.seats:
            self._registrations[endpoint] = registration

    def said(self, endpoint: str, *, there: bool, ours: bool, registration: str = "") -> Change | None:
        """An event about its phone."""
        if endpoint not in self.seats or registration != self._registrations.get(endpoint, registration):
            return None
        self.seats.heard_of(endpoint)
        self._there[endpoint] = there
        return self._change(endpoint, ours=ours)

    def read(self, endpoint: str, *, there: bool, asked_at: int, ours: bool, registration: str = "") -> Change | None:
        """The reply to a question that was asked when its news was ``asked_at``."""
        if endpoint not in self.seats or (self.seats.news(endpoint) != asked_at and endpoint in self._there):
            return None
        self._there[endpoint] = there
        self._registrations.pop(endpoint, None)
        if registration:
            self._registrations[endpoint] = registration
        return self._change(endpoint, ours=ours)

    def again(self, endpoint: str, *, ours: bool) -> Change | None:
        """A call at it has begun or ended."""
        known = endpoint in self.seats and endpoint in self._there
        return self._change(endpoint, ours=ours) if known else None

    def begins(self, uuid: str, endpoint: str) -> None:
        """A call that we have not made occupies the seat."""
        if endpoint in self.seats and uuid not in self._others:
            self._others[uuid] = endpoint
            self._moved(endpoint)

    def ends(self, uuid: str) -> None:
        endpoint = self._others.pop(uuid, None)
        if endpoint is not None:
            self._moved(endpoint)

    def _moved(self, endpoint: str) -> None:
        self.seats.heard_of(endpoint)
        self.to_tell[endpoint] = None

    def _change(self, endpoint: str, *, ours: bool) -> Change | None:
        foreign = endpoint in self._others.values()
        status = SeatStatus.REACHABLE if self._there[endpoint] else SeatStatus.UNREACHABLE
        if self._there[endpoint] and (foreign or ours):
            status = SeatStatus.BUSY
        return self.seats.reply(endpoint, status, ours=not foreign, asked_at=self.seats.news(endpoint))


__all__ = ["Phones"]
