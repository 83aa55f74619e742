"""Tasks (chats, mails, call-backs) use the same slots through the same offer."""

import pytest

from acd.centre import agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.ids import ContactId, QueueId


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (
        agent("ann", {}, ("chat", "calls"), capacity={"voice": 1, "chat": 2}),
        agent("bob", {}, ("chat", "calls")),
    )
    queues = (queue("chat", medium="chat", offer_timeout_ms=10_000, **options), queue("calls"))
    return Floor(centre(queues, agents), ready)


def chat(floor: Floor, key: str) -> ContactId:
    made = floor.receive(inp.TaskArrived(key, QueueId("chat"), "chat", floor.now))
    return next(event.contact for event in made.events if isinstance(event, ev.ContactArrived))


def accept(floor: Floor, contact: str) -> None:
    offer = next(row.offer for row in floor.acd.state.offers.values() if row.contact == contact)
    assert floor.receive(inp.AcceptOffer(offer)).refusal is None


def test_an_agent_has_as_many_as_their_slots():
    floor = floor_with("ann")
    contacts = [chat(floor, f"k{number}") for number in range(3)]
    assert [floor.alerted(each) for each in contacts] == [["ann"], ["ann"], []]
    for each in contacts[:2]:
        accept(floor, each)
    assert floor.outcomes("chat") == {"connected": 2} and floor.alerted() == []
    floor.receive(inp.EndContact(contacts[0]))
    assert floor.alerted(contacts[2]) == ["ann"]
    assert floor.commands == []  # no phone has anything to do with it


def test_who_has_no_slot_for_the_medium_is_not_asked():
    floor = floor_with("bob")
    chat(floor, "k")
    assert floor.offered() == []


def test_a_call_waits_until_all_slots_are_free():
    floor = floor_with("ann")
    first = chat(floor, "k")
    accept(floor, first)
    call = floor.call("calls")
    assert floor.alerted(call) == []
    floor.receive(inp.EndContact(first))
    assert floor.alerted(call) == ["ann"]


def test_a_call_blocks_every_other_slot():
    floor = floor_with("ann")
    call = floor.call("calls")
    waiting = chat(floor, "k")
    assert floor.alerted(waiting) == []
    floor.answers("ann")
    assert floor.alerted(waiting) == []
    floor.abandon(call)
    assert floor.alerted(waiting) == ["ann"]


def test_idle_since_is_when_the_last_slot_became_free():
    floor = floor_with("ann")
    contacts = [chat(floor, f"k{number}") for number in range(2)]
    for each in contacts:
        accept(floor, each)
    before = floor.agent("ann").idle_since
    floor.wait(1_000)
    floor.receive(inp.EndContact(contacts[0]))
    assert floor.agent("ann").idle_since == before
    floor.wait(1_000)
    floor.receive(inp.EndContact(contacts[1]))
    assert floor.agent("ann").idle_since == floor.now


def test_a_pause_waits_for_the_last_of_them():
    """As OpenSIPS#2679: each slot has its own end."""
    floor = floor_with("ann", wrap_up_ms=1_000)
    contacts = [chat(floor, f"k{number}") for number in range(2)]
    for each in contacts:
        accept(floor, each)
    floor.pause("ann")
    floor.receive(inp.EndContact(contacts[0]))
    floor.wait(1_000)
    assert floor.slots("ann") == ["free", "connected", "free"] and floor.agent("ann").status.value == "ready"
    assert floor.alerted(chat(floor, "more")) == []
    floor.receive(inp.EndContact(contacts[1]))
    floor.wait(1_000)
    assert floor.agent("ann").status.value == "not_ready"


def test_the_same_key_is_the_same_task_while_it_lives():
    floor = floor_with()
    contact = chat(floor, "mail-1")
    assert floor.receive(inp.TaskArrived("mail-1", QueueId("chat"), "chat", floor.now)).events == []
    floor.receive(inp.EndContact(contact))
    assert chat(floor, "mail-1") != contact
    assert chat(floor, "") != chat(floor, "")


def test_a_task_that_nobody_accepts_is_a_miss():
    floor = floor_with("ann")
    contact = chat(floor, "k")
    floor.wait(10_000)
    assert floor.last(ev.OfferEnded).outcome.value == "missed" and floor.agent("ann").failures == 1
    floor.wait(10_000)
    assert floor.alerted(contact) == ["ann"]


def test_a_task_is_rejected():
    floor = floor_with("ann")
    chat(floor, "k")
    floor.receive(inp.RejectOffer(floor.offer("ann").offer))
    assert floor.last(ev.OfferEnded).outcome.value == "rejected"


def test_tasks_need_no_link():
    floor = floor_with("ann")
    floor.cut()
    contact = chat(floor, "k")
    accept(floor, contact)
    assert floor.outcomes("chat") == {"connected": 1}


def test_a_call_is_accepted_by_answering_only():
    floor = floor_with("ann")
    floor.call("calls")
    refusal = floor.receive(inp.AcceptOffer(floor.offer("ann").offer)).refusal
    assert "answering the phone" in (refusal or "")
    assert floor.sent(cmd.Join) == []


@pytest.mark.parametrize(("name", "medium"), [("nowhere", "chat"), ("calls", "chat"), ("chat", "mail")])
def test_a_task_for_the_wrong_queue_is_refused(name, medium):
    floor = floor_with("ann")
    decided = floor.receive(inp.TaskArrived("k", QueueId(name), medium, floor.now))
    assert decided.refusal and decided.events == []


def test_order_is_one_over_media():
    floor = floor_with()
    call = floor.call("calls")
    floor.wait(5)
    waiting = chat(floor, "k")
    floor.ready("ann")
    assert floor.alerted(call) == ["ann"] and floor.alerted(waiting) == []
