"""Why an offer was made to this agent and to no other."""

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import Acd, Explanation, explain
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import Misses, Step, Strategy
from cordpair.ids import AgentId

NAMES = ("ann", "bob", "cid", "dee", "eve", "fay", "gus", "hal", "ian", "joe")


def why(floor: Floor) -> Explanation:
    """Explain the last offer from the journal alone, as the command line does."""
    made = floor.last(ev.OfferMade)
    told = Acd()
    for at, _, events in floor.journal:
        for event in events:
            if event == made:
                return explain(told.cell, made, at)
            told.fold([event], at)
    raise AssertionError


def passed_over(floor: Floor) -> dict[str, str]:
    return {each.agent: "; ".join(each.passed_over) for each in why(floor).candidates}


def test_everybody_is_listed_with_the_reason():
    agents = [agent(name, {"german": 5}, ("q", "r")) for name in NAMES]
    agents[1] = agent("bob", {"german": 3}, ("q",))
    agents[2] = agent("cid", {"german": 5}, ("r",))
    misses = Misses(limit=9, reject_delay_ms=60_000)
    floor = Floor(
        centre((queue("q", steps=(Step(0, {"german": 4}),)), queue("r", wrap_up_ms=90_000)), tuple(agents),
               misses=misses),
        ["dee"],
    )  # fmt: skip
    floor.call("r")
    floor.answers("dee")  # talks
    floor.ready("gus")
    floor.abandon(floor.call("r"))
    floor.call("r")
    floor.answers("gus")
    floor.hangs_up("gus")  # wraps up
    floor.ready("eve")
    floor.call("r")
    floor.refuses("eve", Cause.REJECTED)  # has a delay
    floor.ready("fay", "bob", "cid")
    floor.pause("fay")
    floor.receive(inp.SeatChanged(NODE, "phone-hal", SeatStatus.UNREACHABLE))
    floor.pause("cid")
    floor.ready("hal", "cid")
    floor.receive(inp.SignOut(AgentId("joe")))
    for name in ("ian", "ann"):
        floor.ready(name)
        floor.wait(1_000)
    contact = floor.call("q")
    assert floor.last(ev.OfferMade).contact == contact
    reasons = passed_over(floor)
    chosen = floor.last(ev.OfferMade).agent
    assert reasons.pop(chosen) == ""
    assert set(reasons) == set(NAMES) - {chosen}
    assert reasons["bob"] == "german 3 below 4"
    assert "not in queue q" in reasons["cid"]
    assert "connected with t-c1" in reasons["dee"]
    assert "after a failed offer" in reasons["eve"]
    assert reasons["fay"] == "not ready (break)"
    assert reasons["gus"].startswith("wrap-up")
    assert reasons["hal"] == "phone not reachable"
    assert reasons["joe"].startswith("signed out")
    assert all(reasons.values())


def test_the_eligible_are_ranked_as_the_strategy_ranks_them():
    agents = tuple(agent(name, {"german": level}, ("q",)) for name, level in (("ann", 5), ("bob", 9), ("cid", 7)))
    for strategy, order in ((Strategy.BEST_SKILL, ["bob", "cid", "ann"]), (Strategy.TOP_DOWN, ["ann", "bob", "cid"])):
        steps = (Step(0, {"german": 1}),)
        floor = Floor(centre((queue("q", strategy=strategy, steps=steps),), agents), ["cid", "bob", "ann"])
        floor.call("q")
        candidates = why(floor).candidates
        assert [each.agent for each in candidates] == order
        assert [each.chosen for each in candidates] == [True, False, False]
        assert all("eligible, but" in each.passed_over[0] for each in candidates[1:])


def test_an_exclusion_and_a_reservation_are_named():
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    floor = Floor(centre((queue("q", sticky_ms=5_000),), agents), ["ann", "bob"])
    floor.call("q", last_agent=AgentId("bob"))
    assert passed_over(floor) == {"bob": "", "ann": "reserved for bob"}
    floor.refuses("bob", Cause.BUSY)
    floor.wait(5_000)
    assert floor.alerted() == ["ann"]
    assert "excluded: did not take this contact before" in passed_over(floor)["bob"]


def test_the_offer_says_what_it_was_chosen_from():
    floor = Floor(centre((queue("q", steps=(Step(0, {"german": 2}),)),), (agent("ann", {"german": 3}, ("q",)),)))
    contact = floor.call("q")
    floor.call("q")
    floor.wait(2_500)
    floor.ready("ann")
    told = why(floor)
    assert (told.contact, told.agent, told.waited_ms) == (contact, "ann", 2_500)
    assert (told.line, told.waiting, told.available) == ("q: german>=2", 2, 1)
    assert (told.strategy, told.requirement) == ("longest_idle", {"german": 2})


def test_every_strategy_has_words():
    from cordpair.acd.explain import _behind

    assert all(_behind(strategy.value) for strategy in Strategy)
