"""The floor that both are measured on: one Asterisk, its phones, app_queue's members and Cordpair's agents alike."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.report import line, machine
from lab.asterisk import AsteriskLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table, all_ready, is_open

HERE = Path(__file__).parent / "asterisk"
QUEUE = """
[queues.bench]
[services.bench]
queue = "bench"
dialled = ["5000"]
[misses]
limit = 1000
"""
OURS, THEIRS = "5000", "6000"
TICKS = os.sysconf("SC_CLK_TCK")


class Floor:
    """``agents`` phones, each both an agent of Cordpair and a member of the queue in bench/asterisk."""

    def __init__(self, lab: AsteriskLab, directory: Path, agents: int) -> None:
        self.lab = lab
        self.agents = lab.agents[:agents]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f'[http]\nlisten = "127.0.0.1:{probe.getsockname()[1]}"\n'
        centre = listen + QUEUE + agent_table({agent.number: {} for agent in self.agents}, ["bench"])
        self.engine = EngineProcess(lab, directory, centre)
        self._signed_in = False

    async def engine_on(self) -> None:
        """Start the engine on a fresh Asterisk, everybody ready; nobody is asked to sign in twice."""
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
        await asyncio.sleep(1.0)  # sleep: Asterisk and the engine come to rest

    async def engine_off(self) -> None:
        """A fresh Asterisk, and nobody connected to it: what app_queue has when Cordpair does not exist."""
        if self.engine.process is not None and self.engine.process.returncode is None:
            await self.engine.stop()
        await self.lab.restart()
        await asyncio.sleep(1.5)  # sleep: Asterisk comes to rest

    async def stop(self) -> None:
        if self.engine.process is not None and self.engine.process.returncode is None:
            await self.engine.stop()

    def cpu(self) -> tuple[float, float]:
        """Seconds of CPU that Asterisk and the engine have used so far."""
        engine = self.engine.process
        return _cpu(self.lab.pid), _cpu(engine.pid if engine is not None and engine.returncode is None else None)


def _cpu(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def floor(directory: Path, agents: int, more_phones: int = 0, *, music: bool = True) -> AsyncIterator[Floor]:
    """A floor with Asterisk running; the engine is not."""
    extra = {name: (HERE / f"{name}.conf").read_text() for name in ("modules", "extensions")}
    lab = AsteriskLab(agents + more_phones, qualify=0, extra=extra)
    (lab.directory / "etc/queues.conf").write_text((HERE / "queues.conf").read_text())
    # Two ports for each of a thousand calls and more; the lab's own range is for tests.
    (lab.directory / "etc/cordpair.d/rtp.conf").write_text("rtpstart = 10000\nrtpend = 19998\n")
    members = "".join(f"member = PJSIP/{agent.number}\n" for agent in lab.agents[:agents])
    (lab.directory / "etc/members.conf").write_text(members)
    if not music:  # without files Asterisk says yes and plays nothing
        for file in (lab.directory / "data/moh").iterdir():
            file.unlink()
    async with lab:
        line(f"Asterisk {lab.version}; {machine()}")
        made = Floor(lab, directory, agents)
        try:
            yield made
        finally:
            await made.stop()


__all__ = ["OURS", "THEIRS", "Floor", "floor"]
