"""The raw interval: what everything that is reported is computed from, and the only thing that need be kept.

Figures are whole numbers that add up, over intervals, queues, whatever: a metric is computed from sums, never from
other metrics. Of visits, in the quarter of an hour in which the visit began, so that for each interval
``offered == waiting + Σ outcome.X`` holds, and what becomes of a visit later is told where it was offered:

``offered`` · ``contacts`` (of these, a contact's first visit) · ``call_backs`` (… of a call-back) · ``waiting`` ·
``outcome.X`` · ``waited_ms.X`` · ``wait.X.S`` (waited S seconds, rounded up: exact for each threshold in seconds) ·
``placed == placing + Σ placed.X`` (visits of calls that agents placed, by outcome, see ``acd.events_placed``: nobody
waits in them, so nothing else that is above is said) · ``conversations == talking + handled`` · ``talk_ms`` (without
holds), ``hold_ms``, ``holds``, ``ended_by.X`` of those handled · ``in_wrap_up`` · ``wrap_up_ms``. Their ``agent`` is
who was connected, their ``disposition`` the last one.

Of offers, in the interval and with the agent of the offer: ``offers == alerting + Σ offer.X`` · ``alert_ms``.

Of agents, where the clock stood, cut at the quarter; no two at once: ``time.talk`` · ``time.hold`` · ``time.wrap_up`` ·
``time.alerted`` · ``time.idle`` · ``time.not_ready``, of which ``not_ready.REASON``. Their sum is the time signed in.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

INTERVAL_MS = 900_000
TIMES = ("talk", "hold", "wrap_up", "alerted", "idle", "not_ready")


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a figure counts. What does not apply is empty."""

    start: int  # of the interval, ms since the epoch: a multiple of INTERVAL_MS
    queue: str = ""
    service: str = ""
    skills: tuple[str, ...] = ()  # that the visit asked for at first, sorted
    agent: str = ""
    disposition: str = ""


class RawInterval(msgspec.Struct, frozen=True):
    place: Place
    amounts: dict[str, int]


class Sums:
    """Amounts by place, while they are added up."""

    def __init__(self) -> None:
        self.places: dict[Place, dict[str, int]] = {}

    def add(self, place: Place, figure: str, amount: int = 1) -> None:
        if amount:
            amounts = self.places.setdefault(place, {})
            amounts[figure] = amounts.get(figure, 0) + amount

    def add_all(self, place: Place, amounts: Mapping[str, int]) -> None:
        for figure, amount in amounts.items():
            self.add(place, figure, amount)

    def copy(self) -> "Sums":
        other = Sums()
        other.places = {place: dict(amounts) for place, amounts in self.places.items()}
        return other

    def rows(self) -> list[RawInterval]:
        """In order of their places."""
        return [RawInterval(place, dict(sorted(self.places[place].items()))) for place in sorted(self.places)]


def interval_of(at: int) -> int:
    return at - at % INTERVAL_MS


def total(rows: Iterable[RawInterval], wanted: Callable[[Place], bool] = lambda _: True) -> dict[str, int]:
    """All amounts of the places that are wanted, added up."""
    found: dict[str, int] = {}
    for row in rows:
        if wanted(row.place):
            for figure, amount in row.amounts.items():
                found[figure] = found.get(figure, 0) + amount
    return found


__all__ = ["INTERVAL_MS", "TIMES", "Place", "RawInterval", "Sums", "interval_of", "total"]
