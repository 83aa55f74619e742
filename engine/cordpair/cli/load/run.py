"""A load test from its first registration to its last BYE: SIPp is started, watched, and ended in order."""

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from cordpair.cli.load import processors
from cordpair.cli.load.engine_side import EngineSide, NotAsked, Reading, meanwhile
from cordpair.cli.load.tally import BOTH_COUNT, Limits, Result, Seen, minus, result
from cordpair.cli.load.target import Target
from cordpair.cli.load.wish import Callers, Tried, plans, steps
from cordpair.clock import AsyncioClock
from cordpair.errors import CordpairError
from cordpair.testing.sipp import Account, Call, Counts, Crowd, Place, Plan, SippError, SippKit, Span

LOOK_EVERY_S = 0.5
END_WITHIN_S, CODE_WITHIN_S = 15.0, 15.0
CODES_A_SECOND = 20.0
# SIPp writes its statistics once a second.
COUNTED_WITHIN_S = 3.0
MOST_LINES = 5  # of what SIPp says when it fails


class LoadError(CordpairError):
    """The load cannot be put on. The message says why; what had begun was ended."""


class Phones(NamedTuple):
    """Agents: their phones, and what they do with a call. Spans are in seconds."""

    accounts: Sequence[Account]
    at: Target
    address: str
    ring: Span
    talk: Span | None
    """None: they wait for the caller to hang up."""
    wrap_up: float
    named: Sequence[str]
    """Agents who are signed in through the API; without any, by codes from their phones."""
    sign_in: Sequence[str]
    sign_out: Sequence[str]


class Order(NamedTuple):
    """All that was asked for. Times are in seconds."""

    target: Target
    callers: Callers
    address: str
    rates: Sequence[float]
    find_most: bool = False
    forever: bool = False
    lasts: float = 30.0
    """How long calls are placed at each rate."""
    calls: int | None = None
    """Instead: how many."""
    over_within: float = 60.0
    """After the last call was placed; who is there then is hung up."""
    digits_after: float = 1.0
    phones: Phones | None = None
    engine: tuple[str, str] | None = None
    """Its address and a key."""
    queues: Sequence[str] = ()
    limits: Limits = Limits()
    seed: int = 1

    def calls_at(self, rate: float) -> int:
        return self.calls or max(1, round(rate * self.lasts))


class Watch(Protocol):
    """Who is told how it goes."""

    def says(self, text: str) -> None: ...
    def begins(self, rate: float, calls: int) -> None: ...
    def goes_on(self, callers: Counts, answered: int | None) -> None: ...
    def ended(self, found: Result) -> None: ...


class Load:
    """``results`` holds what was measured, also when ``run`` raises."""

    def __init__(self, order: Order, watch: Watch, stop: asyncio.Event) -> None:
        self.results: list[Result] = []
        self._order, self._watch, self._stop = order, watch, stop
        self._clock = AsyncioClock()
        self._chance = random.Random(order.seed)
        self._engine: EngineSide | None = None
        self._phones: Crowd | None = None
        self._known: set[str] = set()  # calls at phones of which a result has told
        self._logged = Counter[str]()  # and what was logged of them
        self._pbx = processors.listens_at(order.target.port) if order.target.host.startswith("127.") else None

    async def run(self) -> None:
        """Until all rates were tried, or ``stop`` is set. Raises LoadError."""
        order = self._order
        place = Place(
            order.target.host,
            order.phones.at.port if order.phones else order.target.port,
            order.target.port,
            order.address,
            order.phones.address if order.phones else order.address,
        )
        try:
            with tempfile.TemporaryDirectory(prefix="cordpair-load-") as directory:
                async with AsyncExitStack() as stack:
                    kit = SippKit(place, Path(directory))
                    stack.push_async_callback(kit.close)
                    if order.engine is not None:
                        self._engine = await stack.enter_async_context(EngineSide(*order.engine, order.queues))
                        await self._engine.read()
                    if order.phones is not None:
                        await stack.enter_async_context(self._agents(kit, order.phones))
                    await self._rates(kit)
        except (SippError, NotAsked, TimeoutError) as why:
            raise LoadError("\n".join(str(why).splitlines()[:MOST_LINES]) or "it took too long") from why

    # ------------------------------------------------------------ agents

    @asynccontextmanager
    async def _agents(self, kit: SippKit, phones: Phones) -> AsyncIterator[None]:
        self._watch.says(f"registering {len(phones.accounts)} phones")
        self._phones = await kit.phones(phones.accounts, ring=phones.ring, talk=phones.talk)
        try:
            await self._sign_in(kit, phones)
            yield
        finally:
            # Each by itself: what one leaves undone the next may still do.
            with contextlib.suppress(SippError, NotAsked, TimeoutError):
                await self._sign_out(kit, phones)
            with contextlib.suppress(SippError, TimeoutError):
                await kit.unregister(phones.accounts, self._phones.port)

    async def _sign_in(self, kit: SippKit, phones: Phones) -> None:
        if self._stop.is_set():
            return
        self._watch.says("signing the agents in")
        if phones.named and self._engine is not None:
            await self._engine.sign_in(phones.named)
            return
        for code in phones.sign_in:
            calls = await self._dial(kit, phones, code)
            wrong = [call for call in calls if call.answered is None]
            if wrong:
                raise LoadError(
                    f"{len(wrong)} of {len(calls)} phones could not dial {code}: {wrong[0].ending} "
                    f"{wrong[0].status or ''}. Are the accounts and the engine's codes right?"
                )

    async def _sign_out(self, kit: SippKit, phones: Phones) -> None:
        if phones.named and self._engine is not None:
            await self._engine.sign_out(phones.named)
            return
        for code in phones.sign_out:
            await self._dial(kit, phones, code)

    async def _dial(self, kit: SippKit, phones: Phones, code: str) -> Sequence[Call]:
        made = [Plan(code, account.number, agent=account) for account in phones.accounts]
        crowd = await kit.callers(made, rate=CODES_A_SECOND)
        return (await crowd.wait(len(made) / CODES_A_SECOND + CODE_WITHIN_S)).calls

    # ------------------------------------------------------------ callers

    async def _rates(self, kit: SippKit) -> None:
        order, tried = self._order, list[Tried]()
        while not self._stop.is_set():
            rate = next(steps(order.rates, tried, find_most=order.find_most), None)
            if rate is None and order.forever:
                tried.clear()
                continue
            if rate is None:
                return
            found = await self._step(kit, rate)
            self.results.append(found)
            self._watch.ended(found)
            tried.append(Tried(rate, found.held))

    async def _step(self, kit: SippKit, rate: float) -> Result:
        order = self._order
        made = plans(order.callers, order.calls_at(rate), self._chance)
        before, counted = await self._reading(), self._phones.counts() if self._phones else Counts()
        spent = self._spent(before)
        since = self._clock.now_ms() / 1_000
        self._watch.begins(rate, len(made))
        crowd = await kit.callers(made, rate=rate, digits_after=order.digits_after if order.callers.digits else None)
        await self._until_over(crowd, counted, len(made) / rate + order.over_within)
        report = crowd.report()
        cpu = processors.between(spent, self._spent(await self._engine.read() if self._engine else None))
        at_phones = await self._at_phones(counted)
        after = await self._reading()
        engine = meanwhile(before, after) if before is not None and after is not None else None
        wrap_up = order.phones.wrap_up if order.phones else 0.0
        seen = Seen(report.calls, report.lines, crowd.counts(), *at_phones)
        return result(rate, seen, engine, cpu, order.limits, since=since, wrap_up=wrap_up)

    async def _until_over(self, crowd: Crowd, counted: Counts, deadline: float) -> None:
        ended = asyncio.ensure_future(crowd.process.wait())
        stopped = asyncio.ensure_future(self._stop.wait())
        ends = self._clock.now_ms() + deadline * 1_000
        try:
            while not ended.done() and not stopped.done() and self._clock.now_ms() < ends:
                await asyncio.wait((ended, stopped), timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                answered = minus(self._phones.counts(), counted).named.get("answered", 0) if self._phones else None
                self._watch.goes_on(crowd.counts(), answered)
            if not ended.done():
                self._watch.says("ending the calls that are left")
                await crowd.end_calls(END_WITHIN_S)
        finally:
            ended.cancel()
            stopped.cancel()

    async def _at_phones(self, counted: Counts) -> tuple[Sequence[Call] | None, Mapping[str, int], Counts]:
        """Calls at phones since the last time, when SIPp's statistics have them too."""
        if self._phones is None:
            return None, {}, Counts()
        ends = self._clock.now_ms() + COUNTED_WITHIN_S * 1_000
        while True:
            report = self._phones.report()
            calls = [call for call in report.calls if call.call_id not in self._known]
            news, logged = minus(self._phones.counts(), counted), Counter(report.lines) - self._logged
            over = all(call.ended for call in calls)
            same = all(logged[what] == news.named.get(what, 0) for what in ("invite", *BOTH_COUNT))
            if (over and same) or self._clock.now_ms() > ends:
                self._known.update(call.call_id for call in calls)
                self._logged = Counter(report.lines)
                return calls, logged, news
            await asyncio.sleep(LOOK_EVERY_S)

    # ------------------------------------------------------------ the engine, the processors

    async def _reading(self) -> Reading | None:
        return await self._engine.settled() if self._engine else None

    def _spent(self, reading: Reading | None) -> processors.Spent:
        running = [self._phones.process.pid] if self._phones and self._phones.running else []
        return processors.Spent(
            self._clock.now_ms() / 1_000,
            processors.of_process(self._pbx),
            reading.cpu if reading is not None else None,
            processors.of_ended_and(running),
            processors.of_machine(),
        )


__all__ = ["Load", "LoadError", "Order", "Phones", "Watch"]
