"""The reference scenario, disturbed at each of its steps: a cut link, a restarted PBX, a command that fails.

Whatever the moment: the laws hold after every input, the engine and the PBX agree again, nobody is lost, every agent
can work, and nothing is left over. One test goes through all steps, and names those that failed.
"""

import itertools
import traceback
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from cordpair.ids import NodeId
from cordpair_loopback import Fault, FaultKind
from scenarios.crashes import Death
from scenarios.laws import everybody_can_work, everybody_goes_home, laws_hold, none
from scenarios.reference import ANYONE, REFERENCE, SCRIPT_MS, schedule, unserved
from scenarios.rig import MAIN, Rig, agent, centre, queue, running
from scenarios.taps import Moment

QUIET_MS = 45_000  # until everybody in the script has been served, whatever happened
DOWN_MS = (0, 2_500, 700)  # how long nobody can come in, by turns

Disturb = Callable[[int, Rig], None]


async def each_step(disturb: Disturb, struck: Callable[[Rig], object], check: Callable[[Rig], Awaitable[None]]) -> int:
    """Run the scenario with ``disturb(k, rig)`` for every k, until k lies behind its end. Returns the number of k."""
    failed: dict[str, str] = {}
    for number in itertools.count():
        async with running(REFERENCE, clean=False, check_every=3, prepare=partial(disturb, number)) as rig:
            schedule(rig)
            try:
                await rig.advance(SCRIPT_MS + QUIET_MS)
                what = struck(rig)
                if what is None:
                    break
                await check(rig)
            except Exception as error:
                what = struck(rig)
                failed[f"{number}, {what}"] = str(error) or traceback.format_exc(limit=-2)
    none([f"{key}: {why}\n" for key, why in failed.items()])
    return number


async def converges(rig: Rig) -> None:
    none(unserved(rig))
    await everybody_can_work(rig, ANYONE)
    await everybody_goes_home(rig)
    laws_hold(rig)


async def test_the_scenario_itself() -> None:
    async with running(REFERENCE) as rig:
        schedule(rig)
        await rig.advance(SCRIPT_MS)
        assert unserved(rig) == []
        assert rig.outcomes("sales") == {"connected": 3, "abandoned": 1}
        assert rig.outcomes("full") == {"overflowed": 1, "connected": 1}
        assert rig.outcomes("all") == {"connected": 2}
        assert rig.outcomes("short") == {"timed_out": 1}
        await converges(rig)


@pytest.mark.parametrize("moment", Moment)
async def test_the_link_is_cut(moment: Moment) -> None:
    def disturb(number: int, rig: Rig) -> None:
        down_ms = DOWN_MS[number % len(DOWN_MS)]

        def strike(node: NodeId) -> None:
            pbx = rig.pbxs[node]
            pbx.cut_link(refuse=bool(down_ms))
            if down_ms:
                rig.at(down_ms, pbx.admit_links)

        rig.taps.strike_at, rig.taps.moment, rig.taps.strike = number, moment, strike

    assert await each_step(disturb, lambda rig: rig.taps.struck, converges) > 150


@pytest.mark.parametrize("moment", Moment)
async def test_the_pbx_restarts(moment: Moment) -> None:
    def disturb(number: int, rig: Rig) -> None:
        down_ms = DOWN_MS[number % len(DOWN_MS)]
        rig.taps.strike_at, rig.taps.moment = number, moment
        rig.taps.strike = lambda node: rig.pbxs[node].restart(down_ms=down_ms)

    assert await each_step(disturb, lambda rig: rig.taps.struck, converges) > 150


# A PBX that denies a leg which it has is believed until the next link-up; so is one that will not end a bridge.
TRUTHFUL = [FaultKind.TIME_OUT, FaultKind.LOSE_REPLY, FaultKind.HANG, FaultKind.DELAY, FaultKind.DELAY_REPLY]


@pytest.mark.parametrize("kind", TRUTHFUL)
async def test_a_command_is_not_answered(kind: FaultKind) -> None:
    def disturb(number: int, rig: Rig) -> None:
        rig.taps.faults[number] = Fault(kind, 700)

    assert await each_step(disturb, lambda rig: rig.taps.struck, converges) > 60


@pytest.mark.parametrize("what", ["cut", "death"])
async def test_nobody_waits_in_silence(what: str) -> None:
    """Whatever was lost of the commands and reports around a prompt and the music after it."""
    for number in range(60):
        async with centre([queue("sales", prompt="welcome")], [agent("ann", "sales")]) as rig:
            rig.taps.strike_at, rig.taps.moment = len(rig.taps.steps) + number // 2, list(Moment)[number % 2]
            rig.taps.strike = lambda node, rig=rig: rig.pbxs[node].cut_link(refuse=True)
            if what == "death":
                rig.taps.strike_at = None
                rig.dies_at(rig.journal.last_seq + 1 + number // 4, list(Death)[number % 4])
            people = [rig.caller(name).arrives("5001") for name in ("ada", "bea")]
            await rig.advance(3_000)
            rig.pbxs[MAIN].admit_links()
            await rig.advance(6_000)
            assert [each.call.hears() for each in people] == [{"music:default"}] * 2, f"{number} {rig.taps.struck}"
            if rig.taps.struck is None and rig.deaths == 0:
                break
    assert number > 10


REFUSALS: dict[str, Fault | Exception] = {
    "refused": Fault(FaultKind.REFUSE),
    "gone": Fault(FaultKind.GONE),
    "defect": ZeroDivisionError("a defect"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_command_is_refused(refusal: str) -> None:
    def disturb(number: int, rig: Rig) -> None:
        rig.taps.faults[number] = REFUSALS[refusal]

    async def check(rig: Rig) -> None:
        rig.pbxs[MAIN].cut_link()
        await rig.advance(15_000)
        if refusal == "gone":
            await everybody_can_work(rig, ANYONE)
            await everybody_goes_home(rig)
            laws_hold(rig, denied=True)
        else:
            await converges(rig)

    assert await each_step(disturb, lambda rig: rig.taps.struck, check) > 60
