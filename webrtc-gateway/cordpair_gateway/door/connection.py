"""One browser and one line to the PBX: frames both ways through the door, until either end is gone."""

import asyncio
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.sip import Door, Lock, Reason, Verdict
from cordpair_gateway.door.metrics import DoorMetrics
from cordpair_gateway.door.ports import Line, NoPbx
from cordpair_gateway.door.settings import DoorSettings

Refuse = Callable[[Reason, str], None]

# Why a connection ended, and what the browser is told.
CLOSINGS = {
    "browser": WSCloseCode.OK,
    "pbx": WSCloseCode.GOING_AWAY,
    "slow": WSCloseCode.POLICY_VIOLATION,
    "refusals": WSCloseCode.POLICY_VIOLATION,
    "frames": WSCloseCode.POLICY_VIOLATION,
    "no_call": WSCloseCode.POLICY_VIOLATION,
    "too_long": WSCloseCode.GOING_AWAY,
    "replaced": WSCloseCode.POLICY_VIOLATION,
    "shutdown": WSCloseCode.GOING_AWAY,
    "stuck": WSCloseCode.GOING_AWAY,
}


class Over(Exception):
    """The connection is over; ``why`` is one of CLOSINGS."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Connection:
    """When ``run`` returns both ends are closed."""

    def __init__(
        self, socket: web.WebSocketResponse, line: Line, door: Door, settings: DoorSettings, metrics: DoorMetrics,
        refuse: Refuse, abort: Callable[[], None],
    ) -> None:  # fmt: skip
        self._socket, self._line, self._door = socket, line, door
        self._settings, self._metrics, self._refuse, self._abort = settings, metrics, refuse, abort
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(settings.waiting)
        self.why = "browser"
        self._ending = "shutdown"
        self._leaving = ""  # why it ends when nobody talks any more
        self._refusals = 0
        self._frames = float(settings.burst)
        self._last_frame = 0.0
        self._task: asyncio.Task[str] | None = None

    async def run(self) -> None:
        """Until it is over, and ``why`` says why."""
        self._task = asyncio.create_task(self._until_over())
        try:
            self.why = await self._task
        except asyncio.CancelledError:
            self.why = self._ending
            if not self._task.cancelled():  # not the connection was ended, but whoever waits for it
                self._task.cancel()
                raise
        finally:
            await self._line.close()
        await self._close()

    async def _close(self) -> None:
        """One that takes nothing takes no farewell either."""
        try:
            async with asyncio.timeout(0 if self.why == "slow" else self._settings.send_s):
                await self._socket.close(code=CLOSINGS[self.why], message=self.why.encode())
        except TimeoutError:
            self._abort()

    @property
    def lock(self) -> Lock:
        return self._door.lock

    def end(self, why: str = "shutdown") -> None:
        if self._task is not None:
            self._ending = why
            self._task.cancel()

    def leave(self, why: str = "replaced") -> None:
        """It ends with its last call: at once, when nobody talks."""
        self._leaving = why
        self._may_go()

    def _may_go(self) -> None:
        if self._leaving and not self._door.talks:
            self.end(self._leaving)

    async def _until_over(self) -> str:
        jobs = [self._from_browser(), self._from_pbx(), self._to_browser(), self._clock()]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        why = self._why(next(task for task in tasks if task in done))
        if why not in {"browser", "slow"}:
            await self._flush()
        return why

    @staticmethod
    def _why(task: asyncio.Task[None]) -> str:
        error = task.exception()
        if isinstance(error, Over):
            return error.why
        if isinstance(error, NoPbx):
            return "pbx"
        if error is not None:
            raise error
        return "browser"

    async def _flush(self) -> None:
        """What was said before the end is still heard."""
        try:
            async with asyncio.timeout(self._settings.send_s):
                while not self._waiting.empty():
                    await self._socket.send_str(self._waiting.get_nowait().decode(errors="replace"))
        except (TimeoutError, ConnectionError):
            pass

    # ------------------------------------------------------------ from the browser

    async def _from_browser(self) -> None:
        async for message in self._socket:
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                continue
            self._count_frame()
            data = message.data if isinstance(message.data, bytes) else message.data.encode()
            await self._obey(self._door.from_browser(data))
            self._may_go()
        raise Over("browser")

    async def _obey(self, verdict: Verdict) -> None:
        """While the PBX takes nothing the browser is not read: what it sends waits in its own machine."""
        if verdict.reply is not None:
            self._queue(verdict.reply)
        if verdict.reason is not None:
            self._metrics.refused.labels(verdict.reason.value).inc()
            self._refuse(verdict.reason, verdict.method)
            self._refusals += 1
            if self._refusals > self._settings.refusals:
                raise Over("refusals")
        if verdict.forward is not None:
            try:
                async with asyncio.timeout(self._settings.send_s):
                    await self._line.send(verdict.forward)
            except TimeoutError:
                raise Over("stuck") from None
            self._metrics.frames.labels("pbx").inc()

    def _count_frame(self) -> None:
        now = asyncio.get_running_loop().time()
        gained = (now - self._last_frame) * self._settings.frames_per_s
        self._frames = min(float(self._settings.burst), self._frames + gained) - 1
        self._last_frame = now
        if self._frames < 0:
            raise Over("frames")

    # ------------------------------------------------------------ to the browser

    async def _from_pbx(self) -> None:
        """The PBX is always read: one that is not read would hold up its other calls."""
        while (frame := await self._line.receive()) is not None:
            self._door.from_pbx(frame)
            self._queue(frame)
            self._metrics.frames.labels("browser").inc()
        raise Over("pbx")

    def _queue(self, frame: bytes) -> None:
        try:
            self._waiting.put_nowait(frame)
        except asyncio.QueueFull:
            raise Over("slow") from None

    async def _to_browser(self) -> None:
        while True:
            frame = await self._waiting.get()
            try:
                async with asyncio.timeout(self._settings.send_s):
                    await self._socket.send_str(frame.decode(errors="replace"))
            except TimeoutError:
                raise Over("slow") from None
            except ConnectionError:
                raise Over("browser") from None

    # ------------------------------------------------------------ time

    async def _clock(self) -> None:
        settings = self._settings
        await asyncio.sleep(settings.call_within_s)
        if not self._door.used:
            raise Over("no_call")
        await asyncio.sleep(max(0.0, settings.longest_s - settings.call_within_s))
        self.leave("too_long")
        await asyncio.Event().wait()


__all__ = ["CLOSINGS", "Connection", "Over"]
