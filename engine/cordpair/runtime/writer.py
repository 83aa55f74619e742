"""The single writer: takes inputs one at a time, has them decided, journals what was decided, then lets it happen.

It does not wait for a commit before it decides the next input: entries are committed in their order, and what follows
from an entry (its commands, the answer to a request, what subscribers see) is done in that order, after its commit.

Driver inputs are never dropped: what a PBX reported cannot be asked for again. When more than ``bound`` wait,
``overloaded`` is true; the supervisor then closes its link and starts over from a snapshot. Requests are refused then.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from cordpair.acd.commands import Command
from cordpair.acd.events import Event
from cordpair.acd.inputs import Input, LegArrived, Request, TimerDue
from cordpair.clock import Clock
from cordpair.errors import AcdError, CordpairError, JournalError
from cordpair.journal import Entry, Journal
from cordpair.observe import Meter
from cordpair.runtime.core import Core, Decided
from cordpair.runtime.errors import CoreFailed, EngineBusy, EngineStopped
from cordpair.runtime.personal import Arrival, Personal
from cordpair.runtime.snapshots import Snapshots
from cordpair.runtime.subscriptions import Subscriptions
from cordpair.runtime.timer import Timer

log = logging.getLogger(__name__)

# Inputs of about ten seconds at the rate that one core decides; far more than a burst of a healthy PBX.
BOUND = 50_000
# The writer lets others run this often. Half of what the fan-out may hold the loop for (5 ms).
SLICE_S = 0.002
# A deadline that is still due after it was dealt with is a defect of the core; it must not become a busy loop.
STUCK_DEADLINE_MS = 1_000

React = Callable[[Sequence[Command]], None]
_Reply = asyncio.Future[Decided]


class _Nothing(NamedTuple):
    events: tuple[Event, ...] = ()
    commands: tuple[Command, ...] = ()
    refusal: str | None = None


NOTHING = _Nothing()


class Writer:
    def __init__(
        self,
        core: Core,
        journal: Journal,
        personal: Personal,
        clock: Clock,
        react: React,
        *,
        last_at: int = 0,
        bound: int = BOUND,
        meter: Meter | None = None,
    ) -> None:
        self.meter = meter or Meter()
        self.snapshots = Snapshots(core, journal, clock, self._is_idle, self.meter)
        self.committed: list[Callable[[Entry], None]] = []  # told of each entry after its commit; never raise
        self.arriving: list[Callable[[LegArrived], None]] = []  # told of each arrival before it is decided; never raise
        self.appended: Callable[[], None] | None = None  # told of each entry when it was decided
        self.subscriptions = Subscriptions()
        self._core = core
        self._journal = journal
        self._clock = clock
        self._react = react
        self._bound = bound
        self._personal = personal
        self._timer = Timer(clock, core.next_deadline, partial(self.submit, TimerDue()))
        self._inbox: deque[tuple[Input, _Reply | None]] = deque()
        # What waits for the commit of an entry's number, in order.
        self._pending: deque[tuple[int, Entry | None, Decided, _Reply | None]] = deque()
        self._committed = journal.last_seq
        self._last_at = last_at
        self._last_input = ""
        self._wake = asyncio.Event()
        self._stopping = False
        self.failure: CordpairError | None = None

    # ------------------------------------------------------------ what comes in

    @property
    def overloaded(self) -> bool:
        return len(self._inbox) > self._bound

    @property
    def depth(self) -> int:
        """Inputs that wait."""
        return len(self._inbox)

    @property
    def decided(self) -> tuple[int, int, str]:
        """The newest entry: its number, the time of the newest decision, and the type of the entry's input."""
        return self._journal.last_seq, self._last_at, self._last_input

    def submit(self, input: Input) -> None:
        """From drivers, the executor and the timer."""
        if not self._stopping:
            self._inbox.append((input, None))
            self._wake.set()

    async def request(self, input: Request) -> Decided:
        """From people and programs: returns when what was decided is committed.

        Raises AcdError when it was refused, EngineBusy, EngineStopped.
        """
        if self._stopping:
            raise self.failure or EngineStopped("the engine is stopping")
        if self.overloaded:
            raise EngineBusy(f"{len(self._inbox)} inputs wait to be decided; ask again in a moment")
        reply: _Reply = asyncio.get_running_loop().create_future()
        self._inbox.append((input, reply))
        self._wake.set()
        return await reply

    # ------------------------------------------------------------ the loop

    async def run(self) -> None:
        """Decide until ``stop``. Raises CoreFailed or JournalError, after which nothing more is decided."""
        self._journal.failed.add_done_callback(self._journal_failed)
        loop = asyncio.get_running_loop()
        self._timer.look()
        while not self._stopping:
            if not self._inbox:
                self._wake.clear()
                await self._wake.wait()
            await self._journal.room()
            until = loop.time() + SLICE_S
            while self._inbox and not self._stopping:
                self.decide(*self._inbox.popleft())
                if loop.time() > until:
                    await asyncio.sleep(0)
                    break
        self._timer.cancel()
        self._refuse_rest()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Decide nothing more."""
        self._stopping = True
        self._wake.set()

    def decide(self, input: Input, reply: _Reply | None = None, at_ms: int | None = None) -> None:
        """One input, now. ``at_ms`` only for what happened in the past, before the engine started."""
        now = max(self._clock.now_ms() if at_ms is None else at_ms, self._last_at)
        self._last_at = now
        try:
            if type(input) is LegArrived:
                for tell in self.arriving:
                    tell(input)
            input, taken = self._personal.strip(input, self._core.state.configuration)
            decision = self._core.receive(input, now)
            entry = self._append(input, now, decision)
        except JournalError as error:
            self._fail(error, reply)
            return
        except Exception as error:
            log.exception("the core failed on an input of type %s", type(input).__name__)
            self._fail(CoreFailed(f"the core failed on {type(input).__name__}: {type(error).__name__}"), reply)
            return
        if entry is not None:
            self._file(taken, entry)
        if entry is not None or decision.commands or reply is not None:
            self._pending.append((self._journal.last_seq, entry, decision, reply))
            if entry is None and self._committed >= self._journal.last_seq:
                self._release(self._committed)
        self._timer.look(not_before=now + STUCK_DEADLINE_MS if self._is_stuck(input, entry, now) else 0)

    def _is_stuck(self, input: Input, entry: Entry | None, now: int) -> bool:
        if entry is not None or type(input) is not TimerDue:
            return False
        due = self._core.next_deadline()
        if due is None or due > now:
            return False  # somebody else's input dealt with it first
        log.error("a deadline of the core stays due after it was dealt with; looking again in a second")
        return True

    def _append(self, input: Input, now: int, decision: Decided) -> Entry | None:
        if not decision.events:
            return None
        seq = self._journal.last_seq + 1
        entry = Entry(seq, now, input, tuple(decision.events))
        self._journal.append(entry, partial(self._is_committed, seq, time.perf_counter()))
        self._last_input = type(input).__name__
        self.snapshots.count()
        if self.appended is not None:
            self.appended()
        return entry

    def _file(self, taken: list[Arrival], entry: Entry) -> None:
        try:
            self._personal.keep(taken, entry.events, entry.at, self._core.state)
        except Exception:
            log.exception("a contact's record could not be kept; the call goes on without it")

    # ------------------------------------------------------------ after the commit

    def _is_committed(self, seq: int, appended_at: float) -> None:
        self.meter.committed(time.perf_counter() - appended_at)
        self._release(seq)

    def _release(self, seq: int) -> None:
        self._committed = max(self._committed, seq)
        while self._pending and self._pending[0][0] <= self._committed:
            _, entry, decision, reply = self._pending.popleft()
            if decision.commands:
                self._react(decision.commands)
            if reply is not None and not reply.done():
                if decision.refusal is None:
                    reply.set_result(decision)
                else:
                    reply.set_exception(AcdError(decision.refusal))
            if entry is not None:
                self.subscriptions.publish(entry)
                for tell in self.committed:
                    tell(entry)

    async def flushed(self) -> None:
        """Return when everything decided so far is committed and let happen, or the journal has failed."""
        if self._pending and self.failure is None:
            done: _Reply = asyncio.get_running_loop().create_future()
            self._pending.append((self._journal.last_seq, None, NOTHING, done))
            with contextlib.suppress(CordpairError):
                await done

    async def settled(self) -> None:
        """Return when everything that waits now is decided and committed."""
        if self._inbox and not self._stopping:
            decided: _Reply = asyncio.get_running_loop().create_future()
            self._inbox.append((TimerDue(), decided))
            self._wake.set()
            with contextlib.suppress(CordpairError):
                await decided

    # ------------------------------------------------------------ going down

    def _is_idle(self) -> bool:
        return not self._inbox

    def _journal_failed(self, failed: "asyncio.Future[JournalError]") -> None:
        if not failed.cancelled():
            self._fail(failed.result(), None)

    def _fail(self, error: CordpairError, reply: _Reply | None) -> None:
        self.failure = self.failure or error
        if reply is not None and not reply.done():
            reply.set_exception(error)
        self.stop()
        self._refuse_rest()

    def _refuse_rest(self) -> None:
        """Nobody waits for ever: what was not decided, or can no longer be committed, is said so."""
        waiting = [reply for _, reply in self._inbox]
        self._inbox.clear()
        if self.failure is not None:
            waiting += [item[3] for item in self._pending]
            self._pending.clear()
        for reply in waiting:
            if reply is not None and not reply.done():
                reply.set_exception(self.failure or EngineStopped("the engine is stopping"))


__all__ = ["React", "Writer"]
