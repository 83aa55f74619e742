"""Agents' phones in browsers on a real FreeSWITCH: accounts come and go, each has one line, and an offer rings it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import LegAnswered, LegArrived, LegEnded, LegRinging, SeatChanged, Stamp
from cordpair.ids import LegId, NodeId
from cordpair.pbx import OriginateRequest
from cordpair.sip import PhoneLock
from cordpair.testing.people.digest import proof
from cordpair.testing.people.messages import decode
from cordpair_freeswitch import FreeSwitchDriver, factory
from cordpair_gateway.door import WebSocketUpstream
from freeswitch_driver.test_driver import Inputs
from lab.door import ORIGIN, WEB_SDP, Entrance, call_lock, entrance
from lab.freeswitch import FreeSwitchLab
from lab.strangers import Stranger
from lab.web_phone import WebPhone
from sip.door_story import Story

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

REACHABLE, UNREACHABLE = SeatStatus.REACHABLE, SeatStatus.UNREACHABLE
STAMP = Stamp(cell="main", contact="c-1", visit="v-1", role="agent")
ADDRESS = "sip:ben@cordpair.invalid"  # what a page writes; FreeSWITCH has a domain of its own
SECRET, NOBODY = secrets.token_hex(16), "error/user_not_registered"
VIDEO = (
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:Ab3d\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\na=mid:1\r\na=sendrecv\r\na=rtcp-mux\r\n"
    "a=rtpmap:96 VP8/90000\r\na=candidate:1 1 udp 2122260223 127.0.0.1 40002 typ host\r\n"
)


async def registers(phone: WebPhone, password: str = SECRET) -> int:
    """The status in the end."""
    phone.password = password
    return int((await phone.register(600)).split()[1])


class Ben:
    """The seat, its account and its lines; the engine's end is ``driver``."""

    def __init__(self, lab: FreeSwitchLab, door: Entrance) -> None:
        self.inputs, self.driver = Inputs(), made(lab)
        self.door = door
        self._lines: list[WebPhone] = []

    async def line(self, *, dials: frozenset[str] = frozenset(), same_as: WebPhone | None = None) -> WebPhone:
        """One more WebSocket, not registered yet. ``same_as``: of a phone that has lost another."""
        lock = PhoneLock(address=ADDRESS, user="ben", dials=dials, origins=frozenset({ORIGIN}), subject="a-1")
        url = f"{self.door.url}?token={self.door.ticket(secrets.token_hex(8), lock)}"
        line = await WebPhone.open({"url": url, "uri": ADDRESS, "password": SECRET}, ORIGIN)
        if same_as is not None:
            line.call_id, line.number = same_as.call_id, same_as.number
        self._lines.append(line)
        return line

    async def works(self, **more: Any) -> WebPhone:
        """With an account, registered; and the seat is reachable."""
        await self.driver.put_account("ben", SECRET, {})
        phone = await self.line(**more)
        assert await registers(phone) == 200
        await self.inputs.until(lambda: self.told()[-1:] == [REACHABLE])
        return phone

    def told(self) -> list[SeatStatus]:
        return [item.status for item in self.inputs if isinstance(item, SeatChanged)]

    async def is_told(self, *statuses: SeatStatus) -> None:
        """Wait until just that was said of the seat."""
        try:
            await self.inputs.until(lambda: self.told() == list(statuses))
        except TimeoutError:
            raise AssertionError(f"it was told {self.told()}") from None

    async def ring(self, originator: LegId | None = None) -> LegId:
        request = OriginateRequest(
            leg=LegId(f"leg-{secrets.token_hex(4)}"),
            endpoint="ben",
            timeout_ms=10_000,
            stamp=STAMP,
            caller_number="5551000",
            originator=originator,
        )
        await self.driver.originate(request)
        return request.leg

    async def arrival(self) -> LegArrived:
        await self.inputs.until(lambda: any(isinstance(item, LegArrived) for item in self.inputs))
        return next(item for item in self.inputs if isinstance(item, LegArrived))

    async def close(self) -> None:
        for line in self._lines:
            await line.close()
        await self.driver.close()


def made(lab: FreeSwitchLab) -> FreeSwitchDriver:
    driver = factory(NodeId("pbx"), lab.engine_url, "main", ("ben",))
    assert isinstance(driver, FreeSwitchDriver)
    return driver


@asynccontextmanager
async def at(lab: FreeSwitchLab) -> AsyncIterator[Ben]:
    async with entrance(WebSocketUpstream(f"ws://127.0.0.1:{lab.settings.ports.browsers_ws}/")) as door:
        seat = Ben(lab, door)
        await is_gone(lab)  # whoever was there before
        await seat.driver.open(seat.inputs)
        await seat.driver.snapshot()
        yield seat
        await seat.driver.remove_account("ben")
        await seat.close()


@pytest_asyncio.fixture(loop_scope="module")
async def ben(lab: FreeSwitchLab) -> AsyncIterator[Ben]:
    async with at(lab) as seat:
        yield seat


async def is_asked(phone: WebPhone) -> None:
    """Answer one OPTIONS, as a browser's SIP stack does by itself."""
    await phone.browser.send(phone.reply(await phone.browser.next("OPTIONS"), "200 OK"))


async def contact(lab: FreeSwitchLab) -> str:
    return await lab.api("sofia_contact", "*/ben@cordpair")


async def is_kept(lab: FreeSwitchLab) -> None:
    """Its registration is in the file that outlives a power cut."""
    file = lab.directory / "db/sofia_reg_cordpair-browsers.db"
    async with asyncio.timeout(10):
        while b"ben" not in file.read_bytes():
            await asyncio.sleep(0.1)  # sleep: FreeSWITCH writes when it likes


async def is_gone(lab: FreeSwitchLab) -> None:
    async with asyncio.timeout(5):
        while await contact(lab) != NOBODY:
            await asyncio.sleep(0.02)  # sleep: the list lags behind what is said, and has no event of its own


# ---------------------------------------------------------------- accounts


async def test_an_account_lets_a_phone_register(lab, ben):
    phone = await ben.works()
    assert (await contact(lab)).startswith("sofia/cordpair-browsers/")
    assert ben.door.tokens.reasons() == []
    await phone.close()
    await ben.is_told(REACHABLE, UNREACHABLE)
    await is_gone(lab)


async def test_without_one_and_with_a_wrong_password(ben):
    phone = await ben.line()
    assert await registers(phone) == 403
    await ben.driver.put_account("ben", SECRET, {})
    assert await registers(phone, "not-it-at-all") == 403
    await ben.driver.put_account("ben", "a-newer-one", {})
    assert await registers(phone) == 403
    assert await registers(phone, "a-newer-one") == 200


async def test_a_removed_one_is_neither_registered_nor_rung(ben):
    phone = await ben.works()
    await ben.driver.remove_account("ben")
    await ben.is_told(REACHABLE, UNREACHABLE)
    assert await registers(phone) == 403
    leg = await ben.ring()
    await ben.inputs.until(lambda: LegEnded(leg, Cause.UNREACHABLE) in ben.inputs)


async def test_a_call_outlives_the_account(ben):
    """Who signs out while talking talks on."""
    phone = await ben.works()
    leg = await ben.ring()
    await phone.answers(await phone.rings())
    await ben.inputs.until(lambda: LegAnswered(leg) in ben.inputs)
    await ben.driver.remove_account("ben")
    await ben.is_told(REACHABLE, UNREACHABLE)
    assert not any(isinstance(item, LegEnded) for item in ben.inputs)
    await ben.driver.hang_up(leg, Cause.NORMAL)
    await phone.is_hung_up()


async def test_it_opens_nothing_but_the_place_for_browsers(lab, ben, stranger):
    """Whoever has learnt it cannot come with it from the network; and a desk phone stays what it is."""
    await ben.driver.put_account("ben", SECRET, {})
    assert await registers_by_udp(stranger, lab.sip_port, "ben", SECRET) == 403
    assert await registers_by_udp(stranger, lab.settings.ports.browsers, "ben", SECRET) == 200
    agent = lab.agents[0]
    assert await registers_by_udp(stranger, lab.sip_port, agent.number, agent.password) == 200


async def registers_by_udp(stranger: Stranger, port: int, name: str, password: str) -> int:
    """Over UDP, as a telephone does."""
    uri = f"sip:{name}@127.0.0.1"
    stranger.send(port, "REGISTER", uri)
    challenge, _ = await stranger.next("SIP/2.0 401")
    header = proof(decode(challenge.encode()), "REGISTER", uri, name, password)
    assert header is not None
    return await stranger.ask(port, "REGISTER", uri, f"Authorization: {header[1]}")


@pytest.mark.parametrize("hard", [False, True])
async def test_it_is_gone_with_freeswitch_and_put_again(hard):
    """FreeSWITCH keeps registrations, but no WebSocket outlives it; and nobody waits for an OPTIONS to find out."""
    async with FreeSwitchLab(agents=0, qualify=60) as lab, at(lab) as ben:
        await ben.works()
        await is_kept(lab)
        await lab.restart(hard=hard)
        await ben.driver.ended()
        await ben.driver.open(ben.inputs)
        assert (await ben.driver.snapshot()).seats == {"ben": UNREACHABLE}
        assert await registers(await ben.line()) == 403
        await ben.works()


# ---------------------------------------------------------------- one line, and whether it is there


async def test_signing_in_elsewhere_takes_the_phone_along(lab, ben, events):
    first = await ben.works()
    second = await ben.line()
    assert await registers(second) == 200
    where = await contact(lab)
    assert "," not in where
    await first.close()
    await events.event(lambda event: event.get("reason") == "socket-disconnection")
    leg = await ben.ring()
    await second.rings()
    await ben.inputs.until(lambda: LegRinging(leg) in ben.inputs)
    assert await contact(lab) == where and ben.told() == [REACHABLE]
    await ben.driver.hang_up(leg, Cause.NORMAL)
    await second.browser.next("CANCEL")


async def test_a_page_that_lost_its_line_and_has_a_new_one(ben):
    """The same registration over another WebSocket; that the old one is closed is noticed only then."""
    first = await ben.works()
    second = await ben.line(same_as=first)
    assert await registers(second) == 200
    await first.close()
    await ben.is_told(REACHABLE, UNREACHABLE, REACHABLE)
    await second.close()
    await ben.is_told(REACHABLE, UNREACHABLE, REACHABLE, UNREACHABLE)


async def test_a_page_that_stands_still(ben):
    """Its socket is open and nothing answers; when it does again, it is there again."""
    phone = await ben.works()
    await is_asked(phone)
    assert ben.told() == [REACHABLE]
    await ben.is_told(REACHABLE, UNREACHABLE)

    async def wakes() -> None:
        while True:
            await is_asked(phone)

    awake = asyncio.ensure_future(wakes())
    await ben.is_told(REACHABLE, UNREACHABLE, REACHABLE)
    awake.cancel()


async def test_a_new_link_finds_it(ben):
    phone = await ben.works()
    await ben.driver.close()
    await ben.driver.open(ben.inputs)
    assert (await ben.driver.snapshot()).seats == {"ben": REACHABLE}
    await phone.close()
    await ben.inputs.until(lambda: ben.told()[-1] == UNREACHABLE)


# ---------------------------------------------------------------- calls


async def test_an_offer_rings_it(ben):
    phone = await ben.works()
    leg = await ben.ring()
    invite = await phone.rings()
    assert "5551000" in invite and "a=fingerprint:sha-256" in invite and "a=candidate:" in invite
    assert "opus/48000" in invite and "m=video" not in invite
    await ben.inputs.until(lambda: LegRinging(leg) in ben.inputs)
    await phone.answers(invite)
    await ben.inputs.until(lambda: LegAnswered(leg) in ben.inputs)
    await ben.driver.hang_up(leg, Cause.NORMAL)
    await phone.is_hung_up()
    await ben.inputs.until(lambda: LegEnded(leg, Cause.NORMAL) in ben.inputs)
    assert ben.door.tokens.reasons() == []


@pytest.mark.parametrize("pictures", [True, False])
async def test_who_shows_pictures_is_shown_some(lab, ben, pictures):
    phone = await ben.works()
    async with entrance(WebSocketUpstream(f"ws://127.0.0.1:{lab.settings.ports.door_ws}/")) as customers:
        story = await Story.begin(customers, call_lock())
        story.invite = story.invite.but(body=WEB_SDP + VIDEO if pictures else WEB_SDP)
        await story.call()
        caller = (await ben.arrival()).leg
        await ben.driver.answer(caller)
        assert ("VP8" in await story.answered()) is pictures
        leg = await ben.ring(caller)
        assert ("VP8" in await phone.rings()) is pictures
        await ben.driver.hang_up(leg, Cause.NORMAL)
        await phone.browser.next("CANCEL")
        await story.bye()


async def test_it_calls_the_engine_and_nobody_else(ben):
    phone = await ben.works(dials=frozenset({"011"}))
    dialling = asyncio.ensure_future(phone.dials("011"))
    arrived = await ben.arrival()
    assert (arrived.context, arrived.endpoint, arrived.dialled) == ("cordpair-agents", "ben", "011")
    await ben.driver.hang_up(arrived.leg, Cause.REJECTED)
    assert (await dialling).startswith("SIP/2.0 603")


@pytest.mark.parametrize("method", ["SUBSCRIBE", "PUBLISH", "MESSAGE"])
async def test_freeswitch_itself_takes_nothing_else(lab, stranger, method):
    """Should there be a hole in the door."""
    more = () if method == "MESSAGE" else ("Event: presence",)
    assert await stranger.ask(lab.settings.ports.browsers, method, ADDRESS, *more) in {
        401,
        403,
        405,
        407,
        489,
    }
