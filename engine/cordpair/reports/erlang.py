"""Erlang's formulas: what a queue of Poisson arrivals, exponential handling and patience would do.

λ is arrivals in a unit of time, ``handling`` the mean time with a contact in that unit, a = λ · handling the load (in
erlang), n the agents. Every time is in the unit of ``handling``.
"""

import math
from typing import NamedTuple


class Expectation(NamedTuple):
    """What can be expected. ``wait`` is everybody's mean, also of those who give up and who need not wait."""

    waits: float  # share of those who wait at all
    abandons: float  # share
    wait: float
    occupancy: float  # share of the agents' time


def erlang_b(load: float, agents: int) -> float:
    """Share of calls lost where nobody waits: B₀ = 1, Bₖ = a·Bₖ₋₁ / (k + a·Bₖ₋₁)."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float | None:
    """Share of those who wait, where everybody waits for ever: n·B / (n − a·(1 − B)). None where a ≥ n: the queue grows
    without an end."""
    if load >= agents:
        return None
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def erlang_c_service_level(load: float, agents: int, handling: float, threshold: float) -> float | None:
    """Share of those who wait at most the threshold: 1 − C·e^(−(n − a)·T / handling)."""
    waits = erlang_c(load, agents)
    return None if waits is None else 1 - waits * math.exp(-(agents - load) * threshold / handling)


def erlang_c_wait(load: float, agents: int, handling: float) -> float | None:
    """Everybody's mean wait: C · handling / (n − a)."""
    waits = erlang_c(load, agents)
    return None if waits is None else waits * handling / (agents - load)


def erlang_a(arrivals: float, handling: float, agents: int, patience: float) -> Expectation:
    """With people who give up after ``patience`` on average (M/M/n+M): births λ, deaths k·μ up to n, then
    n·μ + (k − n)·θ. P(abandon) = θ·E[queue] / λ, E[wait] = E[queue] / λ.
    """
    rate, giving_up = 1 / handling, 1 / patience
    weight = total = 1.0  # of the state with k present, and of all so far
    working = waiting = waits = 0.0  # Σ min(k, n)·weight, Σ (k − n)⁺·weight, weight of the states k ≥ n
    k = 0
    if agents == 0:
        waits = 1.0
    while k <= agents or weight > 1e-16 * total:
        k += 1
        weight *= arrivals / (min(k, agents) * rate + max(k - agents, 0) * giving_up)
        total += weight
        working += min(k, agents) * weight
        waiting += max(k - agents, 0) * weight
        waits += weight if k >= agents else 0.0
        if total > 1e200:  # only their ratios matter
            weight, total, working, waiting, waits = (x / 1e200 for x in (weight, total, working, waiting, waits))
    queue = waiting / total
    return Expectation(
        waits / total, giving_up * queue / arrivals, queue / arrivals, working / total / agents if agents else 0.0
    )


__all__ = ["Expectation", "erlang_a", "erlang_b", "erlang_c", "erlang_c_service_level", "erlang_c_wait"]
