"""The parts of a desk that need no socket: who may try how often, which addresses open, what is told."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from cordpair.acd.inputs import Caller
from cordpair.api.tries import Allowance, Tries
from cordpair.config.model import Pop, Queue
from cordpair.ids import AgentId, ContactId, OfferId
from cordpair_gateway.desk.actions import DO
from cordpair_gateway.desk.day import midnights
from cordpair_gateway.desk.facts import Facts, customer_of, facts_of, pops_of
from cordpair_gateway.desk.messages import TYPES, error, messages
from cordpair_gateway.desk.outbox import ASIDES, Outbox, Slow
from cordpair_gateway.desk.pops import screen_pop
from cordpair_gateway.desk.views import Colleague, ContactView, OfferView, QueueLine, StateView, View
from cordpair_gateway.signing_in.cookies import csrf_of, is_csrf

# ---------------------------------------------------------------- tries


def tries() -> Tries:
    return Tries(of_name=Allowance(3, 60_000), of_address=Allowance(5, 1_000))


def test_a_name_has_so_many_tries_and_one_more_with_time() -> None:
    each = tries()
    assert [each.take("ann", f"203.0.113.{number}", 0) for number in range(4)] == [None, None, None, 60_000]
    assert each.take("bob", "203.0.113.9", 0) is None
    assert each.take("ann", "203.0.113.9", 59_000) == 1_000
    assert each.take("ann", "203.0.113.9", 60_000) is None
    assert each.take("ann", "203.0.113.9", 60_000) == 60_000


def test_an_address_has_so_many_tries_whatever_the_name() -> None:
    each = tries()
    assert [each.take(f"name{number}", "203.0.113.1", 0) for number in range(6)] == [None] * 5 + [1_000]
    assert each.take("name", "203.0.113.2", 0) is None


def test_who_has_an_ipv6_network_has_one_address() -> None:
    each = tries()
    assert [each.take(f"n{number}", f"2001:db8::{number}", 0) for number in range(6)] == [None] * 5 + [1_000]
    assert each.take("n", "2001:db8:0:1::1", 0) is None


def test_the_right_password_costs_no_try() -> None:
    each = tries()
    for _ in range(20):
        assert each.take("ann", "203.0.113.1", 0) is None
        each.succeeded("ann", "203.0.113.1", 0)


def test_whose_name_somebody_plays_with_still_signs_in_from_where_they_sit() -> None:
    each = tries()
    assert each.take("ann", "203.0.113.1", 0) is None
    each.succeeded("ann", "203.0.113.1", 0)
    for number in range(9):
        each.take("ann", f"198.51.100.{number}", 0)
    assert each.take("ann", "198.51.100.99", 0) is not None
    assert each.take("ann", "203.0.113.1", 0) is None


def test_nobody_is_remembered_for_ever(monkeypatch) -> None:
    monkeypatch.setattr("cordpair.api.tries.KEPT", 10)
    each = tries()
    for number in range(1_000):
        each.take(f"name{number}", f"10.0.{number // 250}.{number % 250}", 0)
        each.succeeded(f"name{number}", f"10.0.{number // 250}.{number % 250}", 0)
    assert len(each._left) <= 20 and len(each._known) <= 10


def test_a_csrf_token_is_of_one_sign_in() -> None:
    assert is_csrf("token", csrf_of("token"))
    assert not any(is_csrf("token", given) for given in ("", "token", csrf_of("other"), "é", csrf_of("token")[:-1]))


# ---------------------------------------------------------------- screen pops

CRM = "https://crm.test/c/{customer}?order={order}#{page}"


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"customer": "c-1", "order": "A 17", "page": "/x"}, "https://crm.test/c/c-1?order=A%2017#%2Fx"),
        ({}, "https://crm.test/c/?order=#"),
        ({"customer": "../../admin"}, "https://crm.test/c/..%2F..%2Fadmin?order=#"),
        ({"customer": ".."}, "https://crm.test/c/?order=#"),
        ({"customer": "."}, "https://crm.test/c/?order=#"),
        ({"customer": "a&b=c?d#e"}, "https://crm.test/c/a%26b%3Dc%3Fd%23e?order=#"),
        ({"customer": "https://evil.test/"}, "https://crm.test/c/https%3A%2F%2Fevil.test%2F?order=#"),
        ({"customer": "{order}", "order": "7"}, "https://crm.test/c/%7Border%7D?order=7#"),
        ({"customer": "Zoë\r\n\0"}, "https://crm.test/c/Zo%C3%AB%0D%0A%00?order=#"),
        ({"customer": "\ud800"}, "https://crm.test/c/%3F?order=#"),
    ],
)
def test_a_customers_data_stays_where_it_is_put(values, url) -> None:
    pop = screen_pop(Pop(CRM, "CRM"), values)
    assert pop is not None and pop.url == url and pop.title == "CRM"


@pytest.mark.parametrize(
    "template",
    [
        "https://{customer}/x",
        "https://crm.test{customer}/x",
        "{customer}://crm.test",
        "javascript:{customer}",
        "ftp://crm/{c}",
    ],
)
def test_an_address_whose_host_the_operator_did_not_say_is_none(template) -> None:
    assert screen_pop(Pop(template), {"customer": "evil"}) is None
    assert screen_pop(Pop("https://crm.test/{customer}"), {"customer": "x" * 5_000}) is None


def test_what_a_page_told_is_found_by_its_name_and_never_in_the_place_of_ours() -> None:
    queue = Queue(pops=(Pop("https://crm.test/{customer}/{order}/{total}/{contact}/{caller}", embed=True),))
    facts = Facts("c-1", "/x", context={"order": "A/17", "customer": "evil", "total": 63.4, "contact": "evil"})
    (pop,) = pops_of(ContactId("r-c1"), facts, queue)
    assert pop.url == "https://crm.test/c-1/A%2F17/63.4/r-c1/c-1" and pop.embed and pop.title == "crm.test"


class Kept:
    def __init__(self, number: str = "", name: str = "", **variables: str) -> None:
        self.caller, self.variables = Caller(number, name), variables


def test_who_calls_is_who_the_page_says_or_the_number() -> None:
    web = Kept(
        "x7f3", "Ann", customer="ann@example.com", page="/pay", reason="why", locale="de", context='{"name": "Ann"}'
    )
    assert facts_of(web) == Facts("ann@example.com", "/pay", "why", "de", {"name": "Ann"})
    assert customer_of(web) == "ann@example.com"
    stranger = Kept("x7f3", page="/pay", context="no json")
    assert facts_of(stranger) == Facts("", "/pay") and customer_of(stranger) == ""
    phone = Kept("+49301", "Ben", CUSTOMER="7")
    assert (
        facts_of(phone) == Facts("+49301", context={"name": "Ben", "CUSTOMER": "7"}) and customer_of(phone) == "+49301"
    )
    assert facts_of(None) == Facts() and customer_of(None) == ""


def test_personal_data_has_no_repr() -> None:
    facts = Facts("ann@example.com", context={"card": "4711"})
    view = ContactView(ContactId("r-c1"), "talking", 0, "q", "voice", "ann@example.com", context={"card": "4711"})
    assert "ann@" not in repr((facts, view)) and "4711" not in repr((facts, view))


# ---------------------------------------------------------------- what is told


def contact(id: str = "c1", phase: str = "talking", **more: Any) -> ContactView:
    return ContactView(ContactId(id), phase, 5, "q", "voice", "cara", **more)


def offer(id: str = "o1", *, auto: bool = False) -> OfferView:
    return OfferView(OfferId(id), contact(phase="offered"), 9, auto)


def told(before: View | None, now: View) -> list[str]:
    return [message["type"] for message in messages(before, now, {})]


READY = StateView("ready")
NOW = View(READY, figures={"calls": 1}, queues=(QueueLine("q", 0),), agents=(Colleague(AgentId("a"), "A", "ready"),))


def test_the_whole_comes_first_with_the_offer_that_is_open_behind_it() -> None:
    whole, follows = messages(None, View(READY, (offer(),), (contact(),)), {"agent": "ann"})
    assert (whole["type"], whole["agent"], whole["contacts"]) == ("desk", "ann", (contact(),))
    assert follows == {
        "type": "offer",
        "offer": "o1",
        "contact": contact(phase="offered"),
        "expires_at": 9,
        "auto": False,
    }


def test_then_only_what_changed() -> None:
    assert told(NOW, NOW) == []
    assert told(NOW, replace(NOW, state=StateView("not_ready"))) == ["state"]
    assert told(NOW, replace(NOW, figures={"calls": 2})) == ["figures"]
    assert told(NOW, replace(NOW, queues=())) == ["queues"]
    assert told(NOW, replace(NOW, agents=())) == ["agents"]
    offered = replace(NOW, offers=(offer(),))
    assert told(NOW, offered) == ["offer"] and told(offered, offered) == []
    assert told(offered, replace(NOW, offers=(offer(auto=True),))) == ["offer"]
    talking = replace(NOW, contacts=(contact(),), outcomes={OfferId("o1"): "connected"})
    assert list(messages(offered, talking, {})) == [
        {"type": "offer_ended", "offer": "o1", "outcome": "connected"},
        {"type": "contact", "contact": contact()},
    ]
    assert told(talking, replace(talking, contacts=(contact(phase="held"),))) == ["contact"]
    assert told(talking, replace(talking, contacts=(contact("c2"),))) == ["contact", "gone"]
    assert next(iter(messages(offered, NOW, {})))["outcome"] == "withdrawn"


def test_everything_that_a_desk_may_say_is_done() -> None:
    assert {kind.__struct_config__.tag for kind in DO} == TYPES


# ---------------------------------------------------------------- the outbox


class Wire:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        await self.takes.wait()


async def until(true) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0)


async def test_what_was_not_sent_yet_is_replaced_by_what_is_newer() -> None:
    outbox, wire = Outbox(), Wire()
    outbox.say(error("first", ""))  # waits for the whole
    writing = asyncio.create_task(outbox.write(wire.send, dict))
    await asyncio.sleep(0)
    wire.takes.clear()
    outbox.show(NOW)
    await until(lambda: wire.sent)
    for number in range(100):
        outbox.show(replace(NOW, state=StateView("ready", since=number)))
    wire.takes.set()
    await until(lambda: wire.sent[-1].get("since") == 99)
    assert [message["type"] for message in wire.sent] == ["desk", "error", "state"]
    writing.cancel()


async def test_a_desk_that_takes_nothing_is_dropped() -> None:
    outbox, wire = Outbox(send_s=0.01), Wire()
    wire.takes.clear()
    outbox.show(NOW)
    with pytest.raises(Slow):
        await outbox.write(wire.send, dict)


async def test_who_asks_for_more_answers_than_it_takes_waits() -> None:
    outbox, wire = Outbox(), Wire()
    outbox.show(NOW)
    for _ in range(ASIDES):
        outbox.say(error("unknown", ""))
    room = asyncio.create_task(outbox.room())
    await asyncio.sleep(0)
    assert not room.done()
    writing = asyncio.create_task(outbox.write(wire.send, dict))
    await until(room.done)
    await until(lambda: len(wire.sent) == 1 + ASIDES)
    writing.cancel()


async def test_silence_is_broken() -> None:
    outbox, wire = Outbox(ping_s=0.01), Wire()
    writing = asyncio.create_task(outbox.write(wire.send, dict))
    await until(lambda: len(wire.sent) >= 2)
    assert all(message == {"type": "ping"} for message in wire.sent)
    writing.cancel()


# ---------------------------------------------------------------- the day


def test_a_day_begins_and_ends_at_midnight() -> None:
    for now in (0, 1_795_284_082_271, 1_774_746_000_000):  # the last: a night without its third hour, in much of Europe
        last, following = midnights(now)
        assert last <= now < following and following - last in (23 * 3_600_000, 86_400_000, 25 * 3_600_000)
        assert midnights(last) == (last, following) and midnights(following)[0] == following
