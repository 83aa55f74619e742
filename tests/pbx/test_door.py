"""The SIP door before a real Asterisk: a call that is meant passes and nothing else, seen on the hop between them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
import pytest_asyncio

from cordpair.sip import Doorway, PhoneLock
from cordpair.testing.people.digest import proof
from cordpair.testing.people.messages import decode
from cordpair_gateway.door import WebSocketUpstream
from lab.asterisk import WEB_MODULES, AsteriskLab
from lab.door import ORIGIN, WEB_SDP, Browser, Entrance, Relay, call_lock, entrance, relay
from pbx.test_lab import application
from sip.attacks import ATTACKS
from sip.door_story import Story, hears_the_attack
from sip.frames import Frame

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(60), pytest.mark.asyncio(loop_scope="module")]

KEY = secrets.token_hex(16)
PJSIP = f"""
[cordpair-web-transport](cordpair-web)
[cordpair-door](cordpair-web-caller)
[cordpair-door](cordpair-web-key)
endpoint = cordpair-door
match_header = X-Cordpair-Door: {KEY}
"""
PASSWORD = secrets.token_hex(8)
PHONE = f"""
[201](cordpair-agent)
transport = cordpair-web-transport
webrtc = yes
dtls_auto_generate_cert = yes
auth = 201
aors = 201
[201](cordpair-agent-auth)
username = 201
password = {PASSWORD}
[201](cordpair-agent-aor)
qualify_frequency = 0
"""
ADDRESS = "sip:201@cordpair.invalid"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[AsteriskLab]:
    async with AsteriskLab(
        agents=1, extra={"pjsip": PJSIP + PHONE, "modules": WEB_MODULES, "rtp": "icesupport = yes"}
    ) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def hop(lab: AsteriskLab) -> AsyncIterator[Relay]:
    async with relay(f"ws://127.0.0.1:{lab.settings.ports.http}/ws") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def door(hop: Relay) -> AsyncIterator[Entrance]:
    doorway = Doorway(headers={"X-Cordpair-Door": KEY})
    async with entrance(WebSocketUpstream(hop.url), doorway=doorway) as running:
        yield running


async def test_a_web_caller_talks(lab, hop, door):
    async with application(lab) as arrivals:
        story = await Story.begin(door, call_lock("ctx-42"))
        await story.call()
        channel = await arrivals.next()
        assert channel["channelvars"]["CP_CONTEXT_ID"] == "ctx-42"
        assert channel["channelvars"]["CP_ENDPOINT"] == "cordpair-door"
        assert (channel["channelvars"]["CP_DIALLED"], channel["caller"]["number"]) == ("help", "w-7f3a")
        assert "a=candidate:" in await story.answered()  # or there would be silence
        await story.hold()
        await story.bye()
        assert await lab.until_empty() == (0, 0)
    assert [name for name in hop.requests() if name != "OPTIONS"] == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]
    assert sum(KEY in frame for frame in hop.to_pbx) == 1  # in the INVITE that opens the call


async def test_the_engine_hangs_up(lab, hop, door):
    async with application(lab) as arrivals:
        story = await Story.begin(door, call_lock())
        await story.call()
        channel = await arrivals.next()
        await story.answered()
        await lab.ari("DELETE", f"channels/{channel['id']}")
        await story.is_hung_up()
        assert await lab.until_empty() == (0, 0)


async def test_a_caller_who_gives_up(lab, hop, door):
    """No engine: the caller is held with ringing."""
    story = await Story.begin(door, call_lock())
    await story.call()
    await story.browser.next("SIP/2.0 180")
    await story.cancel()
    assert await lab.until_empty() == (0, 0)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_nothing_of_the_matrix_is_on_the_wire(lab, hop, door, attack):
    assert await hears_the_attack(hop, door, attack) == []
    assert await lab.channels() == []


async def test_in_a_call_nothing_of_another_is_touched(lab, hop, door):
    async with application(lab) as arrivals:
        victim = await Story.begin(door, call_lock("ctx-victim"), "v")
        await victim.call()
        await arrivals.next()
        await victim.answered()
        await until(lambda: hop.requests() == ["INVITE", "ACK"])
        before = len(hop.to_pbx)
        attacker = await Browser.open(door.url, door.ticket("a"))
        for frame in victim.stolen():
            await attacker.send(frame)
        await attacker.next("SIP/2.0 481")
        await until(lambda: len(door.tokens.reasons()) == len(victim.stolen()))
        assert hop.to_pbx[before:] == []
        assert len(await lab.channels()) == 1
        await attacker.close()
        await victim.bye()
    assert await lab.until_empty() == (0, 0)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)  # sleep: a relay and a journal of a test tell nobody


async def test_used_twice_and_two_uses_racing(lab, hop, door):
    door.ticket("t")
    both = await asyncio.gather(*(Browser.open(door.url, "t") for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(each, Browser) for each in both) == hop.lines == 1
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await Browser.open(door.url, "t")
    await next(each for each in both if isinstance(each, Browser)).close()
    assert hop.to_pbx == []


@pytest.mark.parametrize("origin", [None, "https://evil.example", "https://other.example"])
async def test_a_page_that_may_not(hop, door, origin):
    """None at all, a stranger's, another portal's."""
    door.ticket("t")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await Browser.open(door.url, "t", origin=origin)
    assert hop.lines == 0


async def test_an_expired_ticket(hop, door):
    """To the door it is one that nobody knows."""
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await Browser.open(door.url, "expired")
    assert hop.lines == 0


async def test_without_the_key_asterisk_itself_refuses(lab, hop):
    async with entrance(WebSocketUpstream(hop.url), doorway=Doorway(headers={"X-Cordpair-Door": "guess"})) as door:
        story = await Story.begin(door, call_lock())
        await story.browser.send(story.invite.encode())
        await story.browser.next("SIP/2.0 401")
        await story.browser.close()
    assert await lab.channels() == []


# ---------------------------------------------------------------- agents' phones


async def registered(door: Entrance) -> Browser:
    lock = PhoneLock(address=ADDRESS, user="201", origins=frozenset({ORIGIN}), subject="a-1")
    browser = await Browser.open(door.url, door.ticket("phone", lock))
    home = "sip:cordpair.invalid"
    asks = Frame(method="REGISTER", uri=home, sender=ADDRESS, to=ADDRESS, body="", call_id="r1", more=("Expires: 60",))
    await browser.send(asks.encode())
    challenge = decode((await browser.next("SIP/2.0 401")).encode())
    answer = proof(challenge, "REGISTER", home, "201", PASSWORD)
    assert answer is not None
    more = (*asks.more, f"Authorization: {answer[1]}")
    await browser.send(asks.but(number=2, branch="z9hG4bKr2", more=more).encode())
    await browser.next("SIP/2.0 200")
    return browser


def reply(frame: str, status: str, body: str = "") -> bytes:
    kept = [line for line in frame.split("\r\n") if line.split(":")[0] in {"Via", "From", "To", "Call-ID", "CSeq"}]
    tagged = [f"{line};tag=phone" if line.startswith("To:") and "tag=" not in line else line for line in kept]
    kind = ["Content-Type: application/sdp"] if body else []
    contact = "Contact: <sip:b2c3@x9y8.invalid;transport=ws>"
    return "\r\n".join(
        [f"SIP/2.0 {status}", *tagged, contact, *kind, f"Content-Length: {len(body)}", "", body]
    ).encode()


async def ring(lab: AsteriskLab, leg: str) -> None:
    await lab.ari("POST", f"channels/{leg}", endpoint="PJSIP/201", app=lab.app, timeout="5", callerId="Ann <5000>")


async def state_of(lab: AsteriskLab, leg: str) -> str:
    return str((await lab.ari("GET", f"channels/{leg}"))["state"])


async def until_shown(look: Callable[[], Awaitable[str]], wanted: str) -> None:
    """On the wire a thing is said before Asterisk shows it."""
    async with asyncio.timeout(5):
        while await look() != wanted:
            await asyncio.sleep(0.02)  # sleep: an outside observer is told nothing


async def test_an_agents_phone_registers_and_is_rung(lab, hop, door):
    async with application(lab):
        browser = await registered(door)
        await until_shown(lambda: lab.seat_state("201"), "NOT_INUSE")
        await ring(lab, "leg-1")
        invite = await browser.next("INVITE")
        await browser.send(reply(invite, "180 Ringing"))
        await browser.send(reply(invite, "200 OK", WEB_SDP.replace("actpass", "active")))
        await browser.next("ACK")
        await until_shown(lambda: state_of(lab, "leg-1"), "Up")
        await lab.ari("DELETE", "channels/leg-1")
        await browser.send(reply(await browser.next("BYE"), "200 OK"))
        assert await lab.until_empty() == (0, 0)
        await browser.close()
    assert door.tokens.reasons() == []


async def test_a_phone_that_would_send_the_call_elsewhere(lab, hop, door):
    async with application(lab):
        browser = await registered(door)
        await ring(lab, "leg-2")
        invite = await browser.next("INVITE")
        await browser.send(reply(invite, "302 Moved").replace(b"b2c3@x9y8.invalid", b"0900123@192.0.2.1"))
        await browser.next("ACK")
        assert await lab.until_empty() == (0, 0)
        await browser.close()
    assert door.tokens.reasons() == ["redirect"]
    assert not [frame for frame in hop.to_pbx if "0900123" in frame or frame.startswith("SIP/2.0 3")]


async def test_nobody_elses_seat(lab, hop, door):
    browser = await registered(door)
    before = len(hop.to_pbx)
    theirs = "sip:101@cordpair.invalid"
    for changes in ({"to": theirs}, {"sender": theirs}, {"sender": theirs, "to": theirs}):
        asks = Frame(method="REGISTER", uri="sip:cordpair.invalid", sender=ADDRESS, to=ADDRESS, body="", call_id="r2")
        await browser.send(asks.but(**changes).encode())
        await browser.next("SIP/2.0 403")
    await browser.send(Frame(uri="sip:0900123@cordpair.invalid", sender=ADDRESS).encode())
    await browser.next("SIP/2.0 403")
    assert hop.to_pbx[before:] == []
    await browser.close()
