"""The PBX restarts under agents at their desks: their phones are back by themselves, and take calls."""

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from browser.acts import meet, on, state, title, two
from browser.centre import Centre
from browser.person import Browsers
from cordpair.acd.causes import SeatStatus
from cordpair.acd.model import State
from cordpair.ids import NodeId, SeatId
from lab.process import PbxLab

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


def ben_is(status: SeatStatus) -> Callable[[State], bool]:
    def found(engine: State) -> bool:
        return engine.seats[SeatId("ben-web")].status.get(NodeId("main")) is status

    return found


@on("asterisk", "freeswitch")
async def test_phones_are_back_by_themselves(whole: Centre, browsers: Browsers) -> None:
    assert isinstance(whole.engine.lab, PbxLab)
    async with two(browsers, whole) as (customer, ben):
        await whole.engine.lab.restart(hard=True)
        await whole.engine.until(ben_is(SeatStatus.UNREACHABLE), 30)
        await whole.engine.until(ben_is(SeatStatus.REACHABLE), 30)
        await expect(ben.page.locator("#phone")).to_have_text("Phone ready")
        await meet(customer, ben, whole)
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")
        await expect(state(ben)).to_have_text("Wrap-up")
