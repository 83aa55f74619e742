"""The door where the gateway mounts it: a ticket becomes a session, its call one on the PBX."""

import aiohttp
import pytest

from cordpair.acd import events as ev
from cordpair.config import parse
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair_gateway.ways import ways_to
from gateway.browsers import BANK, CENTRE, SHOP, Web, web_centre
from lab import door
from sip.door_story import INVITE, Story


@pytest.fixture
async def web(tmp_path):
    async with web_centre(tmp_path) as found:
        yield found


async def dials(web: Web, call: dict[str, str], origin: str = SHOP) -> Story:
    """As the page does it with what it was told."""
    token = call["url"].partition("?token=")[2]
    story = Story(await door.Browser.open(f"{web.url}/v1/sip", token, origin), token[:8])
    story.invite = story.invite.but(uri=call["uri"], sender=call["identity"])
    await story.call()
    return story


async def test_from_the_ticket_to_the_talk_over_sip(web: Web) -> None:
    browser = await web.press()
    await web.staff("ann")
    call = await browser.until("call")
    story = await dials(web, call)
    assert (await browser.until("talking"))["agent"] == "ann"
    leg = next(iter(web.pbx.switch.legs.values()))
    assert leg.arrival is not None and leg.arrival.context_id in web.state.sessions
    assert {len(bridge.legs) for bridge in web.pbx.switch.bridges.values()} == {2}
    metrics = web.engine.meter.registry
    assert metrics.get_sample_value("cordpair_door_connections") == 1
    await story.browser.send(story.invite.but(method="CANCEL", body="", more=()).encode())
    assert (await browser.until("ended"))["reason"] == "customer"
    await story.browser.close()


async def test_a_call_token_works_once_and_for_its_own_page(web: Web) -> None:
    browser = await web.press()
    await web.staff("ann")
    call = await browser.until("call")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await dials(web, call, BANK)
    assert refused.value.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await dials(web, call)
    assert not web.pbx.switch.legs
    assert web.engine.meter.registry.get_sample_value("cordpair_door_denied_total", {"reason": "origin"}) == 1


async def test_another_number_than_the_one_that_came_with_the_token(web: Web, caplog) -> None:
    browser = await web.press()
    await web.staff("ann")
    call = await browser.until("call")
    token = call["url"].partition("?token=")[2]
    line = await door.Browser.open(f"{web.url}/v1/sip", token, SHOP)
    await line.send(INVITE.but(uri="sip:0900123@help.test", sender=call["identity"]).encode())
    refused = web.engine.subscribe()
    await line.next("SIP/2.0 403")
    await web.engine.flushed()
    (event,) = [event for entry in refused.take().entries for event in entry.events]
    assert event == ev.MessageRefused("destination", "INVITE", contact=browser.said[0]["contact"])
    assert not web.pbx.switch.legs
    said = [record.getMessage() for record in caplog.records if record.name == "cordpair.door"]
    assert said[-1] == f"{browser.said[0]['contact']} was refused: destination, INVITE"
    assert "0900123" not in caplog.text
    await line.close()


class NoSwitch:
    """A PBX that is reached over the network."""


def test_a_pbx_without_a_way_for_browsers_is_named(tmp_path) -> None:
    config = parse(CENTRE, "centre.toml").config
    with pytest.raises(ConfigurationError, match=r"pbx\.n1\.door\.url is missing"):
        ways_to([NodeId("n1")], config, lambda node: NoSwitch(), tmp_path)  # type: ignore[arg-type,return-value]
