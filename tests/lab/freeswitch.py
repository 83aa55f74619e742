"""A real FreeSWITCH of one's own: started in a moment, on loopback, gone without a trace.

It runs what `dialplans/freeswitch` ships. The binary is the machine's own `freeswitch`, or the one that
CORDPAIR_FREESWITCH_BIN names; nothing is installed or built here. Several run side by side.

    async with FreeSwitchLab(agents=20) as lab:
        engine = connect(lab.url)
        await lab.sipp.phones(lab.agents)

`python -m lab.freeswitch --agents 5` keeps one in the foreground.
"""

import argparse
import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from lab import freeswitch_files as files
from lab.event_socket import EventSocket, Refused
from lab.process import LabError, PbxLab, free_port, rtp_block, until_stopped
from lab.render import TRUNK_ADDRESS
from lab.sipp import SippKit

__all__ = ["FreeSwitchLab", "LabError", "NoFreeSwitch", "find"]

BINARY = "CORDPAIR_FREESWITCH_BIN"
PROFILES = 4
BOTH = (socket.SOCK_DGRAM, socket.SOCK_STREAM)  # FreeSWITCH takes the TCP port beside the UDP port


class NoFreeSwitch(Exception):
    """There is no FreeSWITCH here; the message is one line that says what to do."""


def find() -> Path:
    given = os.environ.get(BINARY)
    found = shutil.which(given or "freeswitch")
    if found is None:
        what = f"{BINARY}={given}: no such program" if given else "no freeswitch on PATH"
        raise NoFreeSwitch(f"{what}; install FreeSWITCH, or set {BINARY} to the path of its binary")
    return Path(found)


def version_of(binary: Path) -> str:
    said = subprocess.run([binary, "-version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version: (\S+)", said)
    if found is None:
        raise NoFreeSwitch(f"{binary} does not say that it is a FreeSWITCH")
    return found[1]


class FreeSwitchLab(PbxLab):
    """One private FreeSWITCH with N agents' accounts, a trunk, another switch and a door for web callers."""

    pbx = "FreeSWITCH"
    logs = ("freeswitch.log", "output")

    def __init__(
        self,
        agents: int = 4,
        *,
        first_agent: int = 101,
        app: str = "cordpair-main",
        wait_seconds: int = 60,
        qualify: int = 10,
        extra: Mapping[str, str] | None = None,
        keep: bool = False,
        sip_port: int | None = None,
        peer_address: str = "",
        peers: Mapping[str, str] | None = None,
    ) -> None:
        """``sip_port``: of trunks; ``peers``: trunks to other switches (name → host:port), who see ``peer_address``."""
        self.binary = find()
        self.version = version_of(self.binary)
        super().__init__(agents, first_agent, keep=keep)
        first, last = rtp_block()
        phones, door, door_ws, browsers, browsers_ws = (free_port(*BOTH) for _ in range(5))
        trunks = sip_port if sip_port is not None else free_port(*BOTH)
        esl = free_port(socket.SOCK_STREAM)
        ports = files.Ports(esl, phones, trunks, door, door_ws, browsers, browsers_ws, first, last)
        self.settings = files.Settings(
            ports,
            self.agents,
            app=app,
            wait_seconds=wait_seconds,
            qualify=qualify,
            peer_address=peer_address,
            peers=peers or {},
            extra=extra or {},
        )
        self.profiles = PROFILES  # that must run before it is ready
        self.sipp = SippKit(ports.phones, self.directory / "sipp", trunk_port=ports.trunks)
        self._observer: EventSocket | None = None
        files.run_directory(self.directory, self.settings)

    # --- What a test needs to know

    @property
    def app(self) -> str:
        return self.settings.app

    @property
    def sip_port(self) -> int:
        """Where phones register."""
        return self.settings.ports.phones

    @property
    def trunk_port(self) -> int:
        """Where callers from TRUNK_ADDRESS, and another switch from PEER_ADDRESS, arrive."""
        return self.settings.ports.trunks

    @property
    def door_port(self) -> int:
        """Where the web gateway's calls arrive, over UDP."""
        return self.settings.ports.door

    @property
    def esl_port(self) -> int:
        return self.settings.ports.esl

    @property
    def esl_url(self) -> str:
        """The address as an engine's configuration has it."""
        return f"freeswitch+esl://:{self.settings.password}@127.0.0.1:{self.esl_port}/"

    @property
    def engine_url(self) -> str:
        """The same for the account that has the engine's commands only."""
        user = quote(files.ENGINE, safe="")
        return f"freeswitch+esl://{user}:{self.settings.engine_password}@127.0.0.1:{self.esl_port}/"

    @property
    def url(self) -> str:
        """Engines run with the account that an operator is advised to give them."""
        return self.engine_url

    @property
    def recordings(self) -> Path:
        return self.directory / "recordings"

    # --- Looking inside

    async def event_socket(self, *, restricted: bool = False) -> EventSocket:
        """A connection of one's own, to be closed by whoever asked for it."""
        if restricted:
            return await EventSocket.open(self.esl_port, self.settings.engine_password, user=files.ENGINE)
        return await EventSocket.open(self.esl_port, self.settings.password)

    async def api(self, function: str, *arguments: str) -> str:
        """What FreeSWITCH's own command line answers."""
        return await (await self._look()).api(function, *arguments)

    async def channels(self) -> list[dict[str, Any]]:
        """The list is told by a database that lags behind: as soon as it is as long as FreeSWITCH's own count."""
        ends = time.monotonic() + 1.5
        while True:
            status = await (await self._look()).json("json", '{"command":"status","data":""}')
            found = list((await (await self._look()).json("show", "channels", "as", "json")).get("rows", []))
            if len(found) == status["response"]["sessions"]["count"]["active"] or time.monotonic() > ends:
                return found
            await asyncio.sleep(0.05)  # sleep: an outside observer is told nothing

    async def conferences(self) -> list[str]:
        said = await self.api("conference", "list")
        return re.findall(r"^Conference (\S+)", said, re.MULTILINE)

    async def until_empty(self, deadline: float = 10.0) -> tuple[int, int]:
        """Wait until there is no channel and no conference; the counts at the end, (0, 0) when all is well."""
        ends = time.monotonic() + deadline
        while True:
            counts = len(await self.channels()), len(await self.conferences())
            if counts == (0, 0) or time.monotonic() > ends:
                return counts
            await asyncio.sleep(0.05)  # sleep: an outside observer is told nothing

    async def hang_up_all(self) -> None:
        """End every call, as the far side of each would see it."""
        await self.api("hupall", "normal_clearing")

    async def seat_state(self, number: str) -> str:
        """`Reachable`, `Unreachable` or `Unregistered`: an agent's phone."""
        said = await self.api("sofia", "xmlstatus", "profile", "cordpair-phones", "reg", number)
        found = ET.fromstring(said).findtext(".//registration/ping-status")
        return found or "Unregistered"

    # --- Inner parts

    def _command(self) -> list[str]:
        folders = [name for name in files.FOLDERS if "/" not in name]
        where = [word for name in ("conf", *folders) for word in (f"-{name}", str(self.directory / name))]
        return [str(self.binary), "-nonat", "-nf", "-nc", "-np", *where]

    async def _until_ready(self) -> None:
        """The Event Socket is loaded last: when it answers, all the rest is there, but for sofia's threads."""
        while True:
            try:
                said = await self.api("sofia", "status")
            except (OSError, Refused):
                await self._let_go()
            else:
                if said.count("RUNNING") >= self.profiles:
                    return
            await self._still_starting()

    async def _look(self) -> EventSocket:
        if self._observer is None:
            self._observer = await self.event_socket()
        return self._observer

    async def _let_go(self) -> None:
        if self._observer is not None:
            await self._observer.close()
            self._observer = None


async def _serve(agents: int, app: str) -> None:
    async with FreeSwitchLab(agents, app=app) as lab:
        print(
            f"FreeSWITCH {lab.version}\n"
            f"ESL        {lab.esl_url}   application {lab.app}\n"
            f"phones     udp 127.0.0.1:{lab.sip_port}\n"
            f"trunk      udp 127.0.0.1:{lab.trunk_port}   callers from {TRUNK_ADDRESS}\n"
            f"log        {lab.directory}/log/freeswitch.log"
        )
        for agent in lab.agents:
            print(f"agent      {agent.number}   password {agent.password}")
        await until_stopped()


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a private FreeSWITCH in the foreground.")
    parser.add_argument("--agents", type=int, default=4, help="how many agents' accounts, from 101 on")
    parser.add_argument("--app", default="cordpair-main", help="what the dialplan calls the engine's application")
    given = parser.parse_args()
    try:
        asyncio.run(_serve(given.agents, given.app))
    except (NoFreeSwitch, LabError) as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
