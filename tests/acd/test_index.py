"""The index against a plain scan: every offer is the one that looking at everybody would have chosen."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.centre import NODE, centre, queue
from acd.floor import Floor
from cordpair.acd import Cell, Event, State
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Configuration,
    Misses,
    Overflow,
    Queue,
    Service,
    Step,
    Strategy,
)
from cordpair.acd.core import Acd
from cordpair.acd.eligibility import agent_obstacles, visit_obstacles
from cordpair.acd.model import AgentRow, VisitRow
from cordpair.ids import AgentId, QueueId, SeatId, ServiceId

SKILLS = ["german", "english", "billing"]
# After one of these, contacts have become free: they pick, in their order. Otherwise an agent picks.
FREES_CONTACTS = (ev.VisitBegan, ev.OfferEnded, ev.RequirementStepped, ev.VisitChanged, ev.StickyEnded,
                  ev.ExclusionsCleared, ev.GroupOpened, ev.NodeOpened, ev.OfferMade)  # fmt: skip


# ---------------------------------------------------------------- the scan


def eligible(cell: Cell, at: int) -> list[tuple[VisitRow, AgentRow]]:
    return [
        (visit, agent)
        for visit in cell.state.visits.values()
        if not visit_obstacles(cell, visit, at)
        for agent in cell.state.agents.values()
        if agent.not_before is None  # two delays that end in one moment end one after the other
        and not agent_obstacles(cell, visit, agent, at)
    ]


def agents_order(cell: Cell, visit: VisitRow, row: AgentRow) -> Any:
    idle = (row.idle_since, row.number)
    strategy = cell.book.queues[visit.queue].strategy
    if strategy is Strategy.FEWEST_CALLS:
        return (row.calls, *idle)
    if strategy is Strategy.LEAST_TALK:
        return (row.talk_ms, *idle)
    if strategy is Strategy.ROUND_ROBIN:
        return (row.last_offer, row.number)
    if strategy is Strategy.TOP_DOWN:
        return (row.number,)
    if strategy is Strategy.BEST_SKILL and visit.steps:
        skills = cell.book.agents[row.agent].skills
        return (-sum(skills.get(skill, 0) for skill in visit.steps[0].levels), *idle)
    return idle


def place(visit: VisitRow, offset_ms: int = 0) -> Any:
    return (visit.enqueued_at - visit.head_start_ms - offset_ms, visit.number)


def contacts_order(cell: Cell, visit: VisitRow, row: AgentRow) -> Any:
    assignments = cell.book.agents[row.agent].assignments
    assignment = next(each for each in assignments if each.queue == visit.queue)
    return (assignment.tier, *place(visit, assignment.offset_ms))


def check(cell: Cell, made: ev.OfferMade, before: list[Event], at: int) -> None:
    pairs = eligible(cell, at)
    chosen = (made.visit, made.agent)
    free = {agent.agent: agent for _, agent in pairs}
    assert made.agent in free, f"{chosen} is not eligible"
    if len(free) == 1:
        best, agent = min(pairs, key=lambda pair: contacts_order(cell, *pair))
        if chosen == (best.visit, agent.agent):
            return
        assert any(isinstance(event, FREES_CONTACTS) for event in before), f"{best.visit} was before {made.visit}"
    first = min((visit for visit, _ in pairs), key=place)
    assert made.visit == first.visit, f"{first.visit} was before {made.visit}"
    agents = [agent for visit, agent in pairs if visit is first]
    if cell.book.queues[first.queue].strategy is not Strategy.RANDOM:
        assert made.agent == min(agents, key=lambda each: agents_order(cell, first, each)).agent


# ---------------------------------------------------------------- a random centre


def random_levels(draw: random.Random) -> dict[str, int]:
    return {skill: draw.randint(1, 9) for skill in draw.sample(SKILLS, draw.randint(0, 2))}


def random_steps(draw: random.Random) -> tuple[Step, ...]:
    after = sorted(draw.sample([0, 5_000, 20_000, 60_000], draw.randint(0, 3)))
    return tuple(Step(at, random_levels(draw)) for at in after)


def random_queue(draw: random.Random, name: str) -> Queue:
    return queue(
        name,
        strategy=draw.choice(list(Strategy)),
        steps=random_steps(draw),
        head_start_ms=draw.choice([0, 0, 10_000]),
        wrap_up_ms=draw.choice([0, 3_000]),
        sticky_ms=draw.choice([0, 5_000]),
        group_size=draw.choice([2, 20]),
        progress_ms=2_000,
        medium=draw.choice(["voice", "voice", "voice", "chat"]),
        offer_timeout_ms=8_000,
    )


def random_centre(draw: random.Random) -> Configuration:
    queues = [random_queue(draw, f"q{number}") for number in range(draw.randint(1, 5))]
    calls = [each for each in queues if each.medium == "voice"]
    if len(calls) > 1:
        first = queues.index(calls[0])
        options = {name: getattr(calls[0], name) for name in Queue.__struct_fields__}
        queues[first] = Queue(**options | {"overflow": Overflow(calls[1].queue, 30.0)})
    agents = tuple(
        Agent(
            AgentId(f"a{number}"),
            random_levels(draw),
            tuple(
                Assignment(each.queue, draw.choice([1, 1, 2]), draw.choice([0, 0, 4_000]), draw.random() < 0.9)
                for each in draw.sample(queues, draw.randint(1, len(queues)))
            ),
            seat=SeatId(f"seat-a{number}"),
            capacity=draw.choice([{"voice": 1}, {"voice": 1, "chat": 2}]),
        )
        for number in range(draw.randint(1, 6))
    )
    services = tuple(
        Service(ServiceId(f"s{number}"), each.queue, (f"s{number}",), steps=draw.choice([None, random_steps(draw)]))
        for number, each in enumerate(calls * 2)
    )
    services = services or (Service(ServiceId("none"), queues[0].queue, ("none",)),)
    misses = Misses(limit=4, miss_delay_ms=3_000, reject_delay_ms=0, busy_delay_ms=500)
    return centre(tuple(queues), agents, services=services, misses=misses)


class Watched(Floor):
    """A floor where every offer is compared with the scan's, in tables of its own."""

    def __init__(self, configuration: Configuration) -> None:
        self.shadow = Acd(State())
        self.checked = 0
        super().__init__(configuration)

    def _keep(self, given: inp.Input | None, decision: Any) -> None:
        for number, event in enumerate(decision.events):
            if isinstance(event, ev.OfferMade):
                check(self.shadow.cell, event, decision.events[:number], self.now)
                self.checked += 1
            self.shadow.fold([event], self.now)
        super()._keep(given, decision)


def act(floor: Watched, draw: random.Random) -> None:
    state, agents = floor.acd.state, [agent.agent for agent in floor.configuration.agents]
    what = draw.choice(["call", "call", "call", "task", "ready", "ready", "pause", "take", "take", "refuse",
                        "end", "abandon", "change", "seat", "wait", "wait", "done", "flap", "give",
                        "give", "desk"])  # fmt: skip
    offers, contacts = sorted(state.offers), sorted(state.contacts)
    talks = [row.connection for row in state.contacts.values() if row.connection is not None]
    if what == "call":
        last = draw.choice([None, *agents])
        dialled = draw.choice(floor.configuration.services).dialled[0]
        if dialled != "none":
            floor.call(dialled, ago=draw.choice([0, 0, 2_000]), last_agent=last)
    elif what == "task":
        for each in floor.configuration.queues:
            if each.medium == "chat":
                floor.receive(inp.TaskArrived("", QueueId(each.queue), "chat", floor.now))
    elif what == "ready":
        floor.ready(draw.choice(agents))
    elif what == "pause":
        floor.sign_in(draw.choice(agents))
        floor.pause(draw.choice(agents), "")
    elif what == "done":
        floor.sign_in(draw.choice(agents))
        floor.wraps_up(draw.choice([row.agent for row in state.agents.values() if row.status.value != "signed_out"]))
    elif what == "take" and offers:
        take(floor, floor.acd.state.offers[draw.choice(offers)].agent)
    elif what == "refuse" and offers:
        offer = state.offers[draw.choice(offers)]
        cause = draw.choice([Cause.BUSY, Cause.REJECTED, Cause.NO_ANSWER, Cause.LOST])
        floor.receive(inp.RejectOffer(offer.offer) if offer.leg is None else inp.LegEnded(offer.leg, cause))
    elif what == "end" and talks:
        leg = draw.choice(talks).leg
        if leg is not None:
            floor.receive(inp.LegEnded(leg, draw.choice([Cause.NORMAL, Cause.LOST])))
    elif what == "abandon" and contacts:
        floor.receive(inp.EndContact(draw.choice(contacts)))
    elif what == "change" and contacts:
        levels = draw.choice([None, random_levels(draw)])
        floor.receive(inp.ChangeContact(draw.choice(contacts), draw.choice([None, 30_000]), levels))
    elif what == "give" and talks:
        give(floor, draw)
    elif what == "desk":
        who = draw.choice(agents)
        floor.receive(inp.DeskLost(who) if state.agents[who].desk and draw.random() < 0.5 else inp.DeskOpened(who))
    elif what == "seat":
        status = draw.choice([SeatStatus.REACHABLE, SeatStatus.REACHABLE, SeatStatus.BUSY])
        floor.receive(inp.SeatChanged(NODE, f"phone-{draw.choice(agents)}", status))
    elif what == "flap" and draw.random() < 0.3:
        seen = floor.seen()
        floor.cut()
        floor.link(seen)
    else:
        floor.wait(draw.choice([1, 300, 2_000, 9_000]))


def give(floor: Watched, draw: random.Random) -> None:
    """On hold, to a queue, or to an agent."""
    talks = [row for row in floor.acd.state.contacts.values() if row.connection is not None]
    row = draw.choice(talks)
    assert row.connection is not None
    by, contact = row.connection.agent, row.contact
    to = draw.choice([agent.agent for agent in floor.configuration.agents])
    where = draw.choice([each.queue for each in floor.configuration.queues])
    given: list[inp.DeskInput] = [
        inp.Hold(contact, by, draw.random() < 0.5),
        inp.Transfer(contact, by, to=to),
        inp.Transfer(contact, by, to=to),
        inp.Transfer(contact, by, where),
    ]
    floor.receive(draw.choice(given))


def take(floor: Watched, agent: AgentId) -> None:
    row = next(row for row in floor.acd.state.offers.values() if row.agent == agent)
    if row.leg is None:
        floor.receive(inp.AcceptOffer(row.offer))
    elif not row.answered:
        floor.answers(agent)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_every_offer_is_what_a_scan_would_have_chosen(seed):
    draw = random.Random(seed)
    floor = Watched(random_centre(draw))
    for agent in floor.configuration.agents[:3]:
        floor.ready(agent.agent)
    for _ in range(60):
        act(floor, draw)


def test_the_comparison_sees_offers_of_every_strategy():
    """A property that never meets what it speaks of proves nothing."""
    seen: dict[str, int] = {}
    kinds: set[type] = set()
    for seed in range(60):
        draw = random.Random(seed)
        floor = Watched(random_centre(draw))
        for agent in floor.configuration.agents:
            floor.ready(agent.agent)
        for _ in range(60):
            act(floor, draw)
        for made in floor.all(ev.OfferMade):
            seen[made.strategy] = seen.get(made.strategy, 0) + 1
        kinds.update(type(each) for each in floor.events)
    assert set(seen) == {each.value for each in Strategy}
    assert {ev.ContactTransferred, ev.ContactHeld, ev.DeskDisconnected, ev.DeskGone} <= kinds
    assert min(seen.values()) >= 20
