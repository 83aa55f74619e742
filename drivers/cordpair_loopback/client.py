"""The link between an engine and the PBX: commands with their faults on the way in, signals in order on the way out."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import DriverInput, SeatChanged
from cordpair.ids import NodeId
from cordpair.pbx import CommandTimedOut, Emit, LegGone, LinkEnd, LinkLost, Refused
from cordpair_loopback import translate
from cordpair_loopback.pbx import Fault, FaultKind, LoopbackPbx, SwitchError
from cordpair_loopback.pbx.signals import PhoneChanged, Signal

T = TypeVar("T")


class Link:
    """One connection, from ``open`` to its end.

    A signal never reaches the engine from inside a command of the engine: it waits for the event loop's next turn.
    """

    def __init__(self, pbx: LoopbackPbx, app: str, node: NodeId, endpoints: frozenset[str], emit: Emit) -> None:
        if not pbx.up or pbx.links_refused:
            raise LinkLost(f"{node}: the loopback PBX does not accept connections")
        self._pbx = pbx
        self._app = app
        self._node = node
        self._endpoints = endpoints
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[DriverInput] = deque()
        self.end: asyncio.Future[LinkEnd] = self._loop.create_future()
        pbx.attach(app, self)

    # ------------------------------------------------------------ from the PBX

    def signal(self, signal: Signal) -> None:
        if isinstance(signal, PhoneChanged) and signal.endpoint not in self._endpoints:
            return
        self._waiting.append(translate.to_input(signal, self._node))
        if self._pbx.signal_delay_ms:
            self._pbx.clock.call_later(self._pbx.signal_delay_ms, self._deliver)
        else:
            self._loop.call_soon(self._deliver)

    def watch(self, endpoints: frozenset[str], news: dict[str, SeatStatus]) -> None:
        self._endpoints = endpoints
        for endpoint, status in news.items():
            self._waiting.append(SeatChanged(self._node, endpoint, status))
            self._loop.call_soon(self._deliver)

    def closed(self, reason: str, *, fenced: bool) -> None:
        self._waiting.clear()
        if not self.end.done():
            self.end.set_result(LinkEnd(reason, fenced))

    def close(self) -> None:
        self._pbx.detach(self._app, self)
        self.closed("closed by us", fenced=False)

    def _deliver(self) -> None:
        if self._waiting:
            self._emit(self._waiting.popleft())

    # ------------------------------------------------------------ to the PBX

    def check(self) -> None:
        if self.end.done():
            raise LinkLost(f"{self._node}: {self.end.result().reason}")

    async def command(self, name: str, act: Callable[[], T], raced: Callable[[], T] | None = None) -> T:
        """Do ``act``, unless a fault was planted; ``raced`` is what happens when the caller was quicker."""
        self.check()
        fault = self._pbx.faults.take(name)
        if fault is None:
            return self._act(act)
        return await self._faulty(name, fault, act, raced or act)

    async def wait(self) -> LinkEnd:
        return await asyncio.shield(self.end)

    def _act(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except SwitchError as refused:
            raise translate.error(refused) from refused

    async def _faulty(self, name: str, fault: Fault, act: Callable[[], T], raced: Callable[[], T]) -> T:
        match fault.kind:
            case FaultKind.REFUSE:
                raise Refused(f"{name}: refused by a planted fault")
            case FaultKind.GONE:
                raise LegGone(f"{name}: gone by a planted fault")
            case FaultKind.TIME_OUT:
                await self._pause(fault.delay_ms)
                raise CommandTimedOut(f"{name}: no answer, by a planted fault")
            case FaultKind.LOSE_REPLY:
                self._act(act)
                await self._pause(fault.delay_ms)
                raise CommandTimedOut(f"{name}: done, and no answer, by a planted fault")
            case FaultKind.HANG:
                await self.wait()
                self.check()
            case FaultKind.DELAY:
                await self._pause(fault.delay_ms)
                self.check()
            case FaultKind.DELAY_REPLY:
                result = self._act(act)
                await self._pause(fault.delay_ms)
                self.check()
                return result
            case FaultKind.CALLER_GOES:
                return self._act(raced)
        return self._act(act)

    async def _pause(self, delay_ms: int) -> None:
        over = self._loop.create_future()
        timer = self._pbx.clock.call_later(delay_ms, lambda: None if over.done() else over.set_result(None))
        try:
            await over
        finally:
            timer.cancel()


__all__ = ["Link"]
