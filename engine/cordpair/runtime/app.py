"""Puts an engine together from what the operator decided, and runs it to its end."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from cordpair.acd import Acd
from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.clock import AsyncioClock, Clock
from cordpair.errors import AcdError, ConfigurationError, CordpairError, JournalError
from cordpair.ids import NodeId
from cordpair.journal import Journal, SqliteJournal, Synchronous, current_codec
from cordpair.pbx import Driver, make_driver
from cordpair.runtime.engine import Engine, Stop
from cordpair.runtime.exits import EXIT_BUG, EXIT_CONFIGURATION, EXIT_FENCED, EXIT_JOURNAL, EXIT_OK
from cordpair.runtime.personal import MemoryRecords, Records
from cordpair.runtime.process import tune_gc
from cordpair.runtime.recovery import begin, differs, new_run, recover
from cordpair.runtime.snapshots import EVERY

log = logging.getLogger(__name__)

STATUSES = {
    Stop.REQUESTED: EXIT_OK,
    Stop.FENCED: EXIT_FENCED,
    Stop.JOURNAL_FAILED: EXIT_JOURNAL,
    Stop.CORE_FAILED: EXIT_BUG,
}

# A tail of so many entries is worth a snapshot at the start, when nobody waits yet.
LONG_TAIL = 5_000


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine is made of."""

    configuration: Configuration
    pbxs: Mapping[NodeId, str]  # URL with its secret: never shown
    journal: Path
    synchronous: Synchronous = "normal"
    snapshot_every: int = EVERY
    keep_ms: int | None = None  # how long the journal's entries are kept at least
    records: Records = msgspec.field(default_factory=MemoryRecords)


Started = Callable[[Engine], Awaitable[None]]


async def run_engine(
    setup: Setup, *, started: Started | None = None, clock: Clock | None = None, own_process: bool = True
) -> int:
    """Run until a signal, ``engine.stop()`` or a failure; returns the exit status, see ``exits``.

    ``started`` runs beside the engine and may stop it; its exceptions end the engine and come out here.
    ``own_process``: take SIGTERM and SIGINT, and tune the garbage collector.
    """
    try:
        async with opened(setup, clock or AsyncioClock()) as engine:
            if own_process:
                tune_gc()
            return await _run(engine, setup.configuration, started, own_process)
    except JournalError as error:
        log.critical("%s", error)
        return EXIT_JOURNAL
    except ConfigurationError as error:
        log.critical("%s", error)
        return EXIT_CONFIGURATION


@contextlib.asynccontextmanager
async def opened(setup: Setup, clock: Clock) -> AsyncIterator[Engine]:
    """An engine with its core recovered, not running yet. Raises JournalError, ConfigurationError."""
    cell = setup.configuration.cell
    drivers = drivers_of(setup)
    journal = await SqliteJournal.open(
        setup.journal,
        current_codec(),
        cell=cell,
        run=new_run(),
        synchronous=setup.synchronous,
        keep_ms=setup.keep_ms,
    )
    try:
        engine = await engine_on(journal, setup.configuration, drivers, setup.records, clock)
        engine.snapshot_every(setup.snapshot_every)
        yield engine
    finally:
        await journal.close()


async def engine_on(
    journal: Journal, configuration: Configuration, drivers: list[Driver], records: Records, clock: Clock
) -> Engine:
    """An engine on an open journal: recovered, or begun."""
    if journal.last_seq == 0:
        found = await begin(journal, Acd, configuration, clock.now_ms())
        log.info("a new journal was begun, run %s", journal.run)
    else:
        began = clock.now_ms()
        found = recover(journal, Acd)
        state = found.core.state
        log.info(
            "recovered at entry %d (%d replayed) in %d ms: %d contacts, %d waiting",
            journal.last_seq, found.replayed, clock.now_ms() - began, len(state.contacts), len(state.visits),
        )  # fmt: skip
    engine = Engine(found.core, journal, drivers, records, clock, last_at=found.last_at)
    if found.replayed >= LONG_TAIL:
        engine.save_snapshot()
    return engine


def drivers_of(setup: Setup) -> list[Driver]:
    """Raises ConfigurationError. Connects to nothing."""
    cell = setup.configuration.cell
    drivers = []
    for node, url in setup.pbxs.items():
        endpoints = tuple(seat.endpoint for seat in setup.configuration.seats if seat.node in (None, node))
        drivers.append(make_driver(node, url, cell, endpoints))
    return drivers


async def _run(engine: Engine, configuration: Configuration, started: Started | None, own_process: bool) -> int:
    loop = asyncio.get_running_loop()
    if own_process:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _stop_for, engine, number)
    running = asyncio.create_task(engine.run(), name="engine")
    beside: asyncio.Future[None] | None = None
    try:
        status = await _apply(engine, configuration)
        if status is None:
            if started is not None:
                beside = asyncio.ensure_future(started(engine))
                beside.add_done_callback(lambda _: engine.stop())
            status = STATUSES[await running]
        return status
    finally:
        engine.stop()
        await running
        if beside is not None:
            beside.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beside
        if own_process:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


async def _apply(engine: Engine, configuration: Configuration) -> int | None:
    if not differs(configuration, engine.state.configuration):
        return None
    try:
        await engine.request(ApplyConfiguration(configuration))
    except AcdError as error:
        log.critical("the configuration cannot be applied to the calls there are: %s", error)
        return EXIT_CONFIGURATION
    except CordpairError:
        return None  # the engine is stopping, and says why
    log.info("configuration revision %d applied", configuration.revision)
    return None


def _stop_for(engine: Engine, number: int) -> None:
    log.info("stopping on %s; calls go on", signal.Signals(number).name)
    engine.stop()


__all__ = ["STATUSES", "Setup", "Started", "engine_on", "opened", "run_engine"]
