"""The engine dies at each entry of its journal and comes back: no ghost, no orphan, no lost place, nothing twice."""

import asyncio
import itertools
import shutil
import traceback
from functools import partial
from pathlib import Path

import pytest

from cordpair.acd import Acd
from cordpair.acd import events as ev
from cordpair.journal import SqliteJournal, current_codec
from cordpair.runtime import Stop
from cordpair.runtime.recovery import recover
from cordpair_loopback import CallState
from scenarios.crashes import Death
from scenarios.laws import digest, everybody_can_work, everybody_goes_home, laws_hold, none
from scenarios.reference import ANYONE, REFERENCE, SCRIPT_MS, schedule, unserved
from scenarios.rig import MAIN, Caller, Rig, agent, centre, queue, running

QUIET_MS = 45_000
# Back within the dialplan's patience; by turns at once, after a while, and after everybody's conversation is over.
BACK_MS = (0, 1_000, 9_000)


def _dies_at(seq: int, death: Death, rig: Rig) -> None:
    rig.dies_at(seq, death, BACK_MS[seq % 3])


@pytest.mark.parametrize("death", Death)
async def test_dies_at_each_entry(death: Death) -> None:
    failed = []
    for seq in itertools.count(2):
        async with running(
            REFERENCE, clean=False, check_every=3,
            prepare=partial(_dies_at, seq, death),
        ) as rig:  # fmt: skip
            schedule(rig)
            await rig.advance(SCRIPT_MS + QUIET_MS)
            if rig.journal.dies_at is not None:
                break
            try:
                assert rig.deaths == 1
                if death is Death.DISK_FULL:
                    assert rig.stops == [Stop.JOURNAL_FAILED]
                none(unserved(rig))
                await everybody_can_work(rig, ANYONE)
                await everybody_goes_home(rig)
                laws_hold(rig)
            except Exception as error:
                failed.append(f"entry {seq}: {str(error) or traceback.format_exc(limit=-2)}\n")
    none(failed)
    assert seq > 80


@pytest.mark.parametrize("death", Death)
async def test_dies_again_and_again(death: Death) -> None:
    """Each engine lives for nine entries."""
    async with running(REFERENCE, clean=False) as rig:
        schedule(rig)
        rig.dies_at(rig.journal.last_seq + 7, death, back_after_ms=100, again_after=9)
        await rig.advance(SCRIPT_MS)
        rig.journal.dies_at = None
        await rig.advance(QUIET_MS)
        assert rig.deaths > 5
        none(unserved(rig))
        await everybody_can_work(rig, ANYONE)
        await everybody_goes_home(rig)
        laws_hold(rig)


async def test_waiting_and_talking_over_a_crash() -> None:
    """Ten talk, fifty wait; afterwards the ten still talk, and the fifty are served in the order in which they came."""
    names = [f"agent{number}" for number in range(10)]
    async with centre([queue("sales")], [agent(name, "sales") for name in names], check_every=20) as rig:
        await rig.staff(*names)
        talking = [rig.caller(f"talks{number}").arrives("5001") for number in range(10)]
        await rig.advance(2_000)
        waiting = []
        for number in range(50):
            waiting.append(rig.caller(f"waits{number}").arrives("5001"))
            await rig.advance(10)
        talked_at = [caller.call.talked_at for caller in talking]
        rig.kill()
        down = []
        for number in range(10):  # they ring while nobody is there
            await rig.advance(100)
            down.append(rig.caller(f"down{number}").arrives("5001"))
        await rig.start()
        await rig.advance(2_000)
        assert all(caller.talks for caller in talking)
        assert [caller.call.talked_at for caller in talking] == talked_at
        assert rig.queue("sales").waiting == 60
        served: list[Caller] = []
        for _ in range(60):
            next(caller for caller in [*talking, *served] if caller.talks).hangs_up()
            await rig.advance(1_100)
            served += [caller for caller in [*waiting, *down] if caller.talks and caller not in served]
        assert served == [*waiting, *down]


async def test_callers_who_left_while_nobody_looked() -> None:
    async with centre([queue("sales", wrap_up_ms=500)], [agent("ann", "sales")]) as rig:
        await rig.staff("ann")
        ada, bea = rig.caller("ada").arrives("5001"), rig.caller("bea").arrives("5001")
        await rig.advance(2_000)
        rig.kill()
        ada.hangs_up()
        bea.hangs_up()
        await rig.advance(3_000)
        assert rig.pbxs[MAIN].switch.legs  # the agent's leg lives on, alone
        await rig.start()
        await rig.advance(1_000)
        assert rig.outcomes("sales") == {"connected": 1, "lost_visibility": 1}
        assert [event.by for event in rig.events(ev.ConnectionEnded)] == ["lost"]
        assert not rig.pbxs[MAIN].switch.legs
        assert rig.is_free("ann")


async def test_an_engine_stopped_in_good_order_is_taken_over() -> None:
    async with centre([queue("sales")], [agent("ann", "sales")]) as rig:
        await rig.staff("ann")
        ada, bea = rig.caller("ada").arrives("5001"), rig.caller("bea").arrives("5001")
        await rig.advance(2_000)
        assert await rig.stop() is Stop.REQUESTED
        assert rig.journal.load_snapshot() is not None
        commands = rig.taps.commands
        await rig.advance(5_000)
        assert (rig.taps.commands, ada.state) == (commands, CallState.TALKING)
        await rig.start()
        await rig.advance(1_000)
        assert ada.talks
        ada.hangs_up()
        await rig.advance(1_500)
        assert bea.talks


@pytest.mark.parametrize("torn", [False, True])
async def test_a_copy_of_the_file_at_any_entry_recovers(tmp_path: Path, torn: bool) -> None:
    """What is on the disk when the power goes: the file and its write-ahead log, that one cut short."""
    async with running(REFERENCE, check_every=100) as rig:
        schedule(rig)
        await rig.advance(SCRIPT_MS)
        entries = rig.entries()
    journal = await SqliteJournal.open(tmp_path / "journal.db", current_codec(), cell="main", run="test")
    truth = Acd()
    states = {0: digest(truth.state)}
    for number, entry in enumerate(entries, 1):
        journal.append(entry)
        truth.fold(entry.events, entry.at)
        states[number] = digest(truth.state)
        if number % 9 == 0:
            while journal.committed_seq < number:
                await journal.room()
                await asyncio.sleep(0)
            copy = tmp_path / f"at{number}"
            copy.mkdir()
            for file in tmp_path.glob("journal.db*"):
                if not file.name.endswith(("-shm", ".lock")):
                    shutil.copy(file, copy)
            log = copy / "journal.db-wal"
            if torn and log.exists():
                log.write_bytes(log.read_bytes()[: -(number * 37)])
            again = await SqliteJournal.open(copy / "journal.db", current_codec(), cell="main", run="x")
            found = recover(again, Acd)
            assert found.seq <= number
            assert torn or found.seq == number
            assert digest(found.core.state) == states[found.seq]
            assert again.run == "test"
            await again.close()
    await journal.close()
