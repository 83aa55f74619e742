"""A page that a customer shows: with their consent, to the agent whom they talk to, until it is taken back."""

import asyncio
import json

import pytest
from aiohttp import WSServerHandshakeError

from cordpair.acd.events import ContactShared
from cordpair.acd.inputs import Ready, SignIn, Transfer
from cordpair.ids import AgentId
from cordpair_gateway.part import PAGES
from cordpair_gateway.shared import handler, pages
from gateway.browsers import BANK, OTHER, SHOP
from gateway.desks import CENTRE, URL, desk_centre
from gateway.rrweb import change, full, meta
from gateway.shared import Shared, hello, talking


@pytest.fixture
async def shared(tmp_path):
    async with talking(tmp_path) as found:
        yield found


async def test_the_agent_asks_the_customer_shows_the_agent_points(shared: Shared) -> None:
    await shared.desk.say("share_ask", contact=shared.contact)
    assert await shared.customer.until("share_asked") == {"type": "share_asked"}
    asked = await shared.desk.until("contact", lambda message: message["contact"].get("cobrowse", "off") == "asked")
    assert asked["contact"]["id"] == shared.contact
    share = await shared.consent()
    assert share["url"] == "wss://help.test/v1/cobrowse"
    await shared.desk.until("contact", lambda message: message["contact"].get("cobrowse", "off") == "on")
    page = await shared.show(share)
    await page.bring(meta("https://shop.test/checkout"), full("ferns"))
    agent = await shared.look()
    await agent.sees("ferns")
    await page.bring(change("one"), change("two"))
    await page.bring(change("three"))
    await agent.sees("three")
    assert agent.saw == ["https://shop.test/checkout", "ferns", "one", "two", "three"]
    await shared.desk.say("pointer", contact=shared.contact, x=0.25, y=1)
    assert await shared.customer.until("pointer") == {"type": "pointer", "x": 0.25, "y": 1.0}


async def test_no_is_told_to_the_agent(shared: Shared) -> None:
    await shared.desk.say("share_ask", contact=shared.contact)
    await shared.customer.until("share_asked")
    await shared.customer.say(type="cobrowse", on=False)
    await shared.desk.until("contact", lambda message: message["contact"].get("cobrowse", "off") == "asked")
    await shared.desk.until("contact", lambda message: message["contact"].get("cobrowse", "off") == "off")


async def test_an_agents_pointer_needs_a_page_and_stays_on_it(shared: Shared) -> None:
    await shared.desk.say("pointer", contact=shared.contact, x=0.1, y=0.1)
    await shared.consent()
    await shared.desk.say("pointer", contact=shared.contact, x=0.2, y=0.2)
    assert (await shared.customer.until("pointer"))["x"] == 0.2


async def test_consent_taken_back_stops_everything_at_once_and_is_journaled(shared: Shared) -> None:
    news = shared.centre.engine.subscribe()
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("before"))
    await agent.sees("before")
    found = shared.centre.app[PAGES].of(shared.contact)
    assert found is not None
    await shared.customer.say(type="cobrowse", on=False)
    assert await agent.ended() == await page.ended() == "customer"
    assert found.over and not found._picture.frames  # what was kept for late viewers is gone
    await shared.until_shared(False)
    await shared.centre.engine.flushed()
    events = [event for entry in news.take().entries for event in entry.events]
    assert [event.on for event in events if isinstance(event, ContactShared)] == [True, False]


async def test_what_the_customer_brings_after_that_reaches_nobody(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("before"))
    await agent.sees("before")
    await asyncio.gather(shared.customer.say(type="cobrowse", on=False), *(page.bring(change("x")) for _ in range(50)))
    await agent.ended()
    last = agent.frames.index(json.dumps({"type": "stop", "reason": "customer"}, separators=(",", ":")))
    assert last == len(agent.frames) - 1
    late = await shared.look()
    assert (await late.next() or {})["type"] == "error" and await late.next() is None


async def test_a_second_consent_has_a_token_of_its_own_and_begins_anew(shared: Shared) -> None:
    first = await shared.consent()
    page = await shared.show(first)
    await page.bring(meta(), full("first"))
    await shared.customer.say(type="cobrowse", on=False)
    await page.ended()
    second = await shared.consent()
    assert first["token"] != second["token"]
    again, agent = await shared.show(second), await shared.look()
    await again.bring(meta(), full("second"))
    await agent.sees("second")
    assert "first" not in agent.saw
    for used in (first, second):
        stale = await shared.show(used)
        assert (await stale.next() or {})["code"] == "token"


async def test_a_consent_while_there_is_one_ends_that(shared: Shared) -> None:
    page = await shared.show()
    share = await shared.consent()
    assert await page.ended() == "customer"
    again, agent = await shared.show(share), await shared.look()
    await again.bring(meta(), full("anew"))
    await agent.sees("anew")
    assert shared.centre.state.contacts[shared.contact].shared


async def test_a_late_viewer_gets_picture_and_tail(shared: Shared) -> None:
    page = await shared.show()
    await page.bring(change("of nothing"), meta("m"), full("p"))
    await page.bring(change("a"))
    first = await shared.look()
    await first.sees("a")
    await page.bring(change("b"))
    await first.sees("b")
    late = await shared.look()
    await late.sees("b")
    assert first.saw == late.saw == ["m", "p", "a", "b"]


async def test_a_viewer_asks_for_a_new_picture(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.until("snapshot")  # there was none to show
    await page.bring(meta("m"), full("p"))
    await agent.sees("p")
    await agent.say("snapshot")
    await page.until("snapshot")
    assert "snapshot" not in "".join(agent.frames)


async def test_the_agent_stops_looking_for_good(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await agent.say("stop")
    assert await page.ended() == "agent"
    await shared.until_shared(False)
    await shared.desk.until("contact", lambda message: message["contact"].get("cobrowse", "off") == "off")


async def test_an_agent_who_only_closes_the_page_may_look_again(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.socket.close()
    again = await shared.look()
    await again.sees("p")


@pytest.mark.parametrize("end", ["hang_up", "leave", "close"])
async def test_it_ends_with_the_conversation_or_the_page(shared: Shared, end) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.sees("p")
    if end == "hang_up":
        shared.leg.hang_up()
    elif end == "leave":
        await shared.customer.say(type="leave")
    else:
        await page.socket.close()
    assert await agent.ended() in ("ended", "line")
    if end == "close":
        await shared.until_shared(False)
    assert shared.centre.app[PAGES].of(shared.contact) is None


async def test_another_agent_does_not_see_what_was_shown_to_the_first(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.sees("p")
    await shared.centre.sign_in("bob")
    for name in ("bob", "eve"):  # signed in, and a stranger
        other = await shared.look(name)
        assert (await other.next() or {})["code"] == "token"
    await shared.centre.engine.request(SignIn(AgentId("bob")))
    await shared.centre.engine.request(Ready(AgentId("bob")))
    await shared.centre.engine.request(Transfer(shared.contact, AgentId("ann"), to=AgentId("bob")))
    assert await agent.ended() == await page.ended() == "ended"
    await shared.centre.until(
        lambda state: (talk := state.contacts[shared.contact].connection) is not None and talk.agent == "bob"
    )
    await shared.until_shared(False)
    assert (await (await shared.look("bob")).next() or {})["code"] == "token"


async def test_who_is_signed_out_sees_no_more(shared: Shared, monkeypatch) -> None:
    monkeypatch.setattr(handler, "LOOK_S", 0.05)
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.sees("p")
    await shared.centre.store.sign_ins.remove_password(AgentId("ann"))
    assert await agent.ended() == ""
    assert shared.centre.state.contacts[shared.contact].shared  # it may be signed in again, and look


async def test_consent_that_brings_no_page_is_over(shared: Shared, monkeypatch) -> None:
    monkeypatch.setattr(pages, "UNOPENED_S", 0.05)
    await shared.consent()
    agent = await shared.look()
    assert await agent.ended() == "line"
    await shared.until_shared(False)


# ---------------------------------------------------------------- who may not


@pytest.mark.parametrize("origin", [None, OTHER, "null"])
async def test_a_wrong_origin_opens_nothing(shared: Shared, origin) -> None:
    headers = {} if origin is None else {"Origin": origin}
    with pytest.raises(WSServerHandshakeError) as refused:
        await shared.centre.http.ws_connect(
            shared.centre.url + handler.PATH, headers=headers, protocols=(handler.PROTOCOL,)
        )
    assert refused.value.status == 403


async def test_a_customers_page_is_no_desk_and_a_desk_no_customers_page(shared: Shared) -> None:
    share = await shared.consent()
    as_agent = await shared.look(origin=SHOP)  # a cookie that another site makes the browser send
    assert (await as_agent.next() or {})["code"] == "token"
    from_desk = await shared.show(share, origin=URL)
    assert (await from_desk.next() or {})["code"] == "token"
    assert (await (await shared.show(share)).next() or {})["code"] == "token"  # it is used up


@pytest.mark.parametrize(
    "hello",
    ['{"type": "hello"}', '{"type": "hello", "token": 7}', '{"type": "hello", "token": "x", "contact": "y"}', "x", "[]",
     '{"type": "hello", "token": "unknown"}', '{"type": "hello", "contact": "r-c99"}', '{"type": "snapshot"}'],
)  # fmt: skip
async def test_who_says_no_hello_is_closed(shared: Shared, hello) -> None:
    socket = await shared.centre.http.ws_connect(
        shared.centre.url + handler.PATH, headers={"Origin": SHOP}, protocols=(handler.PROTOCOL,)
    )
    await socket.send_str(hello)
    assert await socket.receive_json() == {"type": "error", "code": "token"}
    await socket.receive()
    assert socket.close_code == 4400


async def test_another_tokens_purpose_opens_nothing(shared: Shared) -> None:
    ticket = await shared.centre.ticket()
    other = await shared.line(SHOP, token=ticket["session_token"])
    assert (await other.next() or {})["code"] == "token"


async def test_another_site_uses_the_token_up_and_gets_nothing(tmp_path) -> None:
    centre = CENTRE + f'[portals.bank]\norigins = ["{BANK}"]\npages = {{ "/*" = {{ queue = "help" }} }}\n'
    async with talking(tmp_path, centre) as shared:
        share = await shared.consent()
        stolen = await shared.show(share, origin=BANK)
        assert (await stolen.next() or {})["code"] == "token"
        assert (await (await shared.show(share)).next() or {})["code"] == "token"


async def test_nobody_shares_before_they_talk(shared: Shared) -> None:
    await shared.customer.say(type="cobrowse", on="yes")
    assert (await shared.customer.until("error"))["code"] == "unknown"
    shared.leg.hang_up()
    await shared.customer.until("ended")
    other = await shared.centre.ticket()
    waiting = await shared.hello(other["session_token"])
    await waiting.until("welcome")
    await waiting.say(type="cobrowse", on=True)
    assert (await waiting.until("error"))["code"] == "share"
    assert not any(row.shared for row in shared.centre.state.contacts.values())


# ---------------------------------------------------------------- bounds


async def test_what_is_no_event_is_not_relayed(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    for text in ('{"type": "events", "events": [{"evil": 1}]}', "evil", '{"type": "evil"}', '{"type":"snapshot"}'):
        await page.socket.send_str(text)
        assert (await page.until("error"))["code"] == "unknown"
    await page.bring(change("after"))
    await agent.sees("after")
    assert "evil" not in "".join(agent.frames)
    await agent.say("events", events=[change("evil")])
    assert (await agent.until("error"))["code"] == "unknown"
    await page.bring(change("later"))
    await agent.sees("later")
    await agent.say("events", events=[change("evil")] * 5_001)
    assert await agent.ended() == "" and not page.socket.closed
    assert "evil" not in "".join(agent.frames + page.frames)


async def test_a_page_that_is_too_large_is_over(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("x" * (2 * 1024 * 1024 - 1_000)))
    await agent.sees("x" * (2 * 1024 * 1024 - 1_000))
    await page.bring(meta(), full("x" * 2 * 1024 * 1024))
    assert await agent.ended() == "too_large"
    await page.ended()
    await shared.until_shared(False)


async def test_too_many_events_at_once_are_over_too(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.sees("p")
    await page.bring(*[change("x")] * 5_001)
    assert await agent.ended() == "too_large" and agent.saw[-1] == "p"


async def test_a_browser_that_gives_up_says_why(shared: Shared) -> None:
    page, agent = await shared.show(), await shared.look()
    await page.bring(meta(), full("p"))
    await agent.sees("p")  # it is there
    await page.say("stop", reason="too_large")
    assert await agent.ended() == "too_large"


async def test_a_viewer_that_reads_nothing_is_resynced_and_the_customer_notices_nothing(shared, monkeypatch) -> None:
    monkeypatch.setattr(handler, "TO_VIEWER", 3 * 1024 * 1024)
    page, stuck, agent = await shared.show(), await shared.look(), await shared.look()
    big = "y" * 200_000
    await page.bring(meta("m"), full("p"))
    for number in range(60):  # 12 MB: more than the kernel's buffers hold, and paced
        await page.bring(change(big), change(f"{number}"))
        await agent.sees(f"{number}")
    await page.bring(meta("m2"), full("new"), change("tail"))
    await agent.sees("tail")
    await stuck.sees("tail")
    seen = [text for text in stuck.saw if text != big]
    assert len(stuck.frames) < len(agent.frames)
    assert seen[-3:] == ["m2", "new", "tail"] and seen[:2] == ["m", "p"]


# ---------------------------------------------------------------- the queue's policy


async def test_a_queue_that_shares_no_pages(tmp_path) -> None:
    centre = CENTRE.replace("[queues.help]\n", '[queues.help]\nshare = "off"\n')
    async with talking(tmp_path, centre) as shared:
        assert shared.customer.said[-1] == {"type": "talking", "agent": "Ann Lee", "share": False}
        assert await shared.desk.refused("share_ask", contact=shared.contact) == ("no_page", "share_ask")
        await shared.customer.say(type="cobrowse", on=True)
        assert (await shared.customer.until("error"))["code"] == "share"
        assert not shared.centre.state.contacts[shared.contact].shared


def written(directory) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize(("policy", "kept"), [("live", []), ("keep", ["r-c1.jsonl.gz"])])
async def test_what_is_kept_on_the_disk(tmp_path, policy, kept) -> None:
    centre = CENTRE.replace("[queues.help]\n", f'[queues.help]\nshare = "{policy}"\n')
    async with talking(tmp_path, centre) as shared:
        page, agent = await shared.show(), await shared.look()
        await page.bring(meta(), full("unmistakable"))
        await agent.sees("unmistakable")
        await page.socket.close()
        await agent.ended()
        contact, store = shared.contact, shared.centre.store
        await shared.until_shared(False)
        await store.records.find(contact)
        directory = tmp_path / "cordpair.db.pages"
        if policy == "live":
            assert not directory.exists()
    assert b"unmistakable" not in written(tmp_path)  # it is compressed where it is kept
    assert [path.name for path in directory.glob("*")] == kept


async def test_a_restart_ends_what_was_shared(tmp_path) -> None:
    async with talking(tmp_path) as shared:
        pbx = shared.centre.pbx
        page = await shared.show()
        agent = await shared.look()
        await page.bring(meta(), full("p"))
        await agent.sees("p")
    assert await page.ended() == "line"
    token = shared.customer.said[0]["resume_token"]
    async with desk_centre(tmp_path, pbx=pbx) as centre:
        await centre.until(lambda state: not state.contacts[shared.contact].shared)
        again = await hello(centre, token)
        await again.until("talking")
        await again.say(type="cobrowse", on=True)
        assert await again.until("share")
