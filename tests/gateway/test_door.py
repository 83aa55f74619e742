"""The door as browsers meet it: who comes in, what passes, and how it ends."""

import asyncio
import logging

import aiohttp
import pytest
from aiohttp import web

from cordpair_gateway.door import AccessLog, DoorSettings, WebSocketUpstream
from cordpair_gateway.door.ports import NoPbx
from lab.door import Browser, call_lock, entrance
from sip.attacks import ATTACKS
from sip.frames import INVITE, answer, within

CONTACT = "sip:help@127.0.0.1:5080;transport=ws"


async def turned_away(door, token="t", **more):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await Browser.open(door.url, token, **more)
    return refused.value.status


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)  # sleep: the journal of a test tells nobody


# ---------------------------------------------------------------- who comes in


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "https://shop.example.evil.example"])
async def test_another_page_is_turned_away_and_uses_nothing_up(door, pbx, origin):
    door.ticket("t")
    assert await turned_away(door, origin=origin) == 403
    assert door.tokens.told == [("denied", "origin")]
    assert door.tokens.locks and not pbx.lines


async def test_another_portals_ticket(door, pbx):
    door.ticket("t", call_lock())
    assert await turned_away(door, origin="https://other.example") == 403
    assert await turned_away(door) == 403  # it is used up
    assert not pbx.lines


async def test_used_twice(door, browser, pbx):
    assert await turned_away(door) == 403
    assert len(pbx.lines) == 1


async def test_two_uses_racing(door, pbx):
    door.ticket("t")
    both = await asyncio.gather(*(Browser.open(door.url, "t") for _ in range(2)), return_exceptions=True)
    opened = [each for each in both if isinstance(each, Browser)]
    assert len(opened) == len(pbx.lines) == 1
    await opened[0].close()


@pytest.mark.parametrize("token", ["", "unknown", "x" * 300, "t&token=t"])
async def test_no_token_that_opens(door, pbx, token):
    door.ticket("t")
    assert await turned_away(door, token) == 403
    assert not pbx.lines and door.tokens.locks


async def test_another_protocol(door, pbx):
    door.ticket("t")
    assert await turned_away(door, protocol="cordpair.session.v1") == 400
    assert not pbx.lines and door.tokens.locks


async def test_nobody_behind_the_door(door, pbx):
    pbx.there = False
    door.ticket("t")
    assert await turned_away(door) == 502


async def test_so_many_at_once(pbx):
    async with entrance(pbx, connections=1) as door:
        first = await Browser.open(door.url, door.ticket("a"))
        door.ticket("b")
        assert await turned_away(door, "b") == 503
        assert "b" in door.tokens.locks  # to be tried again
        await first.close()
        await until(lambda: len(door.tokens.told) == 3)
        await (await Browser.open(door.url, "b")).close()


async def test_a_pbx_that_is_not_there():
    with pytest.raises(NoPbx):
        await WebSocketUpstream("ws://127.0.0.1:9/ws").open()


# ---------------------------------------------------------------- what passes


async def test_a_call_from_end_to_end(door, browser, pbx):
    await browser.send(INVITE.encode())
    sent = await pbx.next()
    assert b"X-Context-Id: ctx-1\r\n" in sent
    for status in (100, 180, 200):
        pbx.lines[0].said.put_nowait(answer(sent, status))
        assert await browser.next("SIP/2.0") == answer(sent, status).decode()
    await browser.send(within(INVITE, "pbx", CONTACT, "ACK", 1).encode())
    assert (await pbx.next()).startswith(f"ACK {CONTACT} SIP/2.0".encode())
    await browser.send(within(INVITE, "pbx", CONTACT, "BYE").encode())
    assert (await pbx.next()).startswith(b"BYE")
    assert door.registry.get_sample_value("cordpair_door_frames_total", {"to": "pbx"}) == 3
    assert door.registry.get_sample_value("cordpair_door_connections") == 1


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_nothing_of_the_matrix_reaches_the_pbx(door, browser, pbx, attack):
    await browser.send(attack.frame(INVITE))
    await browser.send(INVITE.encode())
    assert b"Call-ID: call-1\r\n" in await pbx.next()
    assert pbx.heard.empty()
    assert door.tokens.reasons() == [attack.reason]


async def test_a_keep_alive_is_answered_here(browser, pbx):
    await browser.send(b"\r\n\r\n")
    assert await browser.next() == "\r\n"
    pbx.lines[0].said.put_nowait(b"\r\n\r\n")
    assert await browser.next() == "\r\n\r\n"
    assert pbx.heard.empty()


# ---------------------------------------------------------------- how it ends


async def test_the_browser_goes_and_the_line_with_it(door, browser, pbx):
    await browser.close()
    await asyncio.wait_for(pbx.lines[0].closed.wait(), 5)
    await until(lambda: ("closed", "c-1", "browser") in door.tokens.told)


async def test_the_pbx_goes_after_its_last_word(door, browser, pbx):
    pbx.lines[0].said.put_nowait(b"SIP/2.0 200 Last\r\n\r\n")
    pbx.lines[0].said.put_nowait(None)
    assert await browser.next() == "SIP/2.0 200 Last\r\n\r\n"
    assert await browser.closed() == 1001
    await until(lambda: ("closed", "c-1", "pbx") in door.tokens.told)


async def test_one_that_only_tries_is_closed(pbx):
    async with entrance(pbx, refusals=3) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
        for _ in range(4):
            await browser.send(INVITE.but(uri="sip:0900@x").encode())
        assert await browser.closed() == 1008
        assert sum(frame.startswith("SIP/2.0 403") for frame in browser.heard) == 4
        assert pbx.heard.empty()
        await browser.close()


async def test_one_that_floods_is_closed(pbx):
    async with entrance(pbx, burst=10, frames_per_s=0.1) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
        for _ in range(12):
            await browser.send(b"\r\n\r\n")
        assert await browser.closed() == 1008
        await until(lambda: ("closed", "c-1", "frames") in door.tokens.told)
        await browser.close()


async def test_a_customer_who_does_not_call(pbx):
    async with entrance(pbx, call_within_s=0.05) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
        assert await browser.closed() == 1008
        await until(lambda: ("closed", "c-1", "no_call") in door.tokens.told)
        await browser.close()


async def test_a_line_is_for_a_shift_and_ends_with_its_last_call(pbx):
    async with entrance(pbx, call_within_s=0.2, longest_s=0.2) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
        await browser.send(INVITE.encode())
        pbx.lines[0].said.put_nowait(answer(await pbx.next(), 200))
        await browser.next("SIP/2.0 200")
        await asyncio.sleep(0.4)  # sleep: that nothing happens
        await browser.send(within(INVITE, "pbx", CONTACT, "BYE").encode())
        assert (await pbx.next()).startswith(b"BYE")
        assert await browser.closed() == 1001
        await until(lambda: ("closed", "c-1", "too_long") in door.tokens.told)
        await browser.close()


async def test_a_browser_that_takes_nothing_is_dropped(pbx):
    async with entrance(pbx, waiting=4) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
        for _ in range(400):  # more than the kernel's buffers hold
            pbx.lines[0].said.put_nowait(b"SIP/2.0 180 R\r\n" + b"x" * 60_000)
        await until(lambda: ("closed", "c-1", "slow") in door.tokens.told)
        assert pbx.lines[0].closed.is_set()
        await browser.close()


async def test_a_pbx_that_takes_nothing(pbx):
    async with entrance(pbx, send_s=0.05) as door:
        pbx.takes.clear()
        browser = await Browser.open(door.url, door.ticket("t"))
        await browser.send(INVITE.encode())
        assert await browser.closed() == 1001
        await until(lambda: ("closed", "c-1", "stuck") in door.tokens.told)
        await browser.close()


async def test_a_frame_far_too_large(door, browser, pbx):
    await browser.send(INVITE.but(body="x" * 300_000).encode())
    assert await browser.closed() == 1009
    assert pbx.heard.empty()


async def test_the_gateway_stops(pbx):
    async with entrance(pbx) as door:
        browser = await Browser.open(door.url, door.ticket("t"))
    assert await browser.closed() == 1001
    assert door.tokens.told[-1] == ("closed", "c-1", "shutdown")
    assert pbx.lines[0].closed.is_set()
    await browser.close()


# ---------------------------------------------------------------- what is written down


async def test_no_secret_is_in_the_access_log(pbx, caplog):
    async with entrance(pbx) as door:
        app = web.Application()
        door.handler.add_to(app)
        runner = web.AppRunner(app, access_log=logging.getLogger("access"), access_log_class=AccessLog)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        with caplog.at_level(logging.DEBUG):
            address = f"http://127.0.0.1:{port}/v1/sip?token=very-secret"
            async with aiohttp.ClientSession() as session, session.get(address) as reply:
                assert reply.status == 403
            await runner.cleanup()
    assert "GET /v1/sip 403" in caplog.text
    assert "very-secret" not in caplog.text


def test_the_settings_admit_nobody_by_default():
    assert DoorSettings().origins == frozenset()
