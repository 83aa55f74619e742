"""A link: opened, told, lost, opened again, and never again once fenced."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cordpair.acd.causes import Cause
from cordpair.acd.commands import Answer
from cordpair.acd.inputs import Fenced, LegEnded, LegRinging, LinkDown, LinkUp
from cordpair.ids import LegId, NodeId
from cordpair.pbx import LinkEnd, LinkLost, LoginRefused
from cordpair.runtime.executor import Executor
from cordpair.runtime.supervisor import LinkState, Supervisor

NODE = NodeId("n1")
LEG = LegId("l1")
ENDED = LegEnded(LEG, Cause.NORMAL)


class Inbox:
    def __init__(self) -> None:
        self.inputs: list[Any] = []
        self.overloaded = False

    def submit(self, input: Any) -> None:
        self.inputs.append(input)

    def kinds(self) -> list[str]:
        return [type(input).__name__ for input in self.inputs]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def fenced() -> list[NodeId]:
    return []


@pytest.fixture
async def executor(driver, clock, inbox) -> Executor:
    return Executor({NODE: driver}, None, clock, inbox.submit)  # type: ignore[arg-type]


@pytest.fixture
async def supervisor(driver, inbox, executor, clock, fenced) -> Supervisor:
    return Supervisor(driver, inbox, executor, clock, lambda: 0.5, fenced.append)


@pytest.fixture
async def running(supervisor) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(supervisor.run())
    yield task
    task.cancel()
    await asyncio.wait({task})


async def test_link_up_comes_with_the_snapshot_and_inputs_follow(running, driver, clock, inbox, supervisor) -> None:
    await clock.settle()
    assert inbox.inputs == [LinkUp(NODE, inbox.inputs[0].snapshot)]
    assert inbox.inputs[0].snapshot.epoch == "epoch1"
    assert supervisor.state is LinkState.UP
    driver.emit(LegRinging(LEG))
    assert inbox.inputs[1:] == [LegRinging(LEG)]


async def test_what_happens_between_open_and_the_snapshot_is_told_after_it(driver, supervisor, clock, inbox) -> None:
    snapshot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    driver.open_with.append(lambda emit: emit(LegRinging(LEG)))
    driver.snapshots.append(snapshot)
    task = asyncio.create_task(supervisor.run())
    await clock.settle()
    driver.emit(ENDED)
    assert inbox.inputs == []
    snapshot.set_result(None)
    await clock.settle()
    assert inbox.kinds() == ["LinkUp", "LegRinging", "LegEnded"]
    task.cancel()
    await asyncio.wait({task})


async def test_the_link_is_taken_up_again_and_old_inputs_are_not_heard(running, driver, clock, inbox, supervisor):
    await clock.settle()
    old = driver.emit
    driver.end.set_result(LinkEnd("the cable"))
    await clock.settle()
    assert inbox.inputs[1:] == [LinkDown(NODE, "the cable")]
    assert supervisor.state is LinkState.DOWN
    await clock.advance(5_000)
    old(ENDED)
    assert inbox.kinds() == ["LinkUp", "LinkDown", "LinkUp"]
    assert (driver.opened, driver.closed) == (2, 1)


async def test_delays_double_up_to_five_seconds_with_jitter(driver, supervisor, clock) -> None:
    driver.open_with.extend(LinkLost("nobody there") for _ in range(9))
    opened: list[int] = []
    task = asyncio.create_task(supervisor.run())
    start = clock.now_ms()
    while len(opened) < 10:
        await clock.settle()
        if len(opened) < driver.opened:
            opened.append(clock.now_ms() - start)
        await clock.advance(5)
    gaps = [after - before for before, after in itertools.pairwise(opened)]
    assert gaps == [50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500]
    task.cancel()
    await asyncio.wait({task})


async def test_no_link_down_without_a_link_up(driver, supervisor, clock, inbox, running) -> None:
    driver.open_with.append(LinkLost("nobody there"))
    driver.snapshots.append(LinkLost("and gone"))
    await clock.advance(60_000)
    assert inbox.kinds() == ["LinkUp"]
    assert driver.opened == 3


@pytest.mark.parametrize("stage", ["open_with", "snapshots"])
async def test_a_driver_that_hangs_or_is_defective_is_opened_again(driver, supervisor, clock, inbox, stage, caplog):
    getattr(driver, stage).extend([asyncio.get_running_loop().create_future(), ZeroDivisionError("bug")])
    task = asyncio.create_task(supervisor.run())
    await clock.advance(60_000)
    assert inbox.kinds() == ["LinkUp"]
    assert driver.opened == 3
    assert "no answer in time" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    task.cancel()
    await asyncio.wait({task})


async def test_refused_credentials_are_said_each_time_and_tried_seldom(driver, supervisor, clock, inbox, caplog):
    driver.open_with.extend(LoginRefused("ari://pbx: user cordpair is not accepted") for _ in range(3))
    task = asyncio.create_task(supervisor.run())
    await clock.advance(44_000)
    assert driver.opened == 3
    await clock.advance(2_000)
    assert inbox.kinds() == ["LinkUp"]
    assert caplog.text.count("user cordpair is not accepted") == 3
    task.cancel()
    await asyncio.wait({task})


async def test_fenced_by_the_link_s_end_is_final(running, driver, clock, inbox, fenced, executor, supervisor) -> None:
    await clock.settle()
    driver.end.set_result(LinkEnd("replaced", fenced=True))
    await clock.advance(60_000)
    assert inbox.inputs[1:] == [Fenced(NODE)]
    assert (driver.opened, fenced, supervisor.state) == (1, [NODE], LinkState.FENCED)
    assert running.done()
    executor.run([Answer(NODE, LEG)])
    await clock.settle()
    assert driver.calls == []


async def test_fenced_as_an_input_counts_at_once_and_once(running, driver, clock, inbox, fenced, executor) -> None:
    await clock.settle()
    driver.emit(Fenced(NODE))
    executor.run([Answer(NODE, LEG)])
    await clock.advance(60_000)
    assert inbox.inputs[1:] == [Fenced(NODE)]
    assert driver.calls == []
    assert fenced == [NODE]
    assert running.done()


async def test_an_overloaded_engine_gives_the_link_up_and_begins_anew(running, driver, clock, inbox, supervisor):
    await clock.settle()
    inbox.overloaded = True
    driver.emit(LegRinging(LEG))
    driver.emit(ENDED)
    await clock.advance(1_000)
    assert inbox.inputs[1:] == [LinkDown(NODE, "overloaded")]
    assert driver.opened == 1
    inbox.overloaded = False
    await clock.advance(1_000)
    assert inbox.kinds() == ["LinkUp", "LinkDown", "LinkUp"]


async def test_a_good_link_makes_the_next_delay_short(driver, supervisor, clock, inbox) -> None:
    driver.open_with.extend(LinkLost("nobody there") for _ in range(8))
    task = asyncio.create_task(supervisor.run())
    await clock.advance(30_000)
    assert inbox.kinds() == ["LinkUp"]
    await clock.advance(20_000)
    driver.end.set_result(LinkEnd("cut"))
    await clock.advance(50)
    assert inbox.kinds() == ["LinkUp", "LinkDown", "LinkUp"]
    task.cancel()
    await asyncio.wait({task})
