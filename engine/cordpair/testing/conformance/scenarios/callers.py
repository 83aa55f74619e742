"""A caller arrives, is answered or refused, or goes."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegAnswered
from cordpair.pbx import Capability
from cordpair.testing.conformance.run import Run, require


async def caller_arrives(run: Run) -> None:
    await run.call()
    arrived = await run.arrived()
    require(arrived.dialled == run.rig.dialled, f"dialled {arrived.dialled}")
    require(arrived.node == run.driver.node, f"node {arrived.node}")
    require(arrived.arrived_at > 0, "no time of arrival")
    require(arrived.endpoint, "no endpoint")
    require(arrived.context, "no dialplan context")
    seen = await run.seen_leg(arrived.leg)
    require(seen is not None and not seen.answered, f"the snapshot shows {seen}")


async def caller_is_answered(run: Run) -> None:
    leg, _ = await run.arrive()
    await run.driver.ring(leg)
    await run.driver.answer(leg)
    await run.saw(LegAnswered, lambda seen: seen.leg == leg)
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.saw_end(leg)


async def _reject(run: Run, cause: Cause) -> int | None:
    leg, caller = await run.arrive()
    await run.driver.ring(leg)
    await run.driver.hang_up(leg, cause)
    await run.saw_end(leg)
    await run.holds(lambda: run.rig.caller_status(caller) is not None, "the caller was not told")
    return run.rig.caller_status(caller)


async def caller_is_told_busy(run: Run) -> None:
    status = await _reject(run, Cause.BUSY)
    require(status == 486, f"the caller got {status}")


async def caller_is_rejected(run: Run) -> None:
    status = await _reject(run, Cause.REJECTED)
    require(status in {403, 603}, f"the caller got {status}")


async def caller_gets_no_answer(run: Run) -> None:
    status = await _reject(run, Cause.NO_ANSWER)
    require(status in {408, 480}, f"the caller got {status}")


async def caller_is_told_congestion(run: Run) -> None:
    status = await _reject(run, Cause.CONGESTION)
    require(status is not None and status >= 500, f"the caller got {status}")


async def caller_is_told_unreachable(run: Run) -> None:
    status = await _reject(run, Cause.UNREACHABLE)
    require(status in {404, 410, 480}, f"the caller got {status}")


async def caller_gives_up_before_the_answer(run: Run) -> None:
    leg, caller = await run.arrive()
    await run.driver.ring(leg)
    await run.rig.caller_hangs_up(caller)
    await run.saw_end(leg)
    require(not await run.attempt(run.driver.answer(leg)), "a leg that is gone was answered")


async def caller_hangs_up(run: Run) -> None:
    leg, caller = await run.answered_caller()
    await run.rig.caller_hangs_up(caller)
    await run.saw_end(leg)


async def two_callers(run: Run) -> None:
    """Each has inputs of their own."""
    first, caller = await run.answered_caller("first")
    second, _ = await run.answered_caller("second")
    await run.rig.caller_hangs_up(caller)
    await run.saw_end(first)
    await run.driver.hang_up(second, Cause.NORMAL)
    await run.saw_end(second)


async def caller_is_redirected(run: Run) -> None:
    leg, caller = await run.arrive()
    await run.driver.redirect(leg, run.rig.target)
    await run.saw_end(leg)
    await run.holds(lambda: bool(run.rig.caller_was_sent_to(caller)), "the caller was not told where to call")


async def caller_is_transferred(run: Run) -> None:
    leg, caller = await run.answered_caller()
    await run.driver.refer(leg, run.rig.target)
    await run.holds(lambda: bool(run.rig.caller_was_sent_to(caller)), "the caller was not told where to call")
    await run.saw_end(leg)


SCENARIOS = [
    (caller_arrives, set[Capability]()),
    (caller_is_answered, set()),
    (caller_is_told_busy, set()),
    (caller_is_rejected, set()),
    (caller_gets_no_answer, set()),
    (caller_is_told_congestion, set()),
    (caller_is_told_unreachable, set()),
    (caller_gives_up_before_the_answer, set()),
    (caller_hangs_up, set()),
    (two_callers, set()),
    (caller_is_redirected, {Capability.REDIRECT}),
    (caller_is_transferred, {Capability.REFER}),
]

__all__ = ["SCENARIOS"]
