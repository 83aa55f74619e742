"""A place, a range, and never a longer one without a cause; and one slot for each browser."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.acd.causes import ContactEnd, VisitOutcome
from cordpair.api.expected import ExpectedWait, NotEnoughData
from cordpair_gateway.fanout import Slot
from cordpair_gateway.slices import DONE, LOOKED, Turn
from cordpair_gateway.views import Message, View, ended, messages
from cordpair_gateway.waiting import Range, Waiting, look, range_for


def known(agents: int = 2, q1: float = 60.0, q3: float = 120.0) -> ExpectedWait:
    return ExpectedWait(low=0, high=0, ahead=0, agents=agents, turns=20, turn_q1=q1, turn_q3=q3)


def test_a_range_is_made_of_the_place_and_of_what_was_measured() -> None:
    assert range_for(3, known()) == Range(60, 180)
    assert range_for(1, known(agents=100, q3=1.0)) == Range(0, 10)
    assert range_for(1, NotEnoughData(because="few_turns")) is None


def test_each_growth_has_its_cause() -> None:
    before = look(None, "help", 3, known())
    assert before.cause == ""
    assert look(before, "help", 2, known()).cause == ""
    assert look(before, "help", 4, known()).cause == "priority"
    assert look(before, "help", 3, known(agents=1)).cause == "agents_fewer"
    assert look(before, "more", 4, known()).cause == "overflow"
    assert look(before, "help", 3, known(q3=300.0)).cause == "calls_longer"


def test_a_little_growth_is_not_told() -> None:
    before = look(None, "help", 3, known())
    after = look(before, "help", 3, known(q3=130.0))
    assert after.wait == before.wait and after.cause == ""


def test_no_data_is_said_and_is_no_growth() -> None:
    before = look(None, "help", 1, known())
    assert look(before, "help", 1, NotEnoughData(because="few_turns")) == Waiting(1, None, "", "help", 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 20), st.floats(1, 900), st.floats(0, 900), st.sampled_from("ab")),
        min_size=2,
    )
)
def test_it_never_grows_without_a_cause(looks) -> None:
    told = None
    for place, agents, q1, more, queue in looks:
        now = look(told, queue, place, known(agents, q1, q1 + more))
        if told is not None and told.wait is not None and now.wait is not None:
            assert now.cause or (now.wait.most_s <= told.wait.most_s and now.place <= told.place)
        told = now


# ---------------------------------------------------------------- messages


def said(*views: View) -> list[str]:
    found, before = [], None
    for view in views:
        found += [message["type"] for message in messages(before, view)]
        before = view
    return found


def test_a_whole_way() -> None:
    waits = View("waiting", waiting=Waiting(3, None))
    assert said(waits, waits, View("call", until=9), View("ringing"), View("talking", agent="ann")) == [
        "waiting", "call", "ringing", "talking",
    ]  # fmt: skip
    assert said(waits, View("call", until=9), waits) == ["waiting", "call", "again", "waiting"]
    assert said(View("ringing"), waits, View("ringing")) == ["ringing", "again", "waiting", "ringing"]
    assert said(View("call", until=9), View("call", until=19)) == ["call", "again", "call"]
    assert said(waits, View("ended", reason="closed")) == ["waiting", "ended"]


def test_hold_and_back_to_the_talk() -> None:
    talk, held = View("talking", agent="Ann"), View("held", agent="Ann")
    assert said(talk, held, held, talk) == ["talking", "held", "talking"]
    assert said(held) == ["talking", "held"]  # a page that came back while it was held knows nobody yet
    assert said(talk, View("talking", agent="Ben")) == ["talking", "talking"]
    assert said(talk, View("held", agent="Ben")) == ["talking", "talking", "held"]
    first, *_ = messages(None, View("talking", agent="Ann", share=False))
    assert first == {"type": "talking", "agent": "Ann", "share": False}


def test_a_call_that_is_up_is_kept_while_its_customer_waits_on() -> None:
    """With music: after a miss, a transfer, or because the queue lets the browser call first."""
    off, on = View("waiting", waiting=Waiting(1, None)), View("waiting", in_call=True, waiting=Waiting(1, None))
    assert said(off, View("call", until=9), on, View("ringing")) == ["waiting", "call", "waiting", "ringing"]
    assert said(View("ringing"), on) == ["ringing", "again", "waiting"]
    assert said(View("talking", agent="Ann"), on) == ["talking", "waiting"]
    assert all(message["in_call"] for message in messages(View("ringing"), on))
    assert said(on, off) == ["waiting", "waiting"]  # the call was lost, the place was not
    assert "in_call" not in next(messages(on, off))


@pytest.mark.parametrize(
    ("end", "outcome", "reason"),
    [
        (ContactEnd.CALLER_HUNG_UP, VisitOutcome.ABANDONED, "customer"),
        (ContactEnd.AGENT_HUNG_UP, VisitOutcome.CONNECTED, "agent"),
        (ContactEnd.SYSTEM, VisitOutcome.TIMED_OUT, "timed_out"),
        (ContactEnd.SYSTEM, None, "closed"),
        (ContactEnd.FAILED, None, "failed"),
        (ContactEnd.LOST_VISIBILITY, None, "failed"),
    ],
)
def test_every_end_has_its_word(end, outcome, reason) -> None:
    assert ended(end, outcome).reason == reason


# ---------------------------------------------------------------- the slot


class Screen:
    """A browser as a slot sees it."""

    def __init__(self) -> None:
        self.behind = False
        self.said: list[Any] = []

    def show(self, message: Message) -> None:
        self.said.append(message.get("place", message["type"]))

    def over(self) -> None:
        self.said.append("over")

    def replaced(self) -> None:
        self.said.append("replaced")


def waiting(place: int) -> View:
    return View("waiting", waiting=Waiting(place, None))


def shown(slot: Slot) -> Screen:
    screen = Screen()
    slot.attach(screen)
    slot.drained()
    return screen


def test_who_is_behind_is_told_the_latest_only() -> None:
    slot = Slot()
    screen = shown(slot)
    slot.put(waiting(9))
    screen.behind = True
    for place in range(8, 0, -1):
        slot.put(waiting(place))
        slot.say({"type": "ping", "place": f"ping {place}"})
    assert screen.said == [9]
    screen.behind = False
    slot.drained()
    assert screen.said == [9, 1, "ping 1"]


def test_nothing_is_shown_after_the_end() -> None:
    slot = Slot()
    screen = shown(slot)
    slot.put(View("ended", reason="agent"))
    slot.put(waiting(1))
    assert screen.said == ["ended", "over"]


def test_what_is_shown_already_is_not_shown_again() -> None:
    slot = Slot()
    screen = shown(slot)
    slot.put(waiting(2))
    slot.put(waiting(2))
    slot.drained()
    assert screen.said == [2]


def test_the_next_browser_is_shown_everything_anew_and_the_one_before_nothing_more() -> None:
    slot = Slot()
    slot.say({"type": "ping"})  # to nobody
    first = shown(slot)
    slot.put(View("talking", agent="ann"))
    first.behind = True
    slot.say({"type": "pointer"})  # for the page that is gone
    second = shown(slot)
    first.behind = False
    slot.put(View("held", agent="ann"))
    assert first.said == ["talking", "replaced"] and second.said == ["talking", "held"]
    assert not slot.detach(first) and slot.detach(second)
    slot.put(View("talking", agent="ann"))
    assert second.said == ["talking", "held"]


# ---------------------------------------------------------------- slices


async def test_nobody_waits_for_more_than_a_slice_of_a_round() -> None:
    """Five thousand are told while something else, which comes to its turn in every turn of the loop, looks on."""
    told, at_each_turn = 0, []
    loop, over = asyncio.get_running_loop(), False

    def look() -> None:
        at_each_turn.append(told)
        if not over:
            loop.call_soon(look)

    loop.call_soon(look)
    turn = Turn()
    for _ in range(5_000):
        told += 1
        await turn.after(True)
    over = True
    assert max(after - before for before, after in pairwise(at_each_turn)) <= DONE
    assert len(at_each_turn) >= 5_000 // DONE


async def test_what_needs_nothing_is_only_looked_at() -> None:
    turn, turns = Turn(), 0
    looking = asyncio.get_running_loop()

    def look() -> None:
        nonlocal turns
        turns += 1
        looking.call_soon(look)

    looking.call_soon(look)
    for _ in range(10 * LOOKED):
        await turn.after(False)
    assert turns == 10


async def test_where_it_is_asked_for_the_loop_rests_between_slices(monkeypatch) -> None:
    """Each slice has its time; one that comes too late makes the next ones no later."""
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", rest)
    turn = Turn(1_000)
    for number in range(2 * DONE + LOOKED):
        await turn.after(number < 2 * DONE)
    assert [round(each, -2) for each in rests] == [1_000, 2_000, 0]
    rests.clear()
    late = Turn(1e-9)
    for _ in range(3 * DONE):
        await late.after(True)
    assert rests == [0, 0, 0]
