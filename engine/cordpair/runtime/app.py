"""Puts an engine together from what the operator decided, and runs it to its end."""

import asyncio
import contextlib
import logging
import os
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
from cordpair.observe import Traces
from cordpair.pbx import Driver, make_driver
from cordpair.runtime.engine import Engine, Stop
from cordpair.runtime.exits import EXIT_BUG, EXIT_CONFIGURATION, EXIT_FENCED, EXIT_JOURNAL, EXIT_OK
from cordpair.runtime.personal import MemoryRecords, Records
from cordpair.runtime.process import tune_process
from cordpair.runtime.recovery import begin, differs, new_run, recover
from cordpair.runtime.reload import Origin, Reloader, follow
from cordpair.runtime.snapshots import EVERY
from cordpair.runtime.supervisor import endpoints_of

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
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
    wait_for_counting: bool = False  # … and until somebody says ``engine.counted``
    records: Records = msgspec.field(default_factory=MemoryRecords)
    origin: Origin | None = None  # None: the configuration stays as it is
    traces: Traces | None = None


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
                tune_process()
            return await _run(engine, setup, started, own_process)
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
        wait_for_counting=setup.wait_for_counting,
    )
    try:
        engine = await engine_on(journal, setup.configuration, drivers, setup.records, clock)
        engine.snapshot_every(setup.snapshot_every)
        if setup.origin is not None:
            engine.reloader = Reloader(engine, setup.origin)
            engine.keep_phones(setup.origin.store.phone_accounts)
        if setup.traces is not None:
            engine.trace(setup.traces)
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
        drivers.append(make_driver(node, url, cell, endpoints_of(setup.configuration, node)))
    return drivers


async def _run(engine: Engine, setup: Setup, started: Started | None, own_process: bool) -> int:
    if own_process:
        _take_signals(engine)
    running = asyncio.create_task(engine.run(), name="engine")
    beside: asyncio.Future[None] | None = None
    following: asyncio.Task[None] | None = None
    try:
        status = await _apply(engine, setup.configuration)
        if status is None:
            if engine.reloader is not None and setup.origin is not None:
                following = asyncio.create_task(follow(engine.reloader, setup.origin.file), name="configuration file")
            if started is not None:
                beside = asyncio.ensure_future(started(engine))
                beside.add_done_callback(lambda _: engine.stop())
            status = STATUSES[await running]
        return status
    finally:
        engine.stop()
        await running
        if following is not None:
            following.cancel()
            await asyncio.wait({following})
        if beside is not None:
            beside.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beside
        if own_process:
            for number in SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(number)


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


def _take_signals(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[object]] = set()

    def reload() -> None:
        if engine.reloader is None:
            log.warning("SIGHUP: there is no file to read the configuration from again")
            return
        task: asyncio.Task[object] = loop.create_task(engine.reloader.from_file(), name="reload")
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop_for, engine, number)
    loop.add_signal_handler(signal.SIGHUP, reload)


def _stop_for(engine: Engine, number: int) -> None:
    if engine.stopping and number == signal.SIGINT:  # somebody is at the keyboard, and has waited long enough
        log.warning("stopping at once; what was not committed is asked of the PBX at the next start")
        os._exit(128 + number)
    log.info("stopping on %s; calls go on", signal.Signals(number).name)
    engine.stop()


__all__ = ["STATUSES", "Setup", "Started", "engine_on", "opened", "run_engine"]
