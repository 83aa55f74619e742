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
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from lab import render
from lab.process import LabError, PbxLab, free_port, rtp_block, until_stopped
from lab.sipp import SippKit
from lab.tree import NoAsterisk, Tree, find

__all__ = ["WEB_MODULES", "AsteriskLab", "LabError"]

# For ``extra``: what SIP over WebSocket needs beside the rest.
WEB_MODULES = "load = res_pjsip_transport_websocket.so\nload = res_srtp.so\n"

INSIDE = Path("/srv/lab")

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


class AsteriskLab(PbxLab):
    """One private Asterisk with N agents' endpoints and a trunk."""

    pbx = "Asterisk"
    logs = ("messages.log", "output")

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
        sip_port: int | None = None,
        peer_address: str = "",
        peers: Mapping[str, str] | None = None,
    ) -> None:
        """``peers``: trunks to other PBXs (name → host:port); ``peer_address``: where they see this one."""
        self.tree = tree if tree is not None else find()
        super().__init__(agents, first_agent, keep=keep)
        sip = sip_port if sip_port is not None else free_port(socket.SOCK_DGRAM)
        ports = render.Ports(free_port(socket.SOCK_STREAM), sip, *rtp_block())
        self.settings = render.Settings(
            ports,
            self.agents,
            app=app,
            wait_tries=wait_tries,
            qualify=qualify,
            peer_address=peer_address,
            peers=peers or {},
            extra=extra or {},
        )
        self._inside = self.directory if self.tree.own else INSIDE
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
    def trunk_port(self) -> int:
        """Where callers from TRUNK_ADDRESS arrive."""
        return self.sip_port

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
    def url(self) -> str:
        return self.ari_url

    @property
    def recordings(self) -> Path:
        return self.directory / "spool" / "recording"

    # --- Life

    def _command(self) -> list[str]:
        script, root = (RUN_OWN, "/") if self.tree.own else (RUN_IN_TREE, str(self.tree.root))
        if os.geteuid() == 0:
            command = ["unshare", "--mount", "--propagation", "private"]
        elif self.tree.own:
            command = []
        else:
            raise LabError("the private Asterisk tree needs root (chroot and mounts)")
        return [*command, "sh", "-ec", script, "sh", root, str(self.directory), str(self._inside)]

    async def _until_ready(self) -> None:
        while True:
            try:
                await self.ari("GET", "applications")
            except (aiohttp.ClientError, OSError):
                await self._still_starting()
            else:
                await self.rx("core waitfullybooted")  # ARI answers before its last modules are loaded
                return

    async def _let_go(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

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


async def _serve(agents: int, app: str) -> None:
    async with AsteriskLab(agents, app=app) as lab:
        print(
            f"Asterisk {lab.version}\n"
            f"ARI       {lab.ari_url}   application {lab.app}\n"
            f"SIP       udp 127.0.0.1:{lab.sip_port}   callers from {render.TRUNK_ADDRESS}\n"
            f"log       {lab.directory}/log/messages.log"
        )
        for agent in lab.agents:
            print(f"agent     {agent.number}   password {agent.password}")
        await until_stopped()


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
