"""What the engine's process knows of reports: the live figures, and whom to ask for the rest.

The counting process is told how far the journal is committed; it reads no further. So all that is asked is answered as
of an entry that both know, and each interval that is over can be reconciled as of one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from prometheus_client import Counter, Gauge

from cordpair.config.reports import Reports
from cordpair.errors import ConfigurationError, CordpairError, JournalError
from cordpair.ids import QueueId, VisitId
from cordpair.reports.archive.double_entry import Reconciled
from cordpair.reports.archive.story import NoSuchContact
from cordpair.reports.clerk import questions as q
from cordpair.reports.clerk.worker import Gone, Worker
from cordpair.reports.days import TooMuch, zone_of
from cordpair.reports.formats import NotInstalled
from cordpair.reports.live import KEPT_MS, Live, OpenVisit
from cordpair.reports.raw import INTERVAL_MS, interval_of
from cordpair.reports.tallies import Policy, policy_of
from cordpair.runtime import Engine

log = logging.getLogger(__name__)

GATHER_S = 0.5  # what is committed within this is counted at once
AGAIN_S = 5.0  # after a failure
WAITING = 8  # questions
BEHIND_S = 3.0  # who asks waits so long until all is counted that is committed
SETTLE_MS = 5_000  # after an interval, before it is reconciled

FAILURES: dict[str, type[CordpairError]] = {
    kind.__name__: kind for kind in (NotInstalled, NoSuchContact, TooMuch, ConfigurationError, JournalError)
}


class Busy(CordpairError):
    """Too many ask at the same time."""


class Behind(CordpairError):
    """It still counts what was before."""


class Refused(CordpairError):
    """The archive cannot be read or written; the log says why."""


class Clerk:
    def __init__(self, engine: Engine, archive: Path, journal: Path, zone: ZoneInfo, policy: Policy) -> None:
        self.live = Live(zone, policy, engine.clock.now_ms, engine.committed_seq)
        self.reconciled: Reconciled | None = None  # the newest
        self._engine = engine
        self._archive, self._journal = archive, journal
        self._lock = asyncio.Lock()
        self._worker: Worker | None = None
        self._counted = 0
        self._reconciled_start = 0
        self._asking = 0
        self._begun = asyncio.Event()  # the live figures know what was before: from here on it may be counted on
        self._ended = False
        self.registry = registry = engine.meter.registry
        self._disagreed = Counter(
            "cordpair_reports_disagreements", "Intervals whose counts did not agree when reconciled", registry=registry
        )
        self._last = Gauge(
            "cordpair_reports_reconciled_timestamp_seconds", "End of the newest reconciled interval", registry=registry
        )
        behind = Gauge("cordpair_reports_behind_entries", "Committed entries not counted yet", registry=registry)
        behind.set_function(lambda: max(0, self.live.seq - self._counted))
        engine.watch(self.live.see)

    # ------------------------------------------------------------ asked

    async def ask(self, question: q.Question) -> bytes:
        """As of everything that is committed now.

        Raises Busy, Behind, Gone, Refused; ConfigurationError, NotInstalled, TooMuch, NoSuchContact.
        """
        if self._asking >= WAITING:
            raise Busy("Too many ask for reports at the same time.")
        self._asking += 1
        try:
            await self._catch_up(self.live.seq)
            return await self._ask(question)
        finally:
            self._asking -= 1

    async def _catch_up(self, seq: int) -> None:
        try:
            async with asyncio.timeout(BEHIND_S):
                await self._begun.wait()
                while self._counted < seq:
                    await self._follow(seq)
        except TimeoutError:
            raise Behind(f"Entry {self._counted} of {seq} is counted; ask again in a moment.") from None

    async def _follow(self, upto: int) -> None:
        counted = msgspec.msgpack.decode(await self._ask(q.Follow(upto)), type=q.Counted)
        self._engine.counted(counted.saved)
        self._counted, self._reconciled_start = counted.seq, max(self._reconciled_start, counted.reconciled)

    async def _ask(self, question: q.Question) -> bytes:
        async with self._lock:
            return await self._ask_now(question)

    async def _ask_now(self, question: q.Question) -> bytes:
        """Under the lock."""
        worker = self._worker
        if worker is None:
            raise Gone("reports are not counted at the moment; it is tried again")
        asked = asyncio.ensure_future(worker.ask(question))
        try:
            answer = await asyncio.shield(asked)
        except asyncio.CancelledError:
            if self._ended:
                asked.cancel()
            elif not asked.done():  # whoever asked has gone: its answer must not be taken for another's
                with contextlib.suppress(Gone):
                    await asked
            raise
        except Gone:
            if self._worker is worker:
                self._worker = None
            await worker.kill()
            raise
        if not answer.failure:
            return answer.body
        kind = FAILURES.get(answer.failure, JournalError)
        if kind is JournalError:
            log.error("reports: %s", answer.message)
            raise Refused("The reports' file or the journal cannot be used; the engine's log says why.")
        raise kind(answer.message)

    # ------------------------------------------------------------ counting on

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Clerk"]:
        task = asyncio.create_task(self._run(), name="reports")
        task.add_done_callback(_say)
        try:
            yield self
        finally:
            self._ended = True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._engine.unwatch(self.live.see)
            worker, self._worker = self._worker, None
            if worker is not None:
                await worker.end()

    async def _run(self) -> None:
        while True:
            try:
                if self._worker is None:
                    self._worker = await Worker.start(self._archive, self._journal)
                    self._counted = 0
                    await self._follow(0)
                while True:
                    await self._count_on()
                    await asyncio.sleep(GATHER_S)
            except (Gone, Refused, OSError) as error:
                log.error("reports are not counted: %s; calls go on, it is tried again", error)
                await asyncio.sleep(AGAIN_S)

    async def _count_on(self) -> None:
        if self._worker is None or self._worker.ended:
            self._worker = None
            raise Gone("the counting process ended")
        if not self._begun.is_set():
            await self._take_over()
            self._begun.set()
        seq = self.live.seq
        while self._counted < seq:
            await self._follow(seq)
        await self._reconcile()

    async def _take_over(self) -> None:
        """What the live figures begin with: everything up to the first entry that they saw."""
        first = self.live.first
        while self._counted < first:
            await self._follow(first)
        begin, end = self.live.day
        now = self._engine.clock.now_ms()
        taken = msgspec.msgpack.decode(
            await self._ask(q.TakeOver(begin, end, interval_of(now) - KEPT_MS)), type=q.Taken
        )
        self.live.take_over(
            taken.day,
            taken.late,
            [OpenVisit(VisitId(each.visit), QueueId(each.queue), each.began_at, each.placed) for each in taken.waiting],
        )

    async def _reconcile(self) -> None:
        """Every interval that is over and was not reconciled, of those that the live counters know still."""
        newest = interval_of(self._engine.clock.now_ms() - SETTLE_MS) - INTERVAL_MS
        known = newest - KEPT_MS + 2 * INTERVAL_MS
        start = max(self._reconciled_start + INTERVAL_MS, known) if self._reconciled_start else newest
        while start <= newest and self.live.complete:
            async with self._lock:
                live = [(*name, amount) for name, amount in self.live.counts(start).items()]
                question = q.Reconcile(start, self._engine.clock.now_ms(), self.live.seq, live)
                found = msgspec.json.decode(await self._ask_now(question), type=Reconciled)
                self._counted = question.seq
            self._tell(found)
            self._reconciled_start = start
            start += INTERVAL_MS

    def _tell(self, found: Reconciled) -> None:
        self.reconciled = found
        self._last.set(found.end.timestamp())
        if not found.agrees:
            self._disagreed.inc()
            for each in found.differences:
                log.error(
                    "reports disagree of the quarter from %s: queue %s, %s: live %d, stored %d, journal %d",
                    found.start.isoformat(), each.queue, each.figure, each.live, each.stored, each.journal,
                )  # fmt: skip


@contextlib.asynccontextmanager
async def counting_of(engine: Engine, journal: Path, wanted: Reports, directory: Path) -> AsyncIterator[Clerk]:
    """Count what the engine does, beside it. ``directory``: to which the path is relative."""
    clerk = Clerk(engine, directory / wanted.path, journal, zone_of(wanted.zone), policy_of(wanted))
    async with clerk.running():
        yield clerk


def _say(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("reports are not counted any more, calls go on without", exc_info=error)


__all__ = ["Behind", "Busy", "Clerk", "Gone", "Refused", "counting_of"]
