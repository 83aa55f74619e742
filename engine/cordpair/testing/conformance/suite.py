"""The list of scenarios, and how one is run against its golden trace."""

from collections.abc import Awaitable, Callable, Iterable

import msgspec

from cordpair.pbx import FULL, Capability
from cordpair.testing.conformance.golden import GOLDEN
from cordpair.testing.conformance.rig import Rig
from cordpair.testing.conformance.run import Nonconformity, Run
from cordpair.testing.conformance.scenarios import ALL
from cordpair.testing.conformance.trace import Trace


class Scenario(msgspec.Struct, frozen=True):
    name: str
    play: Callable[[Run], Awaitable[None]]
    needs: frozenset[Capability]

    def __str__(self) -> str:
        return self.name


SCENARIOS = tuple(Scenario(play.__name__, play, frozenset(needs)) for play, needs in ALL)


def missing(capabilities: Iterable[Capability]) -> frozenset[Capability]:
    """What a driver with these lacks to be a full one."""
    return FULL - frozenset(capabilities)


async def run(scenario: Scenario, rig: Rig) -> Trace:
    """Run it and compare. Raises Nonconformity; a driver that lacks what the scenario needs fails as well."""
    one = Run(rig)
    await one.open()
    try:
        lacking = scenario.needs - one.driver.capabilities()  # some depend on what the PBX has loaded
        if lacking:
            raise Nonconformity(f"needs {', '.join(sorted(lacking))}, which the driver does not declare")
        await scenario.play(one)
        await one.finish()
    finally:
        await one.close()
    differences = one.trace.differences(GOLDEN[scenario.name])
    if differences:
        raise Nonconformity("; ".join(differences))
    return one.trace


__all__ = ["SCENARIOS", "Scenario", "missing", "run"]
