"""A journal with one call in it, and a centre to configure."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cordpair.acd.inputs import Ready, SignIn
from cordpair.cli import app
from cordpair.clock import AsyncioClock
from cordpair.config import parse
from cordpair.ids import AgentId, NodeId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.runtime import MemoryRecords, engine_on
from cordpair.store import to_configuration
from cordpair.testing import ManualClock
from cordpair_loopback import LoopbackDriver, LoopbackPbx

CENTRE = """\
[pbx.demo]
url = "loopback://"
[skills]
german = "speaks German"
[reasons.break]
[queues.sales]
steps = [{ levels = { german = 5 } }]
[services.any]
queue = "sales"
[seats.101]
endpoint = "101"
[seats.102]
endpoint = "102"
[agents.ann]
seat = "101"
skills = { german = 9 }
queues = { sales = {} }
[agents.bob]
seat = "102"
skills = { german = 2 }
queues = { sales = {} }
"""

Cordpair = Callable[..., Result]


@pytest.fixture
def cordpair(monkeypatch, tmp_path) -> Cordpair:
    """Runs a command in an empty directory of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def centre(tmp_path) -> Path:
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE)
    return file


@pytest.fixture
def journal(tmp_path) -> Path:
    """Two callers: ann takes the first, the second gives up."""
    path = tmp_path / "journal.db"
    asyncio.run(one_shift(path))
    return path


async def one_shift(path: Path, *, hang_up: bool = True) -> None:
    clock = ManualClock((AsyncioClock().now_ms() - 3_600_000) // 900_000 * 900_000)  # no quarter ends in it
    pbx = LoopbackPbx(clock, phones=["101", "102"])
    opened = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    clock.add_work(_written(opened))
    driver = LoopbackDriver(NodeId("demo"), pbx, "main", ("101", "102"))
    engine = await engine_on(opened, to_configuration(parse(CENTRE).config, 1), [driver], MemoryRecords(), clock)
    running = asyncio.create_task(engine.run())
    await clock.advance(1_000)
    for name in ("ann", "bob"):
        for request in (SignIn(AgentId(name)), Ready(AgentId(name))):
            answer = asyncio.ensure_future(engine.request(request))
            await clock.settle()
            await answer
    first = pbx.call("4711", number="+4930123456", name="Ada")
    await clock.advance(5_000)
    pbx.call("4711", patience_ms=3_000 if hang_up else None)
    await clock.advance(5_000)
    if hang_up:
        first.hang_up()
        await clock.advance(5_000)
    engine.stop()
    await clock.advance(5_000)
    await running
    await opened.close()


def _written(journal: SqliteJournal) -> Callable[[], "asyncio.Future[bool]"]:
    """Lets the manual clock wait for the journal's thread."""

    async def wait() -> bool:
        if journal.committed_seq == journal.last_seq:
            return False
        while journal.committed_seq < journal.last_seq:
            await asyncio.sleep(0)
        return True

    return wait  # type: ignore[return-value]
