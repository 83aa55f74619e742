"""The command line as processes, and ports for them."""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path


async def new_key(file: Path, *options: str) -> str:
    command = (sys.executable, "-m", "cordpair", "keys", "add", "-c", str(file), *options)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return out.decode().strip()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
