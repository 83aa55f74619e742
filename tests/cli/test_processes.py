"""Commands that are a process of their own: signals, exit statuses, and viewers beside a running engine."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

from cordpair.config import parse
from cordpair.journal import SqliteJournal, current_codec

SECONDS = 30


@contextlib.asynccontextmanager
async def started(*arguments: object, directory: Path) -> AsyncIterator[Process]:
    environment = os.environ | {"XDG_STATE_HOME": str(directory / "state"), "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", *map(str, arguments),
        stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, cwd=directory, env=environment,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line_with(stream: asyncio.StreamReader | None, text: str) -> str:
    assert stream is not None
    async with asyncio.timeout(SECONDS):
        while line := (await stream.readline()).decode():
            if text in line:
                return line
    raise AssertionError(f"it ended without saying {text!r}")


async def test_an_engine_serves_until_sigterm_and_is_watched_meanwhile(centre, tmp_path) -> None:
    async with started("serve", centre, directory=tmp_path) as engine:
        await line_with(engine.stderr, "link up")
        async with started("watch", "--json", directory=tmp_path) as viewer:
            out, _ = await viewer.communicate()
        assert json.loads(out)["links"]["demo"] in {"settling", "open"}
        async with started("serve", centre, directory=tmp_path) as second:
            _, err = await second.communicate()
        assert second.returncode == 74
        assert str(engine.pid) in err.decode()
        engine.send_signal(signal.SIGTERM)
        assert await engine.wait() == 0
    async with started("export", directory=tmp_path) as exporter:
        out, _ = await exporter.communicate()
    assert parse(out.decode()).config == parse(centre.read_text()).config


async def test_the_next_start_goes_on_from_the_journal(centre, tmp_path) -> None:
    for expected in ("a new journal was begun", "recovered at entry"):
        async with started("serve", centre, directory=tmp_path) as engine:
            await line_with(engine.stderr, expected)
            await line_with(engine.stderr, "link up")
            engine.send_signal(signal.SIGINT)
            assert await engine.wait() == 0


async def test_a_journal_of_another_cell_is_refused(centre, tmp_path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", current_codec(), cell="other", run="r")
    await journal.close()
    async with started("serve", centre, directory=tmp_path) as engine:
        _, err = await engine.communicate()
    assert engine.returncode == 74
    assert b"other" in err
    assert b"Traceback" not in err


async def test_the_demonstration_ends_by_itself_with_a_summary(tmp_path) -> None:
    async with started("run", "--for", "4s", "--callers", "600", directory=tmp_path) as demo:
        out, err = await demo.communicate()
    assert (demo.returncode, err) == (0, b"")
    text = out.decode()
    assert "sales:" in text
    assert "still waiting" in text
    async with started("why", "--demo", "--json", directory=tmp_path) as why:
        out, _ = await why.communicate()
    contacts = json.loads(out)
    assert contacts
    assert {contact["queue"] for contact in contacts} <= {"sales", "support", "billing"}


async def test_the_demonstration_is_interrupted(tmp_path) -> None:
    async with started("run", directory=tmp_path) as demo:
        await line_with(demo.stdout, "sales:")
        async with started("run", directory=tmp_path) as second:
            _, err = await second.communicate()
        assert second.returncode == 1
        assert b"is being written" in err
        demo.send_signal(signal.SIGINT)
        out, err = await demo.communicate()
    assert demo.returncode == 0
    assert b"still waiting" in out
    assert b"Traceback" not in err
