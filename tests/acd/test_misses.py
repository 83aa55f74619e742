"""What follows when an agent does not take an offer: a delay, an exclusion, and in a row not ready."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, SeatStatus
from cordpair.acd.configuration import Misses

MISSES = Misses(limit=3, miss_delay_ms=1_000, reject_delay_ms=2_000, busy_delay_ms=4_000, unreachable_delay_ms=8_000)


def floor_with(*ready: str, misses: Misses = MISSES, **options: object) -> Floor:
    agents = tuple(agent(name, {"german": number}, ("q",)) for number, name in enumerate(("ann", "bob", "cid"), 1))
    return Floor(centre((queue("q", offer_timeout_ms=20_000, **options),), agents, misses=misses), ready)


def fail(floor: Floor, how: str, name: str = "ann") -> None:
    if how == "missed":
        floor.rings(name)
        floor.wait(20_000)
    elif how == "no_ringing":
        floor.wait(20_000)
    elif how == "refused_by_interface":
        floor.receive(inp.RejectOffer(floor.offer(name).offer))
    else:
        floor.refuses(name, Cause(how))


DELAYS = [
    ("missed", "missed", 1_000),
    ("refused_by_interface", "rejected", 2_000),
    ("rejected", "rejected", 2_000),
    ("busy", "busy", 4_000),
    ("no_ringing", "unreachable", 8_000),
    ("no_answer", "unreachable", 8_000),  # the phone's own time-out, and it never rang
    ("unreachable", "unreachable", 8_000),
    ("congestion", "unreachable", 8_000),
]


@pytest.mark.parametrize(("how", "outcome", "delay"), DELAYS)
def test_each_failure_has_its_delay(how, outcome, delay):
    floor = floor_with("ann")
    contact = floor.call("q")
    fail(floor, how)
    assert floor.last(ev.OfferEnded).outcome.value == outcome
    assert floor.agent("ann").failures == 1 and floor.agent("ann").not_before == floor.now + delay
    floor.wait(delay - 1)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["ann"]


def test_the_phones_own_timeout_after_ringing_is_a_miss():
    floor = floor_with("ann")
    floor.call("q")
    floor.rings("ann")
    floor.refuses("ann", Cause.NO_ANSWER)
    assert floor.last(ev.OfferEnded).outcome.value == "missed"


def test_the_delay_holds_for_other_contacts_too():
    floor = floor_with("ann")
    first = floor.call("q")
    fail(floor, "busy")
    floor.abandon(first)
    second = floor.call("q")
    floor.wait(3_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(second) == ["ann"]


def test_no_delay_means_at_once_for_another_contact():
    floor = floor_with("ann", misses=Misses(reject_delay_ms=0))
    first = floor.call("q")
    floor.ready("bob")
    floor.refuses("ann", Cause.REJECTED)
    assert floor.alerted(first) == ["bob"]
    second = floor.call("q")
    assert floor.alerted(second) == ["ann"]


def test_a_missed_phone_stops_ringing():
    floor = floor_with("ann")
    floor.call("q")
    phone = floor.phone("ann")
    fail(floor, "missed")
    assert [(command.leg, command.cause) for command in floor.sent(cmd.HangUp)] == [(phone, Cause.NO_ANSWER)]


@pytest.mark.parametrize("how", ["missed", "busy", "rejected", "no_ringing"])
def test_some_in_a_row_make_the_agent_not_ready(how):
    floor = floor_with("ann")
    floor.call("q")
    for _ in range(2):
        fail(floor, how)
        floor.wait(8_000)
    assert floor.agent("ann").status.value == "ready"
    fail(floor, how)
    reason = {"no_ringing": "unreachable"}.get(how, how)
    assert (floor.agent("ann").status.value, floor.agent("ann").reason) == ("not_ready", reason)
    floor.wait(60_000)
    assert floor.alerted() == []


def test_an_answer_ends_the_row():
    floor = floor_with("ann")
    contact = floor.call("q")
    for _ in range(2):
        fail(floor, "missed")
        floor.wait(1_000)
    floor.answers("ann")
    assert floor.agent("ann").failures == 0
    floor.abandon(contact)
    floor.call("q")
    fail(floor, "missed")
    assert floor.agent("ann").status.value == "ready"


def test_ready_ends_the_row_and_is_offered_again():
    floor = floor_with("ann", misses=Misses(limit=1, miss_delay_ms=1_000))
    contact = floor.call("q")
    fail(floor, "missed")
    assert floor.agent("ann").status.value == "not_ready"
    floor.wait(1_000)
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"] and floor.agent("ann").failures == 0


# ---------------------------------------------------------------- exclusions


def test_who_did_not_take_a_contact_is_not_asked_again_while_others_are_there():
    floor = floor_with("ann", "bob", "cid", misses=Misses(limit=99, reject_delay_ms=0))
    contact = floor.call("q")
    for name in ("ann", "bob"):
        floor.refuses(name, Cause.REJECTED)
    assert floor.alerted(contact) == ["cid"]
    assert floor.visit(contact).excluded == ("ann", "bob")


def test_exclusions_are_cleared_when_they_would_exclude_everybody():
    floor = floor_with("ann", "bob", misses=Misses(limit=99, reject_delay_ms=0))
    contact = floor.call("q")
    floor.refuses("ann", Cause.REJECTED)
    floor.refuses("bob", Cause.REJECTED)
    assert len(floor.all(ev.ExclusionsCleared)) == 1
    assert floor.alerted(contact) == ["ann"]


def test_a_busy_colleague_keeps_the_exclusion():
    """She is ready, only in a call: the contact waits for her rather than for who refused it."""
    floor = floor_with("ann", "bob", misses=Misses(limit=99, reject_delay_ms=0))
    floor.call("q")
    floor.answers("ann")
    contact = floor.call("q")
    floor.refuses("bob", Cause.REJECTED)
    assert floor.alerted() == [] and floor.visit(contact).excluded == ("bob",)
    floor.hangs_up("ann")
    assert floor.alerted(contact) == ["ann"]


@pytest.mark.parametrize("leaves", ["pauses", "signs_out", "unreachable"])
def test_exclusions_are_cleared_when_the_last_other_leaves(leaves):
    floor = floor_with("ann", "bob", misses=Misses(limit=99, reject_delay_ms=0))
    floor.call("q")
    floor.answers("ann")
    contact = floor.call("q")
    floor.refuses("bob", Cause.REJECTED)
    assert floor.alerted() == []
    if leaves == "pauses":
        floor.pause("ann")
        assert floor.alerted(contact) == ["bob"]  # a pause is asked for: ann will not take it
    elif leaves == "signs_out":
        floor.receive(inp.SignOut(floor.agent("ann").agent))
        assert floor.alerted(contact) == ["bob"]
    else:
        floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.UNREACHABLE))
        assert floor.alerted(contact) == ["bob"]


def test_exclusions_are_cleared_when_only_the_excluded_come_back():
    floor = floor_with("ann", misses=Misses(limit=1, reject_delay_ms=0))
    contact = floor.call("q")
    floor.refuses("ann", Cause.REJECTED)  # not ready: nobody is left
    assert floor.visit(contact).excluded == ("ann",)
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"]


def test_an_exclusion_is_of_one_contact_only():
    floor = floor_with("ann", "bob", misses=Misses(limit=99, reject_delay_ms=0))
    floor.call("q")
    floor.refuses("ann", Cause.REJECTED)
    other = floor.call("q")
    assert floor.alerted(other) == ["ann"]


# ---------------------------------------------------------------- what is nobody's fault


def test_an_offer_that_ends_with_the_caller_is_no_miss():
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.rings("ann")
    floor.abandon(contact)
    assert floor.agent("ann").failures == 0 and floor.agent("ann").not_before is None
    assert floor.alerted(floor.call("q")) == ["ann"]


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.TIMED_OUT, Failure.UNSUPPORTED])
def test_a_phone_that_could_not_be_rung_is_left_alone_for_a_while(failure):
    floor = floor_with("ann", "bob")
    contact = floor.call("q")
    phone = floor.phone("ann")
    floor.receive(inp.CommandFailed("Originate", NODE, failure, phone))
    assert floor.alerted(contact) == ["bob"]
    assert floor.agent("ann").not_before == floor.now + 8_000
    counted = floor.agent("ann").failures
    assert counted == (0 if failure is Failure.TIMED_OUT else 1)
    assert phone not in floor.acd.state.legs
    if failure is Failure.TIMED_OUT:  # it may exist
        assert floor.sent(cmd.HangUp)[-1].leg == phone


def test_a_lost_link_decides_nothing():
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.receive(inp.CommandFailed("Originate", NODE, Failure.LINK_LOST, floor.phone("ann")))
    assert floor.alerted(contact) == ["ann"]


def test_a_withdrawn_offer_is_no_miss():
    floor = floor_with("ann", "bob")
    contact = floor.call("q")
    floor.pause("ann")
    assert floor.alerted(contact) == ["bob"]
    assert floor.all(ev.OfferEnded)[0].outcome.value == "withdrawn"
    assert floor.agent("ann").failures == 0
    assert floor.agent("ann").status.value == "not_ready"


def test_an_offer_can_be_rejected_once():
    floor = floor_with("ann")
    floor.call("q")
    offer = floor.offer("ann").offer
    floor.receive(inp.RejectOffer(offer))
    assert "not open" in (floor.receive(inp.RejectOffer(offer)).refusal or "")


def test_the_longer_delay_counts():
    floor = floor_with("ann", misses=Misses(miss_delay_ms=1_000, unreachable_delay_ms=50_000))
    floor.call("q")
    fail(floor, "unreachable")
    assert floor.agent("ann").not_before == floor.now + 50_000
