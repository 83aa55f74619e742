"""Browsers that go and come back, call at once, want video, and PBXs that are away meanwhile."""

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.web_floor import GRACE, WITHIN, call, floor_with, outcomes, press, told
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import QueueAction, Step, WebMode
from cordpair.acd.web import requirement
from cordpair.ids import AgentId, LegId, QueueId

# ---------------------------------------------------------------- gone and back


def test_a_browser_that_is_gone_keeps_its_place_but_nobody_is_reserved():
    floor = floor_with()
    contact = press(floor)
    floor.receive(inp.BrowserGone("web-1"))
    floor.ready("ann")
    assert floor.alerted() == []
    floor.wait(GRACE - 1)
    floor.receive(inp.BrowserBack("web-1", in_call=False))
    assert floor.alerted(contact) == ["ann"]
    floor.wait(1)
    assert floor.lives(contact)


def test_a_browser_that_stays_away_has_abandoned():
    floor = floor_with()
    press(floor)
    floor.receive(inp.BrowserGone("web-1"))
    floor.receive(inp.BrowserGone("web-1"))
    floor.wait(GRACE)
    assert floor.is_home() and floor.outcomes("help") == {"abandoned": 1} and floor.ends() == ["caller_hung_up"]
    assert floor.receive(inp.BrowserBack("web-1")).refusal


def test_who_is_reserved_only_is_let_go_with_the_browser():
    floor = floor_with("ann", web_accept=True)
    contact = press(floor)
    floor.receive(inp.BrowserGone("web-1"))
    assert outcomes(floor) == ["contact_gone"] and floor.lives(contact) and floor.slots("ann") == ["free"]


def test_a_browser_that_reconnects_while_it_calls_has_lost_nothing():
    floor = floor_with("ann")
    contact = press(floor)
    floor.receive(inp.BrowserGone("web-1"))
    floor.wait(2_000)
    assert floor.alerted(contact) == ["ann"]
    floor.receive(inp.BrowserBack("web-1"))
    call(floor)
    assert floor.answers("ann") == contact


def test_a_talk_outlives_a_lost_session_for_the_grace():
    floor = floor_with("ann")
    contact = press(floor)
    call(floor)
    floor.answers("ann")
    floor.receive(inp.BrowserGone("web-1"))
    floor.wait(GRACE - 1)
    assert floor.partner(contact) == "ann"
    floor.wait(1)
    assert floor.is_home() and floor.last(ev.ConnectionEnded).by == "caller"


def test_a_page_loaded_anew_takes_up_its_place_with_another_call():
    floor = floor_with("ann")
    contact = press(floor)
    old = call(floor)
    floor.receive(inp.BrowserGone("web-1"))
    floor.receive(inp.BrowserBack("web-1", in_call=False))
    assert floor.contact(contact).leg is None and old not in floor.acd.state.legs
    assert outcomes(floor) == ["contact_gone"] and floor.alerted(contact) == ["ann"]
    new = call(floor)
    assert floor.leg(contact) == new and floor.answers("ann") == contact


def test_a_page_loaded_anew_in_the_talk_has_hung_up():
    floor = floor_with("ann")
    press(floor)
    call(floor)
    floor.answers("ann")
    floor.receive(inp.BrowserBack("web-1", in_call=False))
    assert floor.is_home() and floor.last(ev.ConnectionEnded).by == "caller"


@pytest.mark.parametrize(("cause", "lives"), [(Cause.NORMAL, False), (Cause.LOST, True), (Cause.UNKNOWN, True)])
def test_a_call_lost_by_the_network_does_not_lose_the_place(cause, lives):
    floor = floor_with("ann")
    contact = press(floor)
    arrived = floor.visit(contact).enqueued_at
    floor.receive(inp.LegEnded(call(floor), cause))
    assert floor.lives(contact) is lives and outcomes(floor)[0] == "contact_gone"
    if lives:
        assert floor.visit(contact).enqueued_at == arrived and len(told(floor)) == 2
        call(floor)
        assert floor.answers("ann") == contact


def test_a_customer_who_leaves_ends_whatever_there_is():
    for stage in range(3):
        floor = floor_with("ann")
        press(floor)
        if stage:
            call(floor)
        if stage == 2:
            floor.answers("ann")
        assert floor.receive(inp.WebLeft("web-1")).refusal is None
        assert floor.is_home() and floor.slots("ann") == ["free"]


def test_a_rule_of_the_queue_reaches_who_is_gone_for_a_moment():
    floor = floor_with("ann", on_no_agent_signed_in=QueueAction(QueueId("more")))
    floor.pause("ann")
    contact = press(floor)
    floor.receive(inp.BrowserGone("web-1"))
    floor.receive(inp.SignOut(AgentId("ann")))
    assert floor.visit(contact).queue == "more"


# ---------------------------------------------------------------- call first


def test_call_first_tells_the_browser_at_once_and_plays_music():
    floor = floor_with(others=(queue("now", web=WebMode.CALL_FIRST),))
    contact = press(floor, queue=QueueId("now"))
    assert told(floor) == [contact] and floor.commands == []
    leg = call(floor)
    assert [type(each) for each in floor.commands] == [cmd.StampLeg, cmd.Answer, cmd.Music]
    assert floor.leg(contact) == leg


def test_call_first_offers_nobody_before_the_call_is_there():
    agents = (agent("ann", {}, ("now",)),)
    floor = Floor(centre((queue("now", web=WebMode.CALL_FIRST),), agents), ["ann"])
    contact = press(floor, queue=QueueId("now"))
    assert floor.alerted() == []
    call(floor, context="")
    assert floor.alerted(contact) == ["ann"] and floor.sent(cmd.Originate)
    assert floor.answers("ann") == contact


def test_overflow_into_a_queue_that_calls_first_tells_the_browser():
    floor = floor_with(
        others=(queue("now", web=WebMode.CALL_FIRST),), max_wait_ms=5_000, on_timeout=QueueAction(QueueId("now"))
    )
    contact = press(floor)
    arrived = floor.visit(contact).enqueued_at
    floor.wait(5_000)
    assert told(floor) == [contact] and floor.visit(contact).enqueued_at == arrived


# ---------------------------------------------------------------- video


def test_video_is_a_skill_and_never_silently_audio():
    floor = floor_with("bob")
    contact = press(floor, media="video")
    floor.wait(3_600_000)
    assert floor.alerted() == []
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"] and floor.last(ev.CallInvited).media == "video"


def test_a_queue_may_let_video_become_audio_in_time():
    floor = floor_with("bob", audio_after_ms=30_000)
    contact = press(floor, media="video")
    floor.wait(30_000)
    assert floor.alerted(contact) == ["bob"] and floor.last(ev.CallInvited).media == "audio"


def test_the_camera_is_not_forgotten_on_overflow():
    floor = floor_with("bob", max_wait_ms=5_000, on_timeout=QueueAction(QueueId("more")))
    contact = press(floor, media="video", levels={"german": 2})
    floor.wait(5_000)
    visit = floor.visit(contact)
    assert visit.queue == "more" and visit.levels == {"german": 2, "video": 1} and floor.alerted() == []


def test_what_a_page_needs_is_added_to_every_step_and_twice_is_once():
    floor = floor_with()
    row = floor.contact(press(floor, media="video", levels={"german": 4}))
    rule = queue("q", audio_after_ms=10_000)
    steps = (Step(0, {"german": 7}), Step(20_000))
    wanted = (
        Step(0, {"german": 7, "video": 1}),
        Step(10_000, {"german": 7}),
        Step(20_000, {"german": 4}),
    )
    once = requirement(row, rule, steps, "video")
    assert once == wanted and requirement(row, rule, once, "video") == wanted
    assert requirement(row, queue("q"), (), "video") == (Step(0, {"german": 4, "video": 1}),)


def test_a_new_configuration_reaches_who_waits_in_a_browser():
    floor = floor_with("bob")
    contact = press(floor, media="video")
    before = floor.configuration
    queues = tuple(replace(each, audio_after_ms=1_000) for each in before.queues)
    floor.receive(inp.ApplyConfiguration(replace(before, revision=2, queues=queues)))
    floor.wait(1_000)
    assert floor.alerted(contact) == ["bob"]


# ---------------------------------------------------------------- the link


def test_nothing_is_decided_of_a_call_that_may_have_arrived_unseen():
    floor = floor_with("ann")
    contact = press(floor)
    floor.cut()
    floor.wait(WITHIN + GRACE)
    assert floor.lives(contact) and floor.alerted(contact) == ["ann"]
    leg = LegId("door-late")
    arrival = inp.LegArrived(leg, NODE, "help", floor.now, context="door", context_id="web-1")
    floor.link((inp.LegSeen(leg, False, arrival=arrival),))
    assert floor.leg(contact) == leg and floor.sent(cmd.Originate)


def test_who_waits_without_a_call_waits_on_while_the_pbx_is_away():
    floor = floor_with(max_wait_ms=40_000)
    contact = press(floor)
    floor.cut()
    floor.receive(inp.BrowserGone("web-1"))
    floor.wait(GRACE - 1)
    floor.receive(inp.BrowserBack("web-1"))
    floor.ready("ann")
    assert floor.alerted() == [] and floor.lives(contact)
    floor.link()
    floor.wait(300)
    assert floor.alerted(contact) == ["ann"] and told(floor) == [contact]


def test_a_restarted_pbx_takes_the_call_but_not_the_place():
    floor = floor_with("ann")
    contact = press(floor)
    arrived = floor.visit(contact).enqueued_at
    call(floor)
    floor.cut()
    floor.link((), epoch="2")
    assert floor.visit(contact).enqueued_at == arrived and floor.contact(contact).leg is None
    floor.wait(60_000)
    assert len(told(floor)) >= 2


def test_a_draining_node_keeps_who_called_from_a_browser():
    floor = floor_with("ann", offer_timeout_ms=10_000)
    contact = press(floor)
    call(floor)
    floor.rings("ann")
    floor.wait(10_000)
    floor.receive(inp.DrainNode(NODE))
    assert not floor.all(ev.MoveBegan) and floor.lives(contact)
    assert floor.agent("ann").agent == AgentId("ann")


def test_nobody_is_told_to_call_a_pbx_that_is_away():
    floor = floor_with("ann", web_accept=True)
    contact = press(floor)
    offer = floor.offer("ann").offer
    floor.cut()
    floor.receive(inp.AcceptOffer(offer))
    assert told(floor) == []
    floor.link()
    floor.wait(300)
    assert told(floor) == [contact] and floor.alerted(contact) == ["ann"]
