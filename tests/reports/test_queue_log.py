"""The rows that app_queue would have written, word by word."""

import json
import re
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import START, Floor
from acd.story import story
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, VisitOutcome
from cordpair.acd.configuration import Calls, HangUpAction, QueueAction, Trunk
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.journal import Entry
from cordpair.reports.queue_log import Memory, Transcript, memory_of, row
from cordpair.reports.queue_log.transcript import ENDS

EPOCH = START // 1_000
NUMBER = "+49 30 1|2\n3"
CALLS = Calls(trunks={NODE: Trunk("{number}@provider")})


def entries(floor: Floor) -> list[Entry]:
    told = enumerate(floor.journal, start=1)
    return [Entry(seq, at, given or inp.TimerDue(), tuple(events)) for seq, (at, given, events) in told]


def log(floor: Floor, callers: bool = False) -> list[str]:
    transcript = Transcript(caller=(lambda _: NUMBER) if callers else (lambda _: ""))
    return [each.line() for entry in entries(floor) for each in transcript.lines(entry)]


def since(floor: Floor, rows: int) -> list[str]:
    return [re.sub(r"^\d+", lambda found: f"+{int(found[0]) - EPOCH}", line) for line in log(floor)[rows:]]


def floor_with(*ready: str, **options: Any) -> tuple[Floor, int]:
    queues = (queue("sales", **options), queue("tech"), queue("mail", medium="mail"))
    agents = (
        agent("ann", {}, ("sales", "tech", "mail"), capacity={"voice": 1, "mail": 1}),
        agent("bob", {}, ("tech",)),
    )
    floor = Floor(centre(queues, agents, reasons=("break", "meal")), ready)
    return floor, len(log(floor))


def test_a_call_from_its_entry_to_its_end():
    floor, rows = floor_with("ann")
    floor.wait(700)
    floor.call("sales", ago=0)
    floor.rings("ann")
    floor.wait(4_000)
    floor.answers("ann")
    floor.wait(61_000)
    floor.receive(inp.LegEnded(floor.leg("t-c1"), Cause.NORMAL))
    assert since(floor, rows) == [
        "+1|t-c1|sales|NONE|DID|sales",
        "+1|t-c1|sales|NONE|ENTERQUEUE|||1",
        "+5|t-c1|sales|ann|CONNECT|4|t-o1-a|4",
        "+66|t-c1|sales|ann|COMPLETECALLER|4|61|1",
    ]


def test_the_agent_hangs_up():
    floor, rows = floor_with("ann")
    floor.call("sales")
    floor.answers("ann")
    connection = floor.contact("t-c1").connection
    assert connection is not None
    assert connection.leg is not None
    floor.wait(5_000)
    floor.receive(inp.LegEnded(connection.leg, Cause.NORMAL))
    assert since(floor, rows)[-1] == "+5|t-c1|sales|ann|COMPLETEAGENT|0|5|1"


def test_positions_then_and_now():
    floor, rows = floor_with()
    for _ in range(3):
        floor.call("sales")
        floor.wait(10_000)
    floor.abandon("t-c1")
    floor.abandon("t-c3")
    assert [line.split("|", 1)[1] for line in since(floor, rows) if "DID" not in line] == [
        "t-c1|sales|NONE|ENTERQUEUE|||1",
        "t-c2|sales|NONE|ENTERQUEUE|||2",
        "t-c3|sales|NONE|ENTERQUEUE|||3",
        "t-c1|sales|NONE|ABANDON|1|1|30",
        "t-c3|sales|NONE|ABANDON|2|3|10",
    ]


def test_a_caller_who_goes_while_it_rings():
    floor, rows = floor_with("ann")
    floor.call("sales")
    floor.rings("ann")
    floor.wait(2_500)
    floor.abandon("t-c1")
    assert since(floor, rows)[2:] == [
        "+2|t-c1|sales|ann|RINGCANCELED|2500",
        "+2|t-c1|sales|NONE|ABANDON|1|1|2",
    ]


@pytest.mark.parametrize("cause", [Cause.REJECTED, Cause.BUSY, Cause.UNREACHABLE])
def test_an_agent_who_does_not_take_it(cause):
    floor, rows = floor_with("ann")
    floor.call("sales")
    floor.wait(3_000)
    floor.refuses("ann", cause)
    assert since(floor, rows)[2:] == ["+3|t-c1|sales|ann|RINGNOANSWER|3000"]


def test_nobody_answers_and_the_wait_ends():
    floor, rows = floor_with("ann", offer_timeout_ms=15_000, max_wait_ms=40_000)
    floor.call("sales")
    floor.rings("ann")
    floor.wait(40_000)
    assert since(floor, rows)[2:] == [
        "+15|t-c1|sales|ann|RINGNOANSWER|15000",
        "+40|t-c1|sales|ann|RINGNOANSWER|15000",
        "+40|t-c1|sales|NONE|EXITWITHTIMEOUT|1|1|40",
    ]


def test_a_caller_who_overflows_has_two_stays():
    floor, rows = floor_with(max_wait_ms=20_000, on_timeout=QueueAction(QueueId("tech")))
    floor.call("sales")
    floor.wait(20_000)
    floor.ready("bob")
    floor.wait(1_000)
    floor.answers("bob")
    assert [line for line in since(floor, rows)[2:] if "t-c1" in line] == [
        "+20|t-c1|sales|NONE|EXITWITHTIMEOUT|1|1|20",
        "+20|t-c1|tech|NONE|ENTERQUEUE|||1",
        "+21|t-c1|tech|bob|CONNECT|1|t-o1-a|1",
    ]


def test_a_key():
    floor, rows = floor_with(exit_keys={"0": HangUpAction(Cause.NORMAL)})
    floor.call("sales")
    floor.wait(7_000)
    floor.receive(inp.Digit(floor.leg("t-c1"), "0"))
    assert since(floor, rows)[2:] == ["+7|t-c1|sales|NONE|EXITWITHKEY|0|1|1|7"]


def test_no_agent_any_more():
    floor, rows = floor_with("ann", on_no_agent_signed_in=HangUpAction(Cause.NORMAL), no_agent_after_ms=5_000)
    floor.pause("ann")
    floor.call("sales")
    floor.receive(inp.SignOut(AgentId("ann")))
    floor.wait(5_000)
    assert since(floor, rows)[-1] == "+5|t-c1|sales|NONE|EXITEMPTY|1|1|5"


def test_turned_away_at_the_door_is_no_row_as_in_app_queue():
    floor, rows = floor_with(max_length=1)
    floor.call("sales")
    floor.call("sales")
    assert [line for line in since(floor, rows) if "t-c2" in line] == []


@pytest.mark.parametrize(("to", "row"), [("queue", "tech|tech"), ("agent", "bob|tech")])
def test_given_away(to, row):
    floor, rows = floor_with("ann", "bob")
    floor.call("sales")
    floor.answers("ann")
    floor.wait(9_000)
    queue, agent = (QueueId("tech"), None) if to == "queue" else (None, AgentId("bob"))
    floor.receive(inp.Transfer(ContactId("t-c1"), AgentId("ann"), queue, agent))
    assert since(floor, rows)[3:] == [
        f"+9|t-c1|sales|ann|BLINDTRANSFER|{row}|0|9|1",
        "+9|t-c1|tech|NONE|ENTERQUEUE|||1",
    ]


def test_agents_come_pause_and_go():
    floor, rows = floor_with()
    floor.sign_in("ann")
    floor.ready("ann")
    floor.pause("ann", "meal")
    floor.pause("ann", "break")
    floor.receive(inp.SignOut(AgentId("ann")))
    assert [line.split("|", 1)[1] for line in since(floor, rows)] == [
        "MANAGER|sales|ann|ADDMEMBER|PAUSED",
        "MANAGER|tech|ann|ADDMEMBER|PAUSED",
        "NONE|NONE|ann|UNPAUSEALL|",
        "NONE|sales|ann|UNPAUSE|",
        "NONE|tech|ann|UNPAUSE|",
        "NONE|NONE|ann|PAUSEALL|meal",
        "NONE|sales|ann|PAUSE|meal",
        "NONE|tech|ann|PAUSE|meal",
        "NONE|NONE|ann|PAUSEALL|break",
        "NONE|sales|ann|PAUSE|break",
        "NONE|tech|ann|PAUSE|break",
        "MANAGER|sales|ann|REMOVEMEMBER|",
        "MANAGER|tech|ann|REMOVEMEMBER|",
    ]


def test_an_agent_who_works_other_queues_from_now_on():
    floor, rows = floor_with("ann")
    agents = (agent("ann", {}, ("tech", "new")), agent("bob", {}, ("tech",)))
    floor.receive(inp.ApplyConfiguration(centre((queue("sales"), queue("tech"), queue("new")), agents, revision=2)))
    assert since(floor, rows) == ["+0|MANAGER|sales|ann|REMOVEMEMBER|", "+0|MANAGER|new|ann|ADDMEMBER|"]


def test_a_task_has_no_rows():
    floor, rows = floor_with("ann")
    floor.receive(inp.TaskArrived("", QueueId("mail"), "mail", floor.now))
    assert floor.acd.state.offers
    assert since(floor, rows) == []


def test_a_caller_s_number_only_when_asked_for():
    floor, _ = floor_with()
    floor.call("sales")
    assert not any("30" in line for line in log(floor))
    assert log(floor, callers=True)[-1].endswith("|t-c1|sales|NONE|ENTERQUEUE||+49 30 1_2_3|1")


def placed(floor: Floor) -> ContactId:
    """Ann calls somebody, and the two talk."""
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, revision=2, calls=CALLS)))
    floor.receive(inp.PlaceCall("k", AgentId("ann"), QueueId("sales"), floor.now, inp.Caller("000")))
    contact, phone = floor.offer("ann").contact, floor.phone("ann")
    floor.receive(inp.LegAnswered(phone))
    floor.receive(inp.LegAnswered(floor.leg(contact)))
    for leg in (floor.leg(contact), phone):
        floor.receive(inp.Joined(leg, floor.last(ev.CustomerAnswered).bridge))
    return contact


def test_a_call_that_an_agent_places_has_no_rows():
    floor, rows = floor_with("ann")
    contact = placed(floor)
    floor.abandon(contact)
    assert floor.ends() == ["caller_hung_up"] and since(floor, rows) == []


@pytest.mark.parametrize("resumed", [False, True])
def test_until_the_customer_is_given_away(resumed: bool):
    floor, _ = floor_with("ann")
    contact = placed(floor)
    memory = memory_of(floor.acd.state) if resumed else Transcript().memory
    transcript, known = Transcript(memory), len(floor.journal) if resumed else 0
    floor.receive(inp.Transfer(contact, AgentId("ann"), queue=QueueId("tech")))
    floor.abandon(contact)
    told = [each.line() for entry in entries(floor)[known:] for each in transcript.lines(entry)]
    assert [each.split("|", 1)[1] for each in told if contact in each and "RING" not in each] == [
        f"{contact}|tech|NONE|ENTERQUEUE|||1",
        f"{contact}|tech|NONE|ABANDON|1|1|0",
    ]


def test_every_end_of_a_visit_has_a_name():
    of_placed = {VisitOutcome.AGENT_NOT_REACHED, VisitOutcome.CUSTOMER_NOT_REACHED, VisitOutcome.CANCELLED}
    assert set(ENDS) == set(VisitOutcome) - {VisitOutcome.CONNECTED} - of_placed


@pytest.mark.parametrize("seed", range(6))
def test_a_shift_balances_and_can_be_broken_off_anywhere(seed):
    floor = story(seed)
    whole = [line.split("|") for line in log(floor)]
    for fields in whole:
        assert len(fields) >= 6
    names = [fields[4] for fields in whole]
    ended = sum(names.count(name) for name in {*ENDS.values()})
    waiting = [visit for visit in floor.acd.state.visits.values() if visit.medium == "voice"]
    assert names.count("ENTERQUEUE") == ended + names.count("CONNECT") + len(waiting) > 0

    kept, rows = b"{}", []
    for entry in entries(floor):  # a restart after each entry
        transcript = Transcript(msgspec.json.decode(kept, type=Memory))
        rows += [each.line().split("|") for each in transcript.lines(entry)]
        kept = msgspec.json.encode(transcript.memory)
    assert rows == whole
    memory = msgspec.json.decode(kept, type=Memory)
    begun = memory_of(floor.acd.state)
    assert begun.lines == memory.lines
    assert begun.waits.keys() == memory.waits.keys()
    assert begun.ringing.keys() == memory.ringing.keys()
    assert begun.talks.keys() == memory.talks.keys()
    assert begun.signed_in == memory.signed_in
    assert json.loads(kept)["assigned"] == begun.assigned


@given(st.lists(st.text(st.characters(), max_size=200), min_size=8, max_size=8))
def test_no_name_can_break_a_row(words):
    made = row(START, *words[:3], "ENTERQUEUE", *words[3:])
    line = made.line()
    assert line.splitlines() == [line]
    fields = line.split("|")
    assert len(fields) == 10
    assert all(fields[:5])
    assert made.columns() == ("2027-01-15 08:00:00.000000", *fields[1:])
    line.encode()
