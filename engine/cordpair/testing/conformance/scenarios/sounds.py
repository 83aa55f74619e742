"""Prompts, music and digits."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Digit, Joined, PlayEnded
from cordpair.pbx import Capability
from cordpair.testing.conformance.run import Run


async def a_prompt_ends(run: Run) -> None:
    leg, _ = await run.answered_caller()
    await run.driver.play(leg, run.play("prompt"), run.rig.medium)
    await run.saw(PlayEnded)


async def a_prompt_is_stopped(run: Run) -> None:
    leg, _ = await run.answered_caller()
    await run.driver.play(leg, run.play("prompt"), run.rig.medium)
    await run.time.elapse(100)
    await run.driver.stop_play(leg, run.play("prompt"))
    await run.saw(PlayEnded)
    await run.attempt(run.driver.stop_play(leg, run.play("prompt")))


async def a_prompt_is_missing(run: Run) -> None:
    leg, _ = await run.answered_caller()
    await run.driver.play(leg, run.play("prompt"), run.rig.missing_medium)
    await run.saw(PlayEnded)


async def joining_ends_a_prompt(run: Run) -> None:
    """An agent is there before the announcement is over."""
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    await run.driver.play(caller, run.play("prompt"), run.rig.medium)
    await run.time.elapse(100)
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    await run.saw(PlayEnded)


async def joining_ends_the_music(run: Run) -> None:
    """Nothing is left that would sound again when the bridge is left."""
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    await run.driver.music(caller, run.rig.music)
    await run.time.elapse(100)
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    await run.attempt(run.driver.stop_music(caller))


async def a_caller_hears_music_before_the_answer(run: Run) -> None:
    leg, key = await run.arrive()
    await run.driver.music(leg, run.rig.music)
    await run.time.elapse(100)
    await run.rig.caller_hangs_up(key)
    await run.saw_end(leg)


async def a_caller_presses_digits(run: Run) -> None:
    leg, key = await run.answered_caller()
    await run.rig.caller_presses(key, "1#5")
    await run.saw(Digit, lambda seen: seen.leg == leg, times=3)


async def digits_are_sent_to_a_phone(run: Run) -> None:
    leg = await run.answered_agent()
    await run.driver.send_digits(leg, "42")
    await run.holds(lambda: run.rig.phone_heard(run.rig.seats[0]) == "42", "the phone did not hear 42")
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.saw_end(leg)


SCENARIOS = [
    (a_prompt_ends, {Capability.PROMPTS}),
    (a_prompt_is_stopped, {Capability.PROMPTS}),
    (a_prompt_is_missing, {Capability.PROMPTS}),
    (joining_ends_a_prompt, {Capability.PROMPTS}),
    (joining_ends_the_music, {Capability.MUSIC}),
    (a_caller_hears_music_before_the_answer, {Capability.MUSIC}),
    (a_caller_presses_digits, {Capability.DIGITS}),
    (digits_are_sent_to_a_phone, {Capability.SEND_DIGITS}),
]

__all__ = ["SCENARIOS"]
