"""Calls that agents place: the agent's phone first, then the customer's over the same originate, then the two talk."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Joined, LegAnswered, LegRinging
from cordpair.ids import LegId
from cordpair.pbx import Capability
from cordpair.testing.conformance.rig import ANSWERS, BUSY, NEVER_ANSWERS, Does
from cordpair.testing.conformance.run import Run, require

SLOWLY = Does(after_ms=1_500)
# A rig that does not know the tones of its PBX's music takes a ring tone for music.
RING_TONES = {"ringing", "music"}


async def _rung(run: Run, does: Does) -> tuple[LegId, LegId]:
    """The agent has answered, hears nothing, and the customer's phone does that."""
    agent = await run.answered_agent()
    await run.rig.phone(run.rig.seats[1], does)
    return agent, await run.dial("customer", 1)


async def _told_of_ringing(run: Run, agent: LegId, customer: LegId) -> None:
    await run.saw(LegRinging, lambda seen: seen.leg == customer)
    await run.driver.ring(agent)
    await run.driver.ring(agent)  # a second time is no second tone


async def _joined(run: Run, agent: LegId, customer: LegId) -> None:
    await run.saw(LegAnswered, lambda seen: seen.leg == customer)
    bridge = run.bridge()
    await run.driver.join(bridge, (customer, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    first, second = run.rig.seats[:2]
    await run.hears(first, second)
    await run.hears(second, first)


async def agent_and_customer_talk(run: Run) -> None:
    agent, customer = await _rung(run, ANSWERS)
    await _told_of_ringing(run, agent, customer)
    await _joined(run, agent, customer)
    await run.rig.phone_hangs_up(run.rig.seats[1])
    await run.saw_end(customer)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def customer_is_busy(run: Run) -> None:
    agent, customer = await _rung(run, BUSY)
    await run.saw_end(customer, Cause.BUSY)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def customer_does_not_answer(run: Run) -> None:
    agent, customer = await _rung(run, NEVER_ANSWERS)
    await _told_of_ringing(run, agent, customer)
    await run.driver.hang_up(customer, Cause.NO_ANSWER)
    await run.saw_end(customer)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def agent_hangs_up_while_the_customer_is_rung(run: Run) -> None:
    agent, customer = await _rung(run, NEVER_ANSWERS)
    await _told_of_ringing(run, agent, customer)
    await run.rig.phone_hangs_up(run.rig.seats[0])
    await run.saw_end(agent)
    require(await run.seen_leg(customer) is not None, "the customer's leg ended with the agent's")
    await run.driver.hang_up(customer, Cause.NORMAL)
    await run.saw_end(customer)


async def agent_does_not_answer(run: Run) -> None:
    """And nobody else is called."""
    await run.rig.phone(run.rig.seats[0], NEVER_ANSWERS)
    agent = await run.dial()
    await run.saw(LegRinging)
    await run.driver.hang_up(agent, Cause.NO_ANSWER)
    await run.saw_end(agent)
    require(run.rig.phone_rung(run.rig.seats[1]) == 0, "somebody else was rung")


async def agent_hears_a_ring_tone_until_the_two_are_joined(run: Run) -> None:
    agent, customer = await _rung(run, SLOWLY)
    await _told_of_ringing(run, agent, customer)
    seat = run.rig.seats[0]
    await run.holds(lambda: bool(run.rig.heard_by(seat) & RING_TONES), "the agent does not hear that it rings")
    await _joined(run, agent, customer)
    for tone in RING_TONES:
        await run.never_hears(seat, tone, 3_000)  # it comes every five seconds


SCENARIOS = [
    (agent_and_customer_talk, set[Capability]()),
    (customer_is_busy, set()),
    (customer_does_not_answer, set()),
    (agent_hangs_up_while_the_customer_is_rung, set()),
    (agent_does_not_answer, set()),
    (agent_hears_a_ring_tone_until_the_two_are_joined, {Capability.MUSIC}),
]

__all__ = ["SCENARIOS"]
