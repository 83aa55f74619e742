"""An engine as a process, configured by a file, as operators run it; and ports for what stands before it."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SECONDS = 30


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    status: int | None
    said: str


async def ran(*command: object, directory: Path, **environment: str) -> Ran:
    """A command, to its end. TimeoutError, and it is killed, when it does not come."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=directory, env=os.environ | environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 100)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ran(process.returncode, said.decode())


@asynccontextmanager
async def running(*command: object, directory: Path, until: str) -> AsyncIterator[Process]:
    """A program in the foreground, once it has said ``until``; it is ended with the test."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=directory, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = ""
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while until not in said:
                line = (await process.stdout.readline()).decode()
                assert line, f"it ended without saying {until!r}:\n{said}"
                said += line
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def cordpair(*arguments: object) -> tuple[object, ...]:
    return (sys.executable, "-m", "cordpair", *arguments)
