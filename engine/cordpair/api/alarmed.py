"""The wall-board's alarms for Prometheus, looked at when it asks."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cordpair.api.alarms import ALARMS, raised
from cordpair.api.board import Board
from cordpair.api.touched import Kind
from cordpair.clock import Clock


class Alarmed(Collector):
    """Which thresholds of the wall-board are passed: 1, and 0 of those that are not."""

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board, self._clock = board, clock

    def collect(self) -> Iterable[Metric]:
        alarms = GaugeMetricFamily(
            "cordpair_alarm", "Whether a threshold of the wall-board is passed", labels=["queue", "alarm"]
        )
        now = self._clock.now_ms()
        for piece in self._board.all(Kind.QUEUE):
            passed = set(raised(piece.view, now))
            for alarm in ALARMS:
                if getattr(piece.view.alarms, alarm):
                    alarms.add_metric([piece.view.id, alarm], float(alarm in passed))
        yield alarms


__all__ = ["Alarmed"]
