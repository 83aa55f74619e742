"""CPU per queued call, PBX and engine together, against the PBX's own queue: 100 agents, 1 s of talk."""

from pathlib import Path

from bench.floor import OURS, THEIRS, Floor, Rivals
from bench.report import budget, line, machine, ratio

AGENTS, TALK, SECONDS, ROUNDS = 100, 1.0, 12, 2


async def main(directory: Path, rivals: Rivals) -> None:
    async with rivals.floor(directory, AGENTS) as place:
        await place.lab.sipp.phones(place.lab.agents, ring=0.001, talk=TALK)
        sums: dict[tuple[int, str], list[float]] = {}
        for _ in range(ROUNDS):
            for rate in rivals.rates:
                await place.engine_on()
                _add(sums, rate, OURS, await _calls(place, OURS, rate))
                await place.engine_off()
                _add(sums, rate, THEIRS, await _calls(place, THEIRS, rate))
        for rate in rivals.rates:
            ours, theirs = (_per_call(sums[rate, side]) for side in (OURS, THEIRS))
            if ours is None or theirs is None:
                line(f"{rate} calls/s: no figure, they did not go through: see above")
                continue
            total, other = sum(ours), sum(theirs)
            line(
                f"{rate} calls/s, {AGENTS} agents: Cordpair {total:.2f} ms a call ({rivals.pbx} {ours[0]:.2f}, "
                f"engine {ours[1]:.2f}); {rivals.queue} {other:.2f} ms"
            )
            ratio(f"CPU per call at {rate} calls/s", other, total, budget(f"<= 1.0 x {rivals.queue}", total <= other))
        line(machine())


async def _calls(place: Floor, dialled: str, rate: int) -> tuple[float, float, float]:
    """CPU of the PBX and of the engine in seconds, and the number of calls; none where they did not go through."""
    before = place.cpu()
    callers = await place.lab.sipp.callers(dialled, count=rate * SECONDS, rate=rate)
    try:
        report = await callers.wait(SECONDS * 4 + 30)
    except TimeoutError:
        report = await callers.stop(grace=0)
    pbx, engine = (after - then for after, then in zip(place.cpu(), before, strict=True))
    done = report.count("far-bye")
    if done < rate * SECONDS * 0.99:
        line(f"  {dialled} at {rate}/s: only {done} of {rate * SECONDS} calls went through: {dict(report.endings)}")
        return 0.0, 0.0, 0.0
    return pbx, engine, done


def _add(sums: dict[tuple[int, str], list[float]], rate: int, side: str, each: tuple[float, float, float]) -> None:
    known = sums.setdefault((rate, side), [0.0, 0.0, 0.0])
    sums[rate, side] = [a + b for a, b in zip(known, each, strict=True)]


def _per_call(sums: list[float]) -> tuple[float, float] | None:
    pbx, engine, calls = sums
    if not calls:
        return None
    return pbx / calls * 1000, engine / calls * 1000
