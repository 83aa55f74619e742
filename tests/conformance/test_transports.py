"""Other clients behind the drivers' ports: the same suite, and what each is known to lose.

On FreeSWITCH not selected unless asked for: ``-m freeswitch``.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from conformance.asterisk_rig import AsteriskRig
from conformance.freeswitch_rig import FreeSwitchRig
from conformance.somebodys_pbx import conforms, opened
from cordpair.testing.conformance import SCENARIOS, Scenario, SipRig
from lab.asterisk import AsteriskLab
from lab.freeswitch import FreeSwitchLab

pytestmark = pytest.mark.asyncio(loop_scope="module")

# (transport, scenario) → why it fails. Strict: what passes again must leave this table.
DIVERGENCES: dict[tuple[str, str], str] = {}

TRANSPORTS = [
    pytest.param("aioari", marks=pytest.mark.pbx),
    pytest.param("greenswitch", marks=pytest.mark.freeswitch),
    pytest.param("python-esl", marks=[pytest.mark.freeswitch, pytest.mark.python_esl]),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=TRANSPORTS)
async def people(request: pytest.FixtureRequest) -> AsyncIterator[SipRig]:
    if request.param == "aioari":
        refer = {"modules": "load = res_pjsip_refer.so"}
        async with AsteriskLab(agents=3, extra=refer) as lab, opened(AsteriskRig(lab, request.param)) as rig:
            yield rig
    else:
        async with FreeSwitchLab(agents=3) as switch, opened(FreeSwitchRig(switch, request.param)) as rig:
            yield rig


@pytest_asyncio.fixture(loop_scope="module")
async def rig(people: SipRig) -> AsyncIterator[SipRig]:
    yield people
    await people.reset()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_conforms(scenario: Scenario, rig: SipRig, request: pytest.FixtureRequest) -> None:
    transport = request.node.callspec.params["people"]
    reason = DIVERGENCES.get((transport, scenario.name))
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    await conforms(scenario, rig)
