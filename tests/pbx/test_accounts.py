"""Agents' phones in browsers on a real Asterisk: pushed, registered and rung through the gateway's own door."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from cordpair.acd.causes import SeatStatus
from cordpair.acd.model import NodeStatus
from cordpair.ids import AgentId, SeatId
from cordpair.pbx import make_driver
from cordpair_gateway.desk import PhoneAccount
from cordpair_gateway.part import PHONES
from gateway.browsers import NODE, Web, served
from gateway.test_mounted_door import dials
from lab.asterisk import AsteriskLab
from lab.door import Relay, relay
from lab.web_phone import WebPhone

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(60), pytest.mark.asyncio(loop_scope="module")]

EVE, OWN = AgentId("eve"), "https://help.test"
KEY = secrets.token_hex(16)
PJSIP = f"""
[cordpair-web-transport](cordpair-web)
[cordpair-door](cordpair-web-caller)
[cordpair-door](cordpair-web-key)
endpoint = cordpair-door
match_header = X-Cordpair-Door: {KEY}
"""
MODULES = "load = res_pjsip_transport_websocket.so\nload = res_srtp.so\n"
CENTRE = """
[pbx.n1]
url = "asterisk+ari://cordpair@127.0.0.1:1/"
password = {{ env = "UNUSED" }}
door = {{ url = "{url}", key = {{ file = "door-key" }} }}
[queues.help]
offer_timeout = "10s"
[seats.101]
endpoint = "101"
[seats.eve-web]
endpoint = "eve-web"
browser = true
[agents.eve]
seat = "eve-web"
queues = {{ help = {{}} }}
[gateway]
url = "https://help.test"
[portals.shop]
origins = ["https://shop.test"]
pages = {{ "/*" = {{ queue = "help" }} }}
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[AsteriskLab]:
    extra = {"pjsip": PJSIP, "modules": MODULES, "rtp": "icesupport = yes"}
    async with AsteriskLab(agents=1, extra=extra) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def hop(lab: AsteriskLab) -> AsyncIterator[Relay]:
    async with relay(f"ws://127.0.0.1:{lab.settings.ports.http}/ws") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def web(lab: AsteriskLab, hop: Relay, tmp_path: Path) -> AsyncIterator[Web]:
    (tmp_path / "door-key").write_text(KEY)
    text = CENTRE.format(url=hop.url)
    async with served(tmp_path, text, lab, lambda seats: make_driver(NODE, lab.url, "main", seats)) as running:
        yield running
        await running.app[PHONES].remove(EVE)
        assert await lab.until_empty() == (0, 0)


@pytest_asyncio.fixture(loop_scope="module")
async def opened(web: Web) -> AsyncIterator["Phones"]:
    async with AsyncExitStack() as stack:
        yield Phones(web, stack)


class Phones:
    """Those of one test; closed after it."""

    def __init__(self, web: Web, stack: AsyncExitStack) -> None:
        self._web, self._stack = web, stack

    async def __call__(self, account: PhoneAccount | None = None) -> WebPhone:
        """Connected, with a new account unless one is given."""
        given = account or await self._web.app[PHONES].issue(EVE)
        assert given is not None
        shown = {"url": given.url, "uri": given.uri, "password": given.password}
        phone = await WebPhone.open(shown, OWN, self._web.url)
        self._stack.push_async_callback(phone.close)
        return phone


async def seen(web: Web, status: SeatStatus) -> None:
    await web.until(lambda state: state.seats[SeatId("eve-web")].status.get(NODE) is status)


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
    assert await (await opened(second)).register() == "SIP/2.0 200 OK"
    assert await first.browser.closed() == 1008
    await seen(web, SeatStatus.REACHABLE)


async def test_a_removed_account(web: Web, lab: AsteriskLab, opened: Phones) -> None:
    phone = await opened()
    assert await phone.register() == "SIP/2.0 200 OK"
    await seen(web, SeatStatus.REACHABLE)
    await web.engine.accounts.remove(NODE, "eve-web")
    await seen(web, SeatStatus.UNREACHABLE)
    assert await phone.register() == "SIP/2.0 401 Unauthorized"
    assert not await known(lab)
    assert await (await opened()).register() == "SIP/2.0 200 OK"  # the next one


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
