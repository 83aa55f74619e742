"""``cordpair doctor`` as an operator runs it, on a lab."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from lab.process import PbxLab
from pbx.centre import EngineProcess, agent_table, secret

CENTRE = """
[prompts]
welcome = "sound:{prompt}"
[skills]
[queues.sales]
prompt = "welcome"
[services.any]
queue = "sales"
dialled = ["5000"]
"""
SERVICE = "5000"


class Doctor:
    """One examination after the other, of the same configuration unless a test changes it."""

    def __init__(self, lab: PbxLab, directory: Path, prompt: str = "agent-loginok") -> None:
        self.lab = lab
        self.directory = directory
        self.journal = directory / "journal.db"
        self.prompt = prompt
        self.seats = [agent.number for agent in lab.agents]
        self.password = secret(lab)
        self.more = ""  # TOML at the beginning
        self.options = ""  # of the URL
        self.said = ""
        self.reports: list[dict[str, Any]] = []

    def centre(self) -> str:
        return CENTRE.format(prompt=self.prompt) + agent_table({seat: {} for seat in self.seats}, ["sales"])

    async def run(self, *before: str, status: int = 1) -> list[dict[str, Any]]:
        """What it found that is not well. ``before``: the command that runs it."""
        engine = EngineProcess(self.lab, self.directory, self.centre())
        text = engine.file.read_text().replace('path = "journal.db"', f'path = "{self.journal}"')
        text = text.replace('"\npassword', f'{self.options}"\npassword', 1)
        engine.file.write_text(self.more + text)
        process = await asyncio.create_subprocess_exec(
            *before,
            *(sys.executable, "-m", "cordpair", "doctor", "--json", str(engine.file)),
            env={**os.environ, "CORDPAIR_PBX_PASSWORD": self.password},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        self.said = out.decode() + err.decode()
        assert process.returncode == status, self.said
        assert secret(self.lab) not in self.said
        self.reports = json.loads(out)
        for report in self.reports:
            assert report["level"] == "ok" or (report["why"] and report["mend"]), report
        return [report for report in self.reports if report["level"] != "ok"]

    def of(self, about: str) -> str:
        """What was said about this, also when all is well."""
        return " ".join(report["what"] for report in self.reports if report["about"] == about)


def errors(reports: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(report["where"], report["about"]) for report in reports if report["level"] == "error"]
