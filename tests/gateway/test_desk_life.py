"""Desks that are loaded anew, opened elsewhere, lost, slow, or left behind by an engine that was restarted."""

import asyncio
import json
import socket
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import pytest
from aiohttp import WSServerHandshakeError
from msgspec.structs import replace

from cordpair.acd.inputs import ApplyConfiguration, SignOut
from cordpair.acd.model import AgentStatus
from cordpair.ids import AgentId
from cordpair_gateway.desk import DESKS
from cordpair_gateway.desk.outbox import Outbox
from cordpair_gateway.desk.socket import PATH, PROTOCOL
from cordpair_loopback import never_answers
from cordpair_loopback.pbx.switch import LOST
from gateway.desks import URL, Centre, desk_centre, loopback


@pytest.fixture
async def centre(tmp_path):
    async with desk_centre(tmp_path) as found:
        yield found


async def lost(centre: Centre, name: str = "ann") -> None:
    await centre.until(lambda state: centre.row(name).desk_gone_until is not None)


# ---------------------------------------------------------------- loaded anew, opened elsewhere


async def test_a_reload_in_mid_call_changes_nothing(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings(number="+4930123456")
    contact = await page.phase("talking")
    await page.say("hold", contact=contact["id"], on=True)
    await page.phase("held")
    await page.socket.close()
    await lost(centre)
    again = await centre.sit_down("ann")
    whole = again.said[0]
    assert (whole["state"], whole["contacts"][0]["phase"], whole["contacts"][0]["customer"]) == (
        "held", "held", "+4930123456",
    )  # fmt: skip
    assert centre.row("ann").desk_gone_until is None
    await again.say("hold", contact=contact["id"], on=False)
    await again.phase("talking")
    caller.hang_up()
    await again.in_state("ready")


async def test_an_offer_that_is_still_open_follows_the_whole_and_was_accepted_if_it_was(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann", ready=True)
    centre.rings()
    offer = await page.until("offer")
    again = await centre.sit_down("ann")
    assert (await again.until("offer"))["offer"] == offer["offer"] and again.said[0]["state"] == "offered"
    await again.say("accept", offer=offer["offer"])  # a call is accepted by answering it: the phone will
    accepted = await again.until("offer")
    assert accepted["auto"] and accepted["contact"]["phase"] == "calling"
    third = await centre.sit_down("ann")
    assert (await third.until("offer"))["auto"]
    centre.pbx.phones["101"].answer()
    await third.phase("talking")


async def test_the_desk_follows_the_agent(centre: Centre) -> None:
    first = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    contact = (await first.phase("talking"))["id"]
    await first.say("notes", contact=contact, text="Wants to", disposition="call back")
    await first.until("contact")
    await centre.sign_in("ann")  # at another computer
    second = await centre.sit_down("ann")
    assert second.said[0]["state"] == "talking"
    (found,) = second.said[0]["contacts"]
    assert (found["notes"], found["disposition"]) == ("Wants to", "call back") and "history" not in found
    assert await first.closed() == 4409
    assert first.said[-1] == {"type": "error", "code": "taken", "about": ""}
    row = centre.row("ann")
    assert (row.status, row.desk_gone_until) == (AgentStatus.READY, None)
    caller.hang_up()
    await second.in_state("ready")
    centre.rings()
    await second.phase("talking")


async def test_of_many_who_open_it_at_once_one_has_it(centre: Centre) -> None:
    await centre.sign_in("ann")
    pages = await asyncio.gather(*(centre.open_desk("ann") for _ in range(8)))
    ends = {asyncio.create_task(page.closed()): page for page in pages}
    while len(ends) > 1:
        over, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        assert {task.result() for task in over} == {4409}
        ends = {task: page for task, page in ends.items() if not task.done()}
    ((task, page),) = ends.items()
    task.cancel()
    assert centre.app[DESKS].by_agent.keys() == {"ann"} and not page.socket.closed
    assert centre.row("ann").desk and centre.row("ann").desk_gone_until is None


# ---------------------------------------------------------------- lost


async def test_a_desk_that_comes_back_in_time_was_never_away(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    await page.socket.close()
    await lost(centre)
    assert centre.row("ann").status is AgentStatus.READY
    again = await centre.sit_down("ann")
    assert again.said[0]["state"] == "ready" and centre.row("ann").desk_gone_until is None


async def test_a_desk_that_stays_away_makes_the_agent_not_ready(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    await page.socket.close()
    await centre.until(lambda state: centre.row("ann").status is AgentStatus.NOT_READY)
    again = await centre.sit_down("ann")
    assert (again.said[0]["state"], again.said[0]["reason"]) == ("not_ready", "connection-lost")


async def test_a_desk_lost_in_a_call_is_missed_after_it(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    await page.phase("talking")
    await page.socket.close()
    await centre.until(lambda state: centre.row("ann").pending_reason == "connection-lost")
    assert caller.status is None
    caller.hang_up()
    await centre.until(lambda state: centre.row("ann").status is AgentStatus.NOT_READY)


async def test_a_silent_desk_is_a_lost_one(centre: Centre, monkeypatch) -> None:
    monkeypatch.setattr("cordpair_gateway.desk.socket.SILENCE_S", 0.2)
    page = await centre.sit_down("ann", ready=True)
    assert await page.closed() == 1000
    await lost(centre)


async def test_a_desk_that_takes_nothing_is_dropped_and_another_notices_nothing(
    centre: Centre, monkeypatch, caplog
) -> None:
    monkeypatch.setattr("cordpair_gateway.desk.desks.Outbox", partial(Outbox, send_s=0.2))
    bob = await centre.sit_down("bob", ready=True)
    await centre.sign_in("ann")
    place = urlsplit(centre.url)
    with closing(socket.socket()) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        raw.connect((place.hostname, place.port))
        raw.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=raw)
        headers = {
            "Host": "help.test", "Origin": URL, "Cookie": centre.cookies["ann"], "Upgrade": "websocket",
            "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol": PROTOCOL,
        }  # fmt: skip
        written = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {PATH} HTTP/1.1\r\n{written}\r\n".encode())
        assert b" 101 " in await reader.readline()
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        text = json.dumps({"type": "nonsense"}).encode()
        nonsense = bytes([0x81, 0x80 | len(text)]) + bytes(4) + text
        for _ in range(100):
            writer.write(nonsense * 1_000)
            await bob.say("not_ready", reason="lunch")
            await bob.in_state("not_ready")
            await bob.say("ready")
            await bob.in_state("ready")
            if centre.row("ann").desk_gone_until is not None:
                break
        await lost(centre)
        assert "does not take what it is sent" in caplog.text
        writer.transport.abort()


async def test_there_may_be_only_so_many_and_only_desks(centre: Centre, monkeypatch) -> None:
    ann = await centre.sit_down("ann")
    monkeypatch.setattr("cordpair_gateway.desk.socket.MOST", 1)
    await centre.sign_in("bob")
    for more, status in (({}, 503), ({"protocols": ("cordpair.session.v1",)}, 400), ({"protocols": ()}, 400)):
        with pytest.raises(WSServerHandshakeError) as refused:
            await centre.open_desk("bob", **more)
        assert refused.value.status == status
    assert not ann.socket.closed


async def test_an_agent_who_is_configured_no_more_loses_the_desk(centre: Centre) -> None:
    page = await centre.sit_down("ann")
    now = centre.state.configuration
    left = replace(now, revision=2, agents=tuple(each for each in now.agents if each.agent != "ann"))
    await centre.engine.request(ApplyConfiguration(left))
    assert await page.closed() == 4401
    assert (await centre.send("GET", "/v1/me", "ann"))[0] == 401


async def test_who_was_cut_off_has_the_customer_again_and_the_phone_answers_by_itself(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    contact = await page.phase("talking")
    (leg,) = centre.pbx.phones["101"].legs
    centre.pbx.switch.end(leg, LOST)
    again = await page.until("offer")
    assert again["contact"]["id"] == contact["id"] and again["auto"]
    await page.phase("talking")
    caller.hang_up()
    await page.in_state("ready")
    centre.rings()
    assert not (await page.until("offer"))["auto"]


# ---------------------------------------------------------------- signed out


async def test_signing_out_in_a_call_is_after_it(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    await page.phase("talking")
    _, body, _ = await centre.send("GET", "/v1/me", "ann")
    await centre.send("POST", "/v1/sign-out", "ann", headers={"X-CSRF-Token": body["csrf"]})
    assert await page.closed() == 4401 and caller.status is None
    caller.hang_up()
    await centre.until(lambda state: centre.row("ann").status is AgentStatus.SIGNED_OUT)


async def test_who_was_signed_out_by_somebody_else_signs_in_with_the_next_ready(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    await centre.engine.request(SignOut(AgentId("ann")))
    await page.in_state("signed_out")
    await page.say("ready")
    await page.in_state("ready")


# ---------------------------------------------------------------- others, and the day


async def test_queues_and_colleagues_are_told_as_they_change(centre: Centre) -> None:
    ann = await centre.sit_down("ann")
    caller = centre.rings("5001")
    await ann.until("queues", lambda message: message["queues"][0] == {"name": "help", "waiting": 1})
    caller.hang_up()
    await ann.until("queues", lambda message: message["queues"][0] == {"name": "help", "waiting": 0})
    bob = await centre.sit_down("bob", ready=True)
    told = await ann.until("agents", lambda message: len(message["agents"]) == 2)
    assert told["agents"][1] == {"agent": "bob", "name": "bob", "state": "ready"}
    await bob.socket.close()


async def test_entries_that_came_too_fast_leave_nobody_behind(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cordpair_gateway.desk.desks.MISSED", 1)
    async with desk_centre(tmp_path) as centre:
        page = await centre.sit_down("ann", ready=True)
        for _ in range(3):
            caller = centre.rings()
            await page.phase("talking")
            caller.hang_up()
            await page.in_state("ready")
        assert {message["outcome"] for message in page.said if message["type"] == "offer_ended"} == {"connected"}
        assert [message["figures"]["calls"] for message in page.said if message["type"] == "figures"] == [1, 2, 3]


async def test_a_new_day_begins_with_nothing(centre: Centre, monkeypatch) -> None:
    now = centre.engine.clock.now_ms()
    days = iter([(0, now + 1), (now + 86_400_000, now + 2 * 86_400_000)])
    monkeypatch.setattr("cordpair_gateway.desk.desks.midnights", lambda now: next(days))
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    await page.until("figures", lambda message: message["figures"]["calls"] == 1)
    caller.hang_up()
    await page.until("figures", lambda message: message["figures"]["calls"] == 0)


async def test_a_restart_in_mid_call_the_cookie_is_good_and_the_contact_talks(tmp_path) -> None:
    pbx = loopback()
    async with desk_centre(tmp_path, pbx=pbx) as centre:
        page = await centre.sit_down("ann", ready=True)
        first = centre.rings(number="+4930123456")
        await page.say("notes", contact=(await page.phase("talking"))["id"], text="First.", disposition="solved")
        await page.until("contact", lambda message: message["contact"].get("disposition") == "solved")
        first.hang_up()
        await page.in_state("ready")
        caller = centre.rings(number="+4930123456")
        contact = await page.phase("talking")
        cookies = centre.cookies
    async with desk_centre(tmp_path, pbx=pbx) as centre:
        assert centre.row("ann").desk_gone_until is not None  # the grace counts from here
        centre.cookies = cookies
        again = await centre.sit_down("ann")
        whole = again.said[0]
        assert whole["state"] == "talking" and whole["figures"]["calls"] == 2
        (found,) = whole["contacts"]
        assert (found["id"], found["customer"], found["history"][0]["notes"]) == (
            contact["id"],
            "+4930123456",
            "First.",
        )
        assert caller.status is None
        caller.hang_up()
        await again.in_state("ready")


async def test_a_restart_in_wrap_up_shows_whom_it_is_about(tmp_path) -> None:
    pbx = loopback()
    async with desk_centre(tmp_path, pbx=pbx) as centre:
        page = await centre.sit_down("ann", ready=True)
        caller = centre.rings("5002", number="+4930123456")
        contact = await page.phase("talking")
        caller.hang_up()
        await page.phase("wrap_up")
        cookies = centre.cookies
    async with desk_centre(tmp_path, pbx=pbx) as centre:
        centre.cookies = cookies
        again = await centre.sit_down("ann")
        assert again.said[0]["state"] == "wrap_up" and again.said[0]["wrap_up_until"] is not None
        (found,) = again.said[0]["contacts"]
        assert (found["id"], found["customer"], found["queue"], found["phase"]) == (
            contact["id"], "+4930123456", "asks", "wrap_up",
        )  # fmt: skip
        await again.say("notes", contact=contact["id"], text="Later.", disposition="solved")
        await again.until("contact")
        assert (await centre.noted(contact["id"])).notes == "Later."
