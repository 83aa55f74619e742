"""A caller who hangs up in the very moment in which the dialplan hands the call over: real Asterisk never tells of the
request, and the call must be counted as abandoned all the same.

An AGI makes the moment: it hangs the channel up, and then enters our application with it.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegEnded
from lab.asterisk import AsteriskLab
from pbx.test_asterisk_driver import Bench


class Agi:
    """FastAGI: hangs up, enters Stasis; ``stays`` says how long the channel lives on after that."""

    def __init__(self) -> None:
        self.stays = asyncio.Event()
        self.stays.set()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass  # its environment
        for command in ("HANGUP", "EXEC Stasis cordpair-main"):
            writer.write(f"{command}\n".encode())
            while not (await reader.readline()).startswith(b"200"):
                pass  # it is told, too, that the caller is gone
        await self.stays.wait()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def agi() -> AsyncIterator[Agi]:
    it = Agi()
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0)
    async with server:
        it.port = server.sockets[0].getsockname()[1]
        yield it


@pytest.fixture
async def bench(agi: Agi) -> AsyncIterator[Bench]:
    dialplan = f"[cordpair-in](+)\nexten => 666,1,AGI(agi://127.0.0.1:{agi.port}/)\n same => n,Hangup()\n"
    modules = "load = res_agi.so\nload = res_speech.so"
    async with AsteriskLab(agents=1, extra={"modules": modules, "extensions": dialplan}) as lab:
        it = Bench(lab)
        await it.driver.open(it.trace)
        yield it
        await it.driver.close()


@pytest.mark.parametrize(("lives_on", "cause"), [(False, Cause.NORMAL), (True, Cause.UNKNOWN)])
async def test_nobody_said_that_the_caller_hung_up(
    bench: Bench, agi: Agi, monkeypatch: pytest.MonkeyPatch, lives_on: bool, cause: Cause
) -> None:
    monkeypatch.setattr("cordpair_asterisk.link.LEAVING", (0.1, 0.1) if lives_on else (0.05,) * 400)
    if lives_on:
        agi.stays.clear()
    async with bench.caller() as caller:
        arrived, _ = await bench.arrive(caller, "666")
        assert (await bench.trace.of(arrived.leg, LegEnded)).cause is cause
        agi.stays.set()
        await bench.lab.until_empty()
    assert [item for item in bench.trace.all if getattr(item, "leg", None) == arrived.leg] == []  # told once
