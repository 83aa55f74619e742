"""A real Asterisk of one's own: started in a moment, on loopback, gone without a trace.

It runs in a mount namespace of its own (and, with a private tree, chrooted into it): what is mounted for it
ends with it, however it ends. It dies with the process that started it. Several run side by side.

    async with AsteriskLab(agents=20) as lab:
        engine = connect(lab.ari_url)
        await lab.sipp.register(lab.agents, contact_port=...)

`python -m lab.asterisk --agents 5` keeps one in the foreground.
"""

import argparse
import asyncio
import os
import random
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from lab import render
from lab.sipp import SippKit
from lab.tree import NoAsterisk, Tree, find

START_DEADLINE = 20.0
STOP_DEADLINE = 8.0
INSIDE = Path("/srv/lab")
# Below the range from which the system hands out ports to outgoing sockets.
SERVICE_PORTS = range(20000, 25000)
RTP_BLOCKS = range(10000, 20000, 2000)

# Arguments: the tree's root, the run directory, the run directory as seen inside.
RUN_IN_TREE = """
ulimit -n 65536 2>/dev/null || true
mount --bind "$2" "$1$3"
mount --bind "$2/hosts" "$1/etc/hosts"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /usr/sbin/asterisk -f -C "$3/etc/asterisk.conf"
"""
RUN_OWN = """
ulimit -n 65536 2>/dev/null || true
if [ "$(id -u)" = 0 ]; then mount --bind "$2/hosts" /etc/hosts; fi
PATH="$PATH:/usr/sbin" exec asterisk -f -C "$3/etc/asterisk.conf"
"""


class LabError(Exception):
    """The lab did not start or did not stop; the message holds the end of Asterisk's log."""


class AsteriskLab:
    """One private Asterisk with N agents' endpoints and a trunk."""

    def __init__(
        self,
        agents: int = 4,
        *,
        first_agent: int = 101,
        app: str = "cordpair-main",
        wait_tries: int = 240,
        qualify: int = 10,
        extra: Mapping[str, str] | None = None,
        tree: Tree | None = None,
        keep: bool = False,
    ) -> None:
        self.tree = tree if tree is not None else find()
        self.agents = tuple(render.Agent(str(first_agent + n), secrets.token_hex(8)) for n in range(agents))
        base = random.choice(RTP_BLOCKS)
        ports = render.Ports(_free_port(socket.SOCK_STREAM), _free_port(socket.SOCK_DGRAM), base, base + 1999)
        self.settings = render.Settings(
            ports, self.agents, app=app, wait_tries=wait_tries, qualify=qualify, extra=extra or {}
        )
        self.directory = Path(tempfile.mkdtemp(prefix="cordpair-lab-"))
        self._inside = self.directory if self.tree.own else INSIDE
        self._keep = keep
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self.sipp = SippKit(self.sip_port, self.directory / "sipp")
        render.run_directory(self.directory, self._inside, self.tree, self.settings)

    # --- What a test needs to know

    @property
    def version(self) -> str:
        return self.tree.version

    @property
    def app(self) -> str:
        return self.settings.app

    @property
    def sip_port(self) -> int:
        return self.settings.ports.sip

    @property
    def http_url(self) -> str:
        """ARI's address without credentials: `http://127.0.0.1:PORT/ari`."""
        return f"http://127.0.0.1:{self.settings.ports.http}/ari"

    @property
    def credentials(self) -> tuple[str, str]:
        return render.ARI_USER, self.settings.ari_password

    @property
    def ari_url(self) -> str:
        """The address as an engine's configuration has it."""
        user, password = self.credentials
        return f"asterisk+ari://{user}:{password}@127.0.0.1:{self.settings.ports.http}/"

    @property
    def recordings(self) -> Path:
        return self.directory / "spool" / "recording"

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
        script, root = (RUN_OWN, "/") if self.tree.own else (RUN_IN_TREE, str(self.tree.root))
        command = ["setpriv", "--pdeathsig", "KILL"]
        if os.geteuid() == 0:
            command += ["unshare", "--mount", "--propagation", "private"]
        elif not self.tree.own:
            raise LabError("the private Asterisk tree needs root (chroot and mounts)")
        command += ["sh", "-ec", script, "sh", root, str(self.directory), str(self._inside)]
        with (self.directory / "log/output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            async with asyncio.timeout(START_DEADLINE):
                await self._until_ari_answers()
                await self.rx("core waitfullybooted")
        except TimeoutError:
            raise LabError(f"Asterisk did not answer in {START_DEADLINE:.0f} s:\n{self.log_tail()}") from None

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
        if self._session is not None:
            await self._session.close()
            self._session = None
        if not self._keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    # --- Looking inside

    async def rx(self, command: str) -> str:
        """What Asterisk's own command line answers."""
        if self.pid is None:
            raise LabError("Asterisk is not running")
        enter = [] if os.geteuid() != 0 else ["nsenter", f"--target={self.pid}", "--mount", "--root", "--wd"]
        process = await asyncio.create_subprocess_exec(
            *enter,
            "/usr/sbin/asterisk",
            "-C",
            f"{self._inside}/etc/asterisk.conf",
            "-rx",
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return output.decode(errors="replace")

    async def ari(self, method: str, path: str, **params: str) -> Any:
        """One ARI request, as an outside observer; the decoded body, or None when there is none."""
        if self._session is None:
            authorization = aiohttp.encode_basic_auth(*self.credentials)
            self._session = aiohttp.ClientSession(headers={"Authorization": authorization})
        async with self._session.request(method, f"{self.http_url}/{path}", params=params) as reply:
            reply.raise_for_status()
            return await reply.json() if reply.status != 204 else None

    async def channels(self) -> list[dict[str, Any]]:
        return list(await self.ari("GET", "channels"))

    async def bridges(self) -> list[dict[str, Any]]:
        return list(await self.ari("GET", "bridges"))

    async def until_empty(self, deadline: float = 10.0) -> tuple[int, int]:
        """Wait until there is no channel and no bridge; the counts at the end, (0, 0) when all is well."""
        ends = time.monotonic() + deadline
        while True:
            counts = len(await self.channels()), len(await self.bridges())
            if counts == (0, 0) or time.monotonic() > ends:
                return counts
            await asyncio.sleep(0.05)  # sleep: a starting process has no event

    async def hang_up_all(self) -> None:
        """End every call, as the far side of each would see it."""
        await self.rx("channel request hangup all")

    async def seat_state(self, number: str) -> str:
        """`NOT_INUSE`, `UNAVAILABLE`, `INUSE`, `RINGING` ... of an agent's phone."""
        return str((await self.ari("GET", f"deviceStates/PJSIP%2F{number}"))["state"])

    def log_tail(self, lines: int = 40) -> str:
        for name in ("messages.log", "output"):
            path = self.directory / "log" / name
            if path.exists():
                return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
        return "(no log)"

    # --- Inner parts

    async def _until_ari_answers(self) -> None:
        assert self._process is not None
        while True:
            if self._process.returncode is not None:
                raise LabError(f"Asterisk ended at once ({self._process.returncode}):\n{self.log_tail()}")
            try:
                await self.ari("GET", "applications")
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.03)  # sleep: a starting process has no event
            else:
                await self.rx("core waitfullybooted")  # ARI answers before its last modules are loaded
                return

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


def _free_port(kind: socket.SocketKind) -> int:
    for port in random.sample(SERVICE_PORTS, 200):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LabError("no free port")


async def _serve(agents: int, app: str) -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    async with AsteriskLab(agents, app=app) as lab:
        print(
            f"Asterisk {lab.version}\n"
            f"ARI       {lab.ari_url}   application {lab.app}\n"
            f"SIP       udp 127.0.0.1:{lab.sip_port}   callers from {render.TRUNK_ADDRESS}\n"
            f"log       {lab.directory}/log/messages.log"
        )
        for agent in lab.agents:
            print(f"agent     {agent.number}   password {agent.password}")
        print("Ctrl-C ends it.", flush=True)
        await stopped.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a private Asterisk in the foreground.")
    parser.add_argument("--agents", type=int, default=4, help="how many agents' endpoints, from 101 on")
    parser.add_argument("--app", default="cordpair-main", help="the Stasis application")
    given = parser.parse_args()
    try:
        asyncio.run(_serve(given.agents, given.app))
    except (NoAsterisk, LabError) as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
