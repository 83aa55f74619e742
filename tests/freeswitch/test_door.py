"""The SIP door before a real FreeSWITCH: the profile that ships, and the same matrix on the hop between the two."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cordpair_gateway.door import WebSocketUpstream
from lab.door import Browser, Entrance, Relay, call_lock, entrance, relay
from sip.attacks import ATTACKS
from sip.door_story import Story, hears_the_attack

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def hop(lab) -> AsyncIterator[Relay]:
    async with relay(f"ws://127.0.0.1:{lab.settings.ports.door_ws}/") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def door(hop: Relay) -> AsyncIterator[Entrance]:
    async with entrance(WebSocketUpstream(hop.url)) as running:
        yield running


async def parked(events) -> dict:
    return await events.event("CHANNEL_PARK")


async def test_a_web_caller_talks(lab, events, hop, door):
    story = await Story.begin(door, call_lock("ctx-42"))
    await story.call()
    seen = await parked(events)
    assert seen["variable_cp_context_id"] == "ctx-42"
    assert (seen["variable_cp_endpoint"], seen["variable_cp_dialled"]) == ("cordpair-door", "help")
    await lab.api("uuid_answer", seen["Unique-ID"])
    await story.answered()
    await story.hold()
    await story.bye()
    assert await lab.until_empty() == (0, 0)
    assert hop.requests() == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]


async def test_the_engine_hangs_up(lab, events, hop, door):
    story = await Story.begin(door, call_lock())
    await story.call()
    leg = (await parked(events))["Unique-ID"]
    await lab.api("uuid_answer", leg)
    await story.answered()
    await lab.api("uuid_kill", leg)
    await story.is_hung_up()
    assert await lab.until_empty() == (0, 0)


async def test_a_caller_who_gives_up(lab, events, hop, door):
    story = await Story.begin(door, call_lock())
    await story.call()
    await parked(events)
    await story.cancel()
    assert await lab.until_empty() == (0, 0)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_nothing_of_the_matrix_is_on_the_wire(lab, hop, door, attack):
    assert await hears_the_attack(hop, door, attack) == []
    assert await lab.channels() == []


async def test_in_a_call_nothing_of_another_is_touched(lab, events, hop, door):
    victim = await Story.begin(door, call_lock("ctx-victim"), "v")
    await victim.call()
    await lab.api("uuid_answer", (await parked(events))["Unique-ID"])
    await victim.answered()
    attacker = await Browser.open(door.url, door.ticket("a"))
    for frame in victim.stolen():
        await attacker.send(frame)
    await attacker.send(b"\r\n\r\n")
    await attacker.next("\r\n")
    assert len(door.tokens.reasons()) == len(victim.stolen())
    assert len(await lab.channels()) == 1
    await attacker.close()
    await victim.bye()
    assert await lab.until_empty() == (0, 0)
    assert hop.requests() == ["INVITE", "ACK", "BYE"]
