"""An agent's phone in a browser: an account, a token, a registration through the door, and a customer who talks."""

import asyncio

import aiohttp
import pytest

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import Ready, SignIn, SignOut
from cordpair.errors import ConfigurationError, CordpairError
from cordpair.ids import AgentId, NodeId, SeatId
from cordpair_gateway.desk import PhoneAccount
from cordpair_gateway.part import PHONES
from gateway.browsers import CENTRE, SHOP, Web, web_centre
from gateway.test_mounted_door import dials
from lab.web_phone import WebPhone

EVE, OWN = AgentId("eve"), "https://help.test"
BROWSERS = (
    CENTRE
    + """
[seats.eve-web]
endpoint = "eve-web"
browser = true
[seats.eve-home]
endpoint = "eve-home"
browser = true
[agents.eve]
seat = "eve-web"
queues = { help = {} }
"""
)


@pytest.fixture
async def web(tmp_path):
    async with web_centre(tmp_path, BROWSERS) as found:
        yield found


async def issued(web: Web, agent: AgentId = EVE) -> PhoneAccount:
    account = await web.app[PHONES].issue(agent)
    assert account is not None
    return account


async def phone_of(web: Web, account: PhoneAccount) -> WebPhone:
    given = {"url": account.url, "uri": account.uri, "password": account.password}
    phone = await WebPhone.open(given, OWN, web.url)
    assert await phone.register() == "SIP/2.0 200 OK"
    return phone


async def seen(web: Web, seat: str, status: SeatStatus) -> None:
    await web.until(lambda state: state.seats[SeatId(seat)].status[NodeId("n1")] is status)


async def is_gone(phone: WebPhone) -> int:
    return await phone.browser.closed()


async def test_it_registers_is_rung_and_talks_to_a_customer(web: Web) -> None:
    account = await issued(web)
    assert account.url.startswith("wss://help.test/v1/sip?token=") and account.uri == "sip:eve-web@help.test"
    assert account.ice_servers == [{"urls": ["stun:stun.test"]}] and len(account.password) == 48
    await seen(web, "eve-web", SeatStatus.UNREACHABLE)
    phone = await phone_of(web, account)
    await seen(web, "eve-web", SeatStatus.REACHABLE)
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    invite = await phone.rings()
    assert "m=audio" in invite  # the customer's own offer
    await phone.answers(invite)
    assert "m=audio" in await customer.answered()
    assert (await browser.until("talking"))["agent"] == "eve"
    await phone.hangs_up(invite)
    await customer.is_hung_up()
    assert (await browser.until("ended"))["reason"] == "agent"
    await phone.close()
    await seen(web, "eve-web", SeatStatus.UNREACHABLE)


async def test_its_codes_are_the_agents(web: Web) -> None:
    phone = await phone_of(web, await issued(web))
    dialled = asyncio.create_task(phone.dials("011"))
    await web.until(lambda state: state.agents[EVE].seat == SeatId("eve-web"))
    await dialled
    assert await phone.dials("0900123") == "SIP/2.0 403 Forbidden"
    assert await phone.dials("102") == "SIP/2.0 403 Forbidden"
    await phone.close()


async def test_a_token_opens_one_connection_and_the_newest_counts(web: Web) -> None:
    first, second = await issued(web), await issued(web)
    assert first.password != second.password
    given = {"url": first.url, "uri": first.uri, "password": first.password}
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await WebPhone.open(given, OWN, web.url)
    given["url"] = second.url
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await WebPhone.open(given, SHOP, web.url)  # no web site's page is a desk
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await WebPhone.open(given, OWN, web.url)  # and it is used up


async def test_the_phone_follows_its_user(web: Web) -> None:
    first = await phone_of(web, await issued(web))
    second = await phone_of(web, await issued(web))
    assert await is_gone(first) == 1008
    await seen(web, "eve-web", SeatStatus.REACHABLE)
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    await phone_answers(second)
    await browser.until("talking")
    third = await phone_of(web, await issued(web))
    await customer.answered()  # nobody lost the call
    await customer.browser.send(customer.within("BYE", 3).encode())
    await second.is_hung_up()
    assert await is_gone(second) == 1008  # its last call is over
    for line in (first, second, third):
        await line.close()
    await customer.browser.close()


async def phone_answers(phone: WebPhone) -> None:
    await phone.answers(await phone.rings())


async def test_who_signed_out_has_no_phone(web: Web) -> None:
    phone, phones = await phone_of(web, await issued(web)), web.app[PHONES]
    left_over = await issued(web)
    await phones.remove(EVE)
    assert await is_gone(phone) == 1008
    given = {"url": left_over.url, "uri": left_over.uri, "password": left_over.password}
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await WebPhone.open(given, OWN, web.url)
    assert "eve-web" not in web.pbx.phones
    await phones.remove(EVE)
    await phone.close()


async def test_who_signs_out_in_a_conversation_keeps_the_phone_until_its_end(web: Web) -> None:
    phone = await phone_of(web, await issued(web))
    browser = await web.press()
    await web.staff("eve")
    customer = await dials(web, await browser.until("call"))
    invite = await phone.rings()
    await phone.answers(invite)
    await customer.answered()
    await web.app[PHONES].remove(EVE)
    await phone.browser.send(phone.within(invite, "BYE").encode())
    await customer.is_hung_up()
    assert await is_gone(phone) == 1008
    assert (await browser.until("ended"))["reason"] == "agent"
    await phone.close()


async def test_whose_phone_is_no_browser_or_whose_seat_is_taken(web: Web) -> None:
    phones = web.app[PHONES]
    assert await phones.issue(AgentId("ann")) is None
    assert await phones.issue(AgentId("nobody")) is None
    await web.engine.request(SignIn(AgentId("bob"), SeatId("eve-web")))
    assert await phones.issue(EVE) is None


async def test_at_another_seat_it_is_another_account(web: Web) -> None:
    phone = await phone_of(web, await issued(web))
    await web.engine.request(SignIn(EVE, SeatId("eve-home")))
    moved = await issued(web)
    assert moved.uri == "sip:eve-home@help.test"
    assert "eve-web" not in web.pbx.phones
    other = await phone_of(web, moved)
    assert await is_gone(phone) == 1008
    for line in (phone, other):
        await line.close()


async def test_an_account_that_the_pbx_has_by_itself(tmp_path) -> None:
    kept = tmp_path / "phones"
    kept.mkdir()
    door = 'url = "loopback:"\ndoor = { url = "ws://unused", passwords = "phones" }'
    async with web_centre(tmp_path, BROWSERS.replace('url = "loopback:"', door)) as web:
        with pytest.raises(ConfigurationError, match=r"pbx\.n1\.door\.passwords: .*eve-web cannot be read"):
            await issued(web)
        (kept / "eve-web").write_text("as in pjsip.conf\n")
        account = await issued(web)
        assert account.password == "as in pjsip.conf" and "as in" not in repr(account)
        assert "eve-web" not in web.pbx.phones  # the engine makes none
        web.pbx.add_phone("eve-web", registered=False)
        phone = await phone_of(web, account)
        await web.app[PHONES].remove(EVE)
        assert await is_gone(phone) == 1008
        assert "eve-web" in web.pbx.phones
        await phone.close()


async def test_without_a_link_it_is_said_and_comes_with_the_next(web: Web) -> None:
    web.pbx.cut_link(refuse=True)
    await web.until(lambda state: state.nodes[NodeId("n1")].status == "down")
    with pytest.raises(CordpairError):
        await issued(web)
    web.pbx.admit_links()
    async with asyncio.timeout(10):
        while "eve-web" not in web.pbx.phones:
            await asyncio.sleep(0.01)  # sleep: an account made by a link tells nobody
    phone = await phone_of(web, await issued(web))
    await phone.close()


async def test_the_agent_goes_while_the_phone_is_up_elsewhere(web: Web) -> None:
    """Signed out at the phone itself: the account stays until the desk says so."""
    phone = await phone_of(web, await issued(web))
    await web.engine.request(SignIn(EVE))
    await web.engine.request(Ready(EVE))
    await web.engine.request(SignOut(EVE))
    assert await phone.register() == "SIP/2.0 200 OK"
    await phone.close()
