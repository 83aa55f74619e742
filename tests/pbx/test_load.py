"""``cordpair load`` on a real PBX: its table, SIPp's own counts and the engine's journal say the same."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.processes import free_port, new_key
from cordpair.acd import events as ev
from lab.process import PbxLab
from lab.render import TRUNK_ADDRESS
from pbx.centre import EngineProcess, agent_table

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[queues.sales]
max_wait = "20s"
[queues.keys]
exit_keys = {{ "5" = {{ hang_up = "normal" }} }}
[services.sales]
queue = "sales"
dialled = ["5000"]
[services.keys]
queue = "keys"
dialled = ["5001"]
"""
RATE, SECONDS, AGENTS = 20, 10, 36
CALLS = RATE * SECONDS


def phones_file(directory: Path, lab: PbxLab, *, named: bool) -> Path:
    file = directory / "phones"
    lines = [f"{each.number}:{each.password}" + (f":a{each.number}" if named else "") for each in lab.agents]
    file.write_text("\n".join(lines) + "\n")
    return file


async def started(lab: PbxLab, *options: str, key: str = "") -> asyncio.subprocess.Process:
    command = [
        *(sys.executable, "-m", "cordpair", "load", f"sip:127.0.0.1:{lab.trunk_port}", "--json"),
        *("--callers-from", TRUNK_ADDRESS, "--phones-at", f"127.0.0.1:{lab.sip_port}", *options),
    ]
    return await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "CORDPAIR_LOAD_KEY": key},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def told(process: asyncio.subprocess.Process, status: Sequence[int] = (0,)) -> dict[str, Any]:
    said, errors = await asyncio.wait_for(process.communicate(), 90)
    if process.returncode not in status:
        pytest.fail(f"ended with {process.returncode}:\n{said.decode()}\n{errors.decode()}")
    report: dict[str, Any] = msgspec.json.decode(said)
    return report


@pytest.mark.timeout(180)
async def test_its_table_is_what_sipp_and_the_journal_counted(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=AGENTS, qualify=0) as lab:
        port = free_port()
        centre = CENTRE.format(port=port) + agent_table({agent.number: {} for agent in lab.agents}, ["sales"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            key = await new_key(engine.file, "--role", "supervisor")
            load = await started(
                lab, "--dial", "5000", "--rate", str(RATE), "--for", f"{SECONDS}s", "--abandon", "20",
                "--patience", "50ms-200ms", "--ring", "600ms-900ms", "--talk", "300ms-900ms", "--limit-latency", "20s",
                "--phones", str(phones_file(tmp_path, lab, named=True)), "--engine", f"http://127.0.0.1:{port}",
                key=key,
            )  # fmt: skip
            # Who gives up does so before any phone is answered: then both sides must have the same numbers.
            report = await told(load)
            (found,) = report["results"]

            assert report["agree"], report["notes"]
            assert report["highest"] == RATE
            assert found["offered"] == found["sipp"]["created"] == found["sipp"]["successful"] == CALLS
            assert found["failed"] == {}
            assert (found["otherwise"], found["stopped"], found["undecided"]) == (0, 0, 0)
            assert found["answered"] + found["abandoned"] == CALLS
            assert found["abandoned"] > 0.05 * CALLS
            journal = {"connected": found["answered"], "abandoned": found["abandoned"]}
            assert engine.outcomes() == found["engine"]["outcomes"] == journal
            assert len(engine.events(ev.OfferMade)) == found["offers"] == found["latency"]["number"]
            assert 0 < found["latency"]["p50"] <= found["latency"]["p99"] <= found["latency"]["most"]
            assert found["wait"]["p50"] >= 0.6
            assert found["cpu"]["pbx"] > 0
            assert found["cpu"]["engine"] > 0
            assert {row.status.value for row in engine.state().agents.values()} == {"signed_out"}
            assert engine.breaches() == []
            assert await lab.until_empty() == (0, 0)


@pytest.mark.timeout(180)
async def test_ctrl_c_ends_every_call_in_order_and_shows_the_table(tmp_path: Path, lab_of: Lab) -> None:
    """Agents sign in by codes; of the callers one half presses a key to leave, the other waits for ever."""
    async with lab_of(agents=2) as lab:
        centre = CENTRE.format(port=free_port()) + agent_table({agent.number: {} for agent in lab.agents}, ["sales"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            load = await started(
                lab, "--dial", "5000,5001", "--rate", "10", "--for", "1h", "--digits", "5", "--digits-after", "300ms",
                "--phones", str(phones_file(tmp_path, lab, named=False)), "--ring", "100ms", "--talk", "30s",
            )  # fmt: skip
            await engine.until(lambda state: sum(engine_outcomes(state).values()) >= 10, 60)
            load.send_signal(signal.SIGINT)
            (found,) = (await told(load, (130,)))["results"]

            outcomes = engine.outcomes()
            assert found["answered"] == outcomes["connected"] == 2
            assert found["otherwise"] == outcomes["left_by_key"] >= 8
            assert found["stopped"] == outcomes["abandoned"] > 0
            assert found["failed"] == {}
            assert found["offered"] == outcomes.total() == found["sipp"]["created"]
            assert found["disagreements"] == []
            assert found["why_not"] == ["it was stopped"]
            assert await lab.until_empty() == (0, 0)


def engine_outcomes(state: Any) -> dict[str, int]:
    return {outcome: count for queue in state.queues.values() for outcome, count in queue.outcomes.items()}
