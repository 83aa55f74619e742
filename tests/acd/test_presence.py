"""An agent's desktop that is lost: nobody is silently available, and no customer loses their place by it."""

from typing import Any

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.web_floor import call as web_call
from acd.web_floor import floor_with as web_floor
from acd.web_floor import outcomes, press, told
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Strategy
from cordpair.acd.decide_presence import CONNECTION_LOST
from cordpair.ids import AgentId, QueueId

ANN, BOB = AgentId("ann"), AgentId("bob")
GRACE = 30_000


def floor_with(*ready: str, browser: bool = False, **options: Any) -> Floor:
    agents = (
        agent("ann", {}, ("q", "chat"), capacity={"voice": 1, "chat": 2}),
        agent("bob", {}, ("q", "chat"), capacity={"voice": 1, "chat": 1}),
    )
    configuration = centre((queue("q", **options), queue("chat", medium="chat", offer_timeout_ms=90_000)), agents)
    seats = tuple(replace(each, browser=browser) for each in configuration.seats)
    floor = Floor(replace(configuration, seats=seats))
    opens(floor, "ann")
    floor.ready(*ready)
    return floor


def opens(floor: Floor, name: str) -> None:
    assert floor.receive(inp.DeskOpened(AgentId(name))).refusal is None


def loses(floor: Floor, name: str) -> None:
    assert floor.receive(inp.DeskLost(AgentId(name))).refusal is None


def status(floor: Floor, name: str = "ann") -> tuple[str, str]:
    row = floor.agent(name)
    return row.status.value, row.reason


def test_lost_for_good():
    floor = floor_with("ann")
    loses(floor, "ann")
    floor.wait(GRACE - 1)
    assert status(floor) == ("ready", "")
    floor.wait(1)
    assert status(floor) == ("not_ready", CONNECTION_LOST) and not floor.agent("ann").desk
    opens(floor, "ann")
    assert status(floor) == ("not_ready", CONNECTION_LOST)  # whoever is back says so
    floor.call("q")
    floor.ready("ann")
    assert floor.alerted() == ["ann"]


def test_back_in_time():
    floor = floor_with("ann")
    idle = floor.agent("ann").idle_since
    loses(floor, "ann")
    floor.wait(GRACE - 1)
    opens(floor, "ann")
    floor.wait(GRACE)
    assert status(floor) == ("ready", "") and floor.agent("ann").idle_since == idle


def test_nothing_new_is_offered_meanwhile():
    floor = floor_with("ann")
    loses(floor, "ann")
    contact = floor.call("q")
    assert floor.alerted() == []
    floor.wait(2_000)
    opens(floor, "ann")
    assert floor.alerted(contact) == ["ann"]


def test_said_twice_and_the_other_way_round():
    floor = floor_with("ann")
    assert floor.receive(inp.DeskOpened(ANN)).events == []
    loses(floor, "ann")
    floor.wait(10_000)
    assert floor.receive(inp.DeskLost(ANN)).events == []  # the first counts
    floor.wait(GRACE - 10_000)
    assert status(floor)[0] == "not_ready" and floor.receive(inp.DeskLost(ANN)).events == []
    assert floor.receive(inp.DeskLost(BOB)).events == []
    assert floor.receive(inp.DeskOpened(AgentId("zoe"))).refusal and floor.receive(inp.DeskLost(AgentId("zoe"))).refusal


def test_who_has_no_desk_is_not_concerned():
    floor = floor_with("ann")
    floor.dial("bob", "011")
    floor.ready("bob")
    floor.receive(inp.DeskLost(BOB))
    floor.wait(10 * GRACE)
    assert status(floor, "bob") == ("ready", "") and not floor.all(ev.DeskDisconnected)


def test_a_pause_of_ones_own_keeps_its_reason():
    floor = floor_with("ann")
    floor.pause("ann", "lunch")
    loses(floor, "ann")
    floor.wait(GRACE)
    assert status(floor) == ("not_ready", "lunch") and not floor.agent("ann").desk


# ---------------------------------------------------------------- in a conversation


def test_in_a_call_it_takes_effect_after_it():
    floor = floor_with("ann", wrap_up_ms=5_000)
    contact = floor.call("q")
    floor.answers("ann")
    loses(floor, "ann")
    floor.wait(GRACE)
    assert floor.partner(contact) == "ann" and floor.agent("ann").pending_reason == CONNECTION_LOST
    floor.hangs_up("ann")
    floor.wait(4_999)
    assert status(floor)[0] == "ready"  # in wrap-up
    floor.wait(1)
    assert status(floor) == ("not_ready", CONNECTION_LOST)


def test_a_phone_in_the_page_went_with_it():
    """No PBX need notice. The customer waits at the old place; who talks over another phone talks on."""
    floor = floor_with("ann", browser=True, wrap_up_ms=5_000)
    contact = floor.call("q")
    floor.answers("ann")
    arrived, phone = floor.contact(contact).arrived_at, floor.phone("ann")
    loses(floor, "ann")
    floor.wait(GRACE - 1)
    assert floor.partner(contact) == "ann"
    floor.wait(1)
    assert floor.partner(contact) is None and floor.visit(contact).enqueued_at == arrived
    assert floor.sent(cmd.HangUp)[-1].leg == phone
    floor.wait(5_000)
    assert status(floor) == ("not_ready", CONNECTION_LOST)
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"]


def test_while_the_pbx_is_away_too_nobody_knows():
    floor = floor_with("ann", browser=True)
    contact = floor.call("q")
    floor.answers("ann")
    loses(floor, "ann")
    floor.cut()
    floor.wait(GRACE)
    assert floor.partner(contact) == "ann" and floor.agent("ann").pending_reason == CONNECTION_LOST


def test_back_before_it_took_effect():
    floor = floor_with("ann")
    floor.call("q")
    floor.answers("ann")
    loses(floor, "ann")
    floor.wait(GRACE)
    opens(floor, "ann")
    floor.hangs_up("ann")
    assert status(floor) == ("ready", "")


@pytest.mark.parametrize("asked", ["pause", "home"])
def test_what_was_asked_for_already_stays(asked):
    floor = floor_with("ann")
    floor.call("q")
    floor.answers("ann")
    if asked == "pause":
        floor.pause("ann", "lunch")
    else:
        floor.receive(inp.SignOut(ANN))
    loses(floor, "ann")
    floor.wait(GRACE)
    opens(floor, "ann")
    floor.hangs_up("ann")
    assert status(floor) == (("not_ready", "lunch") if asked == "pause" else ("signed_out", ""))


def test_a_call_that_ends_while_the_desk_is_away():
    """The page was killed with its phone: the caller waits in the old place, and not for who is not there."""
    floor = floor_with("ann", browser=True)
    contact = floor.call("q")
    floor.answers("ann")
    loses(floor, "ann")
    floor.wait(8_000)
    floor.hangs_up("ann", Cause.LOST)
    floor.wait(GRACE - 8_000)
    assert status(floor) == ("not_ready", CONNECTION_LOST) and floor.alerted() == []
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"]


# ---------------------------------------------------------------- alerted


def test_a_phone_in_the_same_page_does_not_ring_for_nobody():
    floor = floor_with("ann", browser=True)
    contact = floor.call("q")
    floor.rings("ann")
    loses(floor, "ann")
    assert floor.alerted() == [] and outcomes(floor) == ["withdrawn"]
    assert floor.agent("ann").failures == 0 and floor.agent("ann").not_before is None
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"]


def test_another_phone_rings_on_until_the_desk_is_given_up():
    floor = floor_with("ann", offer_timeout_ms=90_000)
    contact = floor.call("q")
    floor.rings("ann")
    loses(floor, "ann")
    assert floor.alerted(contact) == ["ann"]
    floor.wait(GRACE)
    assert floor.alerted() == [] and outcomes(floor) == ["withdrawn"]
    assert status(floor) == ("not_ready", CONNECTION_LOST)


def test_an_answer_counts():
    floor = floor_with("ann", offer_timeout_ms=90_000)
    contact = floor.call("q")
    floor.rings("ann")
    loses(floor, "ann")
    floor.answers("ann")
    floor.wait(GRACE)
    assert floor.partner(contact) == "ann"


@pytest.mark.parametrize("browser", [False, True])
def test_one_who_has_answered_is_joined(browser):
    floor = floor_with("ann", browser=browser)
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    loses(floor, "ann")
    for leg in (floor.leg(contact), phone):
        floor.receive(inp.Joined(leg, bridge))
    assert floor.partner(contact) == "ann"


def test_a_task_that_only_the_desk_could_take_goes_to_another():
    floor = floor_with("ann")
    floor.receive(inp.TaskArrived("chat-1", QueueId("chat"), "chat", floor.now))
    task = next(iter(floor.acd.state.contacts))
    floor.ready("bob")
    assert floor.alerted(task) == ["ann"]
    loses(floor, "ann")
    assert floor.alerted(task) == ["bob"]


def test_a_chat_of_two_goes_on():
    floor = floor_with("ann")
    for number in range(2):
        floor.receive(inp.TaskArrived(f"chat-{number}", QueueId("chat"), "chat", floor.now))
    first, second = floor.acd.state.contacts
    offer = next(row for row in floor.acd.state.offers.values() if row.contact == first)
    floor.receive(inp.AcceptOffer(offer.offer))
    loses(floor, "ann")
    assert floor.partner(first) == "ann" and floor.alerted(second) == []
    floor.wait(GRACE)
    assert floor.agent("ann").pending_reason == CONNECTION_LOST
    floor.ready("bob")
    assert floor.alerted(second) == ["bob"]


def test_the_customer_who_was_reserved_has_another_agent_at_once():
    """And makes one call: the invitation is the customer's, not the agent's."""
    floor = web_floor("ann", "bob")
    for name in ("ann", "bob"):
        opens(floor, name)
    contact = press(floor)
    first = floor.alerted(contact)[0]
    loses(floor, first)
    (second,) = floor.alerted(contact)
    assert first != second and len(told(floor)) == 1
    web_call(floor)
    assert floor.answers(second) == contact and outcomes(floor) == ["withdrawn", "connected"]


def test_a_group_goes_on_without_the_one_who_is_lost():
    floor = web_floor("ann", "bob", strategy=Strategy.RING_ALL)
    opens(floor, "ann")
    contact = press(floor)
    loses(floor, "ann")
    assert floor.alerted(contact) == ["bob"] and len(told(floor)) == 1


# ---------------------------------------------------------------- signing out, and an engine that starts again


def test_signing_out_ends_the_wait():
    floor = floor_with("ann")
    loses(floor, "ann")
    floor.receive(inp.SignOut(ANN))
    assert floor.agent("ann").desk_gone_until is None and not floor.agent("ann").desk
    floor.wait(GRACE)
    assert not floor.all(ev.DeskGone)


def test_a_desk_without_anybody_signed_in():
    floor = floor_with()
    loses(floor, "ann")
    assert not floor.agent("ann").desk and floor.agent("ann").desk_gone_until is None


def test_an_engine_that_starts_again_waits_for_the_desks():
    """The gateway says of each that it is lost; those who come back in time were never away."""
    floor = floor_with("ann")
    floor.acd = floor.rebuilt()
    assert floor.agent("ann").desk
    loses(floor, "ann")
    floor.acd = floor.rebuilt()
    floor.receive(inp.DeskLost(ANN))
    floor.wait(GRACE)
    assert status(floor) == ("not_ready", CONNECTION_LOST)


def test_a_node_that_is_away_does_not_stop_the_grace():
    floor = floor_with("ann")
    floor.receive(inp.LinkDown(NODE, "cut"))
    loses(floor, "ann")
    floor.wait(GRACE)
    assert status(floor) == ("not_ready", CONNECTION_LOST)
