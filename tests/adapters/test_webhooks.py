"""Webhooks: what is promised of them in docs/reference/webhooks.md, with a receiver that does what receivers do."""

import asyncio
import json
import re
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest

from acd.story import story
from adapters.board_model import NODE, QUEUE
from adapters.receiver import PAGE, SECRET, Receiver, receiving
from adapters.test_callcenter_fold import Shelf, entries_of
from adapters.wall import CENTRE, NUMBER, hooked, wall
from api.centres import TEXT, centre
from cordpair.acd import Acd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import ContactEnd, OfferOutcome, VisitOutcome
from cordpair.acd.inputs import Caller, NotReady
from cordpair.adapters.webhooks import Alarm, AlarmRound, Chronicle, JournalRound, Memory, Postman, memory_of, mount
from cordpair.adapters.webhooks import rounds as module
from cordpair.clock import AsyncioClock
from cordpair.config.webhooks import Told, Webhook
from cordpair.errors import ConfigurationError
from cordpair.ids import AgentId, ContactId, OfferId, VisitId
from cordpair.journal import Entry
from cordpair.reports import deliveries
from cordpair.reports.deliveries import Deliveries, Hook, Message, key_of, signature
from cordpair.reports.following import Mark
from cordpair.runtime.personal import MemoryRecords
from cordpair.runtime.trunks import EQUAL
from cordpair.store.errors import StoreError

ANNA = AgentId("98427456")
TYPES = set(get_args(Told))


@pytest.fixture
async def receiver(monkeypatch):
    monkeypatch.setattr(deliveries, "FIRST_S", 0.01)
    async with receiving() as found:
        yield found


@pytest.fixture
async def sending():
    async with Deliveries(AsyncioClock(), lambda: 0.5) as found:
        yield found


# ---------------------------------------------------------------- what the page says


def documented() -> dict[str, dict[str, Any]]:
    rows = re.findall(r"^\| `([a-z_.]+)` \| .* \| `(\{.*\})` \|$", PAGE.read_text(), re.MULTILINE)
    return {name: json.loads(data) for name, data in rows}


def told_by_hand() -> list[Entry]:
    """Every event that there is a message for, once."""
    contact, visit, offer = ContactId("r-c1"), VisitId("r-v1"), OfferId("r-o1")
    events: list[ev.Event] = [
        ev.AgentSignedIn(ANNA, None),
        ev.AgentBecameReady(ANNA),
        ev.ContactArrived(contact, NODE, "voice", 0),
        ev.VisitBegan(visit, contact, QUEUE, 1, 0, 0),
        ev.OfferMade(offer, 1, visit, contact, ANNA, 0, 0),
        ev.ContactConnected(contact, visit, offer, ANNA, 8_120),
        ev.OfferEnded(offer, OfferOutcome.CONNECTED),
        ev.VisitEnded(visit, VisitOutcome.CONNECTED, 8_120),
        ev.ContactHeld(contact, ANNA, "music"),
        ev.ContactResumed(contact, ANNA),
        ev.ContactDisposed(contact, ANNA, "sold"),
        ev.ContactTransferred(contact, ANNA, QUEUE),
        ev.ConnectionEnded(contact, ANNA, 63_400, "transferred"),
        ev.VisitRefused(VisitId("r-v2"), contact, QUEUE, VisitOutcome.REJECTED_FULL, 2),
        ev.ContactEnded(contact, ContactEnd.SYSTEM),
        ev.AgentBecameNotReady(ANNA, "break"),
        ev.AgentSignedOut(ANNA),
    ]
    now = AsyncioClock().now_ms()
    return [Entry(number, now, inp.TimerDue(), (event,)) for number, event in enumerate(events, 1)]


def test_every_message_has_its_line():
    assert set(documented()) == TYPES


def test_the_examples_have_the_keys_that_are_sent():
    chronicle, shown = Chronicle(), documented()
    seen = set(module.ALARMS)
    for entry in told_by_hand():
        for each in chronicle.happenings(entry):
            assert list(each.facts) == list(shown[each.type]), each.type
            assert (each.contact is None) == (each.type == "agent.state")
            seen.add(each.type)
    assert seen == TYPES
    assert chronicle.memory == Memory()


def test_the_signature_is_that_of_the_specification():
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "s")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["tiny", "whsec_not base64", "whsec_c2hvcnQ="])
def test_a_weak_secret_is_refused(secret):
    with pytest.raises(ConfigurationError, match=r"^webhooks\.to\.crm\.secret: ") as refused:
        key_of(secret, "webhooks.to.crm.secret")
    assert secret not in str(refused.value)


# ---------------------------------------------------------------- what happens, as it is told


@pytest.mark.parametrize("seed", range(4))
def test_of_every_contact_the_whole_way_is_told(seed):
    chronicle, acd = Chronicle(), Acd()
    ways: dict[str, list[str]] = {}
    for entry in entries_of(story(seed, 200)):
        for each in chronicle.happenings(entry):
            assert each.type in TYPES
            if each.contact is not None:
                ways.setdefault(each.contact, []).append(each.type)
                if each.type in ("contact.connected", "contact.queued", "offer.made"):
                    assert each.facts["queue"] is not None
        acd.fold(entry.events, entry.at)
        there = memory_of(acd.state)
        kept = msgspec.json.decode(msgspec.json.encode(chronicle.memory), type=Memory)
        assert (set(kept.contacts), kept.visits, set(kept.offers)) == (
            set(there.contacts),
            there.visits,
            set(there.offers),
        )
    assert ways
    for way in ways.values():
        assert way[0] == "contact.arrived"
        assert all(before != "contact.ended" for before, _ in pairwise(way))


# ---------------------------------------------------------------- receivers


def postman(receiver: Receiver, sending: Deliveries, counts: list[str], **more: Any) -> Postman:
    wanted = Webhook(receiver.url, msgspec.convert({"env": "X"}, type=Webhook.__annotations__["secret"]), **more)
    records = MemoryRecords()
    for name in ("r-c1", "r-c2"):
        records.put(ContactId(name), 0, Caller(NUMBER, "Ada"), {"page": "/buy"})
    return Postman(
        "crm", wanted, SECRET.encode(), sending, AsyncioClock(), cell="main", give_up_ms=60_000,
        record=records.record, counted=counts.append,
    )  # fmt: skip


async def test_they_come_in_order_until_each_was_taken(receiver, sending):
    counts: list[str] = []
    receiver.answers = [500, 301, 404, 200, 503, 200, 307]
    round = JournalRound(postman(receiver, sending, counts), Shelf())  # type: ignore[arg-type]
    await round.tell(told_by_hand(), Mark("r", 17))
    assert [each["id"] for each in receiver.taken] == [f"r-{number}-0" for number in range(1, 18)]
    assert (counts.count("delivered"), counts.count("failed"), counts.count("given_up")) == (17, 5, 0)
    assert receiver.elsewhere == 0
    assert all("caller" not in each["data"] and "context" not in each["data"] for each in receiver.taken)
    assert receiver.taken[0]["cell"] == "main"


async def test_the_caller_is_told_where_that_is_asked_for(receiver, sending):
    round = JournalRound(
        postman(receiver, sending, [], events=("contact.connected",), with_caller=True, with_context=True),
        Shelf(),  # type: ignore[arg-type]
    )
    await round.tell(told_by_hand(), Mark("r", 17))
    assert receiver.types == ["contact.connected"]
    assert receiver.taken[0]["data"] == {
        "contact": "r-c1", "queue": QUEUE, "agent": ANNA, "waited_ms": 8_120,
        "caller": {"number": NUMBER, "name": "Ada"}, "context": {"page": "/buy"},
    }  # fmt: skip


async def test_the_context_is_told_without_the_caller(receiver, sending):
    wanted = postman(receiver, sending, [], events=("contact.connected",), with_context=True)
    await JournalRound(wanted, Shelf()).tell(told_by_hand(), Mark("r", 17))  # type: ignore[arg-type]
    assert receiver.taken[0]["data"]["context"] == {"page": "/buy"}
    assert "caller" not in receiver.taken[0]["data"]


async def test_one_that_hangs_or_dies_gets_it_again(receiver, sending, monkeypatch, caplog):
    monkeypatch.setattr(deliveries, "ANSWER_S", 0.2)
    receiver.answers = [None]
    async with Deliveries(AsyncioClock()) as impatient:
        round = JournalRound(postman(receiver, impatient, [], events=("agent.state",)), Shelf())  # type: ignore[arg-type]
        telling = asyncio.create_task(round.tell(told_by_hand(), Mark("r", 17)))
        await receiver.until(lambda me: me.taken)
        await receiver.stop()
        while "cannot be reached" not in caplog.text:
            await asyncio.sleep(0.01)  # sleep: a log line is no event
        await receiver.start()
        await telling
    assert [each["data"]["status"] for each in receiver.taken] == ["not_ready", "ready", "not_ready", "signed_out"]
    assert "no answer within 0.2 s" in caplog.text
    assert "of-the-address" not in caplog.text
    assert str(receiver.port) not in caplog.text


async def test_what_is_too_old_is_given_up_and_the_next_goes_on(receiver, sending, caplog):
    counts: list[str] = []
    old, *rest = told_by_hand()
    old = msgspec.structs.replace(old, at=old.at - 61_000)
    round = JournalRound(postman(receiver, sending, counts, events=("agent.state",)), Shelf())  # type: ignore[arg-type]
    await round.tell([old, *rest], Mark("r", 17))
    assert (counts.count("given_up"), counts.count("delivered")) == (1, 3)
    assert "message r-1-0 is given up" in caplog.text


async def test_a_message_is_given_up_when_its_time_is_over(receiver, sending):
    receiver.answers = [500] * 50
    heard: list[tuple[str, float]] = []
    message = Message("m", b'{"id":"m"}')
    until = AsyncioClock().now_ms() + 100
    taken = await sending.deliver(Hook(receiver.url, SECRET.encode()), message, until, lambda *why: heard.append(why))
    assert not taken
    assert [again for _, again in heard][:3] == [0.01, 0.02, 0.04]
    assert heard[-1] == ("the answer was 500", 0.0)


async def test_an_answer_without_end_is_not_read(sending):
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 1_000)
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(5):
        assert await sending.attempt(Hook(f"http://127.0.0.1:{port}/", b"k"), Message("m", b"{}")) == ""
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200", b"", b"\x00" * 100_000])
async def test_what_is_no_answer_is_a_failure(sending, answer):
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert "cannot be reached" in await sending.attempt(Hook(f"http://127.0.0.1:{port}/", b"k"), Message("m", b"{}"))
    server.close()
    await server.wait_closed()


# ---------------------------------------------------------------- restarts


@pytest.mark.parametrize("seen", [1, 5, 1_000])
async def test_killed_anywhere_nothing_is_left_out(receiver, sending, monkeypatch, seen):
    monkeypatch.setattr(module, "SEEN", seen)
    entries, shelf, killed = told_by_hand(), Shelf(), 0
    begun = JournalRound(postman(receiver, sending, []), shelf)  # type: ignore[arg-type]
    await begun.begin(Acd().state)
    await begun.tell((), Mark("r", 0))
    while True:
        round = JournalRound(postman(receiver, sending, []), shelf)  # type: ignore[arg-type]
        mark = await round.load()
        assert mark is not None
        if mark.seq == 17 or len(receiver.taken) >= 40:
            break
        rest = [entry for entry in entries if entry.seq > mark.seq]
        before = len(receiver.heard)
        telling = asyncio.create_task(_tell(round, rest))
        telling.add_done_callback(receiver.stir)
        await receiver.until(lambda me, goal=before + 2, task=telling: len(me.heard) >= goal or task.done())
        if len({each["id"] for each in receiver.taken}) == 17:
            await telling
            break
        telling.cancel()
        killed += 1
        await asyncio.gather(telling, return_exceptions=True)
    assert killed > 3
    ids = [int(each["id"].split("-")[1]) for each in receiver.taken]
    assert set(ids) == set(range(1, 18))
    assert all(after <= before + 1 for before, after in pairwise(ids))


async def _tell(round: JournalRound, entries: list[Entry]) -> None:
    for entry in entries:
        await round.tell([entry], Mark("r", entry.seq))


async def test_a_store_that_fails_sends_it_again(receiver, sending):
    shelf = Shelf()
    round = JournalRound(postman(receiver, sending, [], events=("agent.state",)), shelf)  # type: ignore[arg-type]
    await round.begin(Acd().state)
    await round.tell((), Mark("r", 0))

    async def full(*_: object) -> None:
        raise StoreError("the disk is full")

    shelf.put, put = full, shelf.put  # type: ignore[assignment,method-assign]
    with pytest.raises(StoreError):
        await round.tell(told_by_hand(), Mark("r", 17))
    shelf.put = put  # type: ignore[method-assign]
    await round.load()
    await round.tell(told_by_hand(), Mark("r", 17))
    assert [each["data"]["status"] for each in receiver.taken][:3] == ["not_ready", "not_ready", "ready"]
    assert receiver.taken[0]["id"] == receiver.taken[1]["id"]


async def test_a_journal_that_was_put_back_leaves_nothing_out(receiver, sending):
    shelf, entries = Shelf(), told_by_hand()
    first = JournalRound(postman(receiver, sending, []), shelf)  # type: ignore[arg-type]
    await first.begin(Acd().state)
    await first.tell((), Mark("r", 0))
    await _tell(first, entries[:6])
    again = JournalRound(postman(receiver, sending, []), shelf)  # type: ignore[arg-type]
    await again.load()
    later = [msgspec.structs.replace(entry, at=entry.at + 1) for entry in entries[4:]]
    await _tell(again, [*entries[:4], *later])  # the journal ended at 4: what came then is other than before
    assert [each["id"] for each in receiver.taken] == [f"r-{number}-0" for number in (*range(1, 7), *range(5, 18))]


# ---------------------------------------------------------------- alarms


async def test_alarms_are_told_as_they_stand(receiver, sending):
    shelf, now = Shelf(), set[Alarm]()

    async def look() -> frozenset[Alarm]:
        return frozenset(now)

    def round() -> AlarmRound:
        return AlarmRound(postman(receiver, sending, []), shelf, look, AsyncioClock())  # type: ignore[arg-type]

    first = round()
    now |= {Alarm("billing", "waiting"), Alarm("sales", "waiting")}
    await first.go()
    now.discard(Alarm("billing", "waiting"))
    await first.go()
    await first.go()
    told = [(each["type"], each["data"]["queue"]) for each in receiver.taken]
    assert told == [("alarm.raised", "billing"), ("alarm.raised", "sales"), ("alarm.cleared", "billing")]
    assert len({each["id"] for each in receiver.taken}) == 3


async def test_an_alarm_that_was_not_taken_is_told_after_a_restart(receiver, sending):
    shelf = Shelf()

    async def look() -> frozenset[Alarm]:
        return frozenset({Alarm("billing", "waiting")})

    receiver.answers = [503] * 3
    first = AlarmRound(postman(receiver, sending, []), shelf, look, AsyncioClock())  # type: ignore[arg-type]
    going = asyncio.create_task(first.go())
    await receiver.until(lambda me: me.heard)
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    again = AlarmRound(postman(receiver, sending, []), shelf, look, AsyncioClock())  # type: ignore[arg-type]
    running = asyncio.create_task(again.run())
    await receiver.until(lambda me: me.taken)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert {each["id"] for each in receiver.heard} == {receiver.taken[0]["id"]}


# ---------------------------------------------------------------- beside an engine


async def test_a_whole_call_is_told(tmp_path, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    centre = CENTRE + hooked("crm", receiver.url, "with_caller = true")
    async with wall(tmp_path, centre=centre) as found:
        await found.staff(ANNA)
        call = found.pbx.call("113", number=NUMBER, name="Ada")
        await receiver.until(lambda me: "contact.connected" in me.types)
        call.hang_up()
        await found.engine.request(NotReady(ANNA, "break"))
        await receiver.until(
            lambda me: "contact.ended" in me.types and any(each["data"].get("reason") for each in me.taken[2:])
        )
    types = receiver.types
    assert types[:2] == ["agent.state", "agent.state"]
    assert [each for each in types if each.startswith("contact")] == [
        "contact.arrived", "contact.queued", "contact.connected", "contact.left_queue", "contact.disconnected",
        "contact.ended",
    ]  # fmt: skip
    connected = receiver.taken[types.index("contact.connected")]
    assert connected["data"]["caller"] == {"number": NUMBER, "name": "Ada"}
    assert "context" not in connected["data"]
    assert len({each["id"] for each in receiver.taken}) == len(types)


async def test_one_that_is_dead_slows_nothing_and_hears_all_later(tmp_path, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    other = Receiver()
    await other.start()
    centre = CENTRE + hooked("crm", receiver.url) + hooked("live", other.url)
    await receiver.stop()
    async with wall(tmp_path, centre=centre) as found:
        await found.staff(ANNA)
        for _ in range(5):
            call = found.pbx.call("113", number=NUMBER)
            ended = len([each for each in other.types if each == "contact.connected"]) + 1
            await _until(other, "contact.connected", ended)
            call.hang_up()
            await _until(other, "contact.ended", ended)
    assert receiver.taken == []
    await receiver.start()
    async with wall(tmp_path, centre=centre) as found:
        await receiver.until(lambda me: me.types.count("contact.ended") == 5)
    heard = [each["id"] for each in receiver.taken]
    assert heard[: len(other.taken)] == [each["id"] for each in other.taken][: len(heard)]
    await other.stop()


async def _until(receiver: Receiver, what: str, times: int) -> None:
    await receiver.until(lambda me: me.types.count(what) >= times)


async def test_one_that_is_new_hears_nothing_old(tmp_path, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    async with wall(tmp_path) as found:
        await found.staff(ANNA)
    async with wall(tmp_path, centre=CENTRE + hooked("crm", receiver.url)) as found:
        await found.engine.request(NotReady(ANNA, "break"))
        await receiver.until(lambda me: me.taken)
        assert [each["data"] for each in receiver.taken] == [{"agent": ANNA, "status": "not_ready", "reason": "break"}]


@pytest.fixture
async def hooked_centre(tmp_path, receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr(module, "LOOK_S", 0.05)
    more = '[alarms]\nwaiting = 1\n[trunks.trunk]\naddresses = ["192.0.2.1"]\n'
    async with centre(tmp_path, TEXT + more + hooked("crm", receiver.url), part=mount) as found:
        yield found


async def test_an_alarm_of_the_centre_is_told(hooked_centre, receiver):
    call = hooked_centre.pbx.call("5001", number="0301")
    await receiver.until(lambda me: "alarm.raised" in me.types)
    call.hang_up()
    await receiver.until(lambda me: "alarm.cleared" in me.types)
    told = [each["data"] for each in receiver.taken if each["type"].startswith("alarm.")]
    assert told == [{"queue": "sales", "alarm": "waiting"}] * 2


async def test_an_alarm_of_a_trunk_is_told(hooked_centre, receiver):
    for _ in range(EQUAL):
        hooked_centre.pbx.call("5001", number="0301")
    await receiver.until(lambda me: "trunk.alarm_raised" in me.types)
    hooked_centre.pbx.call("5001", number="0302")
    await receiver.until(lambda me: "trunk.alarm_cleared" in me.types)
    told = [each["data"] for each in receiver.taken if each["type"].startswith("trunk.")]
    assert told == [{"node": "n1", "trunk": "trunk", "alarm": "equal_callers"}] * 2
    assert list(told[0]) == list(documented()["trunk.alarm_raised"])
