"""A place, a range, and never a longer one without a cause; and one slot for each browser."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.acd.causes import ContactEnd, VisitOutcome
from cordpair.api.expected import ExpectedWait, NotEnoughData
from cordpair_gateway.fanout import Slot, Slow
from cordpair_gateway.views import View, ended, messages
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


async def test_only_the_latest_is_sent_to_who_is_slow() -> None:
    slot, sent, free = Slot(), [], asyncio.Event()

    async def send(message) -> None:
        sent.append(message)
        await free.wait()

    for place in range(9, 6, -1):
        slot.put(View("waiting", waiting=Waiting(place, None)))
    writer = asyncio.create_task(slot.write(send, lambda message: message))
    while not sent:
        await asyncio.sleep(0)  # sleep: the writer's turn
    for place in range(6, 0, -1):
        slot.put(View("waiting", waiting=Waiting(place, None)))
    slot.put(View("ended", reason="agent"))
    slot.put(View("waiting", waiting=Waiting(1, None)))
    free.set()
    await writer
    assert [message.get("place", message["type"]) for message in sent] == [7, "ended"]


async def test_what_is_said_aside_is_the_latest_of_its_kind_and_for_this_browser_only() -> None:
    slot, sent = Slot(), []

    async def send(message) -> None:
        sent.append(message)

    slot.say({"type": "share_asked"})
    slot.anew()
    for x in (0.1, 0.2, 0.3):
        slot.say({"type": "pointer", "x": x})
    slot.put(View("talking", agent="Ann"))
    slot.say({"type": "ping"})
    slot.put(View("ended", reason="agent"))
    await slot.write(send, lambda message: message)
    assert [message["type"] for message in sent] == ["ended"]  # and nothing after the end
    slot, sent = Slot(), []
    slot.put(View("talking", agent="Ann"))
    for x in (0.1, 0.2, 0.3):
        slot.say({"type": "pointer", "x": x})
    writer = asyncio.create_task(slot.write(send, lambda message: message))
    while len(sent) < 2:
        await asyncio.sleep(0)  # sleep: the writer's turn
    slot.put(View("ended", reason="agent"))
    await writer
    assert [message.get("x", message["type"]) for message in sent] == ["talking", 0.3, "ended"]


async def test_who_takes_nothing_is_dropped() -> None:
    slot = Slot(send_s=0.01)

    async def never(message) -> None:
        await asyncio.Event().wait()

    slot.put(View("ringing"))
    with pytest.raises(Slow):
        await slot.write(never, lambda message: message)


async def test_the_next_browser_is_shown_everything_anew() -> None:
    slot, sent = Slot(), []

    async def send(message) -> None:
        sent.append(message["type"])

    slot.put(View("talking", agent="ann"))
    for _ in range(2):
        writer = asyncio.create_task(slot.write(send, lambda message: message))
        for _ in range(3):
            await asyncio.sleep(0)  # sleep: the writer's turn
        writer.cancel()
        slot.anew()
    assert sent == ["talking", "talking"]
