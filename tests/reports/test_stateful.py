"""Whatever happens, in any order: the intervals say what the engine's own counters say; nothing is counted twice."""

import msgspec
from hypothesis import settings

from acd.test_stateful import START, Shift
from acd.test_stateful_web import Browsers
from cordpair.acd import Acd, State
from cordpair.acd import events as ev
from cordpair.acd.inputs import TimerDue
from cordpair.ids import QueueId
from cordpair.journal import Entry
from cordpair.reports import Live, Policy
from cordpair.reports.days import zone_of
from cordpair.reports.folding import Folder
from cordpair.reports.live import OpenVisit
from cordpair.reports.measures import waiting
from cordpair.reports.raw import INTERVAL_MS, TIMES, RawInterval, interval_of, total
from cordpair.reports.reconcile import counted_of, reconcile, standing
from reports.bare_counts import Counter


def folded(journal, state=None) -> Folder:
    folder = Folder(state)
    for at, _, events in journal:
        folder.add_events(at, events)
    return folder


def check(journal, now: int) -> None:
    """The whole journal, and what is left of it when the first half was pruned."""
    folder = folded(journal)
    rows = folder.intervals(now)
    assert reconcile(counted_of(rows), folder.before, standing(folder.state)) == []
    check_laws(rows)
    check_times(rows, now)
    check_signed_in(journal, rows, now)
    check_against_bare_counts(journal, rows)
    check_live(journal, now, 0)
    half = len(journal) // 2
    check_live(journal, now, half)
    acd = Acd()
    for at, _, events in journal[:half]:
        acd.fold(events, at)
    base = msgspec.json.decode(msgspec.json.encode(acd.state), type=State)
    later = folded(journal[half:], base)
    assert reconcile(counted_of(later.intervals(now)), later.before, standing(later.state)) == []
    check_laws(later.intervals(now))


def check_laws(rows: list[RawInterval]) -> None:
    for row in rows:
        found = row.amounts.get
        outcomes = sum(amount for name, amount in row.amounts.items() if name.startswith("outcome."))
        waits = sum(amount for name, amount in row.amounts.items() if name.startswith("wait."))
        offers = sum(amount for name, amount in row.amounts.items() if name.startswith("offer."))
        ends = sum(amount for name, amount in row.amounts.items() if name.startswith("ended_by."))
        assert found("offered", 0) == found("waiting", 0) + outcomes and waits == outcomes
        assert found("offers", 0) == found("alerting", 0) + offers
        assert found("conversations", 0) == found("talking", 0) + found("handled", 0) and ends == found("handled", 0)
        assert found("conversations", 0) == found("outcome.connected", 0) + found("placed.connected", 0)
        placed = sum(amount for name, amount in row.amounts.items() if name.startswith("placed."))
        assert found("placed", 0) == found("placing", 0) + placed
        assert all(amount > 0 for amount in row.amounts.values())


def check_times(rows: list[RawInterval], now: int) -> None:
    """Nobody is in two places, and nobody has more time than there is."""
    spent: dict[tuple[int, str], int] = {}
    for row in rows:
        amounts = [row.amounts.get(f"time.{name}", 0) for name in TIMES]
        where = row.place.start, row.place.agent
        spent[where] = spent.get(where, 0) + sum(amounts)
        reasons = sum(amount for name, amount in row.amounts.items() if name.startswith("not_ready."))
        assert reasons == row.amounts.get("time.not_ready", 0)
    for (start, _), time in spent.items():
        assert time <= min(now, start + INTERVAL_MS) - max(START, start) or time == 0


def check_signed_in(journal, rows: list[RawInterval], now: int) -> None:
    """All of the time between signing in and out, or until the agent was taken out of the configuration."""
    since: dict[str, int] = {}
    expected: dict[str, int] = {}
    for at, _, events in journal:
        for event in events:
            gone: set[str] = set()
            if isinstance(event, ev.AgentSignedIn):
                since[event.agent] = at
            elif isinstance(event, ev.AgentSignedOut):
                gone = {event.agent}
            elif isinstance(event, ev.ConfigurationApplied):
                gone = since.keys() - {agent.agent for agent in event.configuration.agents}
            for who in gone & since.keys():
                expected[who] = expected.get(who, 0) + at - since.pop(who)
    for who, begun in since.items():
        expected[who] = expected.get(who, 0) + now - begun
    for who, time in expected.items():
        found = total([row for row in rows if row.place.agent == who])
        assert sum(found.get(f"time.{name}", 0) for name in TIMES) == time, who


def check_live(journal, now: int, seen_from: int) -> None:
    """Counted one by one, of which the first were taken over when half of the rest had been seen."""
    policy, zone = Policy(threshold_s=5, short_abandon_s=2), zone_of("Asia/Kathmandu")
    known = folded(journal[:seen_from]).state.contacts.values()
    placed = [contact.contact for contact in known if contact.placed_by is not None]
    live = Live(zone, policy, lambda: now, seen_from, placed)
    taken_over_at = (seen_from + len(journal)) // 2
    for seq, (at, given, events) in enumerate(journal, 1):
        if seq == taken_over_at and seen_from:
            before = folded(journal[:seen_from])
            rows = before.intervals(journal[seen_from - 1][0])
            live.take_over(
                rows,
                rows,
                [
                    OpenVisit(visit, QueueId(stay.queue), stay.began_at, stay.is_placed)
                    for visit, stay in before.waiting.items()
                ],
            )
        if seq > seen_from:
            live.see(Entry(seq, at, given or TimerDue(), tuple(events)))
    folder = folded(journal)
    begin, end = live.day
    assert begin <= now < end and live.complete
    today = [row for row in folder.intervals(now) if begin <= row.place.start < end]
    for queue in folder.state.queues:
        expected = waiting(total(today, lambda place: place.queue == queue), policy)  # noqa: B023  # used at once
        found = live.figures(queue)
        assert {name: getattr(found, name) for name in expected.keys() & set(found.__struct_fields__)} == {
            name: expected[name] for name in expected.keys() & set(found.__struct_fields__)
        }
        assert found.waiting == expected["waiting"] and found.abandoned_short == expected["short_abandoned"]
    for start in {row.place.start for row in today}:
        rows = [row for row in today if row.place.start == start and row.place.queue]
        counted = {
            (row.place.queue, name)
            for row in rows
            for name in row.amounts
            if name.startswith(("offered", "outcome.", "placed"))
        }
        assert live.counts(start) == {
            (queue, name): total(rows, lambda place: place.queue == queue)[name]  # noqa: B023  # used at once
            for queue, name in counted
        }


def check_against_bare_counts(journal, rows: list[RawInterval]) -> None:
    """Counted in another way."""
    counter = Counter()
    for seq, (at, given, events) in enumerate(journal, 1):
        counter.add(Entry(seq, at, given or TimerDue(), tuple(events)))
    own = counter.amounts
    for queue in {queue for queue, _ in own}:
        found = total([row for row in rows if row.place.queue == queue])
        assert found.get("offered", 0) + found.get("placed", 0) == own.get((queue, "offered"), 0)
        assert found.get("offers", 0) == own.get((queue, "offers"), 0)
        for (where, figure), amount in own.items():
            if where == queue and figure.startswith("offer."):
                assert found.get(figure, 0) == amount
            if where == queue and figure.startswith("outcome."):
                assert found.get(figure, 0) + found.get(f"placed.{figure[8:]}", 0) == amount
        assert found.get("handled", 0) == own.get((queue, "talks"), 0)
        assert found.get("talk_ms", 0) + found.get("hold_ms", 0) == own.get((queue, "talk_ms"), 0)


class Counted(Shift):
    """What the core owes the PBX is proved beside the core; here only what is counted is looked at."""

    def nothing_happens_twice(self) -> None: ...

    def teardown(self) -> None:
        check(self.journal, self.now)
        self._go_home()
        check(self.journal, self.now)


class CountedShift(Counted): ...


class CountedBrowsers(Counted, Browsers): ...


TestCountedShift = CountedShift.TestCase
TestCountedShift.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)
TestCountedBrowsers = CountedBrowsers.TestCase
TestCountedBrowsers.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)


def test_an_interval_begins_on_the_quarter():
    assert [interval_of(at) for at in (0, 899_999, 900_000)] == [0, 0, 900_000]
