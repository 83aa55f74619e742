"""The idle gap: from an agent's BYE to the INVITE of the next offer to the same agent, while callers wait."""

from pathlib import Path
from statistics import median

from bench.capture import Request
from bench.floor import OURS, THEIRS, Floor, Rivals
from bench.report import budget, line, machine, percentile, ratio, spread

AGENTS, CALLS, ROUNDS, TALK = 10, 130, 2, (0.5, 1.0)


async def main(directory: Path, rivals: Rivals) -> None:
    async with rivals.floor(directory, AGENTS) as place:
        line(f"{rivals.queue}: {rivals.queue_settings}")
        await place.lab.sipp.phones(place.lab.agents, ring=0.02, talk=TALK)
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            await place.engine_on()
            ours += await gaps_of(place, OURS)
            await place.engine_off()
            theirs += await gaps_of(place, THEIRS)
        line(f"{CALLS - AGENTS} waiting, {AGENTS} agents, {rivals.queue}: gap {spread(theirs)}")
        line(
            f"{CALLS - AGENTS} waiting, {AGENTS} agents, Cordpair: gap {spread(ours)}",
            budget("p50 <= 10 ms", median(ours) <= 10),
            budget("p99 <= 25 ms", percentile(ours, 0.99) <= 25),
        )
        shorter = median(theirs) / median(ours)
        ratio("idle gap, p50", median(theirs), median(ours), budget("ratio >= 40", shorter >= 40))
        line(machine())


async def gaps_of(place: Floor, dialled: str) -> list[float]:
    """Everybody calls at once, nearly; then the agents work the line off."""
    async with place.capture() as seen:
        callers = await place.lab.sipp.callers(dialled, count=CALLS, rate=100)
        report = await callers.wait(120)
        if report.count("far-bye") != CALLS:
            line(f"  {dialled}: of {CALLS} calls {dict(report.endings)}")
        return gaps(seen.take(), {agent.number for agent in place.agents})


def gaps(requests: list[Request], agents: set[str]) -> list[float]:
    """Milliseconds between an agent's BYE (its first sending) and the next INVITE to that agent."""
    free_since: dict[str, float] = {}
    over: set[str] = set()
    found = []
    for request in requests:
        if request.method == "BYE" and request.to_pbx and request.caller in agents and request.call_id not in over:
            over.add(request.call_id)
            free_since[request.caller] = request.at
        elif request.method == "INVITE" and not request.to_pbx and request.called in free_since:
            found.append((request.at - free_since.pop(request.called)) * 1000)
    return found
