"""Everything that breaks: each has an end that was meant, and nobody is stuck (``two`` and ``at_work`` look after each
test that no contact, no leg and nobody signed in is left)."""

import asyncio

import pytest
from playwright.async_api import expect

from browser.acts import (
    a_customer,
    agent_is,
    at_work,
    go_ready,
    meet,
    on,
    press,
    sign_in,
    state,
    talk,
    title,
    two,
    waits,
)
from browser.centre import Centre
from browser.person import ANN, ASKS, BEN, CUSTOMER, Browsers
from cordpair.acd.model import AgentStatus
from cordpair.ids import AgentId

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

LOSS_S = 5
TALK_S = 2


async def loss() -> None:
    await asyncio.sleep(LOSS_S)  # sleep: this is the loss


async def some_words() -> None:
    """In its first moments a browser changes to the best way there is. Asterisk follows for 5 s, then never again
    (strictrtp): a change that no packet told it of in that time would leave one side unheard."""
    await asyncio.sleep(TALK_S)  # sleep: this is the talk


def only_contact(whole: Centre) -> str:
    [contact] = whole.engine.state().contacts
    return str(contact)


# ------------------------------------------------------------ the customer


@on("embedded")
async def test_a_reload_while_waiting_keeps_the_place(whole: Centre, browsers: Browsers) -> None:
    async with a_customer(browsers) as first, a_customer(browsers) as second:
        await waits(first, whole)
        await press(second, whole)
        await expect(title(second)).to_have_text("You are number 2")
        await first.page.reload()
        await expect(title(first)).to_have_text("You are next")
        await expect(title(second)).to_have_text("You are number 2")
        assert len(whole.shop.asked) == len(set(map(id, whole.shop.asked)))


@on("asterisk")
async def test_a_reload_in_the_talk_is_a_hang_up_and_is_said(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await customer.page.reload()
        await expect(state(ben)).to_have_text("Wrap-up")
        await expect(customer.page.locator("cordpair-help #detail")).to_have_text("The call has ended.")
        await ben.page.get_by_role("button", name="Done").click()
        await customer.page.get_by_role("button", name="Close").first.click()
        await meet(customer, ben, whole)  # and again, as if nothing had been


@on("embedded")
async def test_a_loss_while_waiting_keeps_the_place(whole: Centre, browsers: Browsers) -> None:
    async with a_customer(browsers) as customer:
        await waits(customer, whole)
        contact = only_contact(whole)
        customer.wire.cut()
        await expect(title(customer)).to_have_text("The line broke")
        await loss()
        customer.wire.mend()
        await expect(title(customer)).to_have_text("You are next")
        assert only_contact(whole) == contact


@on("embedded", "asterisk", "freeswitch")
async def test_a_loss_of_all_packets_in_the_talk(whole: Centre, browsers: Browsers) -> None:
    """As in a tunnel: nothing passes, nobody is told. Afterwards they talk on."""
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await some_words()
        async with customer.without_network():
            await ben.hears(None)
            await loss()
        await talk(customer, ben)
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")


@on("asterisk", "freeswitch")
async def test_broken_sockets_in_the_talk(whole: Centre, browsers: Browsers) -> None:
    """Both people's connections to the gateway break; the sound goes on, and so does the talk."""
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        contact = only_contact(whole)
        customer.wire.cut()
        ben.wire.cut()
        await expect(title(customer)).to_have_text("The line broke")
        await expect(ben.page.get_by_text("The line to the gateway broke")).to_be_visible()
        await loss()
        customer.wire.mend()
        ben.wire.mend()
        await talk(customer, ben)
        assert only_contact(whole) == contact
        await ben.page.get_by_role("button", name="Hold").click()
        await expect(title(customer)).to_have_text("You are on hold")
        await ben.page.get_by_role("button", name="Resume").click()
        await talk(customer, ben)
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")
        await ben.hears(None)


@on("embedded")
async def test_a_customers_broken_sockets_end_a_talk_on_the_embedded_pbx(whole: Centre, browsers: Browsers) -> None:
    """Which cannot reach that browser any more: both are told, after a while."""
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        customer.wire.cut()
        await loss()
        customer.wire.mend()
        await expect(state(ben)).to_have_text("Wrap-up")
        await expect(title(customer)).to_have_text("Thank you")
        await customer.hears(None)
        await ben.hears(None)


@on("embedded")
async def test_a_refused_microphone_queues_nobody(whole: Centre, browsers: Browsers) -> None:
    async with browsers.person(CUSTOMER, kind=ASKS) as customer:
        asked = len(whole.shop.asked)
        await press(customer, whole)
        await expect(title(customer)).to_have_text("The microphone is blocked")
        assert len(whole.shop.asked) == asked
        assert whole.engine.state().contacts == {}


@on("embedded")
async def test_a_microphone_that_is_refused_when_the_call_comes(whole: Centre, browsers: Browsers) -> None:
    """It was allowed when the button was pressed: the agent is free again at once."""
    async with (
        at_work(browsers, whole, BEN) as (ben,),
        browsers.person(CUSTOMER, kind=ASKS, permissions=["microphone"]) as customer,
    ):
        await ben.page.locator("#not-ready").select_option("lunch")
        await waits(customer, whole)
        await customer.context.clear_permissions()
        await ben.page.get_by_role("button", name="Go ready").click()
        await expect(title(customer)).to_have_text("The microphone is blocked")
        await expect(state(ben)).to_have_text("Ready")


# ------------------------------------------------------------ the agent


@on("asterisk", "freeswitch")
async def test_an_agents_tab_is_killed_in_the_talk(whole: Centre, browsers: Browsers) -> None:
    """The customer is back in their old place, and goes to the next agent; the one who is gone gets no further call."""
    async with at_work(browsers, whole, ANN, all_gone=False) as (ann,), a_customer(browsers) as customer:
        await ann.page.locator("#not-ready").select_option("lunch")
        async with browsers.person(BEN) as ben:
            await sign_in(ben, whole)
            await go_ready(ben)
            await meet(customer, ben, whole, "/both")
            arrived = whole.engine.state().contacts[next(iter(whole.engine.state().contacts))].arrived_at
            await ben.kill_tab()
            await expect(title(customer)).to_have_text("You are next", timeout=60_000)  # after the grace
            await agent_is(whole, "ben", AgentStatus.NOT_READY)
            assert whole.engine.state().agents[AgentId("ben")].reason == "connection-lost"
            [visit] = whole.engine.state().visits.values()
            assert visit.enqueued_at == arrived
            await ann.page.get_by_role("button", name="Go ready").click()
            await ann.page.get_by_role("button", name="Accept").click()
            await talk(customer, ann)
    async with at_work(browsers, whole, BEN):
        pass  # they can come back


# ------------------------------------------------------------ the engine


@on("asterisk", "freeswitch")
async def test_the_engine_is_killed_while_a_customer_waits(whole: Centre, browsers: Browsers) -> None:
    async with a_customer(browsers) as customer:
        await waits(customer, whole)
        contact = only_contact(whole)
        await whole.engine.kill()
        await expect(title(customer)).to_have_text("The line broke")
        await whole.engine.start()
        await expect(title(customer)).to_have_text("You are next")
        assert only_contact(whole) == contact


@on("asterisk", "freeswitch")
async def test_the_engine_is_killed_in_the_talk(whole: Centre, browsers: Browsers) -> None:
    """The sound never stops; when the engine is back, the desk rules the call again."""
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await whole.engine.kill()
        await customer.hears(BEN)
        await ben.hears(CUSTOMER)
        await whole.engine.start()
        await talk(customer, ben)
        await expect(ben.page.locator("#phone")).to_have_text("Phone ready")
        await ben.page.get_by_role("button", name="Hold").click()
        await expect(title(customer)).to_have_text("You are on hold")
        await ben.page.get_by_role("button", name="Resume").click()
        await talk(customer, ben)
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")
        await expect(state(ben)).to_have_text("Wrap-up")
        await ben.page.get_by_role("button", name="Done").click()
        await meet(customer, ben, whole)  # and the next call comes as any
