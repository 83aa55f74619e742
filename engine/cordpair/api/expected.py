"""How long a contact that comes now may expect to wait: a range from what was measured, or "not enough data".

With ``ahead`` contacts waiting, ``agents`` ready (busy or not), and the quartiles ``q1`` and ``q3`` of the last
*turns* in the queue (a turn: from the offer to the end of the wrap-up, all that one contact costs one agent):

    low  = ahead · q1 / agents            high = (ahead + 1) · q3 / agents

and 0 to 0 when nobody waits and an agent is free. When n agents work without a pause and their turns take t, one
becomes free every t/n; the contact is served by the (ahead + 1)th of them, who is somewhere inside a turn now.

Agents who work several queues make it too short, priority makes it too long for those who have it. It never grows
without a cause that can be named: each input enters in one direction only, and ``causes`` names those that did.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

LEAST = 10  # turns; with fewer, quartiles say nothing
KEPT = 200
# Turns older than this are of another time of the day.
OLDEST_MS = 4 * 3_600_000

Cause = Literal["more_waiting", "fewer_agents", "longer_turns", "no_agent_free"]


class ExpectedWait(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="range"):
    """Seconds, and what they were made of."""

    low: float
    high: float
    ahead: int
    agents: int
    turns: int  # measured
    turn_q1: float
    turn_q3: float


class NotEnoughData(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="unknown"):
    because: Literal["few_turns", "no_agent_ready"]


def expected_wait(ahead: int, agents: int, free: int, turns_ms: Sequence[int]) -> ExpectedWait | NotEnoughData:
    """``free``: how many of the agents have nothing to do."""
    if agents <= 0:
        return NotEnoughData(because="no_agent_ready")
    if len(turns_ms) < LEAST:
        return NotEnoughData(because="few_turns")
    q1, q3 = quartiles(turns_ms)
    at_once = ahead == 0 and free > 0
    return ExpectedWait(
        low=0.0 if at_once else round(ahead * q1 / agents / 1_000, 1),
        high=0.0 if at_once else round((ahead + 1) * q3 / agents / 1_000, 1),
        ahead=ahead,
        agents=agents,
        turns=len(turns_ms),
        turn_q1=round(q1 / 1_000, 1),
        turn_q3=round(q3 / 1_000, 1),
    )


def quartiles(values: Sequence[int]) -> tuple[float, float]:
    """The lower and the upper one, between the two nearest where they fall between."""
    ordered = sorted(values)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return at(0.25), at(0.75)


def causes(before: ExpectedWait, after: ExpectedWait) -> Iterator[Cause]:
    """Why it grew. At least one whenever ``after.high > before.high``."""
    if after.ahead > before.ahead:
        yield "more_waiting"
    if after.agents < before.agents:
        yield "fewer_agents"
    if after.turn_q3 > before.turn_q3:
        yield "longer_turns"
    if before.high == 0.0 and after.high > 0.0:
        yield "no_agent_free"


class Turns:
    """The last turns of one queue."""

    __slots__ = ("_all",)

    def __init__(self) -> None:
        self._all: deque[tuple[int, int]] = deque(maxlen=KEPT)

    def add(self, at_ms: int, length_ms: int) -> None:
        self._all.append((at_ms, max(0, length_ms)))
        while self._all[0][0] < at_ms - OLDEST_MS:
            self._all.popleft()

    def lengths(self) -> list[int]:
        return [length for _, length in self._all]


__all__ = ["ExpectedWait", "NotEnoughData", "Turns", "causes", "expected_wait", "quartiles"]
