"""Ring all and ring progressively: one offer group, the first who answers wins."""

from acd.centre import agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Assignment, Misses, Step, Strategy
from cordpair.ids import AgentId, QueueId

SOME = tuple(f"a{number:02}" for number in range(25))


def floor_with(ready: tuple[str, ...], strategy: Strategy = Strategy.RING_ALL, **options: object) -> Floor:
    agents = tuple(agent(name, {"german": 5} if number < 3 else {}, ("q",)) for number, name in enumerate(SOME))
    return Floor(centre((queue("q", strategy=strategy, wrap_up_ms=9_000, **options),), agents), ready)


def test_everybody_is_alerted_at_once_up_to_twenty():
    floor = floor_with(SOME)
    contact = floor.call("q")
    assert floor.alerted(contact) == list(SOME[:20])


def test_a_smaller_group_is_a_matter_of_configuration():
    floor = floor_with(SOME, group_size=3)
    floor.call("q")
    assert floor.alerted() == list(SOME[:3])


def test_the_next_contact_has_who_is_left():
    floor = floor_with(SOME)
    first, second = floor.call("q"), floor.call("q")
    assert len(floor.alerted(first)) == 20
    assert floor.alerted(second) == list(SOME[20:])


def test_the_first_answered_wins_and_nothing_is_held_against_the_others():
    floor = floor_with(SOME[:3])
    before = [floor.agent(name).idle_since for name in SOME[:3]]
    floor.wait(1_000)
    contact = floor.call("q")
    for name in SOME[:3]:
        floor.rings(name)
    floor.answers("a01")
    assert floor.partner(contact) == "a01"
    made = {event.offer: event.agent for event in floor.all(ev.OfferMade)}
    ended: dict[str, ev.OfferEnded] = {made[event.offer]: event for event in floor.all(ev.OfferEnded)}
    for name, idle in zip(("a00", "a02"), (before[0], before[2]), strict=True):
        row = floor.agent(name)
        assert ended[name].outcome.value == "answered_elsewhere" and not ended[name].exclude
        assert (row.failures, row.not_before, row.calls, row.idle_since) == (0, None, 0, idle)
        assert row.status.value == "ready" and floor.slots(name) == ["free"]
    hung_up = [command for command in floor.sent(cmd.HangUp) if command.leg.endswith("-a")]
    assert [command.cause for command in hung_up] == [Cause.ANSWERED_ELSEWHERE] * 2  # no missed call shown


def test_who_answers_a_moment_later_is_too_late():
    floor = floor_with(SOME[:2])
    contact = floor.call("q")
    floor.held.add(cmd.HangUp)
    late = floor.phone("a01")
    bridge = floor.picks_up("a00")
    decided = floor.receive(inp.LegAnswered(late))
    assert decided.events == [] and decided.commands == []
    floor.receive(inp.LegEnded(late, Cause.ANSWERED_ELSEWHERE))
    floor.receive(inp.Joined(floor.leg(contact), bridge))
    floor.receive(inp.Joined(floor.phone("a00"), bridge))
    assert floor.outcomes("q") == {"connected": 1}
    assert floor.slots("a01") == ["free"] and floor.agent("a01").failures == 0


def test_the_losers_are_offered_the_next_contact():
    floor = floor_with(SOME[:2])
    floor.call("q")
    second = floor.call("q")
    floor.answers("a00")
    assert floor.alerted(second) == ["a01"]


def test_the_contact_keeps_its_place_while_some_refuse():
    floor = floor_with(SOME[:3])
    first = floor.call("q")
    second = floor.call("q")
    for name in SOME[:2]:
        floor.refuses(name, Cause.REJECTED)
    assert floor.alerted(first) == ["a02"]
    assert floor.alerted(second) == []  # the two are in their delay
    floor.refuses("a02", Cause.REJECTED)
    floor.wait(10_000)
    assert floor.alerted(first) == list(SOME[:3]) and floor.alerted(second) == []


def test_an_agent_who_becomes_ready_joins_the_group():
    floor = floor_with(SOME[:1])
    contact = floor.call("q")
    floor.ready("a07")
    assert floor.alerted(contact) == ["a00", "a07"]


def test_a_full_group_is_not_extended():
    floor = floor_with(SOME[:2], group_size=2)
    contact = floor.call("q")
    floor.ready("a07")
    assert floor.alerted(contact) == ["a00", "a01"]
    floor.refuses("a00", Cause.BUSY)
    assert floor.alerted(contact) == ["a01", "a07"]


def test_a_step_that_falls_due_extends_the_group():
    floor = floor_with(SOME[:5], steps=(Step(0, {"german": 5}), Step(10_000)))
    contact = floor.call("q")
    assert floor.alerted(contact) == list(SOME[:3])
    floor.wait(10_000)
    assert floor.alerted(contact) == list(SOME[:5])


def test_an_accepted_group_is_not_extended():
    floor = floor_with(SOME[:1])
    contact = floor.call("q")
    floor.picks_up("a00")
    floor.ready("a07")
    assert floor.alerted(contact) == ["a00"]


def test_the_caller_hangs_up_and_all_phones_fall_silent():
    floor = floor_with(SOME)
    floor.abandon(floor.call("q"))
    assert floor.is_home()
    assert {event.outcome.value for event in floor.all(ev.OfferEnded)} == {"contact_gone"}
    assert all(floor.slots(name) == ["free"] for name in SOME)


def test_one_who_answers_and_drops_leaves_the_caller_in_line():
    """As asterisk#1557: one answers, then drops, and nobody may be alerted in a storm."""
    floor = floor_with(SOME[:3])
    contact = floor.call("q")
    floor.picks_up("a00")
    floor.hangs_up("a00")
    assert floor.alerted(contact) == ["a01", "a02"]
    assert len(floor.offered()) == 5
    assert floor.acd.state.bridges == {}


# ---------------------------------------------------------------- progressively


def test_progressively_the_next_is_added_after_each_interval():
    floor = floor_with(SOME[:3], Strategy.RING_PROGRESSIVELY, progress_ms=4_000)
    contact = floor.call("q")
    seen = [floor.alerted(contact)]
    for _ in range(3):
        floor.wait(3_999)
        seen.append(floor.alerted(contact))
        floor.wait(1)
        seen.append(floor.alerted(contact))
    one, two, three = list(SOME[:1]), list(SOME[:2]), list(SOME[:3])
    assert seen == [one, one, two, two, three, three, three]


def test_progressively_who_becomes_ready_joins_once_the_interval_is_over():
    floor = floor_with(SOME[:1], Strategy.RING_PROGRESSIVELY, progress_ms=4_000)
    contact = floor.call("q")
    floor.ready("a05")
    assert floor.alerted(contact) == ["a00"]
    floor.wait(4_000)
    assert floor.alerted(contact) == ["a00", "a05"]
    floor.wait(4_000)
    floor.ready("a06")  # the interval is over already: nobody was there
    assert floor.alerted(contact) == ["a00", "a05", "a06"]


def test_progressively_the_group_has_its_limit():
    floor = floor_with(SOME, Strategy.RING_PROGRESSIVELY, progress_ms=1_000, group_size=2)
    contact = floor.call("q")
    floor.wait(10_000)
    assert floor.alerted(contact) == list(SOME[:2])


def test_progressively_the_first_answered_wins():
    floor = floor_with(SOME[:2], Strategy.RING_PROGRESSIVELY, progress_ms=1_000)
    contact = floor.call("q")
    floor.wait(1_000)
    floor.answers("a01")
    assert floor.partner(contact) == "a01"
    assert floor.slots("a00") == ["free"] and floor.agent("a00").failures == 0


# ---------------------------------------------------------------- against other queues


def test_an_open_group_of_a_later_tier_waits_behind_an_earlier_one():
    both = agent("bea", {}, ())
    both = type(both)(
        AgentId("bea"), {}, (Assignment(QueueId("all"), tier=2), Assignment(QueueId("own"), tier=1)), seat=both.seat
    )
    queues = (queue("all", strategy=Strategy.RING_ALL), queue("own"))
    floor = Floor(centre(queues, (agent("ann", {}, ("all",)), both), misses=Misses()), ["ann"])
    group = floor.call("all")
    floor.wait(1_000)
    own = floor.call("own")
    floor.ready("bea")
    assert floor.alerted(own) == ["bea"] and floor.alerted(group) == ["ann"]


def test_an_open_group_weighs_its_offset():
    ann = agent("ann", {}, ("all",))
    assignments = (Assignment(QueueId("all"), offset_ms=5_000), Assignment(QueueId("own")))
    bea = type(ann)(AgentId("bea"), {}, assignments, seat=agent("bea", {}, ()).seat)
    floor = Floor(centre((queue("all", strategy=Strategy.RING_ALL), queue("own")), (ann, bea)), ["ann"])
    floor.call("own")
    floor.wait(4_000)
    group = floor.call("all")
    floor.ready("bea")
    assert floor.alerted(group) == ["ann", "bea"]
