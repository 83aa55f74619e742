"""The coturn of deploy/coturn, real, with logins that the gateway makes."""

import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cordpair_gateway.turn import turn_login
from deploy.conftest import ran, running
from lab.process import free_port

SECRET = secrets.token_hex(32)


@pytest.fixture
async def relay(root: Path, tmp_path: Path) -> AsyncIterator[int]:
    """The port of one, configured by the file as shipped, with this test's address and the secret that it asks for."""
    assert shutil.which("turnserver"), "coturn is missing: make test-deps"
    port = free_port(socket.SOCK_DGRAM)
    text = (root / "deploy/coturn/turnserver.conf").read_text("utf-8")
    for shipped, here in {"203.0.113.5": "127.0.0.1", "listening-port=3478": f"listening-port={port}"}.items():
        assert shipped in text
        text = text.replace(shipped, here)
    file = tmp_path / "turnserver.conf"
    file.touch(0o600)
    file.write_text(f"{text}\nstatic-auth-secret={SECRET}\npidfile={tmp_path / 'pid'}\nuserdb={tmp_path / 'db'}\n")
    # It says so when all its threads listen.
    async with running("stdbuf", "-oL", "turnserver", "-c", file, directory=tmp_path, until="SQLite DB connection"):
        yield port


async def allocate(port: int, login: tuple[str, str], directory: Path) -> str:
    """What coturn's own client says of asking for a way."""
    asked = await ran(
        "timeout", 15, "turnutils_uclient", "-v", "-y", "-c", "-n", 1, "-u", login[0], "-w", login[1],
        "-p", port, "127.0.0.1", directory=directory,
    )  # fmt: skip
    return asked.said


async def test_a_login_of_the_gateway_gets_a_way_and_only_to_the_pbx(relay: int, tmp_path: Path) -> None:
    said = await allocate(relay, turn_login(SECRET, "w-7f3a", (int(time.time()) + 60) * 1_000), tmp_path)
    assert "Received relay addr: 127.0.0.1:" in said
    # The client would send to another way of its own, on this machine: no PBX is there.
    assert "403 (Forbidden IP)" in said


@pytest.mark.parametrize(
    "login",
    [
        turn_login("another secret", "w-7f3a", (int(time.time()) + 600) * 1_000),
        turn_login(SECRET, "w-7f3a", (int(time.time()) - 60) * 1_000),
    ],
    ids=["another secret", "expired"],
)
async def test_no_other_login_does(relay: int, login: tuple[str, str], tmp_path: Path) -> None:
    said = await allocate(relay, login, tmp_path)
    assert "Received relay addr" not in said
    assert "ERROR: Cannot complete Allocation" in said
