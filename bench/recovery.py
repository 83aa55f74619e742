"""Recovery: the engine is killed with 1,000 live contacts on a real PBX, and started again."""

import asyncio
import time
from functools import partial
from pathlib import Path

from bench.floor import OURS, Rivals
from bench.report import budget, line, machine
from cordpair.acd import State
from cordpair.acd import events as ev
from pbx.centre import EngineProcess

CONTACTS, AGENTS, ROUNDS = 1_000, 20, 3


async def main(directory: Path, rivals: Rivals) -> None:
    # No music: a thousand streams of it would be what this machine is busy with.
    async with rivals.floor(directory, AGENTS, music=False) as place:
        await place.lab.sipp.phones(place.lab.agents, ring=0.05, talk=600)
        await place.engine_on()
        engine = place.engine
        callers = await place.lab.sipp.callers(OURS, count=CONTACTS, rate=60)
        await engine.until(lambda state: len(state.contacts) == CONTACTS and len(state.visits) == CONTACTS - AGENTS, 90)
        worst = 0.0
        lost = 0
        for _ in range(ROUNDS):
            before = _line(engine.state())
            links = len(engine.events(ev.NodeLinked))
            await engine.kill()
            await asyncio.sleep(0.5)  # sleep: the outage has a length
            started = time.time()
            await engine.start()
            state = await engine.until(partial(_linked, engine, links), 60)
            took = engine.timed(ev.NodeLinked)[-1][0] / 1000 - started
            after = _line(state)
            lost += sum(one != other for one, other in zip(before, after, strict=False)) + abs(len(before) - len(after))
            worst = max(worst, took)
            line(f"{CONTACTS} live, {len(before)} waiting: {took:.2f} s from the start of the process to a linked node")
        still = callers.report().count("open")
        line(
            f"worst {worst:.2f} s, {lost} places lost ({rivals.queue} loses all), {CONTACTS - still} calls lost",
            budget("<= 2 s, 0 lost", worst <= 2 and lost == 0 and still == CONTACTS),
        )
        line(machine())


def _linked(engine: EngineProcess, before: int, state: State) -> bool:
    return len(engine.events(ev.NodeLinked)) > before


def _line(state: State) -> list[tuple[str, int]]:
    return [(visit.contact, visit.enqueued_at) for visit in sorted(state.visits.values(), key=lambda visit: visit.key)]
