"""The floor that both are measured on: one PBX, its phones, its own queue's agents and Cordpair's agents alike."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.capture import Capture
from bench.report import line, machine
from cordpair.cli.load import processors
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table, all_ready, is_open

QUEUE = """
[queues.bench]
[services.bench]
queue = "bench"
dialled = ["5000"]
[misses]
limit = 1000
"""
OURS, THEIRS = "5000", "6000"
BARE = "7"
"""Before the number of a phone: the PBX rings it by itself."""


class Floor:
    """``agents`` phones, each both an agent of Cordpair and one of the PBX's own queue."""

    def __init__(self, lab: PbxLab, directory: Path, agents: int, ports: tuple[int, ...]) -> None:
        """``ports``: where the PBX speaks SIP."""
        self.lab = lab
        self.agents = lab.agents[:agents]
        self._ports = ports
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f'[http]\nlisten = "127.0.0.1:{probe.getsockname()[1]}"\n'
        centre = listen + QUEUE + agent_table({agent.number: {} for agent in self.agents}, ["bench"])
        self.engine = EngineProcess(lab, directory, centre)
        self._signed_in = False

    def capture(self) -> Capture:
        return Capture(self._ports)

    async def engine_on(self) -> None:
        """Start the engine on a fresh PBX, everybody ready; nobody is asked to sign in twice."""
        await self.lab.restart()
        await self.engine.start()
        if not self._signed_in:
            await self.engine.until(is_open, 20)
            for code in ("011", "033"):
                plans = [Plan(code, agent.number, agent=agent) for agent in self.agents]
                await (await self.lab.sipp.callers(plans, rate=40)).wait(30)
            self._signed_in = True
        await self.engine.until(all_ready(len(self.agents)), 20)
        await self.engine.until(lambda state: is_open(state) and not state.legs, 20)
        await asyncio.sleep(1.0)  # sleep: the PBX and the engine come to rest

    async def engine_off(self) -> None:
        """A fresh PBX, and nobody connected to it: what its own queue has when Cordpair does not exist."""
        if self.engine.process is not None and self.engine.process.returncode is None:
            await self.engine.stop()
        await self.lab.restart()
        await asyncio.sleep(1.5)  # sleep: the PBX comes to rest

    async def stop(self) -> None:
        if self.engine.process is not None and self.engine.process.returncode is None:
            await self.engine.stop()

    def cpu(self) -> tuple[float, float]:
        """Seconds of CPU that the PBX and the engine have used so far."""
        engine = self.engine.process
        return _cpu(self.lab.pid), _cpu(engine.pid if engine is not None and engine.returncode is None else None)


class Furnish(Protocol):
    def __call__(
        self, directory: Path, agents: int, more_phones: int = 0, *, music: bool = True
    ) -> AbstractAsyncContextManager[Floor]: ...


class Rivals(NamedTuple):
    """A PBX, and what it does by itself."""

    pbx: str
    queue: str
    """The name of its queue, and how that is configured."""
    queue_settings: str
    bare: str
    """What rings a phone without a queue."""
    rates: tuple[int, ...]
    """Calls a second, as many as two cores can."""
    floor: Furnish
    """A floor with the PBX running; the engine is not."""


@asynccontextmanager
async def open_floor(
    lab: PbxLab, version: str, directory: Path, agents: int, ports: tuple[int, ...]
) -> AsyncIterator[Floor]:
    async with lab:
        line(f"{lab.pbx} {version}; {machine()}")
        made = Floor(lab, directory, agents, ports)
        try:
            yield made
        finally:
            await made.stop()


def _cpu(pid: int | None) -> float:
    return processors.of_process(pid) or 0.0


__all__ = ["BARE", "OURS", "THEIRS", "Floor", "Rivals", "open_floor"]
