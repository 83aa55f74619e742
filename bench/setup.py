"""From a caller's INVITE to the INVITE of a free agent, against bare Dial() or bridge, turn by turn."""

from pathlib import Path
from statistics import median

from bench.capture import Request
from bench.floor import BARE, OURS, Rivals
from bench.report import budget, line, machine, percentile, ratio, spread
from lab.sipp import Plan

AGENTS, PAIRS, RATE, TALK = 20, 300, 10, 0.3
BARE_PHONE = 1  # beside the agents: the PBX must not ring a phone that the engine thinks is free


async def main(directory: Path, rivals: Rivals) -> None:
    async with rivals.floor(directory, AGENTS, more_phones=BARE_PHONE) as place:
        await place.lab.sipp.phones(place.lab.agents, ring=0.02, talk=TALK)
        await place.engine_on()
        bare = f"{BARE}{place.lab.agents[-1].number}"
        plans = [Plan(dialled, f"030{n:06d}") for n, dialled in enumerate([OURS, bare] * (PAIRS + 10))]
        async with place.capture() as seen:
            report = await (await place.lab.sipp.callers(plans, rate=RATE)).wait(120)
            requests = seen.take()
        if report.count("far-bye") != len(plans):
            line(f"  of {len(plans)} calls {dict(report.endings)}")
        ours, theirs = (delays(requests, dialled)[10:] for dialled in (OURS, bare))
        line(f"bare {rivals.bare}: {spread(theirs, digits=2)}")
        line(f"Cordpair, {AGENTS} agents free: {spread(ours, digits=2)}")
        slower = median(ours) / median(theirs)
        ratio("p99", percentile(theirs, 0.99), percentile(ours, 0.99))
        line(machine())
        ratio(
            "set-up, p50",
            median(theirs),
            median(ours),
            budget(f"<= 1.3 x {rivals.bare}: {slower:.2f} x", slower <= 1.3),
        )


def delays(requests: list[Request], dialled: str) -> list[float]:
    """Milliseconds between a call to ``dialled`` and the INVITE that shows the same caller to a phone."""
    began: dict[str, float] = {}
    found = []
    for request in requests:
        if request.method == "INVITE" and request.to_pbx and request.called == dialled:
            began.setdefault(request.caller, request.at)
        elif request.method == "INVITE" and not request.to_pbx and request.caller in began:
            found.append((request.at - began.pop(request.caller)) * 1000)
    return found
