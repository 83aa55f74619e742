"""The FreeSWITCH driver conforms on a real FreeSWITCH, with the same traces as every other driver.

On a private one of the lab's (``CORDPAIR_FREESWITCH_BIN``), or on that of ``CORDPAIR_FREESWITCH_URL`` (see
``somebodys_pbx``). Not selected unless asked for: ``-m freeswitch``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from conformance.freeswitch_rig import FreeSwitchRig
from conformance.somebodys_pbx import conforms, people_on
from cordpair.testing.conformance import SCENARIOS, Rig, Scenario, SipRig, missing
from lab.freeswitch import FreeSwitchLab

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def private_freeswitch() -> AsyncIterator[SipRig]:
    async with FreeSwitchLab(agents=3) as lab:
        yield FreeSwitchRig(lab)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people() -> AsyncIterator[SipRig]:
    async with people_on("CORDPAIR_FREESWITCH", private_freeswitch) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="module")
async def rig(people: SipRig) -> AsyncIterator[SipRig]:
    yield people
    await people.reset()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_conforms(scenario: Scenario, rig: SipRig) -> None:
    await conforms(scenario, rig)


async def test_it_is_a_full_driver(rig: SipRig) -> None:
    checked: Rig = rig
    driver = checked.driver()
    await driver.open(lambda _: None)
    assert not missing(driver.capabilities())
    await driver.close()
