"""The journal in the words of the PHP platform: its slides' samples, and what holds whatever happens."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from acd.floor import Floor
from acd.story import story
from adapters.board_model import NODE, QUEUE, Dashboard, Told, lines_of, slides
from cordpair.acd import Acd, State
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import ContactEnd, VisitOutcome
from cordpair.adapters.callcenter import (
    Agent,
    Board,
    Call,
    Connection,
    Counters,
    Fold,
    Memory,
    Stats,
    half_up,
    memory_of,
    row,
)
from cordpair.adapters.callcenter.fold import Left
from cordpair.ids import ContactId, VisitId
from cordpair.journal import Entry
from cordpair.reports.following import Mark
from reports.test_placed_again import had_again

DATA = Path(__file__).parents[1] / "data" / "callcenter"
SAMPLES = json.loads((DATA / "messages.json").read_text())
ROWS = (DATA / "report.csv").read_text().splitlines()
BEGAN = int(datetime(2018, 9, 17, 15, 11, 7, tzinfo=UTC).timestamp())
ORDER = ["STATS", "AGENT", "CALL", "CONNECT"]
KINDS = {"CALL": Call, "AGENT": Agent, "CONNECT": Connection, "STATS": Stats}


class Shelf:
    """A store, as far as a board needs one."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.bookmarks = self

    async def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def put(self, name: str, content: bytes) -> None:
        self.kept[name] = content


def board(shelf: Shelf | None = None) -> Board:
    return Board(shelf or Shelf(), lambda contact: "3453439819")  # type: ignore[arg-type]


def entries_of(floor: Floor) -> list[Entry]:
    told = [(given or inp.TimerDue(), at, tuple(events)) for at, given, events in floor.journal]
    return [Entry(seq, at, given, events) for seq, (given, at, events) in enumerate(told, start=1)]


@cache
def shift(seed: int) -> list[Entry]:
    return entries_of(story(seed, 250))


# ---------------------------------------------------------------- the slides


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["type"])
def test_a_message_is_the_slides_key_for_key(sample):
    read = msgspec.json.decode(json.dumps(sample), type=KINDS[sample["type"]])
    written = json.loads(msgspec.json.encode(read))
    assert list(written.items()) == list(sample.items())
    assert {key: type(value) for key, value in written.items()} == {key: type(value) for key, value in sample.items()}


@pytest.mark.parametrize(("in_time", "answered", "sla"), [(8, 12, 66.67), (5, 7, 71.43), (2, 2, 100.0), (0, 0, 0)])
def test_the_level_of_service_has_two_places(in_time, answered, sla):
    stats = Counters(answered=answered, in_time=in_time).stats(0, 0, 0)
    assert stats.sla == sla
    assert isinstance(json.loads(msgspec.json.encode(stats))["sla"], int | float)


def test_half_is_rounded_up_as_php_does():
    assert [half_up(sum, 2) for sum in (0, 1, 2, 3, 5, 19)] == [0, 1, 1, 2, 3, 10]
    assert half_up(7, 0) == 0


def test_the_slides_report_and_its_figures():
    fold, left = Fold(), list[Left]()
    for entry in slides(BEGAN):
        left += [each for change in fold.changes(entry) for each in change.left]
    assert [row(each, lambda _: "3453439819", UTC) for each in left] == ROWS
    stats = fold.memory.counters.stats(0, 0, 0)
    assert (stats.calls_received, stats.calls_answered, stats.calls_abandoned) == (4, 2, 2)
    assert (stats.average_queue_time, stats.average_handle_time, stats.average_abandoned_time) == (3, 10, 8)
    assert stats.sla == 100.0


def test_the_platforms_events_in_order():
    fold = Fold()
    names = [change.name for entry in slides(BEGAN) for change in fold.changes(entry)]
    call = ["caller.new", "caller.queued"]
    talk = ["queue.connect", "caller.hangup", "agent.avail"]
    assert names == [
        "agent.loggedin", *call, "agent.avail", "caller.hangup", *call, *talk, *call, "caller.hangup", *call, *talk,
        "agent.paused", "agent.loggedout",
    ]  # fmt: skip


async def test_what_a_dashboard_hears_of_a_call():
    shown, dashboard = board(), Dashboard()
    shown.listeners.add(dashboard)
    await shown.tell(slides(BEGAN)[:8], Mark("t", 8))
    told = lines_of(dashboard.told)
    stats = "STATS"
    assert told == [
        "AGENT LOGGEDIN", stats, "CALL NA", stats, "CALL QUEUED", stats, "AGENT AVAIL", stats, "CALL ABANDON", stats,
        "CALL NA", stats, "CALL QUEUED", stats, "AGENT INCALL", "CALL INCALL", "CONNECT", stats,
    ]  # fmt: skip
    connection = dashboard.connections["b"]
    assert connection["agent"]["queue"] == connection["queue"] == "q-callcenter"
    assert (connection["call"]["callerid"], connection["call"]["answered"]) == ("3453439819", 1)
    assert dashboard.calls["b"] == connection["call"]


# ---------------------------------------------------------------- what the platform has not


def test_wrap_up_is_a_pause_until_it_ends():
    told = Told(BEGAN)
    told.at(0, ev.AgentSignedIn(told.agent, None))
    told.at(0, ev.AgentBecameReady(told.agent))
    told.queued(1, "a")
    told.connected(2, "a", slot=1)
    told.talked(5, "a", wrap_up_until=9)
    told.at(6, ev.WrapUpEnded(told.agent, 0))  # of another slot
    told.at(9, ev.WrapUpEnded(told.agent, 1))
    fold = Fold()
    names = [(entry.at // 1_000 - BEGAN, change.name) for entry in told.entries for change in fold.changes(entry)]
    assert names[-2:] == [(5, "agent.paused"), (9, "agent.avail")]


async def test_a_caller_who_is_given_away_is_queued_anew():
    told = Told(BEGAN)
    told.at(0, ev.AgentSignedIn(told.agent, None))
    told.at(0, ev.AgentBecameReady(told.agent))
    told.queued(1, "a")
    told.connected(2, "a")
    contact = ContactId("a")
    at = (BEGAN + 9) * 1_000
    told.at(
        9,
        ev.ConnectionEnded(contact, told.agent, 7_000, "transferred"),
        ev.VisitBegan(VisitId("a2"), contact, QUEUE, 2, at, at),
    )
    shown, dashboard = board(), Dashboard()
    shown.listeners.add(dashboard)
    await shown.tell(told.entries, Mark("t", 1))
    assert dashboard.connections == {}
    assert (dashboard.calls["a"]["status"], dashboard.calls["a"]["answered"]) == ("QUEUED", 0)
    assert dashboard.agents[told.agent]["status"] == "AVAIL"
    assert dashboard.stats["calls_received"] == 2
    await shown.tell([Entry(9, (BEGAN + 20) * 1_000, inp.TimerDue(), _gone("a2"))], Mark("t", 9))
    assert (dashboard.calls, dashboard.stats["calls_abandoned"]) == ({}, 1)
    assert dashboard.stats["average_abandoned_time"] == 11


def _gone(visit: str) -> tuple[ev.Event, ...]:
    ended = ev.VisitEnded(VisitId(visit), VisitOutcome.ABANDONED, 0)
    return ended, ev.ContactEnded(ContactId("a"), ContactEnd.CALLER_HUNG_UP)


def test_who_places_a_call_is_paused_and_it_counts_nowhere():
    told = Told(BEGAN)
    told.at(0, ev.AgentSignedIn(told.agent, None))
    told.at(0, ev.AgentBecameReady(told.agent))
    contact, at = ContactId("p"), BEGAN * 1_000
    told.at(
        1,
        ev.ContactArrived(contact, NODE, "voice", at, placed_by=told.agent),
        ev.VisitBegan(VisitId("p"), contact, QUEUE, 1, at, at),
    )
    told.connected(2, "p", slot=1)
    told.talked(9, "p", wrap_up_until=12)
    told.at(12, ev.WrapUpEnded(told.agent, 1))
    fold = Fold()
    names = [(entry.at // 1_000 - BEGAN, change.name) for entry in told.entries for change in fold.changes(entry)]
    assert names[2:] == [(2, "agent.paused"), (12, "agent.avail")]
    assert (fold.memory.counters, fold.memory.placed, fold.memory.slots) == (Counters(), {}, {})


@pytest.mark.parametrize("begun", ["before", "while they talk", "while it rings again"])
def test_a_page_that_is_loaded_anew_makes_no_caller_of_whom_its_agent_called(begun):
    floor, contact = had_again()
    entries = entries_of(floor)
    again = next(number for number, entry in enumerate(entries) if isinstance(entry.input, inp.RingAgain))
    seen = {"before": 0, "while they talk": again, "while it rings again": again + 1}[begun]
    acd = Acd()
    for entry in entries[:seen]:
        acd.fold(entry.events, entry.at)
    fold = Fold(memory_of(acd.state)) if seen else Fold()
    names = [change.name for entry in entries[seen:] for change in fold.changes(entry)]
    assert not [name for name in names if name.startswith(("caller.", "queue."))], names
    ann = fold.memory.agents["ann"]
    assert (fold.memory.counters, list(fold.memory.placed), ann.aside) == (Counters(), [contact], [contact])
    floor.abandon(contact)
    for entry in entries_of(floor)[len(entries) :]:
        fold.changes(entry)
    assert (fold.memory.counters, fold.memory.placed, ann.aside) == (Counters(), {}, [])
    assert ann.wrapping and fold.memory.calls == {}


def test_who_was_called_and_is_given_away_waits_like_any_other():
    told = Told(BEGAN)
    told.at(0, ev.AgentSignedIn(told.agent, None))
    told.at(0, ev.AgentBecameReady(told.agent))
    contact, at = ContactId("p"), BEGAN * 1_000
    placed = ev.ContactArrived(contact, NODE, "voice", at, placed_by=told.agent)
    told.at(1, placed, ev.VisitBegan(VisitId("p"), contact, QUEUE, 1, at, at))
    told.connected(2, "p")
    given = ev.ConnectionEnded(contact, told.agent, 0, "transferred")
    told.at(9, given, ev.VisitBegan(VisitId("p2"), contact, QUEUE, 2, at, at))
    fold = Fold()
    names = [change.name for entry in told.entries for change in fold.changes(entry)]
    assert names[2:] == ["agent.paused", "caller.queued", "agent.avail"]
    assert (fold.memory.calls["p"].status, fold.memory.counters.received) == ("QUEUED", 1)


def test_who_never_was_in_a_queue_is_not_counted():
    told = Told(BEGAN)
    contact = ContactId("a")
    told.at(1, ev.ContactArrived(contact, NODE, "voice", 0))
    told.at(9, ev.ContactEnded(contact, ContactEnd.CALLER_HUNG_UP))
    fold = Fold()
    changes = [change for entry in told.entries for change in fold.changes(entry)]
    assert [each.status for change in changes for each in change.rows] == ["NA", "ABANDON"]  # type: ignore[union-attr]
    assert fold.memory.counters == Counters()


# ---------------------------------------------------------------- whatever happens

NEXT = {
    "NA": {"QUEUED", "ABANDON"},
    "QUEUED": {"QUEUED", "INCALL", "ABANDON"},
    "INCALL": {"HANGUP"},
    "HANGUP": {"QUEUED"},  # given away: the same id, anew
    "ABANDON": set(),
    None: {"NA"},
}
AGENT_NEXT = {
    "LOGGEDIN": {"AVAIL", "PAUSED", "LOGGEDOUT"},
    "AVAIL": {"INCALL", "PAUSED", "LOGGEDOUT"},
    "PAUSED": {"AVAIL", "LOGGEDOUT"},
    "INCALL": {"AVAIL", "PAUSED", "LOGGEDOUT"},
    "LOGGEDOUT": {"LOGGEDIN"},
    None: {"LOGGEDIN"},
}


@pytest.mark.parametrize("seed", range(6))
def test_every_state_follows_one_that_it_may_follow(seed):
    fold, calls, agents = Fold(), dict[str, str](), dict[str, str]()
    seen = 0
    for entry in shift(seed):
        for change in fold.changes(entry):
            for each in change.rows:
                if isinstance(each, Call):
                    assert each.status in NEXT[calls.get(each.id)], (entry.seq, each)
                    calls[each.id] = each.status
                    assert each.answered == (each.status in ("INCALL", "HANGUP"))
                elif isinstance(each, Agent):
                    assert each.status in AGENT_NEXT[agents.get(each.agentid)], (entry.seq, each)
                    agents[each.agentid] = each.status
                    assert bool(each.queue) == (each.status == "INCALL")
                else:
                    seen += 1
                    assert (each.call.status, each.agent.status, each.id) == ("INCALL", "INCALL", each.call.id)
    assert seen


@pytest.mark.parametrize("seed", range(4))
async def test_who_connects_whenever_sees_the_same(seed):
    entries, shown = shift(seed), board()
    dashboards: list[Dashboard] = []
    for number, entry in enumerate(entries):
        if number % 10 == 0:
            dashboards.append(Dashboard())
            dashboards[-1].hear(shown.snapshot())
            kinds = [ORDER.index(each["type"]) for each in dashboards[-1].told]
            assert kinds == sorted(kinds)
            shown.listeners.add(dashboards[-1])
        await shown.tell([entry], Mark("t", entry.seq))
        talking = [each["agent"]["agentid"] for each in dashboards[0].connections.values()]
        assert len(talking) == len(set(talking))
    assert all(each.shown == dashboards[0].shown for each in dashboards)
    fresh = Dashboard()
    fresh.hear(shown.snapshot())
    assert fresh.shown == dashboards[0].shown
    stats = fresh.stats
    assert (stats["calls_online"], stats["agents_online"]) == (len(fresh.calls), len(fresh.agents))
    assert stats["connections_online"] == len(fresh.connections)
    _as_the_tables(fresh, entries)


def _as_the_tables(dashboard: Dashboard, entries: list[Entry]) -> None:
    """What the engine itself has at the end."""
    acd = Acd()
    for entry in entries:
        acd.fold(entry.events, entry.at)
    state: State = acd.state
    calls = {name: each for name, each in state.contacts.items() if each.medium == "voice"}
    assert {name: each["queue"] for name, each in dashboard.calls.items()} == {
        name: state.visits[each.visit].queue if each.visit is not None else each.connection.queue  # type: ignore[union-attr]
        for name, each in calls.items()
        if each.visit is not None or each.connection is not None
    }
    assert set(dashboard.connections) == {name for name, each in calls.items() if each.connection is not None}
    assert set(dashboard.agents) == {each.agent for each in state.agents.values() if each.status != "signed_out"}


@pytest.mark.parametrize("seed", range(4))
def test_the_report_has_no_gap(seed):
    fold = Fold()
    agents: dict[str, list[Left]] = defaultdict(list)
    calls: dict[str, list[Left]] = defaultdict(list)
    for entry in shift(seed):
        for change in fold.changes(entry):
            for left in change.left:
                (agents[left.agent] if left.agent else calls[left.contact]).append(left)
    assert agents and calls
    for rows in (*agents.values(), *calls.values()):
        for before, after in pairwise(rows):
            assert before.began + before.seconds == after.began, (before, after)
    for rows in calls.values():
        assert rows[-1].seconds == 0 or rows[-1].status == "QUEUED"


@pytest.mark.parametrize("seed", range(3))
def test_begun_in_the_middle_it_shows_what_it_would_have(seed):
    entries = shift(seed)
    acd, fold = Acd(), Fold()
    for entry in entries:
        acd.fold(entry.events, entry.at)
        fold.changes(entry)
        there = memory_of(acd.state)
        kept = msgspec.json.decode(msgspec.json.encode(fold.memory), type=Memory)
        assert {name: (call.status, call.queue) for name, call in kept.calls.items()} == {
            name: (call.status, call.queue) for name, call in there.calls.items() if call.status != "NA"
        }
        assert {name: (talk.agent, talk.slot) for name, talk in kept.talks.items()} == {
            name: (talk.agent, talk.slot) for name, talk in there.talks.items()
        }
        assert {name: each.shown.status for name, each in kept.agents.items() if each.signed_in} == {
            name: each.shown.status for name, each in there.agents.items() if each.signed_in
        }


async def test_the_counters_outlive_a_crash_and_a_new_journal():
    shelf, entries = Shelf(), slides(BEGAN)
    first = board(shelf)
    await first.begin(State())
    await first.tell((), Mark("t", 0))
    await first.tell(entries[:6], Mark("t", 6))
    await first.close()
    again = board(shelf)  # it was killed: what came after the note is told again
    mark = await again.load()
    assert mark == Mark("t", 6)
    await again.tell(entries[6:], Mark("t", len(entries)))
    dashboard = Dashboard()
    dashboard.hear(again.snapshot())
    assert (dashboard.stats["calls_received"], dashboard.stats["sla"]) == (4, 100.0)
    await again.close()
    other = board(shelf)
    assert await other.load() is not None
    await other.begin(State())  # another journal
    dashboard.hear(other.snapshot())
    assert dashboard.stats["calls_received"] == 4
    assert b"3453439819" not in b"".join(shelf.kept.values())
