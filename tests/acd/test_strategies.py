"""Which agent a contact gets, under each strategy that alerts one agent at a time."""

import pytest

from acd.centre import agent, centre, queue
from acd.floor import Floor
from cordpair.acd import events as ev
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Misses, Step, Strategy
from cordpair.acd.draws import draw

NAMES = ("ann", "bob", "cid")
NO_DELAY = Misses(limit=99, miss_delay_ms=0, reject_delay_ms=0, busy_delay_ms=0, unreachable_delay_ms=0)


def floor_with(strategy: Strategy, ready: tuple[str, ...] = NAMES, skills: dict[str, dict[str, int]] | None = None,
               **options: object) -> Floor:  # fmt: skip
    agents = tuple(agent(name, (skills or {}).get(name, {}), ("q",)) for name in NAMES)
    return Floor(centre((queue("q", strategy=strategy, **options),), agents, misses=NO_DELAY), ready)


def converse(floor: Floor, name: str, talk_ms: int) -> None:
    """Who is alerted first hands the contact on until ``name`` has it; then they talk."""
    others = [each for each in NAMES if each != name and floor.agent(each).status.value == "ready"]
    for other in others:
        floor.pause(other)
    floor.call("q")
    floor.answers(name)
    floor.wait(talk_ms)
    floor.hangs_up(name)
    floor.ready(*others)


def test_every_strategy_has_an_order():
    from cordpair.acd.strategies import ORDER

    assert set(ORDER) == set(Strategy)


def test_longest_idle_takes_who_has_been_free_longest():
    floor = floor_with(Strategy.LONGEST_IDLE, ())
    for name in ("cid", "ann", "bob"):
        floor.ready(name)
        floor.wait(1_000)
    for _ in NAMES:
        floor.call("q")
    assert [name for _, name in floor.offered()] == ["cid", "ann", "bob"]


def test_a_conversation_ends_being_idle_and_a_miss_does_not():
    floor = floor_with(Strategy.LONGEST_IDLE)
    floor.wait(1_000)
    floor.call("q")
    before = floor.agent("ann").idle_since
    floor.rings("ann")
    floor.wait(30_000)  # missed: the next one is alerted
    assert floor.alerted() == ["bob"]
    assert floor.agent("ann").idle_since == before
    floor.answers("bob")
    floor.wait(1_000)
    floor.hangs_up("bob")
    assert floor.agent("bob").idle_since == floor.now
    floor.call("q")
    assert floor.alerted() == ["ann"]


def test_idle_counts_from_the_end_of_the_wrap_up():
    floor = floor_with(Strategy.LONGEST_IDLE, ("ann", "bob"), wrap_up_ms=10_000)
    for _ in range(2):
        floor.call("q")
    floor.answers("ann")
    floor.answers("bob")
    floor.hangs_up("bob")
    floor.wait(9_000)
    floor.hangs_up("ann")
    floor.wraps_up("ann")  # ready before bob, who hung up first but still wraps up
    floor.wait(2_000)
    floor.call("q")
    assert floor.alerted() == ["ann"]


def test_fewest_calls_takes_who_has_had_fewest():
    floor = floor_with(Strategy.FEWEST_CALLS)
    for name in ("ann", "ann", "cid", "cid", "bob"):
        converse(floor, name, 1_000)
    floor.call("q")
    assert floor.alerted() == ["bob"]
    floor.answers("bob")
    floor.hangs_up("bob")  # all have had two: who has been idle longest
    floor.call("q")
    assert floor.alerted() == ["ann"]


def test_least_talk_takes_who_has_talked_least():
    floor = floor_with(Strategy.LEAST_TALK)
    for name, talk in (("ann", 9_000), ("bob", 2_000), ("bob", 2_000), ("cid", 5_000)):
        converse(floor, name, talk)
    floor.call("q")
    assert floor.alerted() == ["bob"]  # two conversations, but 4 s


def test_round_robin_goes_round_whoever_answers():
    floor = floor_with(Strategy.ROUND_ROBIN)
    for _ in range(4):
        contact = floor.call("q")
        floor.abandon(contact)  # even an offer that came to nothing counts as a turn
    assert [name for _, name in floor.offered()] == ["ann", "bob", "cid", "ann"]


def test_top_down_takes_the_first_free_in_the_order_of_the_configuration():
    floor = floor_with(Strategy.TOP_DOWN, ("cid", "bob"))
    floor.call("q")
    floor.ready("ann")
    floor.call("q")
    floor.call("q")
    assert [name for _, name in floor.offered()] == ["bob", "ann", "cid"]


def test_top_down_goes_on_when_the_first_cannot_be_reached():
    """As freeswitch#1216: an agent who is not available must not stop the strategy."""
    floor = floor_with(Strategy.TOP_DOWN)
    contact = floor.call("q")
    floor.refuses("ann", Cause.UNREACHABLE)
    assert floor.alerted(contact) == ["bob"]
    floor.refuses("bob", Cause.BUSY)
    assert floor.alerted(contact) == ["cid"]


SKILLS = {"ann": {"german": 6, "billing": 5}, "bob": {"german": 5, "billing": 9}, "cid": {"german": 9, "billing": 5}}


def test_best_skill_takes_the_largest_sum_of_levels_then_the_longest_idle():
    steps = (Step(0, {"german": 5, "billing": 5}), Step(10_000))
    floor = floor_with(Strategy.BEST_SKILL, NAMES, SKILLS, steps=steps)
    for _ in NAMES:
        floor.call("q")
    assert [name for _, name in floor.offered()] == ["bob", "cid", "ann"]  # 14, 14, 11


def test_best_skill_looks_at_the_first_step_even_when_a_later_one_is_in_force():
    skills = SKILLS | {"bob": {"german": 4, "billing": 9}, "ann": {"german": 2, "billing": 2, "english": 10}}
    floor = floor_with(Strategy.BEST_SKILL, (), skills, steps=(Step(0, {"german": 10, "billing": 10}), Step(10_000)))
    contact = floor.call("q")
    floor.wait(20_000)
    assert floor.visit(contact).levels == {}
    floor.abandon(contact)
    floor.ready("ann", "bob", "cid")
    floor.call("q", ago=20_000)
    assert floor.alerted() == ["cid"]  # 14 of german and billing; ann's english does not count


def test_random_follows_the_seed_and_reaches_everybody():
    chosen = {}
    for seed in (1, 2):
        floor = floor_with(Strategy.RANDOM)
        floor = Floor(floor.configuration, NAMES, seed)
        for _ in range(60):
            floor.abandon(floor.call("q"))
        chosen[seed] = [name for _, name in floor.offered()]
        assert min(chosen[seed].count(name) for name in NAMES) >= 10
    again = Floor(floor.configuration, NAMES, 2)
    for _ in range(60):
        again.abandon(again.call("q"))
    assert [name for _, name in again.offered()] == chosen[2] != chosen[1]


def test_random_leaves_out_who_did_not_take_the_contact():
    for seed in range(20):
        floor = Floor(floor_with(Strategy.RANDOM).configuration, NAMES, seed)
        contact = floor.call("q")
        for _ in range(2):
            floor.refuses(floor.alerted()[0], Cause.REJECTED)
        assert sorted(name for _, name in floor.offered()) == ["ann", "bob", "cid"], seed
        assert floor.lives(contact)


def test_draws_are_even_and_repeatable():
    drawn = [draw(7, counter) for counter in range(10_000)]
    assert all(0 <= each < 1 for each in drawn)
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.02
    assert drawn[:3] == [draw(7, counter) for counter in range(3)]
    assert draw(8, 1) != draw(7, 1)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_under_every_strategy_a_contact_reaches_the_only_agent(strategy):
    floor = floor_with(strategy, ())
    contact = floor.call("q")
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"]
    floor.answers("bob")
    assert floor.last(ev.OfferMade).strategy == strategy.value
    floor.abandon(contact)
    assert floor.outcomes("q") == {"connected": 1} and floor.is_home()


@pytest.mark.parametrize("strategy", list(Strategy))
def test_under_every_strategy_a_refused_contact_goes_to_the_next(strategy):
    floor = floor_with(strategy, ("ann", "bob"))
    contact = floor.call("q")
    first = floor.alerted()[0]
    floor.refuses(first, Cause.REJECTED)
    assert floor.alerted(contact) == [{"ann": "bob", "bob": "ann"}[first]]
