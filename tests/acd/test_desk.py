"""What an agent does at the desk: digits, hanging up, dispositions; a page that is shown; a phone that moves along."""

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.web_floor import call as web_call
from acd.web_floor import floor_with as web_floor
from acd.web_floor import press
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import Seat
from cordpair.ids import AgentId, ContactId, QueueId, SeatId

ANN, BOB = AgentId("ann"), AgentId("bob")
SOLVED = ("solved", "wrong number")


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (agent("ann", {}, ("q", "chat"), capacity={"voice": 1, "chat": 1}), agent("bob", {}, ("q",)))
    return Floor(centre((queue("q", wrap_up_ms=5_000, **options), queue("chat", medium="chat")), agents), ready)


def talking(**options: object) -> tuple[Floor, ContactId]:
    floor = floor_with("ann", **options)
    contact = floor.call("q")
    floor.answers("ann")
    return floor, contact


# ---------------------------------------------------------------- digits


def test_digits_go_to_the_customers_end_and_into_no_event():
    floor, contact = talking()
    made = floor.receive(inp.SendDigits(contact, ANN, "000", kept=4))
    assert made.commands == [cmd.SendDigits(NODE, floor.leg(contact), 4)]
    assert made.events == [ev.DigitsSent(contact, ANN, 3, 4)]


@pytest.mark.parametrize("digits", ["", "0" * 33, "0?0", "12 3"])
def test_what_is_no_digit_is_refused(digits):
    floor, contact = talking()
    made = floor.receive(inp.SendDigits(contact, ANN, digits))
    assert made.refusal and not made.events
    assert floor.receive(inp.SendDigits(contact, BOB, "0")).refusal


# ---------------------------------------------------------------- hanging up


def test_hung_up_at_the_desk_is_hung_up_at_the_phone():
    """Event by event, but that the phone's leg must still be ended."""
    desk, phone = talking()[0], talking()[0]
    contact = next(iter(desk.acd.state.contacts))
    before = len(desk.events)
    desk.receive(inp.HangUpContact(contact, ANN))
    phone.hangs_up("ann")
    kinds = [type(each) for each in desk.events[before:]]
    assert set(kinds) - {type(each) for each in phone.events[before:]} == set()
    assert desk.ends() == phone.ends() == ["agent_hung_up"]
    assert desk.last(ev.ConnectionEnded) == phone.last(ev.ConnectionEnded)
    assert desk.is_home() and desk.slots("ann") == phone.slots("ann") == ["free", "wrap_up"]


def test_only_ones_own_call_is_hung_up():
    floor, contact = talking()
    assert floor.receive(inp.HangUpContact(contact, BOB)).refusal and floor.partner(contact) == "ann"


def test_a_task_is_over_when_its_agent_says_so():
    floor = floor_with("ann")
    floor.receive(inp.TaskArrived("chat-1", QueueId("chat"), "chat", floor.now))
    floor.receive(inp.AcceptOffer(floor.offer("ann").offer))
    floor.receive(inp.HangUpContact(next(iter(floor.acd.state.contacts)), ANN))
    assert floor.is_home() and floor.ends() == ["agent_hung_up"]


# ---------------------------------------------------------------- dispositions


def dispose(floor: Floor, contact: ContactId, disposition: str, by: AgentId = ANN) -> str | None:
    return floor.receive(inp.Dispose(contact, by, disposition)).refusal


def test_said_in_the_call_or_its_wrap_up_the_last_one_counts():
    floor, contact = talking(dispositions=SOLVED)
    assert dispose(floor, contact, "solved") is None
    assert floor.agent("ann").slots[1].disposition == "solved"
    floor.hangs_up("ann")
    assert dispose(floor, contact, "wrong number") is None and dispose(floor, contact, "wrong number") is None
    assert [each.disposition for each in floor.all(ev.ContactDisposed)] == ["solved", "wrong number"]
    floor.wraps_up("ann")
    assert "wrap-up" in (dispose(floor, contact, "solved") or "")
    assert floor.agent("ann").slots[1].disposition == ""


@pytest.mark.parametrize("wrong", ["", "splendid"])
def test_only_what_the_queue_knows(wrong):
    floor, contact = talking(dispositions=SOLVED)
    assert "solved" in (dispose(floor, contact, wrong) or "") and not floor.all(ev.ContactDisposed)


@pytest.mark.parametrize(("given", "taken"), [("anything", True), ("", False), ("x" * 65, False), ("a\nb", False)])
def test_where_the_queue_knows_none_a_short_word_will_do(given, taken):
    floor, contact = talking()
    assert (dispose(floor, contact, given) is None) is taken


def test_it_is_said_by_who_talked():
    floor, contact = talking()
    assert dispose(floor, contact, "solved", BOB) and dispose(floor, contact, "solved", AgentId("zoe"))


def test_who_gave_it_away_says_what_came_of_theirs():
    floor, contact = talking(dispositions=SOLVED)
    floor.ready("bob")
    floor.receive(inp.Transfer(contact, ANN, to=BOB))
    assert floor.answers("bob") == contact
    assert dispose(floor, contact, "solved") is None and dispose(floor, contact, "wrong number", BOB) is None


def test_the_next_conversation_begins_with_none():
    floor, contact = talking(dispositions=SOLVED)
    dispose(floor, contact, "solved")
    floor.hangs_up("ann")
    floor.wraps_up("ann")
    floor.call("q")
    floor.answers("ann")
    assert floor.agent("ann").slots[1].disposition == ""


# ---------------------------------------------------------------- a page that is shown


def test_a_page_is_shown_until_it_is_not_or_they_go():
    floor = web_floor("ann")
    contact = press(floor)
    for on in (True, True, False, True):
        assert floor.receive(inp.PageShared("web-1", on)).refusal is None
    assert [each.on for each in floor.all(ev.ContactShared)] == [True, False, True]
    assert floor.contact(contact).shared
    web_call(floor)
    floor.receive(inp.WebLeft("web-1"))
    assert floor.receive(inp.PageShared("web-1", True)).refusal and floor.is_home()


# ---------------------------------------------------------------- the phone follows the agent


def moved(*ready: str) -> Floor:
    """Ann may sit at a seat of her own, or at a desk in the corner."""
    configuration = centre(
        (queue("q"), queue("chat", medium="chat")), (agent("ann", {}, ("q", "chat")), agent("bob", {}, ("q",)))
    )
    seats = (*configuration.seats, Seat(SeatId("corner"), "phone-corner"))
    return Floor(replace(configuration, seats=seats), ready)


def sits_at(floor: Floor, seat: str) -> str | None:
    return floor.receive(inp.SignIn(ANN, SeatId(seat))).refusal


def rung(floor: Floor) -> list[str]:
    return [each.endpoint for each in floor.sent(cmd.Originate)]


def test_the_next_offer_rings_at_the_new_seat_alone():
    floor = moved("ann")
    assert sits_at(floor, "corner") is None
    floor.call("q")
    assert rung(floor) == ["phone-corner"] and floor.acd.state.seats[SeatId("seat-ann")].agent is None


def test_a_ring_follows():
    """Nobody is at the old phone any more; the caller keeps the place, and nothing is held against anybody."""
    floor = moved("ann")
    contact = floor.call("q")
    floor.rings("ann")
    sits_at(floor, "corner")
    assert rung(floor) == ["phone-ann", "phone-corner"] and floor.alerted(contact) == ["ann"]
    assert floor.last(ev.OfferEnded).outcome.value == "withdrawn" and floor.agent("ann").failures == 0
    assert [each.leg for each in floor.sent(cmd.HangUp)] == ["t-o1-a"]
    assert floor.answers("ann") == contact


def test_no_call_is_lost_by_moving():
    floor = moved("ann")
    contact = floor.call("q")
    floor.answers("ann")
    before = len(floor.commands)
    sits_at(floor, "corner")
    assert floor.partner(contact) == "ann" and floor.commands[before:] == []
    floor.ready("bob")
    assert "taken" not in (floor.receive(inp.SignIn(BOB, SeatId("seat-ann"))).refusal or "")
    floor.call("q")
    assert floor.alerted() == []  # ann's call is still at bob's new phone
    floor.hangs_up("ann")
    assert rung(floor)[1:] in (["phone-corner"], ["phone-ann"]) and len(floor.alerted()) == 1


def test_an_answer_in_the_moment_of_moving_is_a_call():
    floor = moved("ann")
    contact = floor.call("q")
    bridge = floor.picks_up("ann")
    sits_at(floor, "corner")
    phone = floor.phone("ann")
    for leg in (floor.leg(contact), phone):
        floor.receive(inp.Joined(leg, bridge))
    assert floor.partner(contact) == "ann"


def test_a_seat_that_is_taken_is_refused_and_ones_own_is_fine():
    floor = moved("ann", "bob")
    assert "taken" in (sits_at(floor, "seat-bob") or "")
    assert floor.receive(inp.SignIn(ANN, SeatId("seat-ann"))).events == []
    assert floor.agent("ann").seat == "seat-ann"


# ---------------------------------------------------------------- a phone that is lost in a call


@pytest.mark.parametrize("wrap_up_ms", [0, 5_000])
def test_a_phone_that_died_in_a_call_and_stays_away(wrap_up_ms):
    """The caller has the old place; the agent is never silently available."""
    floor = floor_with("ann")
    queues = tuple(replace(each, wrap_up_ms=wrap_up_ms) for each in floor.configuration.queues)
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, queues=queues, revision=2)))
    contact = floor.call("q")
    floor.answers("ann")
    enqueued_at = floor.all(ev.VisitBegan)[0].enqueued_at
    floor.wait(9_000)
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.UNREACHABLE))
    floor.hangs_up("ann", Cause.LOST)
    assert floor.visit(contact).enqueued_at == enqueued_at
    floor.wait(10_000)
    row = floor.agent("ann")
    assert (row.status.value, row.reason) == ("not_ready", "unreachable")
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.REACHABLE))
    assert floor.alerted() == []
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"]


def test_a_phone_that_comes_back_is_rung_again_after_a_while():
    floor, contact = talking()
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.UNREACHABLE))
    floor.hangs_up("ann", Cause.LOST)
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.REACHABLE))
    floor.wait(9_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["ann"]


def test_a_phone_that_only_seems_to_be_there():
    """A registration outlives a dead page: ringing is never seen, and after some offers that is the reason."""
    floor, _ = talking()
    floor.hangs_up("ann", Cause.LOST)
    for _ in range(3):
        floor.wait(60_000)
    assert (floor.agent("ann").status.value, floor.agent("ann").reason) == ("not_ready", "unreachable")


@pytest.mark.parametrize("what", ["busy", "unlinked"])
def test_what_nobody_can_know_is_held_against_no_phone(what):
    floor, _ = talking()
    status = SeatStatus.BUSY if what == "busy" else SeatStatus.UNREACHABLE
    floor.receive(inp.SeatChanged(NODE, "phone-ann", status))
    floor.hangs_up("ann", Cause.LOST)
    if what == "unlinked":
        floor.cut()
    floor.wait(60_000)
    assert floor.agent("ann").status.value == "ready"


def test_an_end_that_nobody_saw_is_held_against_no_phone():
    """A PBX that restarts loses every leg: nobody must press a button because of that."""
    floor, contact = talking()
    floor.wraps_up("ann")
    floor.hangs_up("ann", Cause.UNKNOWN)
    floor.wraps_up("ann")
    assert floor.alerted(contact) == ["ann"] and floor.agent("ann").not_before is None


def test_a_wrap_up_in_which_the_phone_stays_away():
    floor, _ = talking()
    queues = tuple(replace(each, wrap_up_ms=60_000) for each in floor.configuration.queues)
    floor = Floor(replace(floor.configuration, queues=queues), ["ann"])
    floor.call("q")
    floor.answers("ann")
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.UNREACHABLE))
    floor.hangs_up("ann", Cause.LOST)
    floor.wait(10_000)
    assert floor.slots("ann")[1] == "wrap_up" and floor.agent("ann").pending_reason == "unreachable"
    floor.wait(50_000)
    assert floor.agent("ann").reason == "unreachable"
