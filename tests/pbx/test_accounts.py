"""Agents' phones in browsers on a real Asterisk: pushed, registered and rung through the gateway's own door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from cordpair.acd.causes import SeatStatus
from cordpair.acd.model import NodeStatus
from cordpair_gateway.part import PHONES
from gateway.browsers import NODE, Web
from gateway.test_mounted_door import dials
from lab.asterisk import AsteriskLab
from lab.door import Relay, relay
from pbx.web import EVE, EXTRA, SEAT, Phones, seen, web_on
from sip.phone_attacks import PHONE_ATTACKS

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(60), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[AsteriskLab]:
    async with AsteriskLab(agents=1, extra=EXTRA) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def hop(lab: AsteriskLab) -> AsyncIterator[Relay]:
    async with relay(f"ws://127.0.0.1:{lab.settings.ports.http}/ws") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def web(lab: AsteriskLab, hop: Relay, tmp_path: Path) -> AsyncIterator[Web]:
    async with web_on(lab, hop, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def opened(web: Web) -> AsyncIterator[Phones]:
    async with AsyncExitStack() as stack:
        yield Phones(web, stack)


async def known(lab: AsteriskLab) -> bool:
    return "Unable to find" not in await lab.rx("pjsip show endpoint eve-web")


async def test_it_is_pushed_registers_and_talks(web: Web, lab: AsteriskLab, hop: Relay, opened: Phones) -> None:
    assert not await known(lab)
    phone = await opened()
    assert await phone.register() == "SIP/2.0 200 OK"
    await seen(web, SeatStatus.REACHABLE)
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    invite = await phone.rings()
    assert "a=fingerprint:" in invite and "a=candidate:" in invite and "m=video" not in invite
    await phone.answers(invite)
    await customer.answered()
    assert (await browser.until("talking"))["agent"] == "eve"
    await phone.hangs_up(invite)
    await customer.is_hung_up()
    await browser.until("ended")
    assert [name for name in hop.requests() if name != "OPTIONS"].count("REGISTER") == 2  # and the challenge's answer
    assert not [frame for frame in hop.to_pbx if phone.password in frame]
    await phone.close()
    await seen(web, SeatStatus.UNREACHABLE)  # with its socket, at once


async def test_a_wrong_password(web: Web, opened: Phones) -> None:
    phone = await opened()
    phone.password = "guess"
    assert await phone.register() == "SIP/2.0 401 Unauthorized"
    await seen(web, SeatStatus.UNREACHABLE)


async def test_the_password_of_the_time_before(web: Web, opened: Phones) -> None:
    """The phone that has it stays as it is; it can do nothing new."""
    first = await opened()
    assert await first.register() == "SIP/2.0 200 OK"
    second = await web.app[PHONES].issue(EVE)
    assert await first.register() == "SIP/2.0 401 Unauthorized"
    await seen(web, SeatStatus.REACHABLE)
    newest = await opened(second)
    assert await newest.register() == "SIP/2.0 200 OK"
    assert await first.browser.closed() == 1008
    await seen(web, SeatStatus.REACHABLE)
    await newest.close()
    await seen(web, SeatStatus.UNREACHABLE)  # no contact is left, of either


async def test_one_that_is_in_pjsip_conf(lab: AsteriskLab, hop: Relay, tmp_path: Path) -> None:
    async with web_on(lab, hop, tmp_path, written=True) as web, AsyncExitStack() as stack:
        phone = await Phones(web, stack)()
        assert phone.user == "eve-own"
        assert await phone.register() == "SIP/2.0 200 OK"
        await seen(web, SeatStatus.REACHABLE)
        browser = await web.press()
        await web.staff("eve")
        customer = await dials(web, await browser.until("call"))
        await phone.answers(await phone.rings())
        await customer.answered()
        await browser.say(type="leave")
        await customer.is_hung_up()
        await phone.is_hung_up()


async def test_a_removed_account(web: Web, lab: AsteriskLab, opened: Phones) -> None:
    phone = await opened()
    assert await phone.register() == "SIP/2.0 200 OK"
    await seen(web, SeatStatus.REACHABLE)
    await web.engine.accounts.remove(NODE, "eve-web")
    await seen(web, SeatStatus.UNREACHABLE)
    assert await phone.register() == "SIP/2.0 401 Unauthorized"
    assert not await known(lab)
    assert await (await opened()).register() == "SIP/2.0 200 OK"  # the next one


async def test_a_removed_account_keeps_its_call(web: Web, lab: AsteriskLab, hop: Relay, opened: Phones) -> None:
    """An agent who goes home in a conversation goes when it is over."""
    phone = await opened()
    await phone.register()
    await seen(web, SeatStatus.REACHABLE)
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    invite = await phone.rings()
    await phone.answers(invite)
    await customer.answered()
    await browser.until("talking")
    await web.app[PHONES].remove(EVE)
    assert not await known(lab)
    assert len(await lab.channels()) == 2
    await phone.browser.send(phone.within(invite, "BYE").encode())
    await customer.is_hung_up()
    assert await phone.browser.closed() == 1008
    assert (await browser.until("ended"))["reason"] == "agent"


@pytest.mark.parametrize("attacks", [PHONE_ATTACKS[:19], PHONE_ATTACKS[19:]], ids=["first", "second"])
async def test_nothing_of_the_matrix_is_on_the_wire(web: Web, hop: Relay, opened: Phones, attacks, caplog) -> None:
    """Its holder has the account and its password."""
    phone = await opened()
    assert await phone.register() == "SIP/2.0 200 OK"
    before = len(hop.to_pbx)
    for attack in attacks:
        await phone.browser.send(attack.frame.encode())
    await phone.browser.send(b"\r\n\r\n")  # answered in order: when it is, all were looked at
    await phone.browser.next("\r\n")
    refused = [record.getMessage() for record in caplog.records if "was refused" in record.getMessage()]
    assert [line.split(": ")[1].split(",")[0] for line in refused] == [attack.reason for attack in attacks]
    assert [frame for frame in hop.to_pbx[before:] if not frame.startswith("SIP/2.0")] == []
    dialled = asyncio.create_task(phone.dials("011"))  # and this may pass
    await web.until(lambda state: state.agents[EVE].seat == SEAT)
    await dialled
    assert "INVITE" in [frame.split(" ")[0] for frame in hop.to_pbx[before:]]


async def test_it_is_made_again_after_a_restart(web: Web, lab: AsteriskLab, opened: Phones) -> None:
    phone = await opened()
    assert await phone.register() == "SIP/2.0 200 OK"
    await seen(web, SeatStatus.REACHABLE)
    await lab.stop()
    await web.until(lambda state: state.nodes[NODE].status is NodeStatus.DOWN)
    assert await phone.browser.closed() == 1001
    await lab.start()
    await web.until(lambda state: state.nodes[NODE].status is NodeStatus.OPEN)
    async with asyncio.timeout(10):
        while not await known(lab):
            await asyncio.sleep(0.05)  # sleep: an outside observer is told nothing
    await seen(web, SeatStatus.UNREACHABLE)
    assert await (await opened()).register() == "SIP/2.0 200 OK"
    await seen(web, SeatStatus.REACHABLE)


async def test_a_call_outlives_its_phones_line(web: Web, lab: AsteriskLab, opened: Phones) -> None:
    """A desk that is loaded anew: the leg stays until the engine decides. For Asterisk the seat is in use meanwhile."""
    phone = await opened()
    await phone.register()
    await seen(web, SeatStatus.REACHABLE)
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    await phone.answers(await phone.rings())
    await customer.answered()
    await browser.until("talking")
    await phone.close()
    again = await opened()
    assert await again.register() == "SIP/2.0 200 OK"
    assert len(await lab.channels()) == 2
    await browser.say(type="leave")
    await customer.is_hung_up()
    assert await lab.until_empty() == (0, 0)
    await again.close()
    await seen(web, SeatStatus.UNREACHABLE)
