"""The Asterisk driver conforms on a real Asterisk, with the same traces as every other driver.

On a private one of the lab's, or on that of ``CORDPAIR_ASTERISK_URL`` (see ``somebodys_pbx``).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from conformance.asterisk_rig import AsteriskRig
from conformance.somebodys_pbx import conforms, people_on
from cordpair.testing.conformance import SCENARIOS, Rig, Scenario, SipRig, missing
from lab.asterisk import AsteriskLab

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def private_asterisk() -> AsyncIterator[SipRig]:
    async with AsteriskLab(agents=3, extra={"modules": "load = res_pjsip_refer.so"}) as lab:
        yield AsteriskRig(lab)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people() -> AsyncIterator[SipRig]:
    async with people_on("CORDPAIR_ASTERISK", private_asterisk) as rig:
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
