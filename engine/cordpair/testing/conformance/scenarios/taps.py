"""Recording, listening, muting."""

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Joined, RecordingEnded
from cordpair.ids import BridgeId, LegId
from cordpair.pbx import Capability, Direction, Hears, SpeaksTo
from cordpair.testing.conformance.run import Run, require

TOLERANCE_MS = 400


async def _talk(run: Run) -> tuple[LegId, LegId, BridgeId]:
    caller, _ = await run.answered_caller()
    agent = await run.answered_agent()
    bridge = run.bridge()
    await run.driver.join(bridge, (caller, agent), run.stamp(bridge=bridge))
    await run.saw(Joined, times=2)
    return caller, agent, bridge


async def a_recording_keeps_its_length_when_masked(run: Run) -> None:
    leg, _ = await run.answered_caller()
    recording = run.recording("record")
    await run.driver.record(recording, leg)
    require(recording in (await run.driver.snapshot()).recordings, "the snapshot does not show the recording")
    await run.time.elapse(500)
    await run.driver.mask(recording)
    await run.time.elapse(1_000)
    await run.driver.unmask(recording)
    await run.time.elapse(500)
    await run.driver.stop_record(recording)
    ended = await run.saw(RecordingEnded)
    require(abs(ended.duration_ms - 2_000) <= TOLERANCE_MS + 600, f"it is {ended.duration_ms} ms long, not 2000")


async def a_conversation_is_recorded(run: Run) -> None:
    _, _, bridge = await _talk(run)
    recording = run.recording("record")
    await run.driver.record(recording, bridge)
    await run.time.elapse(500)
    await run.driver.stop_record(recording)
    await run.saw(RecordingEnded)


async def a_recording_ends_with_its_leg(run: Run) -> None:
    leg, key = await run.answered_caller()
    await run.driver.record(run.recording("record"), leg)
    await run.time.elapse(300)
    await run.rig.caller_hangs_up(key)
    await run.saw_end(leg)
    await run.saw(RecordingEnded)


async def a_supervisor_listens_whispers_and_joins_in(run: Run) -> None:
    """None of it shows as an input: what a PBX needs for it is the driver's own."""
    _, agent, _ = await _talk(run)
    supervisor = await run.answered_agent("supervisor", 1)
    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.NONE)
    await run.time.elapse(100)
    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.TARGET)
    await run.time.elapse(100)
    await run.driver.spy(supervisor, agent, Hears.BOTH, SpeaksTo.BOTH)
    await run.time.elapse(100)
    snapshot = await run.driver.snapshot()
    require(len(snapshot.legs) == 3, f"the snapshot shows {len(snapshot.legs)} legs")
    require(len(snapshot.bridges) == 1, f"the snapshot shows {len(snapshot.bridges)} bridges")
    await run.driver.hang_up(supervisor, Cause.NORMAL)
    await run.saw_end(supervisor)


async def a_spied_conversation_ends(run: Run) -> None:
    """The supervisor's leg lives on and can be ended."""
    _, agent, _ = await _talk(run)
    supervisor = await run.answered_agent("supervisor", 1)
    await run.driver.spy(supervisor, agent, Hears.TARGET, SpeaksTo.NONE)
    await run.time.elapse(100)
    await run.driver.hang_up(agent, Cause.NORMAL)
    await run.saw_end(agent)
    await run.time.elapse(200)
    require(await run.seen_leg(supervisor) is not None, "the supervisor's leg did not survive")


async def a_leg_is_muted(run: Run) -> None:
    caller, _, _ = await _talk(run)
    for direction in Direction:
        await run.driver.mute(caller, direction, True)
        await run.driver.mute(caller, direction, False)


SCENARIOS = [
    (a_recording_keeps_its_length_when_masked, {Capability.RECORD, Capability.MASK}),
    (a_conversation_is_recorded, {Capability.RECORD}),
    (a_recording_ends_with_its_leg, {Capability.RECORD}),
    (a_supervisor_listens_whispers_and_joins_in, {Capability.SPY}),
    (a_spied_conversation_ends, {Capability.SPY}),
    (a_leg_is_muted, {Capability.MUTE}),
]

__all__ = ["SCENARIOS"]
