"""A command that comes twice is done, or its leg is gone; it is never an error of another kind, nor done again."""

from collections.abc import Awaitable, Callable

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Joined, LegAnswered, LegRinging
from cordpair.pbx import Capability
from cordpair.testing.conformance.rig import NEVER_ANSWERS
from cordpair.testing.conformance.run import Run, require


async def a_seat_is_rung_once(run: Run) -> None:
    await run.rig.phone(run.rig.seats[0], NEVER_ANSWERS)
    leg = await run.dial()
    await run.saw(LegRinging, lambda seen: seen.leg == leg)
    await run.attempt(_again(run))
    await run.time.elapse(300)
    rung = run.rig.phone_rung(run.rig.seats[0])
    require(rung == 1, f"the phone was rung {rung} times")
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.saw_end(leg)


async def _again(run: Run) -> None:
    await run.dial()


async def a_leg_is_answered_once(run: Run) -> None:
    leg, _ = await run.arrive()
    await run.driver.answer(leg)
    await run.saw(LegAnswered, lambda seen: seen.leg == leg)
    await run.attempt(run.driver.answer(leg))
    await run.time.elapse(100)


async def a_leg_is_ended_once(run: Run) -> None:
    leg, _ = await run.answered_caller()
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.attempt(run.driver.hang_up(leg, Cause.NORMAL))
    await run.saw_end(leg)
    require(not await run.attempt(run.driver.hang_up(leg, Cause.NORMAL)), "a leg that is gone was ended")


async def legs_are_joined_once(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    await run.attempt(run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge)))
    await run.time.elapse(200)
    snapshot = await run.driver.snapshot()
    require(len(snapshot.bridges) == 1, f"the snapshot shows {snapshot.bridges}")
    require(set(snapshot.bridges[0].legs) == {caller, agent}, f"the snapshot shows {snapshot.bridges}")


async def a_bridge_is_left_and_released_once(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    await run.driver.leave(bridge, (caller,))
    await run.attempt(run.driver.leave(bridge, (caller,)))
    await run.driver.release(bridge)
    await run.attempt(run.driver.release(bridge))
    await run.time.elapse(100)


async def what_never_was_is_gone(run: Run) -> None:
    leg, _ = await run.answered_caller()
    nobody = run.id("nobody")
    never = type(leg)(nobody)
    driver = run.driver
    commands: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: driver.answer(never),
        lambda: driver.hang_up(never, Cause.NORMAL),
        lambda: driver.music(never, run.rig.music),
        lambda: driver.play(never, run.play("prompt"), run.rig.medium),
        lambda: driver.stamp(never, run.stamp()),
    )
    for command in commands:
        require(not await run.attempt(command()), "a leg that never was took a command")


SCENARIOS = [
    (a_seat_is_rung_once, set[Capability]()),
    (a_leg_is_answered_once, set()),
    (a_leg_is_ended_once, set()),
    (legs_are_joined_once, set()),
    (a_bridge_is_left_and_released_once, set()),
    (what_never_was_is_gone, {Capability.MUSIC, Capability.PROMPTS}),
]

__all__ = ["SCENARIOS"]
