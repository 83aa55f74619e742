"""A seat is rung: every way in which that may end."""

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import LegAnswered, LegRinging, SeatChanged
from cordpair.pbx import Capability
from cordpair.testing.conformance.rig import BUSY, DEAD, NEVER_ANSWERS, REJECTS, UNAVAILABLE, Does
from cordpair.testing.conformance.run import Run, require

SHORT_MS = 1_500


async def phone_answers(run: Run) -> None:
    leg = await run.answered_agent()
    shown = run.rig.phone_shows(run.rig.seats[0])
    require(shown[0] == "4930123", f"the phone shows {shown[0]!r} as the caller")
    require(shown[1].startswith("ctx-"), f"the phone got X-Context-Id {shown[1]!r}")
    seen = await run.seen_leg(leg)
    require(seen is not None and seen.answered, f"the snapshot shows {seen}")
    await run.rig.phone_hangs_up(run.rig.seats[0])
    await run.saw_end(leg)


async def we_hang_up_on_an_answered_phone(run: Run) -> None:
    leg = await run.answered_agent()
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.saw_end(leg)


async def _refused(run: Run, does: Does, timeout_ms: int = 20_000) -> None:
    await run.rig.phone(run.rig.seats[0], does)
    await run.saw_end(await run.dial(timeout_ms=timeout_ms))


async def phone_is_busy(run: Run) -> None:
    await _refused(run, BUSY)


async def phone_rejects(run: Run) -> None:
    await _refused(run, REJECTS)


async def phone_is_unavailable(run: Run) -> None:
    await _refused(run, UNAVAILABLE)


async def phone_rings_out(run: Run) -> None:
    """Until a time-out of ours."""
    await _refused(run, NEVER_ANSWERS, SHORT_MS)


async def phone_is_dead(run: Run) -> None:
    """Registered, but nobody there: no ringing is reported."""
    await _refused(run, DEAD, SHORT_MS)


async def phone_is_not_registered(run: Run) -> None:
    run.trace.name(run.rig.seats[0], "seat0")
    run.trace.ignored.discard("seat")
    await run.rig.phone_unregisters(run.rig.seats[0])
    await run.saw(SeatChanged, lambda seen: seen.status is SeatStatus.UNREACHABLE)
    require((await run.driver.snapshot()).seats[run.rig.seats[0]] is SeatStatus.UNREACHABLE, "the snapshot differs")
    await run.saw_end(await run.dial())
    await run.rig.phone_registers(run.rig.seats[0])
    await run.saw(SeatChanged, lambda seen: seen.status is SeatStatus.REACHABLE)


async def phone_does_not_exist(run: Run) -> None:
    await run.saw_end(await run.dial(seat=run.rig.unknown_seat))


async def our_own_call_does_not_make_a_seat_busy(run: Run) -> None:
    run.trace.name(run.rig.seats[0], "seat0")
    run.trace.ignored.discard("seat")
    leg = await run.answered_agent()
    await run.time.elapse(200)
    await run.driver.hang_up(leg, Cause.NORMAL)
    await run.saw_end(leg)
    await run.time.elapse(200)


async def _withdrawn(run: Run, cause: Cause) -> None:
    await run.rig.phone(run.rig.seats[0], NEVER_ANSWERS)
    leg = await run.dial()
    await run.saw(LegRinging, lambda seen: seen.leg == leg)
    seen = await run.seen_leg(leg)
    require(seen is not None and seen.ringing and not seen.answered, f"the snapshot shows {seen}")
    await run.driver.hang_up(leg, cause)
    await run.saw_end(leg)


async def we_stop_ringing(run: Run) -> None:
    await _withdrawn(run, Cause.NORMAL)
    require(not run.rig.phone_told_elsewhere(run.rig.seats[0]), "the phone was told: answered elsewhere")


async def answered_elsewhere(run: Run) -> None:
    """The phone shows no missed call."""
    await _withdrawn(run, Cause.ANSWERED_ELSEWHERE)
    seat = run.rig.seats[0]
    await run.holds(lambda: run.rig.phone_told_elsewhere(seat), "the phone was not told")


async def two_phones_ring(run: Run) -> None:
    """The first to answer wins; the other is told so."""
    await run.rig.phone(run.rig.seats[1], NEVER_ANSWERS)
    second = await run.dial("second", 1)
    await run.saw(LegRinging, lambda seen: seen.leg == second)
    first = await run.dial("first", 0)
    await run.saw(LegAnswered, lambda seen: seen.leg == first)
    await run.driver.hang_up(second, Cause.ANSWERED_ELSEWHERE)
    await run.saw_end(second)
    await run.driver.hang_up(first, Cause.NORMAL)
    await run.saw_end(first)


SCENARIOS = [
    (phone_answers, set[Capability]()),
    (we_hang_up_on_an_answered_phone, set()),
    (phone_is_busy, set()),
    (phone_rejects, set()),
    (phone_is_unavailable, set()),
    (phone_rings_out, set()),
    (phone_is_dead, set()),
    (phone_is_not_registered, {Capability.SEAT_STATUS}),
    (phone_does_not_exist, set()),
    (our_own_call_does_not_make_a_seat_busy, {Capability.SEAT_STATUS}),
    (we_stop_ringing, set()),
    (answered_elsewhere, set()),
    (two_phones_ring, set()),
]

__all__ = ["SCENARIOS"]
