"""``cordpair load`` at as many calls a second as two cores can: its own table, with both sides."""

import asyncio
import os
import sys
from pathlib import Path

from api.processes import new_key
from bench.floor import OURS, Rivals
from bench.report import line, machine
from lab.render import TRUNK_ADDRESS
from pbx.centre import is_open

AGENTS, SECONDS = 150, 15
DEADLINE_S = 300


async def main(directory: Path, rivals: Rivals) -> None:
    # Without music: callers who pile up would cost the PBX a stream each, and no rate would come back from it.
    async with rivals.floor(directory, AGENTS, music=False) as place:
        await place.engine.start()
        await place.engine.until(is_open, 20)
        rates = ",".join(map(str, rivals.rates))
        key = await new_key(place.engine.file, "--role", "supervisor")
        phones = directory / "phones"
        phones.write_text("".join(f"{each.number}:{each.password}:a{each.number}\n" for each in place.agents))
        url = place.engine.file.read_text().partition('listen = "')[2].partition('"')[0]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cordpair", "load", f"sip:127.0.0.1:{place.lab.trunk_port}",
            "--dial", OURS, "--callers-from", TRUNK_ADDRESS, "--rate", rates, "--for", f"{SECONDS}s",
            "--over-within", "20s", "--abandon", "10", "--patience", "50ms-150ms", "--phones", str(phones),
            "--phones-at", f"127.0.0.1:{place.lab.sip_port}", "--ring", "200ms-400ms", "--talk", "500ms-1s",
            "--engine", f"http://{url}", env={**os.environ, "CORDPAIR_LOAD_KEY": key},
        )  # fmt: skip
        await asyncio.wait_for(process.wait(), DEADLINE_S)
        line(machine())
