"""A customer's SIP line is lost, on a real Asterisk, which does not end the call by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from cordpair.acd import events as ev
from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import SignIn
from cordpair.ids import AgentId
from gateway.browsers import Browser, Web
from gateway.test_mounted_door import dials
from lab.asterisk import AsteriskLab
from lab.door import Relay, relay
from lab.web_phone import WebPhone
from pbx.web import EXTRA, Phones, seen, web_on
from sip.door_story import Story

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(60), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[AsteriskLab]:
    async with AsteriskLab(agents=1, extra=EXTRA) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hop(lab: AsteriskLab) -> AsyncIterator[Relay]:
    async with relay(f"ws://127.0.0.1:{lab.settings.ports.http}/ws") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def web(lab: AsteriskLab, hop: Relay, tmp_path: Path) -> AsyncIterator[Web]:
    async with web_on(lab, hop, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def phone(web: Web) -> AsyncIterator[WebPhone]:
    """An agent's, who is ready."""
    async with AsyncExitStack() as stack:
        made = await Phones(web, stack)()
        await made.register()
        await seen(web, SeatStatus.REACHABLE)
        yield made


async def calling(web: Web) -> tuple[Browser, Story]:
    browser = await web.press()
    await web.staff("eve")
    return browser, await dials(web, await browser.until("call"))


async def talking(web: Web, phone: WebPhone) -> tuple[Browser, Story]:
    browser, customer = await calling(web)
    await phone.answers(await phone.rings())
    await customer.answered()
    await browser.until("talking")
    return browser, customer


async def test_while_it_rings_the_call_is_given_up_for_another(web: Web, lab: AsteriskLab, phone: WebPhone) -> None:
    browser, customer = await calling(web)
    await phone.rings()
    contact = next(iter(web.state.contacts))
    await customer.browser.close()
    call = await browser.until("call")  # in the same place; and the first call is gone
    assert web.state.contacts[contact].leg is None
    await lab.until_empty()
    again = await dials(web, call)
    await phone.answers(await phone.rings())
    await again.answered()
    await browser.until("talking")
    await browser.say(type="leave")
    await again.is_hung_up()


async def test_in_a_conversation_it_is_not_missed_while_the_page_is_there(
    web: Web, lab: AsteriskLab, phone: WebPhone
) -> None:
    browser, customer = await talking(web, phone)
    await customer.browser.close()
    leg = next(iter(web.state.contacts.values())).leg
    await browser.socket.ping()
    await web.engine.request(SignIn(AgentId("eve")))
    assert len(await lab.channels()) == 2 and next(iter(web.state.contacts.values())).leg == leg
    await browser.say(type="leave")  # the page ends it, which over SIP it cannot
    assert (await browser.until("ended"))["reason"] == "customer"
    assert await lab.until_empty() == (0, 0)


async def test_a_tab_that_is_gone_with_its_line_hangs_up_after_its_grace(
    web: Web, lab: AsteriskLab, phone: WebPhone
) -> None:
    browser, customer = await talking(web, phone)
    ends = web.engine.subscribe()
    await customer.browser.close()
    await browser.socket.close()
    await web.until(lambda state: not state.contacts)
    (end,) = [event for entry in ends.take().entries for event in entry.events if type(event) is ev.ContactEnded]
    assert end.end == "caller_hung_up"
    web.engine.unsubscribe(ends)
    await phone.is_hung_up()
    assert await lab.until_empty() == (0, 0)


async def test_the_end_of_a_call_is_no_lost_line(web: Web, lab: AsteriskLab, phone: WebPhone) -> None:
    """CANCEL, and the line at once: the customer hung up, and is not asked to call again."""
    browser, customer = await calling(web)
    await phone.rings()
    await customer.browser.send(customer.invite.but(method="CANCEL", body="", more=()).encode())
    await customer.browser.close()
    assert (await browser.until("ended"))["reason"] == "customer"
    assert "again" not in [message["type"] for message in browser.said]
