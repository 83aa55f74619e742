"""An agent with nothing but a phone: codes, told apart by the authenticated endpoint."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import FeatureAction, FeatureCode
from cordpair.acd.inputs import Caller
from cordpair.ids import AgentId, LegId, SeatId

CODES = (
    FeatureCode("011", FeatureAction.SIGN_IN),
    FeatureCode("022", FeatureAction.SIGN_OUT),
    FeatureCode("033", FeatureAction.READY),
    FeatureCode("044", FeatureAction.NOT_READY, "break"),
    FeatureCode("055", FeatureAction.WRAP_UP_DONE),
)


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    return Floor(centre((queue("q", wrap_up_ms=5_000),), agents, codes=CODES, reasons=("break",), **options), ready)


def result(floor: Floor) -> str:
    return floor.last(ev.FeatureUsed).result


def test_a_shift_by_codes():
    floor = floor_with()
    states = []
    for code in ("011", "033", "044", "033", "022"):
        floor.dial("ann", code)
        states.append((result(floor), floor.agent("ann").status.value, floor.agent("ann").reason))
    assert states == [
        ("sign_in", "not_ready", "signed-in"),
        ("ready", "ready", ""),
        ("not_ready", "not_ready", "break"),
        ("ready", "ready", ""),
        ("sign_out", "signed_out", ""),
    ]
    assert floor.is_home() and floor.acd.state.contacts == {}


def test_signing_in_exposes_to_no_offer_before_ready():
    """S1-2: the phone rang the moment the agent signed in, with callers waiting."""
    floor = floor_with()
    contact = floor.call("q")
    floor.dial("ann", "011")
    floor.wait(600_000)
    assert floor.offered() == []
    floor.dial("ann", "033")
    assert floor.offered() == [(contact, "ann")]


def test_the_phone_rings_only_after_it_has_hung_up():
    floor = floor_with()
    contact = floor.call("q")
    floor.dial("ann", "011")
    floor.held.add(cmd.HangUp)
    floor.dial("ann", "033")
    assert floor.agent("ann").status.value == "ready" and floor.alerted() == []
    floor.receive(inp.LegEnded(LegId(f"code-{floor.calls}"), Cause.NORMAL))
    assert floor.alerted(contact) == ["ann"]


def test_who_is_meant_is_told_by_the_endpoint_never_by_the_caller_id():
    """S1-1: whoever forged the number of an agent's phone was that agent."""
    floor = floor_with()
    forged = Caller("phone-bob", "bob")
    floor.receive(inp.LegArrived(LegId("x"), NODE, "011", floor.now, endpoint="phone-ann", caller=forged))
    assert floor.agent("ann").status.value == "not_ready" and floor.agent("bob").status.value == "signed_out"


@pytest.mark.parametrize("endpoint", ["", "trunk", "phone-eve"])
def test_a_code_from_elsewhere_is_an_unknown_number(endpoint):
    floor = floor_with("bob")
    floor.receive(
        inp.LegArrived(LegId("x"), NODE, "022", floor.now, endpoint=endpoint, caller=Caller("phone-bob", "bob"))
    )
    assert floor.agent("bob").status.value == "ready" and floor.all(ev.FeatureUsed) == []
    assert floor.sent(cmd.HangUp)[-1].cause is Cause.UNREACHABLE and floor.is_home()


def test_codes_count_only_in_the_phones_contexts():
    floor = floor_with(agent_contexts=("phones",))
    for context, expected in (("trunk", "signed_out"), ("phones", "not_ready")):
        leg = LegId(f"x-{context}")
        floor.receive(inp.LegArrived(leg, NODE, "011", floor.now, endpoint="phone-ann", context=context))
        assert floor.agent("ann").status.value == expected


def test_a_wrong_code_changes_nothing_and_is_refused():
    floor = floor_with("ann")
    floor.dial("ann", "099")
    assert result(floor) == "wrong_code" and floor.agent("ann").status.value == "ready"
    assert floor.sent(cmd.Answer) == [] and floor.sent(cmd.HangUp)[-1].cause is Cause.REJECTED and floor.is_home()


def test_an_agents_phone_may_call_a_service():
    floor = floor_with("bob")
    floor.dial("ann", "q")
    assert floor.all(ev.FeatureUsed) == [] and floor.alerted() == ["bob"]


@pytest.mark.parametrize("code", ["033", "044", "055"])
def test_who_is_not_signed_in_is_refused(code):
    floor = floor_with()
    floor.dial("ann", code)
    assert result(floor) == "refused" and floor.agent("ann").status.value == "signed_out"
    assert floor.sent(cmd.HangUp)[-1].cause is Cause.REJECTED


def test_a_phone_of_nobodys_is_refused():
    seats = floor_with().configuration.seats
    agents = (agent("ann", {}, ("q",)),)
    configuration = centre((queue("q"),), agents, codes=CODES)
    floor = Floor(type(configuration)(1, nodes=(NODE,), queues=configuration.queues, agents=agents, seats=seats,
                                      services=configuration.services, codes=CODES))  # fmt: skip
    floor.dial("bob", "011")
    assert result(floor) == "unknown_agent" and floor.is_home()


def test_a_prompt_says_what_came_of_it_and_then_the_phone_is_freed():
    floor = floor_with(prompts={"sign_in": "loginok", "wrong_code": "wrong"})
    for code, prompt in (("011", "loginok"), ("099", "wrong")):
        floor.dial("ann", code)
        play = floor.sent(cmd.Play)[-1]
        assert play.prompt == prompt and play.leg == LegId(f"code-{floor.calls}")
        assert floor.sent(cmd.Answer)[-1].leg == play.leg and not floor.is_home()
        floor.receive(inp.PlayEnded(play.play, play.leg))
        assert floor.is_home()


def test_a_prompt_that_never_ends_does_not_hold_the_phone():
    floor = floor_with(prompts={"sign_in": "loginok"})
    floor.dial("ann", "011")
    floor.wait(30_000)
    assert floor.is_home()


def test_the_codes_leg_is_stamped_so_that_a_later_engine_knows_it():
    floor = floor_with()
    floor.dial("ann", "011")
    assert floor.sent(cmd.StampLeg)[0].stamp.role == "feature"


def test_signing_in_at_another_phone_takes_it_along():
    floor = floor_with("ann")
    floor.receive(inp.SignIn(AgentId("ann"), SeatId("seat-bob")))
    floor.call("q")
    assert floor.sent(cmd.Originate)[-1].endpoint == "phone-bob"
    floor.receive(inp.LegEnded(floor.phone("ann"), Cause.BUSY))
    floor.dial("bob", "022")  # the phone is ann's now
    assert floor.agent("ann").status.value == "signed_out"


def test_a_taken_phone_is_refused():
    floor = floor_with("ann")
    refusal = floor.receive(inp.SignIn(AgentId("bob"), SeatId("seat-ann"))).refusal
    assert "taken by agent 'ann'" in (refusal or "")
    assert "does not exist" in (floor.receive(inp.SignIn(AgentId("bob"), SeatId("nowhere"))).refusal or "")
    assert "does not exist" in (floor.receive(inp.SignIn(AgentId("eve"))).refusal or "")


def test_repeating_a_wish_changes_nothing():
    floor = floor_with("ann")
    assert floor.receive(inp.SignIn(AgentId("ann"))).events == []
    assert floor.receive(inp.Ready(AgentId("ann"))).events == []
    floor.pause("ann")
    assert floor.pause("ann").events == []
    floor.receive(inp.SignOut(AgentId("ann")))
    assert floor.receive(inp.SignOut(AgentId("ann"))).events == []
