"""The link is cut, the PBX is restarted, another engine takes over; and what a snapshot tells then."""

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import Joined, LegArrived, LegRinging, SeatChanged
from cordpair.pbx import Capability, LinkLost
from cordpair.testing.conformance.rig import NEVER_ANSWERS
from cordpair.testing.conformance.run import PATIENCE_MS, Run, find, require

GAP_MS = 600


async def _cut(run: Run) -> None:
    await run.rig.cut_link(run.driver)
    end = await run.driver.ended()
    require(not end.fenced, "a cut is not a fence")
    run.trace.note("link", "cut")


async def _reopen(run: Run) -> None:
    await run.driver.open(run.emit)
    run.trace.note("link", "open")  # what arrives while the snapshot is taken may be told at once
    run.greet(await run.driver.snapshot())


async def a_snapshot_tells_everything(run: Run) -> None:
    caller, _ = await run.answered_caller()
    await run.driver.stamp(caller, run.stamp("caller"))
    agent = await run.answered_agent()
    waiting, _ = await run.arrive("waiting")
    await run.rig.phone(run.rig.seats[1], NEVER_ANSWERS)
    ringing = await run.dial("ringing", 1)
    await run.saw(LegRinging, lambda seen: seen.leg == ringing)
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)

    snapshot = await run.driver.snapshot()
    require(snapshot.epoch, "no epoch")
    require({seen.leg for seen in snapshot.legs} == {caller, agent, waiting, ringing}, "other legs")
    seen = {leg: find(snapshot, leg) for leg in (caller, agent, waiting, ringing)}
    stamps = {leg: shown.stamp for leg, shown in seen.items() if shown is not None}
    require(stamps[caller] == run.stamp("caller"), f"the caller's stamp is {stamps[caller]}")
    require(stamps[agent] == run.stamp("agent"), f"the agent's stamp is {stamps[agent]}")
    require(stamps[waiting] is None, f"an unstamped caller's stamp is {stamps[waiting]}")
    arrival = next(seen for seen in run.inputs if isinstance(seen, LegArrived) and seen.leg == waiting)
    shown = seen[waiting]
    require(shown is not None and shown.arrival is not None, "no arrival on an unstamped caller")
    if shown is not None and shown.arrival is not None:
        require(shown.arrival.arrived_at == arrival.arrived_at, "another time of arrival")
        require(shown.arrival.dialled == arrival.dialled, f"dialled {shown.arrival.dialled}")
    require([(found.bridge, set(found.legs)) for found in snapshot.bridges] == [(bridge, {caller, agent})], "bridges")
    require(snapshot.bridges[0].stamp == run.stamp(bridge=bridge), f"the bridge: {snapshot.bridges[0].stamp}")
    if Capability.SEAT_STATUS in run.driver.capabilities():
        require(set(snapshot.seats) >= set(run.rig.seats), "seats are missing")
        require(snapshot.seats[run.rig.seats[2]] is SeatStatus.REACHABLE, "an idle seat is not reachable")


async def calls_outlive_the_link(run: Run) -> None:
    """Two talk on, a waiting caller goes unseen; afterwards the snapshot tells the truth."""
    caller, key = await run.answered_caller()
    await run.driver.stamp(caller, run.stamp("caller"))
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    _, gone_key = await run.answered_caller("gone")
    epoch = (await run.driver.snapshot()).epoch
    await _cut(run)
    try:
        await run.driver.hang_up(agent, Cause.NORMAL)
    except LinkLost:
        run.trace.note("link", "lost")
    await run.rig.caller_hangs_up(gone_key)
    await run.time.elapse(GAP_MS)
    await _reopen(run)
    snapshot = await run.driver.snapshot()
    require(snapshot.epoch == epoch, "a cut link is no restart")
    require({seen.leg for seen in snapshot.legs} == {caller, agent}, f"the snapshot shows {snapshot.legs}")
    require(set(snapshot.bridges[0].legs) == {caller, agent}, f"the snapshot shows {snapshot.bridges}")
    run.forget("gone")
    await run.rig.caller_hangs_up(key)
    await run.saw_end(caller)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)


async def seats_are_told_after_a_gap(run: Run) -> None:
    await _cut(run)
    await run.rig.phone_unregisters(run.rig.seats[2])
    await run.time.elapse(GAP_MS)
    await _reopen(run)
    seats = (await run.driver.snapshot()).seats
    require(seats[run.rig.seats[2]] is SeatStatus.UNREACHABLE, f"the snapshot shows {seats}")
    require(seats[run.rig.seats[0]] is SeatStatus.REACHABLE, f"the snapshot shows {seats}")
    await run.rig.phone_registers(run.rig.seats[2])


async def seats_are_watched_while_the_link_stays(run: Run) -> None:
    """What is left out is silent; what is new is told at once; what stays is not told again."""
    stays, other = run.rig.seats[:2]
    await run.driver.watch((stays,))
    run.trace.name(stays, "stays")
    run.trace.name(other, "other")
    run.trace.ignored.discard("seat")
    await run.rig.phone_unregisters(other)
    await run.time.elapse(GAP_MS)
    run.trace.note("link", "watched")
    await run.driver.watch((stays, other))
    await run.saw(SeatChanged, lambda seen: seen.endpoint == other and seen.status is SeatStatus.UNREACHABLE)
    require((await run.driver.snapshot()).seats[other] is SeatStatus.UNREACHABLE, "the snapshot differs")
    told = len(run.inputs)
    await run.rig.phone_registers(other)
    await run.holds(
        lambda: SeatChanged(run.driver.node, other, SeatStatus.REACHABLE) in run.inputs[told:],
        "a seat that is watched again was not told",
    )


async def callers_of_the_gap_keep_their_order(run: Run) -> None:
    """Each with the time at which they came, not at which the engine was back; in the snapshot, or after it."""
    await _cut(run)
    for role in ("first", "second", "third"):
        await run.call(role)
        await run.time.elapse(GAP_MS)
    await _reopen(run)
    arrivals = [await run.arrived(role) for role in ("first", "second", "third")]
    times = [arrived.arrived_at for arrived in arrivals]
    require(times[0] < times[1] < times[2], f"they came at {times}")
    apart = times[2] - times[0]
    require(2 * GAP_MS - 100 <= apart <= 2 * GAP_MS + 1_000, f"they came {apart} ms apart")


async def a_restart_changes_the_epoch(run: Run) -> None:
    await run.answered_caller()
    await run.answered_agent()
    epoch = (await run.driver.snapshot()).epoch
    await run.rig.restart_pbx()
    end = await run.driver.ended()
    require(not end.fenced, "a restart is not a fence")
    run.trace.note("link", "cut")
    await _reopen(run)
    snapshot = await run.driver.snapshot()
    require(snapshot.epoch != epoch, "the epoch is the same")
    require(not snapshot.legs and not snapshot.bridges, f"the snapshot shows {snapshot}")
    run.forget("caller", "agent")

    def registered() -> bool:
        return run.rig.seats[0] in run.reachable

    told = Capability.SEAT_STATUS in run.driver.capabilities()
    if told and snapshot.seats[run.rig.seats[0]] is not SeatStatus.REACHABLE:
        require(await run.time.until(registered, PATIENCE_MS), "the phones were not seen again")
    await run.answered_agent("again")


async def another_engine_fences_us(run: Run) -> None:
    """The newer one has the calls; the older commands no more, and its going does no harm."""
    leg, key = await run.answered_caller()
    older, newer = run.driver, run.rig.driver()
    await newer.open(run.emit)
    end = await older.ended()
    require(end.fenced, f"the link ended without a fence: {end.reason}")
    run.trace.note("link", "fenced")
    try:
        await older.hang_up(leg, Cause.NORMAL)
    except LinkLost:
        run.trace.note("link", "lost")
    run.hand_over(newer)
    await older.close()
    snapshot = await newer.snapshot()
    require({seen.leg for seen in snapshot.legs} == {leg}, f"the newer engine sees {snapshot.legs}")
    await run.rig.caller_hangs_up(key)
    await run.saw_end(leg)


async def cells_do_not_see_each_other(run: Run) -> None:
    leg, key = await run.answered_caller()
    await run.driver.stamp(leg, run.stamp("caller"))
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (leg, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    other = run.rig.driver("another-cell")
    seen: list[object] = []
    await other.open(seen.append)
    try:
        snapshot = await other.snapshot()
        require(not snapshot.legs and not snapshot.bridges, f"another cell sees {snapshot}")
        await run.rig.caller_hangs_up(key)
        await run.saw_end(leg)
        await run.driver.hang_up(agent, Cause.NORMAL)
        await run.saw_end(agent)
        told = [one for one in seen if not isinstance(one, SeatChanged)]
        require(not told, f"another cell was told: {told}")
    finally:
        await other.close()


SCENARIOS = [
    (a_snapshot_tells_everything, set[Capability]()),
    (calls_outlive_the_link, set()),
    (seats_are_told_after_a_gap, {Capability.SEAT_STATUS}),
    (seats_are_watched_while_the_link_stays, {Capability.SEAT_STATUS}),
    (callers_of_the_gap_keep_their_order, set()),
    (a_restart_changes_the_epoch, set()),
    (another_engine_fences_us, set()),
    (cells_do_not_see_each_other, set()),
]

__all__ = ["SCENARIOS"]
