"""The engine: one core, its journal, its PBX nodes. This is what the command line and the API hold in their hands."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from enum import StrEnum

from cordpair.acd import Acd
from cordpair.acd.events import ConfigurationApplied
from cordpair.acd.inputs import Caller, Input, LegArrived, LinkDown, Request
from cordpair.acd.model import NodeStatus, State
from cordpair.clock import Clock
from cordpair.errors import JournalError
from cordpair.ids import ContactId, NodeId
from cordpair.journal import Entry, Journal
from cordpair.observe import Meter, Traces
from cordpair.pbx import Driver
from cordpair.runtime.accounts import Accounts
from cordpair.runtime.core import Core, Decided
from cordpair.runtime.digits import Digits
from cordpair.runtime.errors import CoreFailed
from cordpair.runtime.executor import DEADLINE_MS, Executor
from cordpair.runtime.lag import Lag
from cordpair.runtime.laws import Laws
from cordpair.runtime.personal import DIALLED, NOBODY, Personal, Record, Records
from cordpair.runtime.phones import Digests, Phones
from cordpair.runtime.placed import Placed
from cordpair.runtime.reload import Reloader
from cordpair.runtime.subscriptions import Subscription
from cordpair.runtime.supervisor import LinkState, Supervisor, endpoints_of
from cordpair.runtime.writer import BOUND, Writer

log = logging.getLogger(__name__)


class Stop(StrEnum):
    """Why an engine stopped."""

    REQUESTED = "requested"
    FENCED = "fenced"
    JOURNAL_FAILED = "journal_failed"
    CORE_FAILED = "core_failed"


class Engine:
    """``await run()`` does everything, until ``stop()`` or a reason of its own. Calls on the PBX outlive it."""

    def __init__(  # noqa: PLR0913
        self,
        core: Core,
        journal: Journal,
        drivers: Sequence[Driver],
        records: Records,
        clock: Clock,
        *,
        last_at: int = 0,
        draw: Callable[[], float] = random.random,
        bound: int = BOUND,
        deadline_ms: int = DEADLINE_MS,
    ) -> None:
        """``last_at``: the time of the journal's newest entry."""
        self._core = core
        self._journal = journal
        self._clock = clock
        self._records = records
        self._digits = Digits()
        self._last_at = last_at
        self._stop: asyncio.Future[Stop] = asyncio.get_running_loop().create_future()
        self.meter = Meter()
        self.reloader: Reloader | None = None  # when there is a store: changes the configuration
        self.phones: Phones | None = None  # likewise: makes accounts of phones
        self._drivers = {driver.node: driver for driver in drivers}
        self._executor = Executor(self._drivers, self, clock, self.submit, deadline_ms, self.meter)
        self._writer = Writer(
            core,
            journal,
            Personal(records, self._digits),
            clock,
            self._executor.run,
            last_at=last_at,
            bound=bound,
            meter=self.meter,
        )
        self._writer.committed.append(self._look_for_configuration)
        self.placed = Placed(core.state, clock)  # what became of the calls that agents placed
        self._writer.committed.append(self.placed.see)
        self._laws = Laws(core, self._writer, clock, self.meter) if isinstance(core, Acd) else None
        self._lag = Lag(self.meter.lagged)
        self._traces: Traces | None = None
        self.meter.depths(lambda: self._writer.depth, lambda: self._executor.busy)
        self.meter.revision(core.state.configuration.revision)
        self.accounts = Accounts(self._drivers, self._is_up, clock, deadline_ms)
        self._supervisors = {
            driver.node: Supervisor(driver, self._writer, self._executor, clock, draw, self._fenced, self._linked)
            for driver in drivers
        }

    # ------------------------------------------------------------ for people and programs

    @property
    def state(self) -> State:
        """The tables as they are now, which may be some entries ahead of the journal. Read only.

        Whoever must not show what is not committed yet reads, then awaits ``flushed()``, then shows.
        """
        return self._core.state

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def links(self) -> dict[NodeId, LinkState]:
        return {node: supervisor.state for node, supervisor in self._supervisors.items()}

    def _is_up(self, node: NodeId) -> bool:
        return self.links[node] is LinkState.UP

    def driver(self, node: NodeId) -> Driver:
        """To ask what it can do, and has beside the port. What it is to do goes by inputs. Raises KeyError."""
        return self._drivers[node]

    @property
    def committed_seq(self) -> int:
        """The newest committed entry of the journal."""
        return self._journal.committed_seq

    @property
    def stopping(self) -> bool:
        """Whether it has begun to stop; it may be closing links still."""
        return self._stop.done()

    @property
    def broken_laws(self) -> tuple[str, ...]:
        """Laws of the core that were found broken and not seen mended: defects of ours. Calls go on."""
        return tuple(self._laws.known) if self._laws is not None else ()

    def trace(self, traces: Traces) -> None:
        """Before ``run``: make spans of what is committed, until the end."""
        self._traces = traces
        traces.resume(self.state)
        self._writer.committed.append(traces.see)

    def keep_phones(self, digests: Digests) -> None:
        """Before ``run``: the PBXs have accounts of the phones in the configuration, with these digests."""
        self.phones = Phones(self.accounts, digests, lambda: self.state)

    def submit(self, input: Input) -> None:
        """From a driver. Never lost and never refused."""
        self._writer.submit(input)

    async def request(self, input: Request) -> Decided:
        """From a person or a program; returns after the commit.

        Raises AcdError when the core refuses it, EngineBusy or EngineStopped when it was not decided.
        """
        return await self._writer.request(input)

    async def flushed(self) -> None:
        """Return when everything decided so far is committed."""
        await self._writer.flushed()

    def counted(self, upto: int) -> None:
        """Entries up to that one are in the reports' archive: the journal need not keep them for that."""
        self._journal.may_prune(upto)

    def hear_arrivals(self, tell: Callable[[LegArrived], None]) -> None:
        """Have it told of each call as the PBX reported it, with what is personal: it takes no time, keeps nothing of
        that, and never raises."""
        self._writer.arriving.append(tell)

    @property
    def drivers(self) -> dict[NodeId, Driver]:
        return dict(self._drivers)

    def watch(self, tell: Callable[[Entry], None]) -> None:
        """Have it told of each entry after its commit, at once: it takes no time to speak of, and never raises."""
        self._writer.committed.append(tell)

    def unwatch(self, tell: Callable[[Entry], None]) -> None:
        self._writer.committed.remove(tell)

    def subscribe(self, bound: int = 1_000) -> Subscription:
        """Committed entries from now on. Give it back with ``unsubscribe``."""
        return self._writer.subscriptions.add(bound)

    def unsubscribe(self, subscription: Subscription) -> None:
        self._writer.subscriptions.remove(subscription)

    def record(self, contact: ContactId) -> Record | None:
        """What is known of the contact's caller, also of late when the contact is over. Personal data."""
        return self._records.record(contact)

    def snapshot_every(self, entries: int) -> None:
        self._writer.snapshots.every = entries

    def save_snapshot(self) -> None:
        """Holds the loop while it encodes: for moments when nobody waits."""
        self._writer.snapshots.save()

    # ------------------------------------------------------------ what the executor asks

    def caller(self, contact: ContactId) -> Caller:
        try:
            record = self.record(contact)
        except Exception:
            log.exception("a contact's record could not be read; the agent sees no number")
            return NOBODY
        return record.caller if record is not None else NOBODY

    def dialled(self, contact: ContactId) -> str:
        record = self.record(contact)
        return "" if record is None else record.variables.get(DIALLED) or record.caller.number

    def medium(self, prompt: str) -> str:
        return self._core.state.configuration.prompts.get(prompt, prompt)

    def digits(self, kept: int) -> str:
        return self._digits.take(kept)

    # ------------------------------------------------------------ life

    def stop(self, why: Stop = Stop.REQUESTED) -> None:
        if not self._stop.done():
            self._stop.set_result(why)

    async def run(self) -> Stop:
        """Raises nothing: a failure is logged, and told by what it returns."""
        self._note_lost_links()
        self._lag.start()
        if self._laws is not None:
            self._writer.appended = self._laws.decided
            self._laws.start()
        writer = asyncio.create_task(self._write(), name="writer")
        links = [asyncio.create_task(s.run(), name=f"link {s.node}") for s in self._supervisors.values()]
        if self.phones is not None:
            links.append(asyncio.create_task(self.phones.run(), name="phones"))
        for task in links:
            task.add_done_callback(self._link_task_ended)
        try:
            why = await self._stop
        finally:
            await self._close(writer, links)
        return why

    async def _write(self) -> None:
        try:
            await self._writer.run()
        except JournalError as error:
            log.critical("the engine stops, because it must not act without a record: %s", error)
            self.stop(Stop.JOURNAL_FAILED)
        except CoreFailed as error:
            log.critical("the engine stops, a restart recovers from the journal: %s", error)
            self.stop(Stop.CORE_FAILED)
        except Exception:
            log.critical("the engine stops, a restart recovers from the journal", exc_info=True)
            self.stop(Stop.CORE_FAILED)

    def _note_lost_links(self) -> None:
        """A journal that ends in ``kill -9`` says that links are up. They ended when it did: no offer is made before
        a node is linked again, and nothing that fell due meanwhile is decided on calls that may be gone."""
        for node, row in self._core.state.nodes.items():
            if row.status is not NodeStatus.DOWN:
                self._writer.decide(LinkDown(node, "the engine was not running"), at_ms=self._last_at)

    def _look_for_configuration(self, entry: Entry) -> None:
        """A new revision is committed: its phones are watched from now on."""
        for event in entry.events:
            if type(event) is ConfigurationApplied:
                self.meter.revision(event.configuration.revision)
                for node, supervisor in self._supervisors.items():
                    supervisor.watch(endpoints_of(event.configuration, node))
                if self.phones is not None:
                    self.phones.stir()

    def _linked(self, node: NodeId) -> None:
        self.accounts.link_up(node)
        if self.phones is not None:
            self.phones.stir()

    def _fenced(self, node: NodeId) -> None:
        self.stop(Stop.FENCED)

    def _link_task_ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("the supervisor of a link failed; the engine stops", exc_info=error)
            self.stop(Stop.CORE_FAILED)

    async def _close(self, writer: "asyncio.Task[None]", links: "list[asyncio.Task[None]]") -> None:
        """Stop listening, then deciding; commit; carry out what was committed; close the links."""
        for task in links:
            task.cancel()
        self._lag.stop()
        if self._laws is not None:
            self._laws.stop()
        if self._stop.done() and self._stop.result() is Stop.FENCED:
            await self._writer.settled()  # the journal says that it was fenced
        self._writer.stop()
        await asyncio.gather(writer, *links, return_exceptions=True)
        await self._writer.flushed()
        await self._executor.close()
        await self.accounts.close()
        await asyncio.gather(*(supervisor.close() for supervisor in self._supervisors.values()))
        if self._writer.failure is None:
            self._writer.snapshots.save_if_changed()
        self._writer.snapshots.cancel()
        self._writer.subscriptions.close()
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)


__all__ = ["Engine", "Stop"]
