"""Joining, leaving, holding, releasing; and the caller who goes in the very moment."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Joined, Left, LegAnswered, LegEnded
from cordpair.ids import BridgeId, LegId
from cordpair.pbx import Capability
from cordpair.testing.conformance.run import Run, find, require


async def _join(run: Run, legs: tuple[LegId, ...], role: str = "talk") -> BridgeId:
    bridge = run.bridge(role)
    await run.driver.join(bridge, legs, run.stamp(bridge=bridge))
    for leg in legs:
        await run.saw(Joined, lambda seen, leg=leg: seen.leg == leg and seen.bridge == bridge)  # type: ignore[misc]
    return bridge


async def caller_and_agent_talk(run: Run) -> None:
    caller, key = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = await _join(run, (caller, agent))
    snapshot = await run.driver.snapshot()
    seen = next((seen for seen in snapshot.bridges if seen.bridge == bridge), None)
    require(seen is not None and set(seen.legs) == {caller, agent}, f"the snapshot shows the bridge as {seen}")
    shown = find(snapshot, agent)
    require(shown is not None and shown.bridge == bridge, f"the snapshot shows the agent as {shown}")
    await run.rig.caller_hangs_up(key)
    await run.saw_end(caller)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def agent_hangs_up_first(run: Run) -> None:
    """The caller lives on, and can be joined with somebody else."""
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = await _join(run, (caller, agent))
    await run.rig.phone_hangs_up(run.rig.seats[0])
    await run.saw_end(agent)
    await run.driver.leave(bridge, (caller,))
    await run.saw(Left, lambda seen: seen.leg == caller)
    other = await run.answered_agent("other", 1)
    await _join(run, (caller, other), "again")


async def joining_answers_a_waiting_caller(run: Run) -> None:
    caller, _ = await run.arrive()
    await run.driver.ring(caller)
    agent = await run.answered_agent()
    await _join(run, (caller, agent))
    await run.saw(LegAnswered, lambda seen: seen.leg == caller)


async def joining_a_caller_who_is_gone(run: Run) -> None:
    """It fails, or it is accepted and never reported; the agent's leg can be ended."""
    caller, key = await run.answered_caller()
    agent = await run.answered_agent()
    await run.rig.caller_hangs_up(key)
    await run.saw_end(caller)
    run.trace.ignored |= {"joined", "left"}
    bridge = run.bridge()
    await run.attempt(run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge)))
    await run.time.elapse(200)
    require(not [seen for seen in run.inputs if isinstance(seen, Joined) and seen.leg == caller], "a ghost joined")
    require(await run.seen_leg(agent) is not None, "the agent's leg did not survive")
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def caller_goes_while_being_joined(run: Run) -> None:
    """Whoever is quicker: the caller's end is seen once, the agent's leg lives and can be ended."""
    caller, key = await run.answered_caller()
    agent = await run.answered_agent()
    run.trace.ignored |= {"joined", "left"}
    bridge = run.bridge()
    await run.rig.caller_hangs_up(key)
    await run.attempt(run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge)))
    await run.saw_end(caller)
    await run.time.elapse(100)
    require(len([seen for seen in run.inputs if isinstance(seen, LegEnded)]) == 1, "more than the caller's end")
    require(await run.seen_leg(agent) is not None, "the agent's leg did not survive")
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def hold_and_resume(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = await _join(run, (caller, agent))
    await run.driver.leave(bridge, (caller,))
    await run.saw(Left, lambda seen: seen.leg == caller)
    await run.driver.music(caller, run.rig.music)
    await run.time.elapse(100)
    await run.driver.stop_music(caller)
    await run.driver.join(bridge, (caller,), run.stamp(bridge=bridge))
    await run.saw(Joined, lambda seen: seen.leg == caller, times=2)


async def a_leg_goes_from_bridge_to_bridge(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    other = await run.answered_agent("other", 1)
    await _join(run, (caller, agent))
    second = run.bridge("second")
    await run.driver.join(second, (caller, other), run.stamp(bridge=second))
    await run.saw(Joined, lambda seen: seen.leg == caller and seen.bridge == second)
    await run.saw(Joined, lambda seen: seen.leg == other)


async def a_released_bridge_leaves_its_legs_alive(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = await _join(run, (caller, agent))
    await run.driver.release(bridge)
    await run.saw(Left, times=2)
    snapshot = await run.driver.snapshot()
    require(not snapshot.bridges, f"the snapshot shows {snapshot.bridges}")
    require({seen.leg for seen in snapshot.legs} == {caller, agent}, "a leg did not survive")
    require(all(seen.bridge is None for seen in snapshot.legs), "a leg is in a bridge that is gone")


async def three_in_a_conference(run: Run) -> None:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = await _join(run, (caller, agent))
    other = await run.answered_agent("other", 1)
    await run.driver.conference(bridge, (caller, agent, other), run.stamp(bridge=bridge))
    await run.saw(Joined, lambda seen: seen.leg == other)
    await run.driver.leave(bridge, (agent,))
    await run.saw(Left, lambda seen: seen.leg == agent)


SCENARIOS = [
    (caller_and_agent_talk, set[Capability]()),
    (agent_hangs_up_first, set()),
    (joining_answers_a_waiting_caller, set()),
    (joining_a_caller_who_is_gone, set()),
    (caller_goes_while_being_joined, set()),
    (hold_and_resume, {Capability.MUSIC}),
    (a_leg_goes_from_bridge_to_bridge, set()),
    (a_released_bridge_leaves_its_legs_alive, set()),
    (three_in_a_conference, {Capability.CONFERENCE}),
]

__all__ = ["SCENARIOS"]
