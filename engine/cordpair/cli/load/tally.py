"""What became of the calls of one rate: counted from SIPp's log, set against SIPp's own counters and the engine's.

Pure. *Answered* means by an agent's phone: the PBX answers everybody who waits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from cordpair.acd.causes import Cause
from cordpair.cli.load.meetings import met
from cordpair.testing.sipp import Call, Counts

CAUSES: dict[int, Cause] = {
    **dict.fromkeys((404, 408, 410, 480, 484, 502, 504), Cause.UNREACHABLE),
    **dict.fromkeys((486, 600), Cause.BUSY),
    **dict.fromkeys((400, 401, 403, 405, 407, 481, 482, 488, 501, 603), Cause.REJECTED),
    **dict.fromkeys((500, 503), Cause.CONGESTION),
}
# A call that was answered and of which SIPp saw no end; one that nothing or nothing known was answered to.
NO_END = "no end seen"
# What our scenarios log and SIPp counts, under the same name.
BOTH_COUNT = ("answered", "far-bye", "near-bye")
# Seconds within which the PBX and the engine join those who are both there, and one of them may have gone.
JOIN_WITHIN = 1.0


class Spread(msgspec.Struct, frozen=True):
    """Seconds."""

    number: int
    p50: float
    p95: float
    p99: float
    most: float


class Engine(msgspec.Struct, frozen=True):
    """What the engine counted meanwhile, of all its queues or of some."""

    offered: int
    outcomes: dict[str, int]
    waiting: int = 0
    in_time: int | None = None
    """Answered within the threshold of the service level."""
    service_level: float | None = None
    """Of those that were offered, the share that was answered in time."""

    def of(self, outcome: str) -> int:
        return self.outcomes.get(outcome, 0)


class Cpu(msgspec.Struct, frozen=True):
    """Processors that were busy: 1.0 is one of them all the time. None where it cannot be seen."""

    pbx: float | None
    engine: float | None
    sipp: float
    machine: float
    processors: int
    seconds: float
    """For so long it was looked at."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Of one rate. ``answered`` is None where no phone is ours and no engine was asked."""

    rate: float
    pace: float
    """Calls a second, as they were placed."""
    seconds: float
    """From the first call to the end of the last."""
    offered: int
    answered: int | None
    abandoned: int
    stopped: int
    """That we ended: Ctrl-C, or the time was over."""
    otherwise: int
    """Ended by the PBX before an agent answered."""
    undecided: int
    """Of the answered: they hung up within a moment of it, and may count as abandoned there."""
    unseen: int
    """Of the abandoned: they gave up before the engine saw them, as far as it says."""
    in_vain: int
    """Answers of agents who hung up, or whose caller had, before both were joined: the caller is offered again."""
    failed: dict[str, int]
    """By cause."""
    offers: int
    wait: Spread | None
    """Of those that were answered, until an agent's phone was."""
    latency: Spread | None
    sipp: dict[str, int]
    """What SIPp counted itself, of callers."""
    engine: Engine | None
    cpu: Cpu | None
    disagreements: tuple[str, ...]
    why_not: tuple[str, ...]
    """What kept the rate from holding; nothing when it did."""

    @property
    def held(self) -> bool:
        return not self.why_not


class Limits(NamedTuple):
    """What a rate must keep to hold."""

    latency: float = 0.5
    """Seconds, of 99 in 100 offers."""
    failed: float = 0.01
    """A share."""
    pace: float = 0.98
    """Of the rate that was asked for."""


class Seen(NamedTuple):
    """By SIPp: in the log of our scenarios, and by its own counters."""

    callers: Sequence[Call]
    logged: Mapping[str, int]
    """How often each thing was, of callers."""
    counted: Counts
    phones: Sequence[Call] | None
    """None where the phones are not ours."""
    phones_logged: Mapping[str, int] = {}
    phones_counted: Counts = Counts()
    """Of these calls only."""


def spread(values: Sequence[float]) -> Spread | None:
    """Nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)

    def rank(percent: int) -> float:
        return ordered[-(-len(ordered) * percent // 100) - 1]

    return Spread(len(ordered), rank(50), rank(95), rank(99), ordered[-1])


def minus(after: Counts, before: Counts) -> Counts:
    """What came between two looks at the same SIPp."""
    return Counts(
        after.created - before.created,
        after.up,
        after.successful - before.successful,
        after.failed - before.failed,
        after.retransmissions - before.retransmissions,
        {name: number - before.named.get(name, 0) for name, number in after.named.items()},
    )


# ---------------------------------------------------------------- the result


def result(
    rate: float, seen: Seen, engine: Engine | None, cpu: Cpu | None, limits: Limits, *, since: float, wrap_up: float
) -> Result:
    """``since``: when the first call could come; ``wrap_up``: for so long after a talk nothing is offered, seconds."""
    callers = seen.callers
    pairs = met(callers, seen.phones or (), since, wrap_up)
    kinds = Counter(_kind(call, pairs.answers, known=seen.phones is not None) for call in callers)
    failed = Counter(_cause(call) for call in callers if _kind(call, pairs.answers, known=True) == "failed")
    answered = kinds["answered"] if seen.phones is not None else engine.of("connected") if engine else None
    begun = sorted(call.started for call in callers)
    span = begun[-1] - begun[0] if len(begun) > 1 else 0.0
    found = Result(
        rate=rate,
        pace=(len(begun) - 1) / span if span else rate,
        seconds=max((call.ended or call.started for call in callers), default=since) - (begun[0] if begun else since),
        offered=len(callers),
        answered=answered,
        abandoned=kinds["abandoned"],
        stopped=kinds["stopped"],
        otherwise=kinds["otherwise"],
        undecided=sum(_is_undecided(call, pairs.answers) for call in callers),
        unseen=_unseen(callers, kinds, engine),
        in_vain=sum(each.answered is not None for each in seen.phones or ()) - len(pairs.answers),
        failed=dict(failed),
        offers=len(seen.phones or ()),
        wait=spread([pairs.answers[c.call_id] - c.started for c in callers if c.call_id in pairs.answers]),
        latency=spread(pairs.latencies),
        sipp=_own_counts(seen.counted),
        engine=engine,
        cpu=cpu,
        disagreements=(),
        why_not=(),
    )
    told = (*_sipp_disagrees(seen), *_engine_disagrees(found, seen))
    return msgspec.structs.replace(found, disagreements=told, why_not=tuple(_why_not(found, limits)))


def _own_counts(counted: Counts) -> dict[str, int]:
    """Without what never happened."""
    found = {
        "created": counted.created,
        "successful": counted.successful,
        "failed": counted.failed,
        "retransmissions": counted.retransmissions,
        **counted.named,
    }
    return {name: number for name, number in found.items() if number}


def _kind(call: Call, answers: Mapping[str, float], *, known: bool) -> str:
    """``known``: the phones are ours, so that a conversation can be told from a wait."""
    if call.call_id in answers:
        return "answered"
    if call.ending == "open" and not call.answered and not call.ringing:
        return "failed"  # nobody was there; that we stopped waiting for it makes no difference
    if call.stopped is not None:
        return "stopped"
    match call.ending:
        case "cancelled" | "near-bye":
            return "abandoned"
        case "far-bye":
            return "otherwise" if known else "answered"
        case _:
            return "failed"


def _unseen(callers: Sequence[Call], kinds: Mapping[str, int], engine: Engine | None) -> int:
    """How many callers the engine lacks, if so many gave up at once; else it lacks others, and nothing explains it."""
    if engine is None:
        return 0
    lacking = len(callers) - kinds.get("failed", 0) - engine.offered
    at_once = sum(call.ended - call.started < JOIN_WITHIN for call in callers if call.ended and _gave_up(call))
    return lacking if 0 < lacking <= at_once else 0


def _gave_up(call: Call) -> bool:
    return call.ending in ("near-bye", "cancelled")


def _is_undecided(call: Call, answers: Mapping[str, float]) -> bool:
    at = answers.get(call.call_id)
    if at is None or call.ended is None or call.ending == "far-bye":
        return False
    return call.ended - at < JOIN_WITHIN


def _cause(call: Call) -> str:
    if call.ending == "open":
        return NO_END if call.answered or call.ringing else Cause.UNREACHABLE
    return CAUSES.get(call.status or 0, Cause.UNKNOWN)


def _why_not(found: Result, limits: Limits) -> list[str]:
    why = []
    failed = sum(found.failed.values())
    if found.stopped:
        why.append("it was stopped")
    if found.pace < found.rate * limits.pace:
        why.append(f"calls came at {found.pace:.1f}/s")
    if failed > found.offered * limits.failed:
        why.append(f"{failed / found.offered:.1%} failed")
    if found.latency is not None and found.latency.p99 > limits.latency:
        why.append(f"p99 of the offer latency over {limits.latency * 1_000:g} ms")
    if found.engine is not None and found.engine.waiting:
        why.append(f"{found.engine.waiting} wait still")
    return why


# ---------------------------------------------------------------- both sides


def _sipp_disagrees(seen: Seen) -> list[str]:
    """Our reading of SIPp's log, and what SIPp counted itself."""
    logged, counted = seen.logged, seen.counted
    refused = sum(number for name, number in counted.named.items() if name.startswith("refused-"))
    pairs_of = [
        ("calls placed", len(seen.callers), counted.created),
        ("calls that are over or up", len(seen.callers), counted.successful + counted.failed + counted.up),
        ("refused or cancelled", logged.get("refused", 0), refused),
        *((f"{what} of callers", logged.get(what, 0), counted.named.get(what, 0)) for what in BOTH_COUNT),
    ]
    if seen.phones is not None:
        named = seen.phones_counted.named
        pairs_of.append(("offers at phones", len(seen.phones), named.get("invite", 0)))
        pairs_of += [(f"{what} of phones", seen.phones_logged.get(what, 0), named.get(what, 0)) for what in BOTH_COUNT]
    lost = sum(call.ending == "open" for call in seen.callers) - counted.failed - counted.up
    told = [f"{what}: our log {ours}, SIPp {theirs}" for what, ours, theirs in pairs_of if ours != theirs]
    return told + ([f"{lost} calls have no end in our log, and one for SIPp"] if lost > 0 else [])


def _engine_disagrees(found: Result, seen: Seen) -> list[str]:
    engine = found.engine
    if engine is None:
        return []
    came = found.offered - sum(found.failed.values()) - found.unseen
    pairs_of = [("offered", came, engine.offered, 0)]
    if seen.phones is not None and found.answered is not None:
        pairs_of.append(("answered", found.answered, engine.of("connected"), found.undecided))
        # Whom we stopped had, for the engine, not the patience to wait.
        gave_up = found.abandoned + found.stopped - found.unseen
        pairs_of.append(("abandoned", gave_up, engine.of("abandoned"), found.undecided))
    return [
        f"{what}: SIPp {ours}, the engine {theirs}"
        for what, ours, theirs, either in pairs_of
        if abs(ours - theirs) > either
    ]


def highest(results: Sequence[Result]) -> float | None:
    """The highest rate that held."""
    return max((each.rate for each in results if each.held), default=None)


__all__ = [
    "BOTH_COUNT",
    "NO_END",
    "Cpu",
    "Engine",
    "Limits",
    "Result",
    "Seen",
    "Spread",
    "highest",
    "minus",
    "result",
    "spread",
]
