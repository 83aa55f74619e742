"""``cordpair serve`` as a process of its own, on the embedded PBX, and what is read off such a process from outside."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import ClientConnectionError, ClientSession, TCPConnector

from bench.pages import ORIGIN
from cordpair.cli.load import processors
from pbx.centre import free_port

AGENTS = ("101", "102", "103", "104")
# People who call by telephone, one a second, so that the length of a turn is known and waits are told.
CALLERS = "&callers_per_minute=60&dialled=5000&patience_ms=1500&ring_ms=10&answer_ms=10&talk_ms=300-900"
SIGN_IN = "&sign_in=011,033"
PBX = f"loopback://?seats={','.join(AGENTS)}{SIGN_IN}{CALLERS}"
PORTAL = f"""
[gateway]
url = "https://help.test"
call_within = "100s"
[portals.shop]
origins = ["{ORIGIN}"]
pages = {{ "/*" = {{ queue = "help" }} }}
"""
CENTRE = """
[reasons.break]
digit = "1"
[queues.help]
max_wait = "10h"
[services.help]
queue = "help"
dialled = ["5000"]
"""
LAG = re.compile(r'^cordpair_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', re.MULTILINE)
STALL_S = 0.005


class Lag(NamedTuple):
    """What the engine's own meter saw: how often it looked, how often the loop was late, and how late at most."""

    looks: int
    late: int
    within: float

    def __str__(self) -> str:
        longest = f"<= {self.within * 1_000:g} ms" if self.within != float("inf") else "> 5 s"
        return f"loop late by > {STALL_S * 1_000:g} ms in {self.late} of {self.looks} looks, at most {longest}"


class Server:
    """A process that serves, seen from outside."""

    def __init__(self, pid: int, url: str, http: ClientSession, keys: tuple[str, str]) -> None:
        """``keys``: of the operator, and of the portal."""
        self.pid, self.url, self._http = pid, url, http
        self._admin, self._portal = ({"Authorization": f"Bearer {key}"} for key in keys)

    def rss(self) -> int:
        """Bytes."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1]) * 1024

    def cpu(self) -> float:
        """Seconds so far."""
        return processors.of_process(self.pid) or 0.0

    def starved(self) -> float:
        """Seconds so far in which its main thread could have run, and had no processor."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9

    async def lag(self, since: Mapping[float, int] | None = None) -> tuple[Lag, dict[float, int]]:
        """Since then, and what to give the next time."""
        async with self._http.get(f"{self.url}/metrics") as reply:
            text = await reply.text()
        now = {float(bound): int(float(count)) for bound, count in LAG.findall(text)}
        news = {bound: count - (since or {}).get(bound, 0) for bound, count in now.items()}
        looks = news[float("inf")]
        return Lag(looks, looks - news[STALL_S], next(b for b, n in sorted(news.items()) if n == looks)), now

    async def post(self, path: str, body: Any = None, *, portal: bool = False) -> Any:
        headers = self._portal if portal else self._admin
        async with self._http.post(self.url + path, json=body or {}, headers=headers) as reply:
            if reply.status >= 300:
                raise RuntimeError(f"{path}: {reply.status} {await reply.text()}")
            return await reply.json()

    async def ticket(self) -> str:
        """A customer's token for a session, as a portal's server gets it."""
        context = {"order": "A-17", "name": "Ann Example", "basket": "2 shirts, 1 hat"}
        asked = {"customer": "c-4711", "page": "/checkout", "reason": "payment", "locale": "de", "context": context}
        found: str = (await self.post("/v1/tickets", asked, portal=True))["session_token"]
        return found

    async def tickets(self, count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            found += await asyncio.gather(*(self.ticket() for _ in range(min(20, count - len(found)))))
        return found

    async def until_wait_is_known(self) -> None:
        async with asyncio.timeout(90):
            while True:
                async with self._http.get(f"{self.url}/v1/expected-wait?page=/", headers=self._portal) as reply:
                    if (await reply.json())["wait"] is not None:
                        return
                await asyncio.sleep(0.5)  # sleep: another process has no event to await

    async def staff(self, *, ready: bool) -> None:
        for agent in AGENTS:
            if ready:
                await self.post(f"/v1/agents/a{agent}/ready")
            else:
                await self.post(f"/v1/agents/a{agent}/not-ready", {"reason": "break"})

    async def until_open(self, deadline: float = 30) -> None:
        async with asyncio.timeout(deadline):
            while True:
                try:
                    async with self._http.get(f"{self.url}/readyz") as reply:
                        if reply.status == 200:
                            return
                except ClientConnectionError:
                    pass
                await asyncio.sleep(0.1)  # sleep: another process has no event to await


@asynccontextmanager
async def watching(pid: int, url: str, keys: tuple[str, str]) -> AsyncIterator[Server]:
    """A server that runs, or is about to."""
    async with ClientSession(connector=TCPConnector(limit=20, ssl=False)) as http:  # its certificate is its own
        server = Server(pid, url, http, keys)
        await server.until_open()
        yield server


async def make_keys(file: Path) -> tuple[str, str]:
    """Of the operator, and of the portal."""
    return await _key(file, "--role", "admin"), await _key(file, "--role", "portal", "--portal", "shop")


async def _key(file: Path, *more: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", "keys", "add", "-c", str(file), *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, wrong = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"no key was made: {wrong.decode()}")
    return said.decode().strip()


def centre(directory: Path, port: int, *, tls: bool) -> Path:
    """The configuration of a centre whose agents take customers of the portal."""
    directory.mkdir(exist_ok=True)
    seats = "".join(
        f'[seats.{name}]\nendpoint = "{name}"\n[agents.a{name}]\nseat = "{name}"\nqueues = {{ help = {{}} }}\n'
        for name in AGENTS
    )
    http = f'[http]\nlisten = "127.0.0.1:{port}"\n'
    if tls:
        http += 'certificate = "own.crt"\ncertificate_key = "own.key"\n'
    file = directory / "cordpair.toml"
    file.write_text(f'[pbx.main]\nurl = "{PBX}"\n{http}{CENTRE}{seats}{PORTAL}')
    return file


async def _certify(directory: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2", "-nodes",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(directory / "own.key"), "-out", str(directory / "own.crt"),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == 0


class Process:
    """``cordpair serve``, that is started and stopped."""

    def __init__(self, file: Path) -> None:
        self._file, self._log = file, file.with_name("engine.log")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> int:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cordpair", "serve", str(self._file),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        return self._process.pid

    def sign_nobody_in(self) -> None:
        """At the next start agents stay as they are."""
        self._file.write_text(self._file.read_text().replace(SIGN_IN, ""))

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self._process.wait(), 60)

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:]


@asynccontextmanager
async def served(directory: Path, *, tls: bool = False) -> AsyncIterator[tuple[Server, Process]]:
    port = free_port()
    file = centre(directory, port, tls=tls)
    if tls:
        await _certify(directory)
    keys = await make_keys(file)
    process = Process(file)
    try:
        pid = await process.start()
        async with watching(pid, f"{'https' if tls else 'http'}://127.0.0.1:{port}", keys) as server:
            yield server, process
    except BaseException as error:
        error.add_note(process.said())
        raise
    finally:
        await process.stop()


__all__ = ["PORTAL", "STALL_S", "Lag", "Process", "Server", "make_keys", "served", "watching"]
