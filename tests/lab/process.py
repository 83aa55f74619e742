"""What the labs of all PBXs share: one process of one's own, its directory, its ports and its crowd of SIPp."""

import asyncio
import random
import secrets
import shutil
import signal
import socket
import tempfile
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from lab.render import Agent
from lab.sipp import SippKit

START_DEADLINE = 20.0
STOP_DEADLINE = 8.0
# Below the range from which the system hands out ports to outgoing sockets.
SERVICE_PORTS = range(20000, 25000)
RTP_BLOCKS = range(10000, 20000, 2000)
RTP_BLOCK = 2000
_given: deque[int] = deque(maxlen=100)  # nobody listens there before a lab has started


class LabError(Exception):
    """The lab did not start or did not stop; the message holds the end of the PBX's log."""


class PbxLab(ABC):
    """A private PBX: it dies with the process that started it, and leaves nothing behind."""

    pbx: ClassVar[str]
    logs: ClassVar[Sequence[str]]
    sipp: SippKit

    def __init__(self, agents: int, first_agent: int, *, keep: bool) -> None:
        self.agents = tuple(Agent(str(first_agent + n), secrets.token_hex(8)) for n in range(agents))
        self.directory = Path(tempfile.mkdtemp(prefix="cordpair-lab-"))
        self._keep = keep
        self._process: asyncio.subprocess.Process | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address as an engine's configuration has it, with the secret."""

    @abstractmethod
    async def channels(self) -> list[dict[str, Any]]:
        """What the PBX itself says is alive."""

    @abstractmethod
    async def until_empty(self, deadline: float = 10.0) -> tuple[int, int]:
        """Wait until there is no channel and no bridge or conference; (0, 0) when all is well."""

    @abstractmethod
    async def hang_up_all(self) -> None:
        """End every call, as the far side of each would see it."""

    @property
    @abstractmethod
    def sip_port(self) -> int:
        """Where phones register."""

    @property
    @abstractmethod
    def trunk_port(self) -> int:
        """Where callers from TRUNK_ADDRESS arrive."""

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    # --- Life

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start, and return when calls can come."""
        if self.pid is not None:
            return
        command = ["setpriv", "--pdeathsig", "KILL", *self._command()]
        with (self.directory / "log/output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            async with asyncio.timeout(START_DEADLINE):
                await self._until_ready()
        except TimeoutError:
            raise LabError(f"{self.pbx} did not answer in {START_DEADLINE:.0f} s:\n{self.log_tail()}") from None

    async def stop(self) -> None:
        """Stop as an operator would; the run directory, registrations and ports stay."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop as a power cut would."""
        await self._end(signal.SIGKILL)

    async def restart(self, *, hard: bool = False) -> None:
        await self._end(signal.SIGKILL if hard else signal.SIGTERM)
        await self.start()

    async def close(self) -> None:
        """End everything this lab started, at once, and remove its files."""
        await self.sipp.close()
        await self.kill()
        await self._let_go()
        if not self._keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def log_tail(self, lines: int = 40) -> str:
        for name in self.logs:
            path = self.directory / "log" / name
            if path.exists():
                return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
        return "(no log)"

    # --- What each PBX does in its own way

    @abstractmethod
    def _command(self) -> list[str]:
        """What is to be run, in the foreground."""

    @abstractmethod
    async def _until_ready(self) -> None:
        """Return when calls can come; `_still_starting` between two tries."""

    @abstractmethod
    async def _let_go(self) -> None:
        """Close what was opened to look inside."""

    async def _still_starting(self) -> None:
        assert self._process is not None
        if self._process.returncode is not None:
            raise LabError(f"{self.pbx} ended at once ({self._process.returncode}):\n{self.log_tail()}")
        await asyncio.sleep(0.03)  # sleep: a starting process has no event

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(how)
            try:
                await asyncio.wait_for(process.wait(), STOP_DEADLINE)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._process = None


def free_port(*kinds: socket.SocketKind) -> int:
    """A port of loopback that is free for all of these kinds, and was not given out just before."""
    for port in random.sample(SERVICE_PORTS, 200):
        if port not in _given and all(_is_free(kind, port) for kind in kinds):
            _given.append(port)
            return port
    raise LabError("no free port")


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def rtp_block() -> tuple[int, int]:
    base = random.choice(RTP_BLOCKS)
    return base, base + RTP_BLOCK - 2


async def until_stopped() -> None:
    """Until Ctrl-C, or a polite kill."""
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    print("Ctrl-C ends it.", flush=True)
    await stopped.wait()
