"""Carries out commands on the PBXs, after the commit of their events.

Commands that name the same leg or bridge keep their order: each waits for the last one before it on every leg it
names. All others go side by side. Every command has a deadline, and ends as an input when it was not accepted.

After a link is lost, everything for it that has not ended fails at once; nothing of before a loss is sent after it.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping

from cordpair.acd.causes import Failure
from cordpair.acd.commands import Command, Dial, HangUp, Originate, SendDigits
from cordpair.acd.inputs import CommandFailed
from cordpair.clock import Clock, Handle
from cordpair.ids import NodeId
from cordpair.observe import Meter
from cordpair.pbx import Driver, PbxError
from cordpair.runtime.dispatch import DISPATCH, Desk, legs_of, reaches
from cordpair.runtime.naming import Naming

log = logging.getLogger(__name__)

DEADLINE_MS = 5_000
# What a driver says may quote what we sent; a number in it is not for the journal or the log.
DIGITS = re.compile(r"\+?\d{5,}")
DETAIL = 200


class _Job:
    """A command on its way: waits for ``blockers`` others, holds up ``followers``."""

    __slots__ = ("blockers", "command", "deadline", "done", "followers", "keys", "started", "task")

    def __init__(self, command: Command, keys: tuple[str, ...]) -> None:
        self.command = command
        self.keys = keys
        self.blockers = 0
        self.followers: list[_Job] = []
        self.task: asyncio.Task[None] | None = None
        self.deadline: Handle | None = None
        self.done = False
        self.started = 0.0  # 0: not sent


class Executor:
    def __init__(
        self,
        drivers: Mapping[NodeId, Driver],
        desk: Desk,
        clock: Clock,
        submit: Callable[[CommandFailed], None],
        deadline_ms: int = DEADLINE_MS,
        meter: Meter | None = None,
    ) -> None:
        self._meter = meter or Meter()
        self._drivers = drivers
        self.naming = {node: Naming(node, first=index == 0) for index, node in enumerate(drivers)}
        self._desk = desk
        self._clock = clock
        self._submit = submit
        self._deadline_ms = deadline_ms
        self._up: set[NodeId] = set()
        self._fenced: set[NodeId] = set()
        self._tails: dict[str, _Job] = {}
        self._jobs: set[_Job] = set()  # not ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    # ------------------------------------------------------------ links

    def link_up(self, node: NodeId) -> None:
        self._up.add(node)

    def link_down(self, node: NodeId) -> None:
        self._up.discard(node)
        self._fail_all(node, Failure.LINK_LOST)

    def fence(self, node: NodeId) -> None:
        """Send nothing to the node any more, not even what is under way; say nothing of it either."""
        self._fenced.add(node)
        self.link_down(node)

    # ------------------------------------------------------------ commands

    def run(self, commands: Iterable[Command]) -> None:
        """Start, or put in line. Returns at once; failures come back as inputs."""
        ready = []
        for command in commands:
            job = _Job(command, legs_of(command))
            self._jobs.add(job)
            for key in job.keys:
                before = self._tails.get(key)
                if before is not None and before is not job and job not in before.followers:
                    before.followers.append(job)
                    job.blockers += 1
                self._tails[key] = job
            if not job.blockers:
                ready.append(job)
        # An agent's phone first: everybody waits for it, and the PBX is busy while it does the rest.
        for job in sorted(ready, key=lambda job: type(job.command) is not Originate):
            self._start(job)

    @property
    def busy(self) -> int:
        """Commands that have not ended."""
        return len(self._jobs)

    async def close(self, wait_ms: int = 2_000) -> None:
        """Let what was commanded be done, for so long; then drop it. Calls stay as they are."""
        if self._jobs:
            idle = asyncio.get_running_loop().create_future()
            timer = self._clock.call_later(wait_ms, lambda: None if idle.done() else idle.set_result(None))
            waiter = asyncio.ensure_future(self._drained())
            await asyncio.wait({idle, waiter}, return_when=asyncio.FIRST_COMPLETED)
            timer.cancel()
            waiter.cancel()
            await asyncio.wait({waiter})
        self._closed = True
        if self._jobs:
            log.warning("%d commands were not carried out before the end", len(self._jobs))
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for job in list(self._jobs):
            self._end(job)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _drained(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    # ------------------------------------------------------------ one command

    def _start(self, job: _Job) -> None:
        node = job.command.node
        if self._closed or node in self._fenced:
            self._end(job)
        elif node not in self._up:
            self._fail(job, Failure.LINK_LOST, "the link is down")
        else:
            job.started = time.perf_counter()
            job.deadline = self._clock.call_later(self._deadline_ms, lambda: self._expire(job))
            job.task = asyncio.get_running_loop().create_task(self._carry_out(job))
            self._tasks.add(job.task)
            job.task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, job: _Job) -> None:
        command = job.command
        try:
            named = self.naming[command.node].command(command)
            await DISPATCH[type(command)](self._drivers[command.node], named, self._desk)
        except PbxError as error:
            self._fail(job, error.failure, self._detail(error, command))
        except Exception as error:
            log.exception("a driver failed on %s; taken as refused", type(command).__name__)
            self._fail(job, Failure.REFUSED, type(error).__name__)
        else:
            if not job.done:
                self._measure(job)
            self._end(job)

    def _measure(self, job: _Job, failure: str = "") -> None:
        seconds = time.perf_counter() - job.started if job.started else 0.0
        self._meter.commanded(job.command.node, type(job.command).__name__, seconds, failure)

    def _expire(self, job: _Job) -> None:
        if not job.done:
            if job.task is not None:
                job.task.cancel()
            self._fail(job, Failure.TIMED_OUT, f"no answer within {self._deadline_ms} ms")

    def _fail(self, job: _Job, failure: Failure, detail: str) -> None:
        """Ends the job first as an input, so that what it held up comes after it."""
        if job.done:
            return
        command = job.command
        self._measure(job, failure.value)
        if command.node not in self._fenced and not self._closed:
            name = type(command).__name__
            level = logging.DEBUG if failure is Failure.GONE or isinstance(command, HangUp) else logging.WARNING
            log.log(level, "%s on node %s failed: %s (%s)", name, command.node, failure.value, detail)
            leg, bridge = reaches(command)
            self._submit(CommandFailed(name, command.node, failure, leg=leg, bridge=bridge, detail=detail))
        self._end(job)

    def _end(self, job: _Job) -> None:
        if job.done:
            return
        job.done = True
        self._jobs.discard(job)
        if job.deadline is not None:
            job.deadline.cancel()
        for key in job.keys:
            if self._tails.get(key) is job:
                del self._tails[key]
        for follower in job.followers:
            follower.blockers -= 1
            if not follower.blockers and not follower.done:
                self._start(follower)

    def _fail_all(self, node: NodeId, failure: Failure) -> None:
        for job in sorted((job for job in self._jobs if job.command.node == node), key=lambda job: job.blockers):
            if job.task is not None:
                job.task.cancel()
            self._fail(job, failure, "the link was lost")

    def _detail(self, error: PbxError, command: Command) -> str:
        if isinstance(command, SendDigits):
            return type(error).__name__
        text = str(error)
        if isinstance(command, Originate | Dial):
            caller = self._desk.caller(command.contact)
            for secret in (self._desk.dialled(command.contact), caller.number, caller.name):
                text = text.replace(secret, "…") if secret else text
        return DIGITS.sub("…", text)[:DETAIL]


__all__ = ["DEADLINE_MS", "Executor"]
