"""When a queue asks for a person: its thresholds as they are told, and which of them are passed.

They travel with the queue's row, and who shows the row says what is passed: a wait grows without anything happening.
``webrtc-gateway/web/src/office/wall/alarms.ts`` says the same in a browser; tests give both the same cases.
"""

from collections.abc import Iterator
from typing import Literal, get_args

from cordpair.api.expected import ExpectedWait
from cordpair.api.views import QueueView, Thresholds
from cordpair.config.model import Alarms

Alarm = Literal["waiting", "longest_wait", "expected_wait", "service_level", "abandon_rate", "ready_below"]
ALARMS: tuple[Alarm, ...] = get_args(Alarm)


def thresholds(own: Alarms, usual: Alarms) -> Thresholds:
    """``usual``: of all queues."""
    both = own.over(usual)
    return Thresholds(
        waiting=both.waiting or 0,
        longest_wait=_seconds(both.longest_wait),
        expected_wait=_seconds(both.expected_wait),
        service_level=both.service_level or 0,
        abandon_rate=both.abandon_rate or 0,
        ready_below=both.ready_below or 0,
        least_offered=both.least_offered or 0,
    )


def _seconds(ms: int | None) -> float:
    return ms / 1_000 if ms else 0


def raised(view: QueueView, now_ms: int) -> Iterator[Alarm]:
    """Which thresholds are passed at the moment."""
    limit, today, expected = view.alarms, view.today, view.expected_wait
    since = view.longest_waiting_since
    if limit.waiting and view.waiting >= limit.waiting:
        yield "waiting"
    if limit.longest_wait and since is not None and now_ms / 1_000 - since.timestamp() >= limit.longest_wait:
        yield "longest_wait"
    if limit.expected_wait and isinstance(expected, ExpectedWait) and expected.high >= limit.expected_wait:
        yield "expected_wait"
    if today is not None and today.offered >= max(1, limit.least_offered):
        level, rate = today.service_level, today.abandon_rate
        if limit.service_level and level is not None and level * 100 < limit.service_level:
            yield "service_level"
        if limit.abandon_rate and rate is not None and rate * 100 > limit.abandon_rate:
            yield "abandon_rate"
    if limit.ready_below and view.ready < limit.ready_below:
        yield "ready_below"


__all__ = ["ALARMS", "Alarm", "raised", "thresholds"]
