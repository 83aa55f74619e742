"""Every scenario with the capabilities it needs beyond calling, answering, joining and hanging up."""

from collections.abc import Awaitable, Callable

from cordpair.pbx import Capability
from cordpair.testing.conformance.run import Run
from cordpair.testing.conformance.scenarios import (
    bridges,
    callers,
    hearing,
    link,
    phones,
    placed,
    repeats,
    sounds,
    taps,
)

ALL: list[tuple[Callable[[Run], Awaitable[None]], set[Capability]]] = [
    *callers.SCENARIOS,
    *phones.SCENARIOS,
    *bridges.SCENARIOS,
    *repeats.SCENARIOS,
    *sounds.SCENARIOS,
    *taps.SCENARIOS,
    *hearing.SCENARIOS,
    *placed.SCENARIOS,
    *link.SCENARIOS,
]

__all__ = ["ALL"]
