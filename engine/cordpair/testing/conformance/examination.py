"""Scenario after scenario on one PBX, with a verdict on each; for programs that are no test runner."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum

import msgspec

from cordpair.errors import CordpairError
from cordpair.pbx import Capability
from cordpair.testing.conformance.levels import Level, level_of
from cordpair.testing.conformance.rig import NotPossible, Rig
from cordpair.testing.conformance.run import Nonconformity
from cordpair.testing.conformance.sip_pbx import SipPbx
from cordpair.testing.conformance.sip_rig import SipRig
from cordpair.testing.conformance.suite import Scenario, run

# Each wait of a scenario is bounded; this ends a driver that does not come back.
SCENARIO_S = 120.0

# Gives every scenario a rig on which nothing is going on, and clears up after it.
Rigs = Callable[[], AbstractAsyncContextManager[Rig]]


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"  # the rig has no means for it


class Result(msgspec.Struct, frozen=True):
    scenario: str
    level: Level  # the lowest that needs it
    needs: tuple[Capability, ...]
    verdict: Verdict
    reason: str
    ms: int


async def examine(rigs: Rigs, scenarios: Iterable[Scenario]) -> AsyncIterator[Result]:
    for scenario in scenarios:
        begun = time.monotonic()
        verdict, reason = await _verdict(scenario, rigs)
        took_ms = round((time.monotonic() - begun) * 1000)
        yield Result(scenario.name, level_of(scenario.name), tuple(sorted(scenario.needs)), verdict, reason, took_ms)


async def _verdict(scenario: Scenario, rigs: Rigs) -> tuple[Verdict, str]:
    verdict, reason = Verdict.PASSED, ""
    try:
        async with asyncio.timeout(SCENARIO_S), rigs() as rig:
            verdict, reason = await _played(scenario, rig)
    except TimeoutError:
        verdict, reason = Verdict.FAILED, f"was not over after {SCENARIO_S:g} s: something waits without a limit"
    except (CordpairError, OSError) as failed:
        reason = "; ".join(filter(None, [reason, f"the PBX was not as before afterwards: {failed}"]))
        verdict = Verdict.FAILED
    return verdict, reason


async def _played(scenario: Scenario, rig: Rig) -> tuple[Verdict, str]:
    try:
        await run(scenario, rig)
    except NotPossible as why:
        return Verdict.NOT_RUN, str(why)
    except Nonconformity as wrong:
        return Verdict.FAILED, str(wrong)
    except Exception as defect:  # noqa: BLE001  a defect of the driver is a result as well
        return Verdict.FAILED, f"{type(defect).__name__}: {defect}"
    return Verdict.PASSED, ""


@asynccontextmanager
async def rigs_on(pbx: SipPbx) -> AsyncIterator[Rigs]:
    """People on a PBX, for as many scenarios as one likes. Raises what ``SipRig.open`` raises."""
    rig = SipRig(pbx)

    @asynccontextmanager
    async def one() -> AsyncIterator[Rig]:
        try:
            yield rig
        finally:
            await rig.reset()

    try:
        await rig.open()
        yield one
    finally:
        await rig.close()


__all__ = ["Result", "Rigs", "Verdict", "examine", "rigs_on"]
