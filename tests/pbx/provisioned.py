"""A private PBX whose configuration ``cordpair provision`` wrote, into a directory that had nothing of it."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lab import freeswitch_files
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab
from lab.render import STOCK, TRUNK_ADDRESS
from pbx.centre import EngineProcess

OFFICE = "127.0.0.6"
DISTRIBUTION = {"asterisk.conf", *(f"{name}.conf" for name in STOCK)}

TRUNKS = f"""
[trunks.provider]
addresses = ["{TRUNK_ADDRESS}"]
caller_id_from = "from"
numbers = ["5000", "5001"]
options = "0s"
"""

CENTRE = """
[queues.first]
[queues.second]
[services.known]
queue = "first"
to = ["5000"]
[services.rest]
queue = "second"
[seats.101]
endpoint = "101"
[agents.ann]
seat = "101"
queues = { first = {}, second = {} }
"""


class Provisioned:
    """A PBX and its engine, with one ``cordpair.toml`` for both."""

    def __init__(
        self, kind: type[AsteriskLab] | type[FreeSwitchLab], directory: Path, trunks: str = TRUNKS, centre: str = CENTRE
    ) -> None:
        self.lab = lab = kind(agents=1)
        self.kind, folder = ("asterisk", "etc") if isinstance(lab, AsteriskLab) else ("freeswitch", "conf")
        self.etc = lab.directory / folder
        for path in self.etc.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in DISTRIBUTION:
                path.unlink()
        self.engine = EngineProcess(lab, directory, trunks + centre)
        text = self.engine.file.read_text()
        if isinstance(lab, FreeSwitchLab):  # the engine's restricted account may not have files read again
            text = text.replace(f"{urlsplit(lab.url).username}@", "")
        self.engine.file.write_text(text.replace('env = "CORDPAIR_PBX_PASSWORD"', 'file = "secrets/main"'))

    async def provision(self, *options: str) -> tuple[int, str]:
        """The exit status, and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cordpair", "provision", self.kind),
            *("--config", str(self.engine.file), "--to", str(self.etc), *options),
            env={**os.environ, "NO_COLOR": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()

    async def begin(self) -> str:
        """From nothing to a PBX that runs with what was written; what the command said."""
        _own(self.lab, self.etc / "cordpair.d/own")
        status, said = await self.provision("--apply", "--yes")
        assert status == 0, said
        password = (self.engine.directory / "secrets/main").read_text().strip()
        assert password not in said
        if isinstance(self.lab, AsteriskLab):
            self.lab.settings = replace(self.lab.settings, ari_password=password)
        else:
            self.lab.settings = replace(self.lab.settings, password=password)
        return said

    async def doctor(self) -> list[dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cordpair", "doctor", str(self.engine.file), "--json"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return list(json.loads(said))

    def configure(self, before: str, after: str) -> None:
        text = self.engine.file.read_text()
        assert before in text
        self.engine.file.write_text(text.replace(before, after))


def _own(lab: AsteriskLab | FreeSwitchLab, folder: Path) -> None:
    """What is the operator's, and provisioning never touches: where SIP and audio are on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _asterisk(lab) if isinstance(lab, AsteriskLab) else _freeswitch(lab):
        (folder / name).write_text(text)


def _asterisk(lab: AsteriskLab) -> Iterable[tuple[str, str]]:
    ports = lab.settings.ports
    yield "pjsip.conf", f"[cordpair-udp](+)\nbind = 127.0.0.1:{ports.sip}\n"
    yield "rtp.conf", f"rtpstart = {ports.rtp_first}\nrtpend = {ports.rtp_last}\n"


def _freeswitch(lab: FreeSwitchLab) -> Iterable[tuple[str, str]]:
    local = freeswitch_files.local(lab.directory, lab.settings)
    yield "vars.xml", "".join(line for line in local["vars"].splitlines(keepends=True) if "cp_esl" not in line)
