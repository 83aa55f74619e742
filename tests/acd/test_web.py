"""Customers who wait in a browser, without a call, until an agent is reserved for them."""

import pytest
from msgspec.structs import replace

from acd.centre import NODE
from acd.web_floor import WITHIN, call, floor_with, outcomes, press, told
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import HangUpAction, Strategy
from cordpair.ids import NodeId, QueueId, ServiceId

# ---------------------------------------------------------------- waiting


def test_who_waits_in_a_browser_uses_no_channel():
    floor = floor_with()
    contact = press(floor)
    assert floor.visit(contact).enqueued_at == floor.now and floor.commands == [] and floor.acd.state.legs == {}


def test_the_order_is_one_with_phone_callers():
    floor = floor_with()
    first = floor.call("help")
    floor.wait(5)
    second = press(floor)
    floor.wait(5)
    third = floor.call("help")
    floor.ready("ann")
    assert floor.alerted(first) == ["ann"] and floor.alerted(second) == []
    floor.ready("bob")
    assert floor.alerted(second) == ["bob"] and floor.alerted(third) == []


def test_the_same_context_id_is_the_same_customer():
    floor = floor_with()
    press(floor)
    assert floor.receive(inp.WebArrived("web-1", NODE, "audio", floor.now, queue=QueueId("help"))).events == []
    floor.receive(inp.WebLeft("web-1"))
    assert floor.is_home() and floor.acd.state.sessions == {} and floor.outcomes("help") == {"abandoned": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"media": "telepathy"},
        {"node": NodeId("nowhere")},
        {"queue": QueueId("nowhere")},
        {"queue": QueueId("chat")},
        {"service": ServiceId("nowhere")},
        {"levels": {"german": 11}},
        {"context_id": ""},
    ],
)
def test_what_leads_nowhere_is_refused(wrong):
    floor = floor_with()
    good = inp.WebArrived("web-1", NODE, "audio", floor.now, queue=QueueId("help"))
    assert floor.receive(replace(good, **wrong)).refusal and not floor.acd.state.contacts


def test_a_page_leads_to_a_service_and_needs_more_of_an_agent():
    floor = floor_with("bob")
    contact = press(floor, service=ServiceId("more"), queue=None, levels={"video": 1})
    assert floor.visit(contact).queue == "more" and floor.alerted() == []
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"]


def test_a_closed_queue_turns_a_browser_away():
    floor = floor_with(on_no_agent_signed_in=HangUpAction(Cause.NORMAL, "closed"))
    press(floor)
    assert floor.ends() == ["system"] and floor.is_home()


# ---------------------------------------------------------------- reserved, told to call, joined


def test_reserved_then_told_then_rung_then_joined():
    floor = floor_with("ann")
    contact = press(floor)
    assert floor.slots("ann") == ["offered"] and floor.sent(cmd.Originate) == []
    assert floor.contact(contact).call_until == floor.now + WITHIN
    leg = call(floor)
    kinds = [type(command) for command in floor.commands]
    assert kinds == [cmd.StampLeg, cmd.Ring, cmd.Originate]
    (ring,) = floor.sent(cmd.Originate)
    assert (ring.endpoint, ring.originator, ring.context_id) == ("phone-ann", leg, "web-1")
    assert floor.sent(cmd.Answer) == []
    assert floor.answers("ann") == contact and floor.partner(contact) == "ann"
    kinds = [type(command) for command in floor.commands[-2:]]
    assert kinds == [cmd.Answer, cmd.Join]
    floor.hangs_up("ann")
    assert floor.is_home() and floor.outcomes("help") == {"connected": 1}


def test_an_agent_accepts_on_the_desktop_first_if_so_configured():
    floor = floor_with("ann", web_accept=True)
    contact = press(floor)
    assert floor.alerted(contact) == ["ann"] and told(floor) == []
    offer = floor.offer("ann").offer
    assert floor.receive(inp.AcceptOffer(offer)).refusal is None
    assert told(floor) == [contact]
    assert floor.receive(inp.AcceptOffer(offer)).events == []
    floor.wait(WITHIN - 1)
    assert floor.alerted(contact) == ["ann"]
    call(floor)
    assert floor.receive(inp.AcceptOffer(offer)).refusal is not None
    assert floor.answers("ann") == contact


def test_who_does_not_accept_missed_it():
    floor = floor_with("ann", "bob", web_accept=True, offer_timeout_ms=10_000)
    contact = press(floor)
    floor.wait(10_000)
    assert outcomes(floor) == ["missed"] and floor.alerted(contact) == ["bob"] and floor.agent("ann").failures == 1
    floor.receive(inp.RejectOffer(floor.offer("bob").offer))
    assert outcomes(floor) == ["missed", "rejected"] and told(floor) == []


def test_of_a_group_the_first_to_accept_is_reserved():
    floor = floor_with("ann", "bob", strategy=Strategy.RING_ALL, web_accept=True)
    contact = press(floor)
    assert floor.alerted(contact) == ["ann", "bob"]
    floor.receive(inp.AcceptOffer(floor.offer("bob").offer))
    assert floor.alerted(contact) == ["bob"] and outcomes(floor) == ["answered_elsewhere"]
    assert told(floor) == [contact]


def test_a_whole_group_is_rung_when_the_call_is_there():
    floor = floor_with("ann", "bob", strategy=Strategy.RING_ALL)
    contact = press(floor)
    assert told(floor) == [contact]
    call(floor)
    assert sorted(ring.endpoint for ring in floor.sent(cmd.Originate)) == ["phone-ann", "phone-bob"]


# ---------------------------------------------------------------- a browser that does not call


def test_a_browser_that_does_not_call_holds_nothing_against_the_agent():
    floor = floor_with("ann", wrap_up_ms=5_000)
    contact = press(floor)
    enqueued_at, idle = floor.visit(contact).enqueued_at, floor.agent("ann").idle_since
    floor.wait(WITHIN)
    assert outcomes(floor) == ["no_show"]
    row = floor.agent("ann")
    assert (row.failures, row.not_before, row.idle_since, row.calls) == (0, None, idle, 0)
    assert told(floor) == [contact, contact] and floor.visit(contact).enqueued_at == enqueued_at
    floor.wait(WITHIN)
    assert outcomes(floor) == ["no_show", "no_show"] and floor.is_home()
    assert floor.outcomes("help") == {"abandoned": 1} and floor.slots("ann") == ["free"]


def test_how_often_it_is_told_again_is_the_queues():
    floor = floor_with("ann", web_retries=0)
    press(floor)
    floor.wait(WITHIN)
    assert floor.is_home() and len(told(floor)) == 1


def test_a_call_that_comes_too_late_is_refused():
    floor = floor_with("ann", web_retries=0)
    press(floor)
    floor.wait(WITHIN)
    leg = call(floor)
    assert floor.last(ev.LegClosing).cause is Cause.REJECTED and leg not in floor.acd.state.legs


# ---------------------------------------------------------------- which call is theirs


@pytest.mark.parametrize("how", ["unknown", "too early", "from a trunk", "on another node"])
def test_a_call_that_was_not_asked_for_is_refused(how):
    floor = floor_with() if how == "too early" else floor_with("ann")
    contact = press(floor)
    before = floor.acd.state.contacts[contact]
    leg = call(
        floor,
        "web-2" if how == "unknown" else "web-1",
        "trunk" if how == "from a trunk" else "door",
        NodeId("far") if how == "on another node" else NODE,
    )
    closing = floor.last(ev.LegClosing)
    assert (closing.leg, closing.cause) == (leg, Cause.REJECTED)
    assert list(floor.acd.state.contacts) == [contact] and before.leg is None
    assert floor.sent(cmd.Originate) == []


def test_a_context_id_is_good_for_one_call():
    floor = floor_with("ann")
    contact = press(floor)
    first = call(floor)
    second = call(floor)
    assert floor.last(ev.LegClosing).leg == second and floor.leg(contact) == first


def test_other_context_ids_go_with_their_calls_as_before():
    floor = floor_with("ann")
    contact = floor.call("help", context_id="crm-1")
    assert floor.contact(contact).context_id == "crm-1"


# ---------------------------------------------------------------- the agent does not take it


def test_an_agent_who_misses_leaves_the_customer_on_the_pbx_in_place():
    floor = floor_with("ann", offer_timeout_ms=10_000)
    contact = press(floor)
    leg = call(floor)
    floor.rings("ann")
    floor.wait(10_000)
    assert outcomes(floor) == ["missed"] and floor.leg(contact) == leg
    assert [type(each) for each in floor.commands if getattr(each, "leg", "") == leg][-2:] == [cmd.Answer, cmd.Music]
    floor.ready("bob")
    assert floor.answers("bob") == contact and len(told(floor)) == 1


def test_a_phone_that_went_away_meanwhile_is_unreachable():
    floor = floor_with("ann")
    contact = press(floor)
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.UNREACHABLE))
    call(floor)
    assert outcomes(floor) == ["unreachable"] and floor.last(ev.MusicStarted).contact == contact


def test_a_phone_that_is_dialling_a_code_is_busy():
    floor = floor_with("ann")
    press(floor)
    floor.held.add(cmd.HangUp)
    floor.dial("ann", "099")
    call(floor)
    assert outcomes(floor) == ["busy"] and floor.sent(cmd.Originate) == []


def test_an_agent_who_pauses_gives_it_back_and_the_call_waits_with_music():
    floor = floor_with("ann")
    contact = press(floor)
    floor.pause("ann")
    assert outcomes(floor) == ["withdrawn"] and floor.contact(contact).call_until is not None
    call(floor)
    assert floor.last(ev.MusicStarted).contact == contact
    floor.ready("bob")
    assert floor.answers("bob") == contact


def test_another_agent_takes_over_while_the_browser_is_calling():
    floor = floor_with("ann")
    contact = press(floor)
    floor.pause("ann")
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"] and len(told(floor)) == 1
    call(floor)
    assert floor.answers("bob") == contact


def test_an_agent_whose_leg_is_lost_leaves_the_customer_at_the_old_place():
    floor = floor_with("ann")
    contact = press(floor)
    arrived = floor.visit(contact).enqueued_at
    call(floor)
    floor.answers("ann")
    floor.pause("ann")
    floor.hangs_up("ann", Cause.LOST)
    assert floor.visit(contact).enqueued_at == arrived and floor.last(ev.MusicStarted).contact == contact
