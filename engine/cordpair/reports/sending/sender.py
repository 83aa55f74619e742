"""Sends each scheduled report when it is due: at least once, also when the engine was not running then.

A bookmark says up to which moment all that was due is sent, and of what is due next which ways it went already.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from prometheus_client import Counter

from cordpair.clock import Clock
from cordpair.config import Config
from cordpair.config.reports import Schedule
from cordpair.config.secrets import resolve_secret
from cordpair.errors import ConfigurationError, CordpairError
from cordpair.reports.clerk import Clerk, Tell
from cordpair.reports.deliveries import Deliveries, Hook, key_of
from cordpair.reports.patience import TooSlow
from cordpair.reports.report import Format
from cordpair.reports.sending.due import asked_at, due_after
from cordpair.reports.sending.mail import Mailbox, mailbox_of, send
from cordpair.reports.sending.parcel import Parcel
from cordpair.runtime.beside import saying
from cordpair.store import Store, StoreError

log = logging.getLogger(__name__)

T = TypeVar("T")

SETTLE_MS = 15_000  # after it is due: the last interval is reconciled by then
LOOK_S = 30.0  # the clock may be set
GIVE_UP_MS = 86_400_000  # after so long a report is given up, and the next is sent
MOST_MISSED = 31  # of what was due while the engine did not run, the newest
FIRST_S, LONGEST_S = 5.0, 600.0  # between tries: to make it, to send it by mail, to note that it went


class Plan(msgspec.Struct, frozen=True):
    """A schedule, and what is secret of it."""

    name: str
    schedule: Schedule
    hook: Hook | None
    mailbox: Mailbox | None


class Mark(msgspec.Struct, frozen=True):
    """All that was due up to then is sent; of what comes next, these ways."""

    due: int
    went: tuple[str, ...] = ()


def plans_of(config: Config, environ: Mapping[str, str], directory: Path) -> list[Plan]:
    """Raises ConfigurationError where a secret is not to be had."""
    plans = []
    for name, schedule in config.reports.schedules.items():
        hook = None
        if schedule.webhook is not None and schedule.secret is not None:
            place = f"reports.schedules.{name}.secret"
            hook = Hook(schedule.webhook, key_of(resolve_secret(schedule.secret, place, environ, directory), place))
        mailbox = mailbox_of(config.smtp, environ, directory) if schedule.to else None
        plans.append(Plan(name, schedule, hook, mailbox))
    return plans


class Sender:
    """Of one schedule."""

    def __init__(
        self, plan: Plan, clerk: Clerk, store: Store, clock: Clock, deliveries: Deliveries, counted: Counter
    ) -> None:
        self._plan, self._clerk, self._store, self._clock = plan, clerk, store, clock
        self._deliveries, self._counted = deliveries, counted
        self._zone: ZoneInfo = clerk.live.zone

    async def run(self) -> None:
        mark = await self._load()
        while True:
            due = due_after(self._plan.schedule, self._zone, mark.due)
            await self._wait(due + SETTLE_MS)
            mark = await self._send(due, mark)

    async def _wait(self, until: int) -> None:
        while (rest := until - self._clock.now_ms()) > 0:  # noqa: ASYNC110  a machine may have slept
            await asyncio.sleep(min(rest / 1_000, LOOK_S))

    async def _send(self, due: int, mark: Mark) -> Mark:
        """Every way, until it went or was given up."""
        give_up_at = self._clock.now_ms() + GIVE_UP_MS
        parcel = await self._parcel(due, give_up_at)
        for way, go in self._ways().items():
            if parcel is None or way in mark.went:
                continue
            went = await go(parcel, give_up_at)
            self._counted.labels(self._plan.name, way, "sent" if went else "given_up").inc()
            mark = await self._keep(Mark(mark.due, (*mark.went, way)))
        return await self._keep(Mark(due))

    def _ways(self) -> dict[str, Callable[[Parcel, int], Awaitable[bool]]]:
        ways: dict[str, Callable[[Parcel, int], Awaitable[bool]]] = {}
        if self._plan.mailbox is not None:
            ways["mail"] = self._by_mail
        if self._plan.hook is not None:
            ways["webhook"] = self._by_hook
        return ways

    async def _parcel(self, due: int, give_up_at: int) -> Parcel | None:
        """The report; None when it cannot be made, which is said."""
        schedule = self._plan.schedule
        asked = asked_at(schedule, self._zone, due, self._clerk.live.policy)
        shape = Format(schedule.format)
        wait_s = FIRST_S
        while True:
            try:
                body = await self._clerk.ask(Tell(asked, shape))
            except CordpairError as error:
                if isinstance(error, ConfigurationError) and not isinstance(error, TooSlow):
                    log.error("report %s cannot be made: %s", self._plan.name, error)
                    return None
                if self._clock.now_ms() >= give_up_at:
                    log.error("report %s is given up: %s", self._plan.name, error)
                    return None
                log.warning("report %s was not made: %s; it is tried again in %g s", self._plan.name, error, wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_S)
            else:
                return Parcel(self._plan.name, due, asked, shape, body)

    async def _by_hook(self, parcel: Parcel, give_up_at: int) -> bool:
        assert self._plan.hook is not None
        return await self._deliveries.deliver(self._plan.hook, parcel.message(), give_up_at, self._failed)

    async def _by_mail(self, parcel: Parcel, give_up_at: int) -> bool:
        assert self._plan.mailbox is not None
        wait_s = FIRST_S
        message, to = parcel.letter(self._plan.mailbox, self._plan.schedule), self._plan.schedule.to
        while (outcome := await send(self._plan.mailbox, message, to)).why:
            to = outcome.again
            if not to or self._clock.now_ms() >= give_up_at:
                self._failed(outcome.why, 0.0)
                return False
            self._failed(outcome.why, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_S)
        return True

    def _failed(self, why: str, again_s: float) -> None:
        rest = f"it is tried again in {again_s:g} s" if again_s else "it is given up"
        log.warning("report %s was not sent: %s; %s", self._plan.name, why, rest)

    # ------------------------------------------------------------ the bookmark

    @property
    def _mark_name(self) -> str:
        return f"report {self._plan.name}"

    async def _load(self) -> Mark:
        """A schedule that is new begins now."""
        written = await self._insist(lambda: self._store.bookmarks.get(self._mark_name))
        if written is None:
            return await self._keep(Mark(self._clock.now_ms()))
        mark = msgspec.json.decode(written, type=Mark)
        missed, due = [], due_after(self._plan.schedule, self._zone, mark.due)
        while due <= self._clock.now_ms():
            missed.append(due)
            due = due_after(self._plan.schedule, self._zone, due)
        if len(missed) > MOST_MISSED:
            log.warning("report %s: %d were missed, the newest %d are sent", self._plan.name, len(missed), MOST_MISSED)
            mark = Mark(missed[-MOST_MISSED - 1])
        return mark

    async def _keep(self, mark: Mark) -> Mark:
        content = msgspec.json.encode(mark)
        await self._insist(lambda: self._store.bookmarks.put(self._mark_name, content))
        return mark

    async def _insist(self, do: Callable[[], Awaitable[T]]) -> T:
        """A disk that is full, or a store that is busy, ends no schedule; and what went is not sent again for it."""
        wait_s = FIRST_S
        while True:
            try:
                return await do()
            except StoreError as error:
                log.error("report %s: %s; it is tried again in %g s", self._plan.name, error, wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_S)


@contextlib.asynccontextmanager
async def sending(plans: list[Plan], clerk: Clerk, store: Store, clock: Clock) -> AsyncIterator[None]:
    """Send what is due, beside the engine."""
    counted = Counter(
        "cordpair_reports_sent", "Scheduled reports", ["schedule", "way", "result"], registry=clerk.registry
    )  # fmt: skip
    async with Deliveries(clock) as deliveries:
        tasks = []
        for plan in plans:
            sender = Sender(plan, clerk, store, clock, deliveries, counted)
            tasks.append(asyncio.create_task(sender.run(), name=f"report {plan.name}"))
        for task in tasks:
            task.add_done_callback(saying(log, f"{task.get_name()} is not sent any more"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["Mark", "Plan", "Sender", "plans_of", "sending"]
