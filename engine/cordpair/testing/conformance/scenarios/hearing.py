"""Who hears whom: everybody speaks, each with a voice of their own."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Joined, Left
from cordpair.ids import BridgeId, LegId
from cordpair.pbx import Capability, Direction, Hears, SpeaksTo
from cordpair.pbx.chores import together
from cordpair.testing.conformance.run import Run

MUSIC = "music"


async def _talk(run: Run) -> tuple[LegId, LegId, BridgeId, str]:
    """The legs, their bridge, and the caller's key."""
    caller, key = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    return caller, agent, bridge, key


async def music_ends_when_two_are_joined(run: Run) -> None:
    caller, key = await run.answered_caller()
    await run.driver.music(caller, run.rig.music)
    await run.hears(key, MUSIC)
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.hears(key, run.rig.seats[0])
    await run.hears(run.rig.seats[0], key)
    await run.never_hears(key, MUSIC)


async def a_caller_on_hold_hears_music_and_nobody(run: Run) -> None:
    caller, _, bridge, key = await _talk(run)
    seat = run.rig.seats[0]
    await run.hears(seat, key)
    await run.driver.leave(bridge, (caller,))
    await run.driver.music(caller, run.rig.music)  # as soon as leaving was accepted: so does the engine
    await run.saw(Left, lambda seen: seen.leg == caller)
    await run.hears(key, MUSIC)
    await run.hears(seat)
    await run.driver.join(bridge, (caller,), run.stamp(bridge=bridge))
    await run.hears(key, seat)
    await run.hears(seat, key)
    await run.never_hears(key, MUSIC)


async def a_caller_given_away_hears_another(run: Run) -> None:
    """As the engine transfers: the caller leaves first, and the agent's leg is ended beside that."""
    caller, agent, bridge, key = await _talk(run)
    first, second = run.rig.seats[:2]
    await run.hears(key, first)

    async def part() -> None:
        await run.driver.leave(bridge, (caller,))
        await together(run.driver.release(bridge), run.driver.music(caller, run.rig.music))

    await together(part(), run.driver.hang_up(agent, Cause.NORMAL))
    await run.saw(Left, lambda seen: seen.leg == caller)
    await run.saw_end(agent)
    await run.hears(key, MUSIC)
    other = await run.answered_agent("other", 1)
    again = run.bridge("again")
    await run.driver.join(again, (caller, other), run.stamp(bridge=again))
    await run.hears(key, second)
    await run.hears(second, key)
    await run.never_hears(key, MUSIC)


async def a_whisper_never_reaches_the_customer(run: Run) -> None:
    _, agent, _, key = await _talk(run)
    seat, ear = run.rig.seats[:2]
    supervisor = await run.answered_agent("supervisor", 1)

    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.NONE)
    await run.hears(ear, key, seat)
    await run.never_hears(seat, ear)
    await run.never_hears(key, ear)

    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.TARGET)
    await run.hears(seat, key, ear)
    await run.hears(ear, key, seat)
    await run.never_hears(key, ear, 1_000)

    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.OTHER)
    await run.hears(key, seat, ear)
    await run.hears(seat, key)
    await run.never_hears(seat, ear)

    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.BOTH)
    await run.hears(key, seat, ear)
    await run.hears(seat, key, ear)

    await run.driver.spy(supervisor, agent, Hears.TARGET, SpeaksTo.NONE)
    await run.hears(ear, seat)
    await run.hears(key, seat)
    await run.hears(seat, key)


async def muted_legs_are_silent(run: Run) -> None:
    caller, _, _, key = await _talk(run)
    seat = run.rig.seats[0]
    await run.hears(seat, key)
    await run.driver.mute(caller, Direction.IN, True)
    await run.hears(seat)
    await run.hears(key, seat)
    await run.driver.mute(caller, Direction.IN, False)
    await run.hears(seat, key)
    await run.driver.mute(caller, Direction.OUT, True)
    await run.hears(key)
    await run.hears(seat, key)
    await run.driver.mute(caller, Direction.OUT, False)
    await run.hears(key, seat)


async def three_hear_each_other(run: Run) -> None:
    caller, agent, bridge, key = await _talk(run)
    other = await run.answered_agent("other", 1)
    await run.driver.conference(bridge, (caller, agent, other), run.stamp(bridge=bridge))
    seat, second = run.rig.seats[:2]
    await run.hears(key, seat, second)
    await run.hears(seat, key, second)
    await run.hears(second, key, seat)


async def two_pairs_do_not_hear_each_other(run: Run) -> None:
    _, _, _, key = await _talk(run)
    caller, second = await run.answered_caller("second")
    agent = await run.answered_agent("other", 1)
    bridge = run.bridge("apart")
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    for one, another in ((key, run.rig.seats[0]), (second, run.rig.seats[1])):
        await run.hears(one, another)
        await run.hears(another, one)


SCENARIOS = [
    (music_ends_when_two_are_joined, {Capability.MUSIC}),
    (a_caller_on_hold_hears_music_and_nobody, {Capability.MUSIC}),
    (a_caller_given_away_hears_another, {Capability.MUSIC}),
    (a_whisper_never_reaches_the_customer, {Capability.SPY}),
    (muted_legs_are_silent, {Capability.MUTE}),
    (three_hear_each_other, {Capability.CONFERENCE}),
    (two_pairs_do_not_hear_each_other, set[Capability]()),
]

__all__ = ["SCENARIOS"]
