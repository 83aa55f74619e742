"""baresip from Debian's package: a phone that is a program, with the settings that Cordpair wrote for it.

It runs without a screen or a sound card: it speaks a tone, keeps what it hears in a file, and takes its orders over a
TCP connection of its own (``ctrl_tcp``).

    async with Baresip(directory, accounts=text, voice=1240) as phone:
        assert await phone.is_registered()
        await phone.until("CALL_INCOMING")
        await phone.order("accept")
"""

import asyncio
import itertools
import json
import math
import shutil
import socket
import struct
import wave
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cordpair.testing.people.ears import WINDOW, amplitude
from cordpair.testing.people.tones import RATE
from lab.process import free_port

__all__ = ["CONFIG", "Baresip", "NoBaresip"]

DEADLINE = 15.0
LARGEST = 1 << 20  # bytes of a message
SECONDS = 2  # of the voice: whole periods of every whole frequency, played round and round
LOUD = 6_000

# What docs/how-to/thin-clients.md says of a terminal, but for sound: this machine has none.
CONFIG = """
sip_listen {listen}
rtp_ports {first}-{last}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
snd_path {directory}
audio_source aufile,{voice}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class NoBaresip(Exception):
    """There is none here: ``make test-deps`` installs it."""


class Baresip:
    """One phone. ``voice``: its tone, in Hz."""

    def __init__(self, directory: Path, accounts: str, *, voice: int, listen: str = "127.0.0.1") -> None:
        if shutil.which("baresip") is None:
            raise NoBaresip("no baresip on PATH: apt-get install baresip-core")
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "accounts").write_text(accounts)
        self._control = free_port(socket.SOCK_STREAM)
        tone = directory / "voice.wav"
        _write_tone(tone, voice)
        first = free_port(socket.SOCK_DGRAM) & ~1
        (directory / "config").write_text(
            CONFIG.format(
                listen=f"{listen}:{free_port(socket.SOCK_DGRAM)}",
                first=first,
                last=first + 20,
                directory=directory,
                voice=tone,
                control=self._control,
            )
        )
        self.events: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tokens = map(str, itertools.count(1))
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    # --- Life

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def restart(self) -> None:
        """As its user would; it registers anew."""
        await self._stop()
        self.events.clear()
        await self._start()

    async def _start(self) -> None:
        with (self.directory / "output").open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", "baresip", "-f", str(self.directory)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        reader, self._writer = await self._connected()
        self._reading = asyncio.create_task(self._read(reader), name="baresip")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"baresip said:\n{self.said()}")
        await self._stop()

    async def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), DEADLINE)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def said(self) -> str:
        return (self.directory / "output").read_text(errors="replace")[-3_000:]

    # --- What it is told, and tells

    async def order(self, command: str, params: str = "") -> dict[str, Any]:
        """One of baresip's commands, such as ``accept``, ``hangup`` and ``dial``; its answer."""
        assert self._writer is not None
        token = next(self._tokens)
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        message = json.dumps({"command": command, "params": params, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(message), message))
        async with asyncio.timeout(DEADLINE):
            return await answer

    async def is_registered(self) -> bool:
        """As soon as it has been told."""
        async with asyncio.timeout(DEADLINE):
            while True:
                said = (await self.order("reginfo"))["data"]
                if "OK" in said or "ERR" in said:
                    return "OK" in said
                await asyncio.sleep(0.05)  # sleep: what happened before we listened is not told again

    async def until(self, kind: str, deadline: float = DEADLINE) -> dict[str, Any]:
        """The oldest event of this type that nobody has waited for yet."""
        async with asyncio.timeout(deadline):
            while True:
                found = next((event for event in self.events if event.get("type") == kind), None)
                if found is not None:
                    self.events.remove(found)
                    return found
                self._news.clear()
                await self._news.wait()

    def heard(self, tone: int) -> bool:
        """Whether that tone came over a line, for a tenth of a second at least. What it hears is in its files."""
        return any(
            amplitude(samples[at : at + WINDOW], tone) > LOUD / 4
            for path in self.directory.glob("dump-*-dec.wav")
            for samples in [_samples(path)]
            for at in range(0, len(samples) - WINDOW, WINDOW)
        )

    # --- Inner parts

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(DEADLINE):
            while True:
                try:
                    return await asyncio.open_connection("127.0.0.1", self._control)
                except OSError:
                    assert self._process is not None
                    if self._process.returncode is not None:
                        raise NoBaresip(f"it ended at once:\n{self.said()}") from None
                    await asyncio.sleep(0.03)  # sleep: a starting process has no event

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Netstrings of JSON."""
        while True:
            length = int((await reader.readuntil(b":"))[:-1])
            assert length <= LARGEST
            message = json.loads((await reader.readexactly(length + 1))[:-1])
            if message.get("response"):
                answer = self._answers.pop(message.get("token", ""), None)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            else:
                self.events.append(message)
                self._news.set()


def _write_tone(path: Path, hertz: int) -> None:
    step = 2 * math.pi * hertz / RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = (round(LOUD * math.sin(step * number)) for number in range(RATE * SECONDS))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def _samples(path: Path) -> list[int]:
    """Of 16 bits, after whatever header: the file is being written, and says nothing of its length yet."""
    raw = path.read_bytes()[44:]
    return list(struct.unpack(f"<{len(raw) // 2}h", raw[: len(raw) // 2 * 2]))
