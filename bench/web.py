"""Customers who wait on web pages: 5,000 sessions in one process, each told its place as it changes."""

import asyncio
import os
import ssl
import time
from pathlib import Path
from statistics import median

from bench.pages import Crowd, Page
from bench.report import budget, line, machine, ratio, spread
from bench.served import Process, Server, served
from cordpair.runtime.process import take_files

SESSIONS, AT_ONCE, DEAF, LONE = 5_000, 500, 50, 20
REST_S, STEADY_S, DEAF_S = 20.0, 30.0, 120.0
TALK_S = 0.5  # with four agents: eight heads a second
MOVES_S = 0.6  # a round of the server's is over


async def main(directory: Path) -> None:
    line(machine())
    be_browsers()
    async with served(directory / "plain") as (server, process):
        crowd = Crowd(server.url)
        await _open(server, crowd, "plain", 20)
        await _rest(server)
        before = await _lone(server, crowd)
        await _steadily(server, crowd)
        await _deaf(server, crowd, before)
        await _restart(server, process, crowd)
        crowd.close()
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # its certificate is its own
    async with served(directory / "tls", tls=True) as (server, _):
        crowd = Crowd(server.url, trusting)
        await _open(server, crowd, "TLS in the process", 45)
        await _steadily(server, crowd)
        crowd.close()
    line(machine())


def be_browsers() -> None:
    """Thousands of sockets; and elsewhere in truth, so that being told pushes nobody off a processor. What this process
    starts is as always."""
    take_files()
    os.sched_setscheduler(0, os.SCHED_BATCH | os.SCHED_RESET_ON_FORK, os.sched_param(0))


async def _open(server: Server, crowd: Crowd, how: str, most: int) -> None:
    # Callers by telephone are served until the length of a turn is known; then nobody is.
    await server.until_wait_is_known()
    await server.staff(ready=False)
    rss, cpu, began = server.rss(), server.cpu(), time.perf_counter()
    for _ in range(0, SESSIONS, AT_ONCE):
        await crowd.open(await server.tickets(AT_ONCE))
    took, used = time.perf_counter() - began, server.cpu() - cpu
    await crowd.all_told()
    await asyncio.sleep(2)  # sleep: what was opened comes to rest
    each = (server.rss() - rss) / SESSIONS / 1_024
    line(f"{SESSIONS} waiting, {how}: {each:.1f} KB a session", budget(f"<= {most} KB", each <= most))
    line(f"  opened with their tickets: {SESSIONS / took:.0f}/s, {used / SESSIONS * 1_000:.2f} ms of CPU a session")


async def _rest(server: Server) -> None:
    """What they cost when nothing happens: pings, and callers by telephone."""
    _, looked = await server.lag()
    cpu, starved = server.cpu(), server.starved()
    await asyncio.sleep(REST_S)  # sleep: what is measured
    used, waited = (server.cpu() - cpu) / REST_S, (server.starved() - starved) / REST_S
    line(f"  nobody moves: {used * 100:.1f} % of a core, had none {waited * 100:.0f} % of the time")
    line(f"    {(await server.lag(looked))[0]}")


async def _lone(server: Server, crowd: Crowd) -> list[float]:
    took, told = [], crowd.told
    for _ in range(LONE):
        took.append(await crowd.lone_change())
        await asyncio.sleep(MOVES_S)  # sleep: this round's pause is over
    line(
        f"  the first goes: all others told in {spread(took, digits=0)}, {(crowd.told - told) / LONE:.0f} updates each"
    )
    return took


async def _steadily(server: Server, crowd: Crowd) -> None:
    """Agents take the head again and again."""
    work = Work(crowd)
    _, looked = await server.lag()
    told, size, cpu, starved, began = crowd.told, crowd.bytes, server.cpu(), server.starved(), time.perf_counter()
    await server.staff(ready=True)
    await asyncio.sleep(STEADY_S)  # sleep: what is measured
    used, took, said = server.cpu() - cpu, time.perf_counter() - began, crowd.told - told
    waited = (server.starved() - starved) / took
    lag, _ = await server.lag(looked)
    line(
        f"  {work.taken} heads taken in {took:.0f} s: {work.moved} places moved, {said} updates told "
        f"({work.moved / said:.1f} moves an update), {(crowd.bytes - size) / said:.0f} bytes each"
    )
    line(
        f"  {used / said * 1_000_000:.1f} ms of CPU for 1,000 updates, {used / took * 100:.0f} % of a core, "
        f"had none {waited * 100:.0f} % of the time"
    )
    line(f"    {lag}")
    await server.staff(ready=False)
    await work.end()
    await crowd.all_told()


class Work:
    """Whoever is told to call gives up after a while: for the places it is as if they had talked."""

    def __init__(self, crowd: Crowd, talk_s: float = TALK_S) -> None:
        self.taken = self.moved = 0
        self._crowd, self._talk_s = crowd, talk_s
        self._talks: set[asyncio.Task[None]] = set()
        crowd.called = self._called

    def _called(self, page: Page) -> None:
        self._talks.add(asyncio.create_task(self._talk(page)))

    async def _talk(self, page: Page) -> None:
        await asyncio.sleep(self._talk_s)  # sleep: a conversation has a length
        page.leave()
        self.taken += 1
        self.moved += len(self._crowd.pages)

    async def end(self) -> None:
        """When no agent is ready any more."""
        while self._talks:
            done, _ = await asyncio.wait(self._talks)
            self._talks -= done
        self._crowd.called = lambda page: None


async def _deaf(server: Server, crowd: Crowd, before: list[float]) -> None:
    """Some never read. They are last in line; the others go on being told."""
    await crowd.open(await server.tickets(DEAF), deaf=True)
    began, gone, after, deaf = time.perf_counter(), list[float](), list[float](), set(crowd.deaf)
    while deaf and time.perf_counter() - began < DEAF_S:
        after.append(await crowd.lone_change())
        for _ in range(6):
            await asyncio.sleep(MOVES_S / 6)  # sleep: a socket that is not read has no event
            for page in [page for page in deaf if page.is_dropped()]:
                deaf.discard(page)
                gone.append(time.perf_counter() - began)
    dropped = f"dropped after {spread(gone, 's')}" if gone else "none dropped"
    line(f"  {DEAF} never read: {dropped}", budget("all within 60 s", not deaf and max(gone) <= 60))
    line(f"  meanwhile the first goes: all others told in {spread(after, digits=0)}")
    ratio("all told, p50: without and with those who never read", median(before), median(after))


async def _restart(server: Server, process: Process, crowd: Crowd) -> None:
    """In the middle of it: everybody comes back at once."""
    before = {page.contact: page.place for page in crowd.pages}
    tokens = [page.resume_token for page in crowd.pages]
    process.sign_nobody_in()
    began = time.perf_counter()
    await process.stop()
    server.pid = await process.start()
    await server.until_open()
    there = time.perf_counter()
    await crowd.open(tokens)
    await crowd.all_told()
    over = time.perf_counter()
    lost = sum(before.get(page.contact) != page.place for page in crowd.pages) + len(before) - len(crowd.pages)
    line(
        f"  the engine is restarted: there again after {there - began:.1f} s, all {len(tokens)} back and told after "
        f"{over - began:.1f} s, {lost} places lost",
        budget("0 lost", lost == 0),
    )


__all__ = ["Work", "be_browsers", "main"]
