"""An agent calls a number from the desk: what the desk says to whom it rings, and how it ends, over real sockets."""

from collections.abc import AsyncIterator

import pytest

from cordpair_loopback import answers, busy, never_answers
from gateway.desks import CENTRE, Centre, Page, desk_centre

NUMBER = "+34932009000"
CALLS = """
[calls]
queue = "help"
trunks = { n1 = { dial = "{number}" } }
numbers = { region = "ES" }
rates = { agent = 3 }
"""


@pytest.fixture
async def centre(tmp_path) -> AsyncIterator[Centre]:
    async with desk_centre(tmp_path, centre=CENTRE + CALLS) as found:
        found.pbx.add_phone(NUMBER).behaviour = answers(30)
        yield found


async def call(page: Page, to: str = "932 009 000", key: str = "k1") -> None:
    await page.say("call", to=to, key=key)


async def rings(page: Page, whom: str) -> dict:
    found = await page.until("offer", lambda message: message["contact"].get("rings") == whom)
    return found["contact"]


async def ended(page: Page) -> str:
    outcome: str = (await page.until("offer_ended"))["outcome"]
    return outcome


async def test_their_phone_then_the_customers_then_both_talk(centre: Centre) -> None:
    page = await centre.sit_down("ann")
    centre.pbx.phones[NUMBER].behaviour = answers(200)
    await call(page)
    contact = await rings(page, "customer")
    assert (contact["customer"], contact["phase"], contact.get("waited_s")) == (NUMBER, "calling", None)
    assert "dialled" not in contact.get("context", {})
    talking = await page.phase("talking")
    assert talking["id"] == contact["id"]
    assert "rings" not in talking
    assert talking["dispositions"] == ["solved", "call back"]
    await page.say("hang_up", contact=talking["id"])
    await page.until("gone")


async def test_who_asked_for_it_need_not_accept_it(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann")
    await call(page)
    offer = await page.until("offer", lambda message: message["auto"])
    assert offer["contact"]["rings"] == "agent"


async def test_said_again_it_is_one_call(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann")
    for _ in range(2):
        await call(page)
    await rings(page, "agent")
    assert await page.refused("call", to="932 009 000", key="k2") == ("refused", "call")
    assert len(centre.state.contacts) == 1


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("112", "number"),
        ("hello", "number"),
        ("93200900", "number"),
        ("932009000\r\nX", "number"),
        ("9" * 65, "invalid"),
    ],
)
async def test_what_may_not_be_called(centre: Centre, to: str, code: str) -> None:
    page = await centre.sit_down("ann")
    assert await page.refused("call", to=to, key="k") == (code, "call")
    assert not centre.state.contacts


async def test_the_customer_is_busy(centre: Centre) -> None:
    centre.pbx.phones[NUMBER].behaviour = busy()
    page = await centre.sit_down("ann")
    await call(page)
    assert await ended(page) == "customer_busy"


async def test_called_off_while_the_customers_phone_rings(centre: Centre) -> None:
    centre.pbx.phones[NUMBER].behaviour = never_answers()
    page = await centre.sit_down("ann")
    await call(page)
    await page.say("hang_up", contact=(await rings(page, "customer"))["id"])
    assert await ended(page) == "cancelled"
    await centre.until(lambda state: not state.contacts)


async def test_called_off_before_ones_own_phone_was_answered(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann")
    await call(page)
    await page.say("hang_up", contact=(await rings(page, "agent"))["id"])
    assert await ended(page) == "cancelled"


async def test_nobody_calls_another_agents_call_off(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page, other = await centre.sit_down("ann"), await centre.sit_down("bob")
    await call(page)
    contact = await rings(page, "agent")
    assert (await other.refused("hang_up", contact=contact["id"]))[1] == "hang_up"
    assert contact["id"] in centre.state.contacts


async def test_so_many_in_a_minute(centre: Centre) -> None:
    centre.pbx.phones[NUMBER].behaviour = busy()
    page = await centre.sit_down("ann")
    for key in ("k1", "k2", "k3"):
        await call(page, key=key)
        await ended(page)
    assert await page.refused("call", to="932 009 000", key="k4") == ("often", "call")


async def test_a_browser_phone_is_tried_first(centre: Centre) -> None:
    page = await centre.sit_down("eve")
    assert await page.refused("call", to="932 009 000", key="k") == ("preflight", "call")
