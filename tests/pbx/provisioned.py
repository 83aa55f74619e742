"""A private PBX whose configuration ``cordpair provision`` wrote, into a directory that had nothing of it."""

import asyncio
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from lab.asterisk import AsteriskLab
from lab.render import STOCK, TRUNK_ADDRESS
from pbx.centre import EngineProcess

# Of the machine, as an operator writes it: where SIP and audio are here, and phones that SIPp plays.
SIM, OFFICE = "127.0.0.5", "127.0.0.6"
KEPT = {"asterisk.conf", *(f"{name}.conf" for name in STOCK)}  # a distribution's

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


def own(lab: AsteriskLab) -> None:
    """What is the operator's, and provisioning never touches."""
    ports, folder = lab.settings.ports, lab.directory / "etc/cordpair.d/own"
    folder.mkdir(parents=True, exist_ok=True)
    quiet = "rtp_timeout = 0\nrtp_timeout_hold = 0\n"
    phones = "".join(
        f"[{agent.number}](cordpair-agent)\nauth = {agent.number}\naors = {agent.number}\nrewrite_contact = no\n{quiet}"
        f"[{agent.number}](cordpair-agent-auth)\nusername = {agent.number}\npassword = {agent.password}\n"
        f"[{agent.number}](cordpair-agent-aor)\n"
        for agent in lab.agents
    )
    (folder / "pjsip.conf").write_text(f"[cordpair-udp](+)\nbind = 127.0.0.1:{ports.sip}\n{phones}")
    (folder / "rtp.conf").write_text(f"rtpstart = {ports.rtp_first}\nrtpend = {ports.rtp_last}\n")


class Provisioned:
    """An Asterisk and its engine, with one ``cordpair.toml`` for both."""

    def __init__(self, directory: Path, trunks: str = TRUNKS, centre: str = CENTRE, agents: int = 1) -> None:
        self.lab = AsteriskLab(agents=agents)
        self.etc = self.lab.directory / "etc"
        for path in self.etc.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in KEPT:
                path.unlink()
        self.engine = EngineProcess(self.lab, directory, trunks + centre)
        text = self.engine.file.read_text()
        self.engine.file.write_text(text.replace('env = "CORDPAIR_PBX_PASSWORD"', 'file = "secrets/main"'))

    async def provision(self, *options: str) -> tuple[int, str]:
        """The exit status, and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cordpair", "provision", "asterisk"),
            *("--config", str(self.engine.file), "--to", str(self.etc), *options),
            env={**os.environ, "NO_COLOR": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, said.decode()

    async def begin(self) -> str:
        """From nothing to an Asterisk that runs with what was written; what the command said."""
        own(self.lab)
        status, said = await self.provision("--apply", "--yes")
        assert status == 0, said
        password = (self.engine.directory / "secrets/main").read_text().strip()
        self.lab.settings = replace(self.lab.settings, ari_password=password)
        assert password not in said
        return said

    def configure(self, before: str, after: str) -> None:
        text = self.engine.file.read_text()
        assert before in text
        self.engine.file.write_text(text.replace(before, after))
