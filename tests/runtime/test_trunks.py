"""What is observed of trunks: states and their alarms, strange calls, and nothing personal."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from cordpair.acd.inputs import Caller, LegArrived
from cordpair.ids import LegId, NodeId
from cordpair.pbx import LinkLost
from cordpair.pbx.trunks import TrunkSeen, TrunkStatus
from cordpair.runtime import TrunkHealth, Trunks, WatchedTrunk
from cordpair.runtime.trunks import AGAIN_MS, EQUAL, TOLD_MS
from cordpair.testing import ManualClock

NODE = NodeId("n1")
TRUNK = WatchedTrunk(NODE, "sim", asked=True, numbers=frozenset({"5000"}))
UP, DOWN = TrunkSeen("sim", TrunkStatus.UP, 12.5), TrunkSeen("sim", TrunkStatus.DOWN)


def arrival(number: str = "", to: str = "5000", endpoint: str = "sim", dialled: str = "5000") -> LegArrived:
    return LegArrived(
        leg=LegId("l"), node=NODE, dialled=dialled, arrived_at=0, to=to, endpoint=endpoint, caller=Caller(number=number)
    )


def trunks(clock: ManualClock, *wanted: WatchedTrunk) -> Trunks:
    found = Trunks({}, clock, lambda: wanted or (TRUNK,))
    found.look()
    return found


def test_down_is_an_alarm_until_it_answers() -> None:
    health = TrunkHealth(TRUNK)
    assert health.alarms(0) == ()
    health.see(UP, 1_000)
    health.see(DOWN, 2_000)
    health.see(DOWN, 3_000)
    assert (health.alarms(3_000), health.since, health.answered_at) == (("down",), 2_000, 1_000)
    assert health.round_trip_ms == 12.5  # of the last answer
    health.see(UP, 4_000)
    assert (health.alarms(4_000), health.since, health.answered_at) == ((), 4_000, 4_000)


def test_each_change_is_one_line_in_the_log(caplog) -> None:
    health = TrunkHealth(TRUNK)
    with caplog.at_level(logging.INFO):
        for seen in (UP, DOWN, DOWN, UP, UP):
            health.see(seen, 0)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_ten_equal_callers_are_told_once(caplog) -> None:
    clock = ManualClock()
    found = trunks(clock)
    (health,) = found.health
    for _ in range(EQUAL - 1):
        found.arrived(arrival("0309999"))
    assert health.alarms(0) == ()
    found.arrived(arrival(""))  # withheld: says nothing
    assert health.alarms(0) == ()
    for _ in range(5):
        found.arrived(arrival("0309999"))
    assert health.alarms(0) == ("equal_callers",)
    assert len(caplog.records) == 1
    assert "0309999" not in caplog.text
    found.arrived(arrival("0301111"))
    assert health.alarms(0) == ()


def test_an_unknown_number_is_told_for_an_hour(caplog) -> None:
    clock = ManualClock()
    found = trunks(clock)
    (health,) = found.health
    found.arrived(arrival(to="5000", dialled="77"))
    found.arrived(arrival(to="", dialled="5000"))  # To says nothing: what was dialled
    assert (health.unknown_numbers, health.calls) == (0, 2)
    found.arrived(arrival(to="77", endpoint="another"))  # none of ours
    found.arrived(arrival(to="77"))
    now = clock.now_ms()
    assert (health.alarms(now), health.unknown_numbers) == (("unknown_number",), 1)
    assert "77" not in caplog.text
    assert health.alarms(now + TOLD_MS) == ()


def test_without_numbers_any_is_known() -> None:
    found = trunks(ManualClock(), WatchedTrunk(NODE, "sim", asked=True))
    found.arrived(arrival(to="77"))
    assert found.health[0].alarms(0) == ()


class Pbx:
    """A driver that says what a test wants it to say."""

    node = NODE

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.tell: Callable[[TrunkSeen], None] = lambda seen: None
        self.lost = asyncio.Event()
        self.opened = asyncio.Event()

    async def observe_trunks(self, trunks, tell) -> None:
        self.asked.append(trunks)
        self.tell = tell
        self.opened.set()
        await self.lost.wait()
        raise LinkLost("gone")


async def test_a_lost_link_says_unknown_and_is_opened_again() -> None:
    clock, pbx = ManualClock(), Pbx()
    silent = WatchedTrunk(NODE, "quiet", asked=False)
    found = Trunks({NODE: pbx}, clock, lambda: (TRUNK, silent))
    async with asyncio.timeout(5), found.observing():
        await pbx.opened.wait()
        pbx.tell(UP)
        health = found.health[0]
        assert health.round_trip_ms == 12.5
        pbx.opened.clear()
        pbx.lost.set()
        while health.status is not TrunkStatus.UNKNOWN:
            await asyncio.sleep(0)
        pbx.lost.clear()
        await asyncio.sleep(0)
        await clock.advance(AGAIN_MS)
        await pbx.opened.wait()
    assert pbx.asked == [("sim",), ("sim",)]  # who is not asked for life is not observed


@pytest.mark.parametrize("endpoint", ["", "101"])
def test_a_call_of_no_trunk_is_nobodys(endpoint) -> None:
    found = trunks(ManualClock())
    found.arrived(arrival("0301", endpoint=endpoint))
    assert found.health[0].calls == 0
