"""The door before the PBX inside the process: a whole call without a socket behind it."""

import asyncio
from typing import Any

from cordpair.acd.inputs import LegArrived, LegEnded
from cordpair.clock import AsyncioClock
from cordpair.ids import NodeId
from cordpair.pbx import HasSipSwitch
from cordpair_gateway.door import InProcessUpstream
from cordpair_loopback import LoopbackDriver, LoopbackPbx
from lab.door import call_lock, entrance
from sip.door_story import Story


async def opened(pbx):
    driver, inputs = LoopbackDriver(NodeId("n"), pbx, "main", ()), asyncio.Queue[Any]()
    await driver.open(inputs.put_nowait)
    return driver, inputs


async def next_of(inputs, kind):
    async with asyncio.timeout(5):
        while not isinstance(seen := await inputs.get(), kind):
            pass
    return seen


async def test_a_web_caller_arrives_and_gives_up():
    driver, inputs = await opened(LoopbackPbx(AsyncioClock(), app="main"))
    assert issubclass(LoopbackDriver, HasSipSwitch)
    async with entrance(InProcessUpstream(driver.sip_switch())) as door:
        story = await Story.begin(door, call_lock("ctx-7"))
        await story.call()
        arrived = await next_of(inputs, LegArrived)
        assert (arrived.context_id, arrived.dialled) == ("ctx-7", "help")
        await driver.ring(arrived.leg)
        await story.browser.next("SIP/2.0 180")
        await story.cancel()
        assert (await next_of(inputs, LegEnded)).leg == arrived.leg


async def test_a_browser_that_vanishes_while_it_rings():
    driver, inputs = await opened(LoopbackPbx(AsyncioClock(), app="main"))
    async with entrance(InProcessUpstream(driver.sip_switch())) as door:
        story = await Story.begin(door, call_lock())
        await story.call()
        leg = (await next_of(inputs, LegArrived)).leg
        await story.browser.close()
        assert (await next_of(inputs, LegEnded)).leg == leg


async def test_a_pbx_that_starts_again_lets_go_of_its_browsers():
    pbx = LoopbackPbx(AsyncioClock(), app="main")
    driver, _ = await opened(pbx)
    async with entrance(InProcessUpstream(driver.sip_switch())) as door:
        story = await Story.begin(door, call_lock())
        await story.call()
        pbx.restart()
        assert await story.browser.closed() == 1001
        await story.browser.close()
