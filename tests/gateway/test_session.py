"""Get Help, from the portal's request to the end of the talk: the protocol over real sockets, the engine on the
loopback PBX."""

import asyncio
import json

import pytest
from aiohttp import WSServerHandshakeError

from cordpair.api import Role
from cordpair_gateway import session
from cordpair_loopback import never_answers
from gateway.browsers import BANK, CENTRE, OTHER, SHOP, Web, web_centre


@pytest.fixture
async def web(tmp_path):
    async with web_centre(tmp_path) as found:
        yield found


async def test_from_the_button_to_the_talk(web: Web, tmp_path) -> None:
    context = {"order": "A-17", "name": "Ann Example"}
    ticket = await web.ticket(customer="c-4711", reason="payment", locale="de", context=context)
    assert ticket["session_url"] == "wss://help.test/v1/session" and ticket["place"] == 1 and ticket["wait"] is None
    assert ticket["ice_servers"] == [{"urls": ["stun:stun.test"]}]
    browser = await web.hello(ticket["session_token"])
    welcome = await browser.until("welcome")
    assert await browser.next() == {"type": "waiting", "place": 1, "wait": None, "cause": ""}
    assert web.state.legs == {} and welcome["grace_s"] == 2
    web.pbx.phones["101"].behaviour = never_answers()
    await web.staff("ann")
    call = await browser.until("call")
    assert call["uri"] == "sip:help@help.test" and call["identity"] == ticket["identity"] and call["media"] == "audio"
    assert web.state.legs == {}  # nobody's phone rings before the customer is there
    leg = web.calls(call)
    await browser.until("ringing")
    web.pbx.phones["101"].answer()
    assert (await browser.until("talking"))["agent"] == "ann"
    assert [message["type"] for message in browser.said][-2:] == ["ringing", "talking"]
    contact = welcome["contact"]
    assert web.records.variables[contact] == {
        "customer": "c-4711", "page": "/checkout", "reason": "payment", "locale": "de", "name": "Ann Example",
        "context": json.dumps(context, separators=(",", ":")),
    }  # fmt: skip
    leg.hang_up()
    assert (await browser.until("ended"))["reason"] == "customer"
    assert await browser.next() is None
    await web.engine.flushed()
    journal = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    for secret in (b"4711", b"A-17", b"Ann Example", b"/checkout", ticket["session_token"].encode()):
        assert secret not in journal


async def test_a_miss_leaves_the_customer_waiting_with_music(web: Web) -> None:
    web.pbx.phones["101"].behaviour = never_answers()
    browser = await web.press()
    await web.staff("ann")
    leg = web.calls(await browser.until("call"))
    await browser.until("again")
    assert any(sound.startswith("music") for sound in leg.hears())
    await web.staff("bob")
    assert (await browser.until("talking"))["agent"] == "bob"


async def test_a_browser_that_does_not_call_is_told_again_and_then_closed(web: Web, tmp_path) -> None:
    browser = await web.press("/now")
    first = await browser.until("call")
    second = await browser.until("call")
    assert [message["type"] for message in browser.said].count("again") == 1
    assert web.redeem(first) is None  # its time is over
    assert second["until"] > first["until"]
    assert (await browser.until("ended"))["reason"] == "failed"
    assert web.redeem(second) is None


async def test_the_place_is_kept_over_a_lost_connection(web: Web) -> None:
    browser = await web.press()
    arrived = {row.contact: row.arrived_at for row in web.state.contacts.values()}
    token = browser.said[0]["resume_token"]
    await browser.socket.close()
    await web.until(lambda state: all(row.gone_until is not None for row in state.contacts.values()))
    again = await web.hello(token, in_call=False)
    welcome = await again.until("welcome")
    assert {welcome["contact"]: web.state.contacts[welcome["contact"]].arrived_at} == arrived
    assert welcome["resume_token"] != token and (await again.until("waiting"))["place"] == 1
    stale = await web.hello(token)
    assert (await stale.next(), await stale.next()) == ({"type": "error", "code": "token"}, None)


async def test_a_page_loaded_anew_takes_over_at_once_and_is_told_to_call_again(web: Web) -> None:
    browser = await web.press()
    await web.staff("ann")
    web.pbx.phones["101"].behaviour = never_answers()
    web.calls(await browser.until("call"))
    await browser.until("ringing")
    again = await web.hello(browser.said[0]["resume_token"], in_call=False)
    call = await again.until("call")
    web.pbx.phones["101"].behaviour = web.pbx.phones["102"].behaviour
    web.calls(call)
    await again.until("talking")


async def test_who_opens_it_twice_has_it_in_the_newer_page(web: Web) -> None:
    browser = await web.press()
    again = await web.hello(browser.said[0]["resume_token"])
    await again.until("welcome")
    assert (await browser.until("error"))["code"] == "busy" and await browser.next() is None
    assert browser.socket.close_code == 4400
    await web.staff("ann")
    await again.until("call")


async def test_a_page_is_asked_whether_it_is_there_and_let_go_when_it_sleeps(tmp_path, monkeypatch) -> None:
    for name, seconds in (("BEAT_S", 0.02), ("PING_S", 0.05), ("SILENT_S", 0.5)):
        monkeypatch.setattr(session, name, seconds)
    async with web_centre(tmp_path) as web:
        wakes, sleeps = await web.press(), await web.press()
        async with asyncio.timeout(20):
            while not any(row.gone_until for row in web.state.contacts.values()):
                await wakes.until("ping")
                await wakes.say(type="pong")
        gone = [row.contact for row in web.state.contacts.values() if row.gone_until is not None]
        assert gone == [sleeps.said[0]["contact"]]


async def test_a_browser_that_stays_away_has_abandoned(web: Web) -> None:
    browser = await web.press()
    token = browser.said[0]["resume_token"]
    await browser.socket.close()
    await web.until(lambda state: not state.contacts)
    late = await web.hello(token)
    assert (await late.next() or {})["code"] in ("token", "expired")


async def test_a_restart_of_the_engine_loses_no_place(tmp_path) -> None:
    async with web_centre(tmp_path) as web:
        browser = await web.press()
        token, contact = browser.said[0]["resume_token"], browser.said[0]["contact"]
        arrived = web.state.contacts[contact].arrived_at
    assert await browser.next() is None or await browser.next() is None
    async with web_centre(tmp_path) as web:
        again = await web.hello(token, in_call=False)
        assert (await again.until("welcome"))["contact"] == contact
        assert web.state.contacts[contact].arrived_at == arrived
        await web.staff("ann")
        web.calls(await again.until("call"))
        await again.until("talking")


async def test_who_does_not_come_back_after_a_restart_has_abandoned(tmp_path) -> None:
    async with web_centre(tmp_path) as web:
        browser = await web.press()
    async with web_centre(tmp_path) as web:
        await web.until(lambda state: not state.contacts)
        late = await web.hello(browser.said[0]["resume_token"])
        assert (await late.next() or {})["code"] == "token"


@pytest.mark.parametrize("message", [{"type": "leave"}, {"type": "microphone", "state": "refused"}])
async def test_who_leaves_or_cannot_speak_frees_the_agent(web: Web, message) -> None:
    browser = await web.press()
    await web.staff("ann")
    await browser.until("call")
    await browser.say(**message)
    assert (await browser.until("ended"))["reason"] == "customer"
    assert web.state.agents["ann"].slots[0].state == "free"  # type: ignore[index]


async def test_places_are_told_as_they_change(web: Web) -> None:
    first, second = await web.press(), await web.press()
    assert (await second.until("waiting"))["place"] == 2
    await first.say(type="leave")
    assert (await second.until("waiting"))["place"] == 1


async def test_what_is_unknown_changes_nothing(web: Web) -> None:
    browser = await web.press()
    await browser.until("waiting")
    for message in ({"type": "dance"}, {"kind": "leave"}):
        await browser.say(**message)
        assert await browser.next() == {"type": "error", "code": "unknown"}
    await browser.say(type="pong", extra=1)
    await browser.say(type="leave")
    await browser.until("ended")


# ---------------------------------------------------------------- who may not


@pytest.mark.parametrize(("origin", "protocol"), [(OTHER, None), (None, None), ("null", None), (SHOP, "sip")])
async def test_a_wrong_origin_or_protocol_opens_nothing(web: Web, origin, protocol) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await (web.connect(origin) if protocol is None else web.connect(origin, protocol))
    assert refused.value.status == (400 if protocol else 403)


async def test_a_token_is_good_for_one_session(web: Web) -> None:
    token = (await web.ticket())["session_token"]
    browsers = await asyncio.gather(*(web.hello(token) for _ in range(5)))
    first = [await browser.next() for browser in browsers]
    assert sorted(message["type"] for message in first if message is not None) == ["error"] * 4 + ["welcome"]
    assert len(web.state.contacts) == 1


@pytest.mark.parametrize("name", ["identity", "ticket"])
async def test_what_is_no_session_token_opens_nothing(web: Web, name) -> None:
    browser = await web.hello((await web.ticket())[name])
    assert (await browser.next() or {})["code"] == "token" and not web.state.contacts


async def test_another_portals_ticket_is_refused_and_used_up(web: Web) -> None:
    token = (await web.ticket())["session_token"]
    stolen = await web.hello(token, BANK)
    assert await stolen.next() == {"type": "error", "code": "origin"}
    browser = await web.hello(token)
    assert (await browser.next() or {})["code"] == "token" and not web.state.contacts


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"type": "hello"}', '{"type": "hello", "token": 7}', "[" * 9_999])
async def test_who_says_no_hello_is_closed(web: Web, text) -> None:
    browser = await web.connect()
    await browser.socket.send_str(text)
    assert await browser.next() == {"type": "error", "code": "token"} and await browser.next() is None


async def test_only_a_portals_own_key_asks_for_tickets(web: Web) -> None:
    body = {"json": {"page": "/"}}
    admin, unbound = web.keys.add(Role.ADMIN), web.keys.add(Role.PORTAL)
    gone = web.keys.add(Role.PORTAL, portal="gone")
    assert [(await web.ask("POST", "/v1/tickets", key, **body))[0] for key in (None, admin, unbound, gone)] == [
        401, 403, 403, 403,
    ]  # fmt: skip
    assert (await web.ask("GET", "/v1/expected-wait?page=/", admin))[0] == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"page": "/", "media": "smoke"}, 400),
        ({"page": "/", "admin": True}, 400),
        ({"page": "/", "context": {"a": {"b": 1}}}, 400),
        ({"page": "/closed"}, 409),
    ],
)
async def test_what_is_no_good_request_gets_no_ticket(web: Web, body, status) -> None:
    assert (await web.ask("POST", "/v1/tickets", web.shop, json=body))[0] == status


async def test_each_portal_has_its_pages_and_media(web: Web) -> None:
    assert (await web.ask("POST", "/v1/tickets", web.bank, json={"page": "/checkout"}))[0] == 409
    assert (await web.ask("POST", "/v1/tickets", web.bank, json={"page": "/loan", "media": "video"}))[0] == 409
    assert (await web.ticket("/loan", web.bank))["place"] == 1


async def test_the_wait_is_told_before_any_ticket(web: Web) -> None:
    await web.press()
    status, body = await web.ask("GET", "/v1/expected-wait?page=/checkout&customer=c-1", web.shop)
    assert (status, body) == (200, {"place": 2, "wait": None, "open": True})
    closed = await web.ask("GET", "/v1/expected-wait?page=/closed", web.shop)
    assert closed[1]["open"] is False


# ---------------------------------------------------------------- many at once


@pytest.mark.slow
async def test_a_thousand_at_once_are_told_apart(tmp_path) -> None:
    """Each call that arrives is the contact of the customer who made it."""
    patient = CENTRE.replace('call_within = "5s"', 'call_within = "100s"').replace('grace = "2s"', 'grace = "100s"')
    async with web_centre(tmp_path, patient) as web:
        await a_thousand(web)


async def a_thousand(web: Web) -> None:
    browsers = []

    async def one(number: int) -> tuple[str, str, str]:
        ticket = await web.ticket("/now", customer=f"c-{number}")
        browser = await web.hello(ticket["session_token"])
        browsers.append(browser)
        contact = (await browser.until("welcome"))["contact"]
        call = await browser.until("call")
        lock = web.redeem(call)
        web.pbx.call("help", context="cordpair-door", context_id=lock.context_id, number=f"c-{number}")
        return contact, f"c-{number}", lock.identity

    found = []
    for start in range(0, 1_000, 100):
        found += await asyncio.gather(*(one(number) for number in range(start, start + 100)))
    await web.until(lambda state: sum(row.leg is not None for row in state.contacts.values()) == 1_000)
    assert len({identity for _, _, identity in found}) == 1_000
    for contact, customer, _ in found:
        row = web.state.contacts[contact]  # type: ignore[index]
        arrival = web.pbx.switch.legs[row.leg].arrival if row.leg is not None else None
        assert arrival is not None and arrival.number == customer
        assert web.records.variables[row.contact]["customer"] == customer


async def test_customers_see_the_name_that_the_agent_goes_by(tmp_path) -> None:
    centre = CENTRE.replace("[agents.bob]\n", '[agents.bob]\nshown_as = "Bob Example"\n')
    async with web_centre(tmp_path, centre) as web:
        browser = await web.press()
        await web.staff("bob")
        web.calls(await browser.until("call"))
        assert await browser.until("talking") == {"type": "talking", "agent": "Bob Example"}
