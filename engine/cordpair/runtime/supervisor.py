"""Keeps the link to one PBX node: opens it, tells what the PBX holds, notices its end, comes back.

Inputs that the driver emits between ``open`` and the snapshot are kept back and follow it, so that a leg which ended
after the snapshot was taken also ends after it. What the snapshot holds already may be told once more.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs import DriverInput, Fenced, Input, LinkDown, LinkUp
from cordpair.clock import Clock
from cordpair.ids import NodeId
from cordpair.pbx import Driver, LinkEnd, LoginRefused, PbxError
from cordpair.runtime.executor import Executor
from cordpair.runtime.waiting import pause, within

log = logging.getLogger(__name__)

FIRST_DELAY_MS = 100
LAST_DELAY_MS = 5_000
LOGIN_DELAY_MS = 15_000  # nothing changes until somebody mends it, and the PBX may lock us out
OPEN_DEADLINE_MS = 15_000
CLOSE_DEADLINE_MS = 2_000
SNAPSHOT_DEADLINE_MS = 30_000  # 10,000 channels over a slow link
KEPT_BACK = 50_000  # inputs during the snapshot; as many as the inbox takes
WATCH_DEADLINE_MS = 30_000
STABLE_MS = 10_000  # a link that held for so long was a good one: the next delay is short again


class Inbox(Protocol):
    @property
    def overloaded(self) -> bool: ...

    def submit(self, input: Input, /) -> None: ...


class LinkState(StrEnum):
    DOWN = "down"
    OPENING = "opening"
    UP = "up"
    FENCED = "fenced"


def endpoints_of(configuration: Configuration, node: NodeId) -> tuple[str, ...]:
    """The phones whose status matters on the node."""
    return tuple(seat.endpoint for seat in configuration.seats if seat.node in (None, node))


class _Link:
    """One connection, from ``open`` to its end. What the driver says afterwards is not heard."""

    def __init__(self, supervisor: "Supervisor") -> None:
        self.alive = True
        self.given_up: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()
        self._kept_back: list[DriverInput] | None = []
        self._supervisor = supervisor

    def emit(self, input: DriverInput) -> None:
        supervisor = self._supervisor
        if not self.alive:
            return
        if type(input) is Fenced:
            supervisor.fenced()
            self.give_up(LinkEnd("fenced", fenced=True))
        elif self._kept_back is not None:
            self._kept_back.append(input)
            if len(self._kept_back) > KEPT_BACK:
                self._overload()
        elif supervisor.inbox.overloaded:
            self._overload()
        else:
            supervisor.inbox.submit(supervisor.naming.input(input))

    def flush(self) -> None:
        kept_back, self._kept_back = self._kept_back or [], None
        for input in kept_back:
            self.emit(input)

    def give_up(self, end: LinkEnd) -> None:
        self.alive = False
        if not self.given_up.done():
            self.given_up.set_result(end)

    def _overload(self) -> None:
        log.error("node %s: inputs come faster than they are decided; beginning anew", self._supervisor.node)
        self.give_up(LinkEnd("overloaded"))


class Supervisor:
    def __init__(
        self,
        driver: Driver,
        inbox: Inbox,
        executor: Executor,
        clock: Clock,
        draw: Callable[[], float],
        on_fenced: Callable[[NodeId], None],
        on_up: Callable[[NodeId], None] = lambda node: None,
    ) -> None:
        """``draw`` gives numbers in [0, 1) for the jitter."""
        self.node = driver.node
        self.inbox = inbox
        self.state = LinkState.DOWN
        self._driver = driver
        self._executor = executor
        self.naming = executor.naming[driver.node]
        self._clock = clock
        self._draw = draw
        self._on_fenced, self._on_up = on_fenced, on_up
        self._failures = 0
        self._link: _Link | None = None
        self._watched: tuple[str, ...] | None = None
        self._watching: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the node is fenced, or this is cancelled."""
        while (delay := await self._one_link()) is not None:
            await pause(self._clock, delay)
            while self.inbox.overloaded:
                await pause(self._clock, FIRST_DELAY_MS)

    def watch(self, endpoints: tuple[str, ...]) -> None:
        """Which phones matter has changed, without a new link. What fails is mended by one."""
        if endpoints == self._watched:
            return
        self._watched = endpoints
        task = asyncio.create_task(self._watch(endpoints), name=f"watch {self.node}")
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _watch(self, endpoints: tuple[str, ...]) -> None:
        link = self._link
        try:
            await within(self._clock, WATCH_DEADLINE_MS, self._driver.watch(endpoints))
        except (PbxError, TimeoutError) as error:
            log.warning("node %s: cannot watch other phones: %s", self.node, str(error) or "no answer in time")
        except Exception:
            log.exception("node %s: the driver failed to watch other phones", self.node)
        else:
            return
        if link is not None:
            link.give_up(LinkEnd("other phones are to be watched"))

    async def close(self) -> None:
        """The end of the engine: calls on the PBX go on."""
        if self._link is not None:
            self._link.alive = False
        for task in tuple(self._watching):
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await self._close_driver()

    # ------------------------------------------------------------ what a link meets

    def fenced(self) -> None:
        """Another engine has the PBX: from this moment nothing is sent there."""
        if self.state is not LinkState.FENCED:
            log.error("node %s: another engine took this PBX over; nothing more is sent to it", self.node)
            self.state = LinkState.FENCED
            self._executor.fence(self.node)
            self.inbox.submit(Fenced(self.node))
            self._on_fenced(self.node)

    # ------------------------------------------------------------ one link

    async def _one_link(self) -> int | None:
        """From opening to its end; the delay until the next. None: never again.

        Cancelled at the engine's end, it only stops listening: what is committed is still carried out over the link.
        """
        link = self._link = _Link(self)
        try:
            delay = await self._live(link)
        finally:
            link.alive = False
        await self._close_driver()
        return delay

    async def _live(self, link: _Link) -> int | None:
        self.state = LinkState.OPENING
        began = self._clock.now_ms()
        try:
            end = await self._hold(link)
        except LoginRefused as error:
            log.error("node %s: %s; the credentials must be mended, trying again seldom", self.node, error)
            self._came_down("login refused")
            return LOGIN_DELAY_MS
        except (PbxError, TimeoutError) as error:
            log.warning("node %s: no link: %s", self.node, str(error) or "no answer in time")
            self._came_down("failed")
            return self._next_delay()
        except Exception:
            log.exception("node %s: the driver failed; the link is begun anew", self.node)
            self._came_down("the driver failed")
            return self._next_delay()
        if end.fenced:
            self.fenced()
            return None
        if self._clock.now_ms() - began >= STABLE_MS:
            self._failures = 0
        self._came_down(end.reason)
        return self._next_delay()

    async def _hold(self, link: _Link) -> LinkEnd:
        await within(self._clock, OPEN_DEADLINE_MS, self._driver.open(link.emit))
        snapshot = await within(self._clock, SNAPSHOT_DEADLINE_MS, self._driver.snapshot())
        if link.given_up.done():
            return link.given_up.result()
        log.info(
            "node %s: link up, epoch %s, %d legs, %d bridges",
            self.node, snapshot.epoch, len(snapshot.legs), len(snapshot.bridges),
        )  # fmt: skip
        self.state = LinkState.UP
        self._executor.link_up(self.node)
        self.inbox.submit(LinkUp(self.node, self.naming.snapshot(snapshot)))
        link.flush()
        self._on_up(self.node)
        ended = asyncio.ensure_future(self._driver.ended())
        try:
            await asyncio.wait({ended, link.given_up}, return_when=asyncio.FIRST_COMPLETED)
            return link.given_up.result() if link.given_up.done() else ended.result()
        finally:
            ended.cancel()

    def _came_down(self, reason: str) -> None:
        """Once for each time the link was up."""
        if self.state is LinkState.UP:
            log.warning("node %s: link down: %s", self.node, reason)
            self.inbox.submit(LinkDown(self.node, reason))
            self._executor.link_down(self.node)
        if self.state is not LinkState.FENCED:
            self.state = LinkState.DOWN

    def _next_delay(self) -> int:
        """Doubles up to a limit, with full jitter: engines that lost one PBX do not come back in step."""
        ceiling = min(LAST_DELAY_MS, FIRST_DELAY_MS << min(self._failures, 16))
        self._failures += 1
        return int(ceiling * self._draw())

    async def _close_driver(self) -> None:
        try:
            await within(self._clock, CLOSE_DEADLINE_MS, self._driver.close())
        except TimeoutError:
            log.warning("node %s: the driver did not close its link in time", self.node)
        except Exception:
            log.exception("node %s: the driver failed to close its link", self.node)


__all__ = ["Inbox", "LinkState", "Supervisor", "endpoints_of"]
