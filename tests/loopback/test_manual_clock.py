"""The manual clock: timers in order, tasks at rest in between."""

import asyncio

from cordpair.testing import ManualClock


async def test_timers_run_in_order_of_time_then_of_arming() -> None:
    clock, ran = ManualClock(0), []
    for name, delay in [("c", 20), ("a", 10), ("b", 10)]:
        clock.call_later(delay, lambda name=name: ran.append((name, clock.now_ms())))  # type: ignore[misc]
    await clock.advance(15)
    assert ran == [("a", 10), ("b", 10)]
    assert clock.now_ms() == 15
    await clock.advance(5)
    assert ran[-1] == ("c", 20)


async def test_a_cancelled_timer_does_not_run() -> None:
    clock, ran = ManualClock(0), []
    clock.call_later(1, lambda: ran.append(1)).cancel()
    await clock.advance(10)
    assert ran == []
    assert clock.next_due() is None


async def test_tasks_rest_between_two_timers() -> None:
    clock, ran = ManualClock(0), []

    async def long_way() -> None:
        for _ in range(50):
            await asyncio.sleep(0)
        ran.append("task")
        clock.call_later(1, lambda: ran.append("armed by the task"))

    tasks = []
    clock.call_later(10, lambda: tasks.append(asyncio.get_running_loop().create_task(long_way())))
    clock.call_later(12, lambda: ran.append("second timer"))
    await clock.advance(20)
    assert ran == ["task", "armed by the task", "second timer"]


async def test_settle_runs_what_is_due_now_and_waits_for_other_work() -> None:
    clock, ran, work = ManualClock(0), [], [True, True, False]
    clock.call_later(0, lambda: ran.append("now"))

    async def step() -> bool:
        return work.pop(0) if work else False

    clock.add_work(step)
    await clock.settle()
    assert ran == ["now"]
    assert work == []


def test_timers_run_without_an_event_loop() -> None:
    clock, ran = ManualClock(0), []
    clock.call_later(5, lambda: ran.append(clock.now_ms()))
    assert not clock.run_next(4)
    assert clock.run_next(5)
    assert ran == [5]
