"""The suite on a PBX that variables describe, and on one of the lab's where they do not.

``CORDPAIR_ASTERISK_URL`` and ``_SIP``, ``_SEATS``, ``_CALLER_ADDRESS`` …: see ``SipPbx`` and ``from_environment``.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from cordpair.testing.conformance import NotPossible, Scenario, SipRig, from_environment, run

Lab = Callable[[], AbstractAsyncContextManager[SipRig]]


@asynccontextmanager
async def people_on(prefix: str, lab: Lab | None = None) -> AsyncIterator[SipRig]:
    """An opened rig on the PBX of ``<prefix>_URL``; without that, on the lab's, or the tests are skipped."""
    given = from_environment(prefix, os.environ, prefix.rpartition("_")[2].lower())
    if given is not None:
        async with opened(SipRig(given)) as rig:
            yield rig
    elif lab is not None:
        async with lab() as rig, opened(rig):
            yield rig
    else:
        pytest.skip(f"{prefix}_URL is not set")


@asynccontextmanager
async def opened(rig: SipRig) -> AsyncIterator[SipRig]:
    try:
        await rig.open()
        yield rig
    finally:
        await rig.close()


async def conforms(scenario: Scenario, rig: SipRig) -> None:
    try:
        await run(scenario, rig)
    except NotPossible as why:
        pytest.skip(str(why))


__all__ = ["conforms", "opened", "people_on"]
