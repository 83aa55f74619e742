"""Trunks: whether they answer, and what is strange about the calls that they bring. An observation, of now."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import get_args

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cordpair.api.call import Call
from cordpair.clock import Clock
from cordpair.config import Config
from cordpair.config.trunks import settled
from cordpair.ids import NodeId
from cordpair.pbx.trunks import TrunkStatus
from cordpair.reports.days import moment_or_none
from cordpair.runtime import Engine, TrunkAlarm, TrunkHealth, Trunks, WatchedTrunk

ALARMS: tuple[TrunkAlarm, ...] = get_args(TrunkAlarm)


class TrunkView(msgspec.Struct, frozen=True, kw_only=True):
    """``since``: it is as it is. ``answered_at``: when it was last known to answer. ``round_trip``: seconds, of the
    last question that we know of. Calls are counted since the engine started."""

    id: str
    node: NodeId
    status: str  # up, down, unknown
    asked: bool
    since: datetime | None
    answered_at: datetime | None
    round_trip: float | None
    calls: int
    unknown_numbers: int
    alarms: tuple[str, ...]


class TrunkList(msgspec.Struct, frozen=True):
    trunks: tuple[TrunkView, ...]


async def list_trunks(call: Call) -> bytes:
    trunks, now = call.office.trunks, call.engine.clock.now_ms()
    views = tuple(_view(each, now) for each in trunks.health) if trunks is not None else ()
    return msgspec.json.encode(TrunkList(views))


def _view(health: TrunkHealth, now_ms: int) -> TrunkView:
    return TrunkView(
        id=health.of.trunk,
        node=health.of.node,
        status=health.status.value,
        asked=health.of.asked,
        since=moment_or_none(health.since),
        answered_at=moment_or_none(health.answered_at),
        round_trip=round(health.round_trip_ms / 1_000, 6) if health.round_trip_ms is not None else None,
        calls=health.calls,
        unknown_numbers=health.unknown_numbers,
        alarms=health.alarms(now_ms),
    )


def trunks_of(engine: Engine) -> Trunks:
    """Those of the configuration in force, now and after each change of it."""
    reloader = engine.reloader
    return Trunks(engine.drivers, engine.clock, lambda: watched(reloader.config) if reloader is not None else ())


@asynccontextmanager
async def observing(engine: Engine, trunks: Trunks) -> AsyncIterator[None]:
    async with trunks.observing():
        if engine.reloader is None:
            yield
            return
        engine.reloader.watchers.append(trunks.look)
        try:
            yield
        finally:
            engine.reloader.watchers.remove(trunks.look)


def watched(config: Config) -> tuple[WatchedTrunk, ...]:
    """Each on each PBX that has it."""
    return tuple(
        WatchedTrunk(NodeId(node), name, bool(settled(trunk).options), frozenset(trunk.numbers))
        for name, trunk in config.trunks.items()
        for node in config.pbx
        if trunk.node in (None, node)
    )


class TrunkFigures(Collector):
    """For Prometheus, looked at when it asks."""

    def __init__(self, trunks: Trunks, clock: Clock) -> None:
        self._trunks, self._clock = trunks, clock

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("cordpair_trunk_up", "Whether the trunk answers", labels=["node", "trunk"])
        took = GaugeMetricFamily(
            "cordpair_trunk_round_trip_seconds", "Time to the trunk's last known answer", labels=["node", "trunk"]
        )
        calls = CounterMetricFamily("cordpair_trunk_calls", "Calls that the trunk brought", labels=["node", "trunk"])
        strange = CounterMetricFamily(
            "cordpair_trunk_unknown_numbers", "Calls for numbers that are none of the trunk's", labels=["node", "trunk"]
        )
        alarms = GaugeMetricFamily(
            "cordpair_trunk_alarm", "Whether something is wrong with the trunk", labels=["node", "trunk", "alarm"]
        )
        now = self._clock.now_ms()
        for health in self._trunks.health:
            name = [health.of.node, health.of.trunk]
            if health.status is not TrunkStatus.UNKNOWN:
                up.add_metric(name, float(health.status is TrunkStatus.UP))
            if health.round_trip_ms is not None:
                took.add_metric(name, health.round_trip_ms / 1_000)
            calls.add_metric(name, health.calls)
            strange.add_metric(name, health.unknown_numbers)
            raised = health.alarms(now)
            for alarm in ALARMS:
                alarms.add_metric([*name, alarm], float(alarm in raised))
        yield from (up, took, calls, strange, alarms)


__all__ = ["TrunkFigures", "TrunkList", "TrunkView", "list_trunks", "observing", "trunks_of", "watched"]
