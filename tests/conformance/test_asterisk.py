"""The Asterisk driver conforms on a real Asterisk, with the same traces as every other driver."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from conformance.asterisk_rig import AsteriskRig
from cordpair.testing.conformance import SCENARIOS, Rig, Scenario, missing, run
from lab.asterisk import AsteriskLab

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people() -> AsyncIterator[AsteriskRig]:
    async with AsteriskLab(agents=3, extra={"modules": "load = res_pjsip_refer.so"}) as lab:
        rig = AsteriskRig(lab)
        await rig.open()
        yield rig
        await rig.close()


@pytest_asyncio.fixture(loop_scope="module")
async def rig(people: AsteriskRig) -> AsyncIterator[AsteriskRig]:
    yield people
    await people.reset()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_conforms(scenario: Scenario, rig: AsteriskRig) -> None:
    await run(scenario, rig)


async def test_it_is_a_full_driver(rig: AsteriskRig) -> None:
    checked: Rig = rig
    driver = checked.driver()
    await driver.open(lambda _: None)
    assert not missing(driver.capabilities())
    await driver.close()
