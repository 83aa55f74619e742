"""A customer whose browser never called: closed, or a task for somebody to call back."""

from typing import Any

from msgspec.structs import replace

from acd.centre import queue
from acd.floor import Floor
from acd.web_floor import WITHIN, call, floor_with, press
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import HangUpAction
from cordpair.ids import ContactId, QueueId

CHAT = QueueId("chat")


def no_show(floor: Floor, page: str = "web-1") -> ContactId:
    """Told twice, and never called."""
    contact = press(floor, page)
    floor.wait(3_000)
    floor.wait(WITHIN)
    floor.wait(WITHIN)
    return contact


def floor_of(*ready: str, **options: Any) -> Floor:
    """Ann takes chats, too."""
    floor = floor_with(on_no_show=CHAT, **options)
    ann, *others = floor.configuration.agents
    agents = (replace(ann, capacity={"voice": 1, "chat": 1}), *others)
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, agents=agents, revision=2)))
    floor.ready(*ready)
    return floor


def test_who_never_called_is_called_back():
    floor = floor_of("ann")
    began = floor.now
    contact = no_show(floor)
    task = floor.acd.state.contacts[floor.acd.state.tasks["call-back:web-1"]]
    assert not floor.lives(contact) and floor.ends() == ["system"] and floor.acd.state.sessions == {}
    assert (task.medium, task.origin, task.leg, task.media) == ("chat", contact, None, "")
    assert floor.outcomes("help") == {"called_back": 1}
    visit = floor.visit(task.contact)
    assert (visit.queue, visit.enqueued_at, visit.began_at) == (CHAT, began, began + 2 * WITHIN)
    assert floor.alerted(task.contact) == ["ann"]
    floor.receive(inp.AcceptOffer(floor.offer("ann").offer))
    assert floor.partner(task.contact) == "ann"


def test_without_the_rule_it_is_closed():
    floor = floor_with("ann")
    no_show(floor)
    assert floor.is_home() and floor.outcomes("help") == {"abandoned": 1}


def test_who_calls_in_time_is_a_caller():
    floor = floor_of("ann")
    contact = press(floor)
    floor.wait(WITHIN)
    call(floor)
    assert floor.answers("ann") == contact and floor.acd.state.tasks == {}


def test_who_closed_the_page_is_not_called_back():
    floor = floor_of("ann")
    press(floor)
    floor.wait(WITHIN)
    floor.receive(inp.BrowserGone("web-1"))
    floor.wait(10 * WITHIN)
    assert floor.is_home() and floor.outcomes("help") == {"abandoned": 1}


def test_once_for_each_session():
    floor = floor_of("ann")
    no_show(floor)
    first = floor.acd.state.tasks["call-back:web-1"]
    floor.receive(inp.RejectOffer(floor.offer("ann").offer))
    floor.ready("bob")
    no_show(floor)
    assert floor.acd.state.tasks == {"call-back:web-1": first} and floor.outcomes("help") == {"called_back": 2}
    no_show(floor, "web-2")
    assert len(floor.acd.state.tasks) == 2


def test_a_queue_that_takes_no_more():
    """Its rule holds for a call-back as for any task: nobody waits for ever, and everything is counted."""
    full = queue("later", medium="later", max_length=1, on_full=HangUpAction())
    floor = floor_with("ann", others=(full,), on_no_show=QueueId("later"))
    no_show(floor, "web-1")
    no_show(floor, "web-2")
    assert floor.outcomes("later") == {"rejected_full": 1} and list(floor.acd.state.tasks) == ["call-back:web-1"]
    assert [each.origin is not None for each in floor.all(ev.ContactArrived)] == [False, True, False, True]
