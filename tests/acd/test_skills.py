"""Who fits whom: bitsets over profiles agree with a plain comparison."""

from hypothesis import given
from hypothesis import strategies as st

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Agent, Assignment, Step
from cordpair.acd.skills import ANYWHERE, Fits, meets, numbers, profile_key
from cordpair.ids import AgentId, NodeId, QueueId

SKILLS = st.dictionaries(st.sampled_from(["german", "english", "billing"]), st.integers(1, 10))


def test_levels_are_minimum_levels():
    assert meets({"german": 7}, {"german": 7})
    assert not meets({"german": 6}, {"german": 7})
    assert not meets({}, {"german": 1})
    assert meets({}, {})


def test_the_set_bits_are_numbered_from_zero():
    assert list(numbers(0b10110)) == [1, 2, 4]


@given(st.lists(st.tuples(SKILLS, st.sets(st.sampled_from("qr")), st.booleans()), max_size=12), SKILLS)
def test_bitsets_find_who_meets_the_levels_in_the_queue_at_the_node(agents, levels):
    fits = Fits()
    for number, (skills, queues, linked) in enumerate(agents):
        assignments = tuple(Assignment(QueueId(each)) for each in sorted(queues))
        fits.add(number, profile_key(Agent(AgentId(f"a{number}"), skills, assignments), (NODE,) if linked else ()))
    for node in (NODE, ANYWHERE, NodeId("other")):
        expected = [
            number
            for number, (skills, queues, linked) in enumerate(agents)
            if "q" in queues and meets(skills, levels) and (node == ANYWHERE or (linked and node == NODE))
        ]
        assert list(numbers(fits.of(QueueId("q"), node, levels))) == expected


def test_an_inactive_assignment_does_not_count():
    idle = Agent(AgentId("a"), {}, (Assignment(QueueId("q"), active=False),))
    fits = Fits()
    fits.add(0, profile_key(idle, ()))
    assert fits.of(QueueId("q"), ANYWHERE, {}) == 0


def test_equal_agents_share_a_profile():
    first, second = agent("ann", {"german": 5}, ("q",)), agent("bob", {"german": 5}, ("q",))
    assert profile_key(first, (NODE,)) == profile_key(second, (NODE,))
    assert profile_key(first, (NODE,)) != profile_key(second, ())


def test_who_lacks_a_skill_is_never_alerted():
    floor = Floor(
        centre((queue("q", steps=(Step(0, {"german": 5}),)),), (agent("ann", {"german": 4}, ("q",)),)), ["ann"]
    )
    contact = floor.call("q")
    floor.wait(3_600_000)
    assert floor.offered() == [] and floor.lives(contact)


def test_who_is_not_in_the_queue_is_never_alerted():
    floor = Floor(centre((queue("q"), queue("r")), (agent("ann", {"german": 10}, ("r",)),)), ["ann"])
    floor.call("q")
    assert floor.offered() == []


def test_a_level_outside_the_scale_is_refused():
    """Levels are 1 to 10; the interface may ask for anything."""
    floor = Floor(centre((queue("q"),), (agent("ann", {}, ("q",)),)))
    contact = floor.call("q")
    for level in (0, -1, 11):
        assert "level" in (floor.receive(inp.ChangeContact(contact, levels={"german": level})).refusal or "")
    assert floor.visit(contact).levels == {}
