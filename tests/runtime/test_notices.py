"""What systemd is told: over a socket such as it makes, and by the engine as a process."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordpair.runtime.notices import READY, beat_every_s, beating, tell

SECONDS = 30
CENTRE = """\
[pbx.demo]
url = "loopback:"

[http]
listen = "127.0.0.1:0"

[queues.general]
"""


@pytest.fixture
def systemd(tmp_path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(SECONDS)
        yield heard


def environ_of(heard: socket.socket, watchdog_us: int = 0) -> dict[str, str]:
    watch = {"WATCHDOG_USEC": str(watchdog_us)} if watchdog_us else {}
    return {"NOTIFY_SOCKET": heard.getsockname()} | watch


def test_it_is_told(systemd) -> None:
    tell(READY, environ_of(systemd))
    assert systemd.recv(100) == b"READY=1"


def test_an_abstract_address_is_reached() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.settimeout(SECONDS)
        heard.bind(b"\0cordpair-test-%d" % os.getpid())
        tell(READY, {"NOTIFY_SOCKET": f"@cordpair-test-{os.getpid()}"})
        assert heard.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@cordpair-nobody-listens"])
def test_nobody_who_listens_is_no_trouble(address: str) -> None:
    tell(READY, {"NOTIFY_SOCKET": address})


@pytest.mark.parametrize(
    ("environ", "every_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "17"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "18"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_how_often_it_beats(environ: dict[str, str], every_s: float | None) -> None:
    assert beat_every_s(environ, 17) == every_s


async def test_a_loop_that_stands_still_does_not_beat(systemd) -> None:
    async with beating(environ_of(systemd, watchdog_us=40_000)):
        systemd.setblocking(False)
        for _ in range(2):
            assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(systemd, 100), SECONDS) == b"WATCHDOG=1"
        systemd.settimeout(0.2)  # from here it is the loop that waits
        with pytest.raises(TimeoutError):
            systemd.recv(100)
    assert systemd.recv(100) == b"STOPPING=1"


async def test_an_engine_says_when_it_is_ready_beats_and_says_that_it_stops(systemd, tmp_path: Path) -> None:
    (tmp_path / "cordpair.toml").write_text(CENTRE)
    engine = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", "serve", stdin=DEVNULL, stderr=PIPE, cwd=tmp_path,
        env=os.environ | environ_of(systemd, watchdog_us=100_000),
    )  # fmt: skip
    log = asyncio.create_task(engine.communicate())
    systemd.setblocking(False)
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    try:
        async with asyncio.timeout(SECONDS):
            while heard.count("WATCHDOG=1") < 3 or "READY=1" not in heard:
                heard.append((await loop.sock_recv(systemd, 100)).decode())
            engine.send_signal(signal.SIGTERM)
            while heard[-1] != "STOPPING=1":
                heard.append((await loop.sock_recv(systemd, 100)).decode())
    finally:
        if engine.returncode is None and "STOPPING=1" not in heard:
            engine.kill()
        _, err = await log
    assert engine.returncode == 0, err.decode()
    assert set(heard) == {"READY=1", "WATCHDOG=1", "STOPPING=1"}
    assert b"the API is at" in err
