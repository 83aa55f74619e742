"""What a customer is told of the wait: a place, and a range of seconds or that there is not enough data. Pure.

It never grows without a cause that can be named. Who is told of a longer wait for no reason believes nothing any more.
"""

import math

import msgspec

from cordpair.api.expected import ExpectedWait, NotEnoughData

STEP_S = 10  # told in steps: who sees 37 become 41 does not wait, but watch
LITTLE = 0.2  # a growth by so much of it is in the nature of an estimate, and is not told


class Range(msgspec.Struct, frozen=True):
    least_s: int
    most_s: int


class Waiting(msgspec.Struct, frozen=True):
    """``queue`` and ``agents`` are what it was made of; they are not told."""

    place: int
    wait: Range | None
    cause: str = ""
    queue: str = ""
    agents: int = 0


def range_for(place: int, known: ExpectedWait | NotEnoughData) -> Range | None:
    """As the queue's expected wait, for one at this place in it; see ``cordpair.api.expected``."""
    if isinstance(known, NotEnoughData) or known.agents <= 0:
        return None
    ahead = max(0, place - 1)
    least = ahead * known.turn_q1 / known.agents
    most = (ahead + 1) * known.turn_q3 / known.agents
    return Range(_down(least), max(STEP_S, _up(most)))


def look(before: Waiting | None, queue: str, place: int, known: ExpectedWait | NotEnoughData) -> Waiting:
    """What is told now, after what was told before."""
    agents = known.agents if isinstance(known, ExpectedWait) else 0
    wait = range_for(place, known)
    if before is None:
        return Waiting(place, wait, "", queue, agents)
    grew = place > before.place or _grew(before.wait, wait)
    if not grew:
        return Waiting(place, _never_longer(before.wait, wait), "", queue, agents)
    if queue != before.queue:
        cause = "overflow"
    elif place > before.place:
        cause = "priority"
    elif agents < before.agents:
        cause = "agents_fewer"
    else:
        cause = "calls_longer"
        if before.wait is not None and wait is not None and wait.most_s <= before.wait.most_s * (1 + LITTLE) + STEP_S:
            return Waiting(place, before.wait, "", queue, agents)
    return Waiting(place, wait, cause, queue, agents)


def _grew(before: Range | None, now: Range | None) -> bool:
    return before is not None and now is not None and now.most_s > before.most_s


def _never_longer(before: Range | None, now: Range | None) -> Range | None:
    if before is None or now is None:
        return now
    return Range(min(before.least_s, now.least_s), now.most_s)


def _down(seconds: float) -> int:
    return int(seconds // STEP_S) * STEP_S


def _up(seconds: float) -> int:
    return math.ceil(seconds / STEP_S) * STEP_S


__all__ = ["LITTLE", "STEP_S", "Range", "Waiting", "look", "range_for"]
