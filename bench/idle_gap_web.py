"""The idle gap while 5,000 customers wait on web pages and are told their places as they move, and without them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from bench.floor import OURS, Floor, Rivals
from bench.idle_gap import AGENTS, CALLS, TALK, gaps_of
from bench.pages import Crowd
from bench.report import budget, line, machine, percentile, ratio, spread
from bench.served import PORTAL, Server, make_keys, watching
from bench.web import be_browsers

SESSIONS, AT_ONCE, ROUNDS = 5_000, 500, 3
EVERY_S = 0.5  # the first in line goes, and all places move
CENTRE = """
[queues.help]
max_wait = "10h"
[pbx.main.door]
url = "ws://127.0.0.1:1/nobody-calls"
"""


async def main(directory: Path, rivals: Rivals) -> None:
    be_browsers()
    async with rivals.floor(directory, AGENTS) as place:
        file = place.engine.file
        file.write_text(file.read_text() + CENTRE + PORTAL)
        keys = await make_keys(file)
        await place.lab.sipp.phones(place.lab.agents, ring=0.02, talk=TALK)
        await place.engine_on()
        url = re.search(r'listen = "(\S+)"', file.read_text())
        process = place.engine.process
        assert url is not None and process is not None
        alone, among = list[float](), list[float]()
        async with watching(process.pid, f"http://{url[1]}", keys) as server:
            for _ in range(ROUNDS):
                alone += await _seen(place, server)
                async with _waiting(server) as crowd:
                    among += await _among(place, server, crowd)
        line(f"{CALLS - AGENTS} callers waiting, {AGENTS} agents: gap {spread(alone)}")
        line(
            f"and {SESSIONS} on web pages: gap {spread(among)}",
            budget("p50 <= 10 ms", median(among) <= 10),
            budget("p99 <= 25 ms", percentile(among, 0.99) <= 25),
        )
        ratio("idle gap, p50: without and with web sessions", median(alone), median(among))
        ratio("idle gap, p99", percentile(alone, 0.99), percentile(among, 0.99))
        line(machine())


@asynccontextmanager
async def _waiting(server: Server) -> AsyncIterator[Crowd]:
    """They come, all are told, and in the end all leave."""
    crowd = Crowd(server.url)
    for _ in range(0, SESSIONS, AT_ONCE):
        await crowd.open(await server.tickets(AT_ONCE))
    await crowd.all_told()
    try:
        yield crowd
    finally:
        await crowd.leave()


async def _among(place: Floor, server: Server, crowd: Crowd) -> list[float]:
    told, began = crowd.told, asyncio.get_running_loop().time()
    moving = asyncio.create_task(_move(crowd))
    found = await _seen(place, server)
    moving.cancel()
    took = asyncio.get_running_loop().time() - began
    line(f"    {(crowd.told - told) / took:.0f} places told a second")
    await asyncio.wait({moving})
    return found


async def _seen(place: Floor, server: Server) -> list[float]:
    """The gaps, and how the engine fared."""
    cpu, starved, began = server.cpu(), server.starved(), asyncio.get_running_loop().time()
    found = await gaps_of(place, OURS)
    took = asyncio.get_running_loop().time() - began
    used, waited = ((now - then) / took * 100 for now, then in ((server.cpu(), cpu), (server.starved(), starved)))
    line(f"  gap {spread(found)}; the engine used {used:.0f} % of a core, and had none {waited:.0f} % of the time")
    return found


async def _move(crowd: Crowd) -> None:
    while True:
        crowd.first().leave()
        await asyncio.sleep(EVERY_S)  # sleep: the pace


__all__ = ["main"]
