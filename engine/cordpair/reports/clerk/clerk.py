"""What the engine's process knows of reports: the live figures, and whom to ask for the rest.

The counting process is told how far the journal is committed; it reads no further. So all that is asked is answered as
of an entry that both know, and each interval that is over can be reconciled as of one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
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
from cordpair.reports.patience import TooSlow
from cordpair.reports.raw import INTERVAL_MS, interval_of
from cordpair.reports.tallies import Policy, policy_of
from cordpair.runtime import Engine
from cordpair.runtime.beside import saying

log = logging.getLogger(__name__)

GATHER_S = 0.5  # what is committed within this is counted at once
AGAIN_S, LONGEST_S = 5.0, 60.0  # after a failure, and after many
WAITING = 8  # questions
BEHIND_S = 3.0  # who asks waits so long until all is counted that is committed
SETTLE_MS = 5_000  # after an interval, before it is reconciled

FAILURES: dict[str, type[CordpairError]] = {
    kind.__name__: kind for kind in (NotInstalled, NoSuchContact, TooSlow, TooMuch, ConfigurationError, JournalError)
}

T = TypeVar("T")


class Busy(CordpairError):
    """Too many ask at the same time."""


class Behind(CordpairError):
    """It still counts what was before."""


class Refused(CordpairError):
    """The archive cannot be read or written; the log says why."""


class Clerk:
    def __init__(self, engine: Engine, archive: Path, journal: Path, zone: ZoneInfo, policy: Policy) -> None:
        placed = [each.contact for each in engine.state.contacts.values() if each.placed_by is not None]
        self.live = Live(zone, policy, engine.clock.now_ms, engine.committed_seq, placed)
        self.reconciled: Reconciled | None = None  # the newest
        self._engine = engine
        self._archive, self._journal = archive, journal
        self._lock = asyncio.Lock()
        self._worker: Worker | None = None
        self._asked: asyncio.Task[q.Answer] | None = None  # the newest; it holds the lock
        self._counted = 0
        self._reconciled_start = 0
        self._asking = 0
        self._begun = asyncio.Event()  # the live figures know what was before: from here on it may be counted on
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
            return await self._ask(lambda: question)
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
        counted = await self._ask_for(q.Follow(upto), q.Counted)
        self._engine.counted(counted.saved)
        self._counted, self._reconciled_start = counted.seq, max(self._reconciled_start, counted.reconciled)

    async def _ask_for(self, question: q.Question, kind: type[T]) -> T:
        """Of msgpack. Raises Gone, Refused."""
        worker, body = self._worker, await self._ask(lambda: question)
        try:
            return msgspec.msgpack.decode(body, type=kind)
        except msgspec.DecodeError:
            if worker is not None:
                await self._drop(worker)
            raise Gone("the counting process says what is no answer") from None

    async def _ask(self, make: Callable[[], q.Question]) -> bytes:
        """``make``: the question as of the moment in which it is asked, and no other is."""
        await self._lock.acquire()
        if (worker := self._worker) is None:
            self._lock.release()
            raise Gone("reports are not counted at the moment; it is tried again")
        # A task of its own, that has the lock: when whoever asked goes away, however often it is cancelled, the answer
        # is waited for all the same. It must not be taken for another's.
        self._asked = asked = asyncio.create_task(self._exchange(worker, make), name="reports: a question")
        asked.add_done_callback(self._answered)
        await asyncio.wait([asked])
        if asked.cancelled():
            raise Gone("reports are not counted any more")
        answer = asked.result()
        if not answer.failure:
            return answer.body
        kind = FAILURES.get(answer.failure, JournalError)
        if kind is JournalError:
            log.error("reports: %s", answer.message)
            raise Refused("The reports' file or the journal cannot be used; the engine's log says why.")
        raise kind(answer.message)

    async def _exchange(self, worker: Worker, make: Callable[[], q.Question]) -> q.Answer:
        try:
            return await worker.ask(make())
        except Gone:
            await self._drop(worker)
            raise

    def _answered(self, asked: "asyncio.Task[q.Answer]") -> None:
        self._lock.release()
        if not asked.cancelled():
            asked.exception()  # nobody may be there any more to see it

    async def _drop(self, worker: Worker) -> None:
        if self._worker is worker:
            self._worker = None
        await worker.kill()

    # ------------------------------------------------------------ counting on

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Clerk"]:
        task = asyncio.create_task(self._run(), name="reports")
        task.add_done_callback(saying(log, "reports are not counted any more"))
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            worker, self._worker = self._worker, None
            if self._asked is not None:
                self._asked.cancel()
                await asyncio.wait([self._asked])
            self._engine.unwatch(self.live.see)
            if worker is not None:
                await worker.end()

    async def _run(self) -> None:
        again_s = AGAIN_S
        while True:
            try:
                if self._worker is None:
                    self._worker = await Worker.start(self._archive, self._journal)
                    self._counted = 0
                    await self._follow(0)
                while True:
                    await self._count_on()
                    again_s = AGAIN_S
                    await asyncio.sleep(GATHER_S)
            except (CordpairError, OSError, msgspec.DecodeError) as error:
                log.error("reports are not counted: %s; calls go on, it is tried again in %g s", error, again_s)
                if self._worker is not None and not isinstance(error, Refused):
                    await self._drop(self._worker)  # what it says does not fit: it begins anew
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, LONGEST_S)

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
        taken = await self._ask_for(q.TakeOver(begin, end, interval_of(now) - KEPT_MS), q.Taken)
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
            found = msgspec.json.decode(await self._ask(partial(self._counts, start)), type=Reconciled)
            self._tell(found)
            self._reconciled_start = start
            start += INTERVAL_MS

    def _counts(self, start: int) -> q.Reconcile:
        """As of the newest entry: it is asked in the same moment."""
        live = [(*name, amount) for name, amount in self.live.counts(start).items()]
        return q.Reconcile(start, self._engine.clock.now_ms(), self.live.seq, live)

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


__all__ = ["Behind", "Busy", "Clerk", "Gone", "Refused", "counting_of"]
