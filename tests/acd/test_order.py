"""Which contact an agent gets who becomes free: wait, head start, tier and weight; never anything else."""

from acd.centre import NODE, agent, centre, queue
from acd.floor import START, Floor
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import (
    Agent,
    Assignment,
    HangUpAction,
    Misses,
    Overflow,
    QueueAction,
    Service,
    ServiceAction,
    Step,
)
from cordpair.ids import AgentId, LegId, QueueId, SeatId, ServiceId

ANN = AgentId("ann")


def assigned(*assignments: Assignment, name: str = "ann", **skills: int) -> Agent:
    return Agent(AgentId(name), skills, assignments, seat=SeatId(f"seat-{name}"))


def served(floor: Floor, count: int) -> list[str]:
    """The contacts that ann is offered, one after the other."""
    order: list[str] = []
    for _ in range(count):
        contact = floor.offer("ann").contact
        order.append(contact)
        floor.abandon(contact)
    assert floor.alerted() == []
    return order


def test_first_come_first_served():
    floor = Floor(centre((queue("q"),), (assigned(Assignment(QueueId("q"))),)))
    contacts = []
    for _ in range(5):
        contacts.append(floor.call("q"))
        floor.wait(10)
    floor.ready("ann")
    assert served(floor, 5) == contacts


def test_those_who_came_in_the_same_moment_are_served_as_they_came():
    floor = Floor(centre((queue("q"),), (assigned(Assignment(QueueId("q"))),)))
    contacts = [floor.call("q") for _ in range(12)]
    floor.ready("ann")
    assert served(floor, 12) == contacts


def test_order_holds_over_all_classes_of_all_queues():
    """As asterisk#108 and freeswitch#2511: no order across queues."""
    services = (
        Service(ServiceId("german"), QueueId("q"), ("german",), steps=(Step(0, {"german": 3}),)),
        Service(ServiceId("plain"), QueueId("q"), ("plain",)),
        Service(ServiceId("other"), QueueId("r"), ("other",), steps=(Step(0, {"english": 2}),)),
    )
    ann = assigned(Assignment(QueueId("q")), Assignment(QueueId("r")), german=5, english=5)
    floor = Floor(centre((queue("q"), queue("r")), (ann,), services=services))
    contacts = []
    for dialled in ("other", "german", "plain", "german", "other", "plain"):
        contacts.append(floor.call(dialled))
        floor.wait(1)
    floor.ready("ann")
    assert served(floor, 6) == contacts


def test_a_head_start_is_a_wait_in_advance_so_nothing_starves():
    """600 s for VIPs: a plain contact that has waited 601 s longer comes first, one of 599 s does not."""
    for waited, first in ((601_000, "plain"), (599_000, "vip")):
        queues = (queue("vip", head_start_ms=600_000), queue("plain"))
        floor = Floor(centre(queues, (assigned(Assignment(QueueId("vip")), Assignment(QueueId("plain"))),)))
        contacts = {"plain": floor.call("plain")}
        floor.wait(waited)
        contacts["vip"] = floor.call("vip")
        floor.ready("ann")
        assert served(floor, 2)[0] == contacts[first], waited


def test_a_services_head_start_is_added_to_the_queues():
    services = (
        Service(ServiceId("gold"), QueueId("q"), ("gold",), head_start_ms=5_000),
        Service(ServiceId("plain"), QueueId("q"), ("plain",)),
    )
    floor = Floor(centre((queue("q", head_start_ms=1_000),), (assigned(Assignment(QueueId("q"))),), services=services))
    plain = floor.call("plain")
    floor.wait(4_999)
    gold = floor.call("gold")
    assert floor.visit(gold).head_start_ms == 6_000
    floor.ready("ann")
    assert served(floor, 2) == [gold, plain]


def test_a_tier_comes_before_any_wait():
    ann = assigned(Assignment(QueueId("q"), tier=2), Assignment(QueueId("r"), tier=1))
    floor = Floor(centre((queue("q", head_start_ms=900_000), queue("r")), (ann,)))
    old = floor.call("q")
    floor.wait(3_000_000)
    new = floor.call("r")
    floor.ready("ann")
    assert served(floor, 2) == [new, old]


def test_a_tier_is_the_agents_own():
    ann = assigned(Assignment(QueueId("q"), tier=1), Assignment(QueueId("r"), tier=2))
    bob = assigned(Assignment(QueueId("q"), tier=2), Assignment(QueueId("r"), tier=1), name="bob")
    floor = Floor(centre((queue("q"), queue("r")), (ann, bob)))
    first, second = floor.call("r"), floor.call("q")
    floor.ready("ann")
    assert floor.alerted(second) == ["ann"]
    floor.ready("bob")
    assert floor.alerted(first) == ["bob"]


def test_weights_are_seconds_added_to_the_wait():
    for behind, first in ((4_999, "r"), (5_001, "q")):
        ann = assigned(Assignment(QueueId("q")), Assignment(QueueId("r"), offset_ms=5_000))
        floor = Floor(centre((queue("q"), queue("r")), (ann,)))
        contacts = {"q": floor.call("q")}
        floor.wait(behind)
        contacts["r"] = floor.call("r")
        floor.ready("ann")
        assert served(floor, 2)[0] == contacts[first], behind


def test_the_place_is_kept_on_overflow():
    """To another queue and to another service: the moment of enqueueing stays."""
    for action in (QueueAction(QueueId("r")), ServiceAction(ServiceId("r"))):
        queues = (queue("q", max_wait_ms=10_000, on_timeout=action), queue("r"))
        floor = Floor(centre(queues, (assigned(Assignment(QueueId("r"))),)))
        first = floor.call("q")
        floor.wait(1_000)
        second = floor.call("r")
        floor.wait(20_000)
        assert floor.visit(first).queue == "r" and floor.visit(first).enqueued_at == START + 300
        assert floor.visit(first).began_at == START + 10_300
        floor.ready("ann")
        assert served(floor, 2) == [first, second]
        assert floor.outcomes("q") == {"overflowed": 1}


def test_the_place_is_kept_on_a_share_and_at_a_full_queue():
    queues = (
        queue("q", overflow=Overflow(QueueId("r"), 100.0)),
        queue("full", max_length=0, on_full=QueueAction(QueueId("r"))),
        queue("r"),
    )
    floor = Floor(centre(queues, (assigned(Assignment(QueueId("r"))),)))
    late = floor.call("r")
    early, earliest = floor.call("q", ago=500), floor.call("full", ago=900)
    floor.ready("ann")
    assert served(floor, 3) == [earliest, early, late]


def test_a_caller_whom_the_dialplan_held_keeps_the_order_of_arrival():
    """While the engine was away callers arrived: the dialplan stamped when, whatever order they are told in."""
    floor = Floor(centre((queue("q"),), (assigned(Assignment(QueueId("q"))),)))
    third, first, second = floor.call("q", ago=1_000), floor.call("q", ago=3_000), floor.call("q", ago=2_000)
    floor.ready("ann")
    assert served(floor, 3) == [first, second, third]


def test_a_stamp_from_a_wrong_clock_counts_as_now():
    floor = Floor(centre((queue("q"),), (assigned(Assignment(QueueId("q"))),)))
    for ago in (-1, 3_600_001):
        assert floor.visit(floor.call("q", ago=ago)).enqueued_at == floor.now
    assert floor.visit(floor.call("q", ago=3_600_000)).enqueued_at == floor.now - 3_600_000


def test_a_failed_offer_keeps_the_place():
    floor = Floor(centre((queue("q"),), (assigned(Assignment(QueueId("q"))),), misses=Misses(miss_delay_ms=100)))
    first = floor.call("q")
    floor.ready("ann")
    second = floor.call("q")
    floor.rings("ann")
    floor.wait(31_000)
    assert floor.alerted(first) == ["ann"]
    assert served(floor, 2) == [first, second]


def test_priority_asked_for_later_counts_at_once():
    """As asterisk#202: apply a change of priority at once."""
    floor = Floor(centre((queue("q", steps=(Step(0), Step(60_000, {"german": 1}))),),
                         (assigned(Assignment(QueueId("q"))),)))  # fmt: skip
    first, second = floor.call("q"), floor.call("q")
    floor.receive(inp.ChangeContact(second, head_start_ms=1))
    assert len(floor.visit(second).steps) == 2
    floor.ready("ann")
    assert served(floor, 2) == [second, first]


def test_when_several_are_free_contacts_pick_in_their_order():
    """Greedy by design: the first in line picks first, even if that leaves the second without."""
    agents = (assigned(Assignment(QueueId("q")), german=9), assigned(Assignment(QueueId("q")), name="bob"))
    services = (
        Service(ServiceId("any"), QueueId("q"), ("any",)),
        Service(ServiceId("german"), QueueId("q"), ("german",), steps=(Step(0, {"german": 5}),)),
    )
    floor = Floor(centre((queue("q"),), agents, services=services), ["ann", "bob"])
    floor.cut()
    floor.link()  # nothing is offered while the node settles
    plain, german = floor.call("any"), floor.call("german")
    assert floor.alerted() == []
    floor.wait(300)
    assert floor.alerted(plain) == ["ann"] and floor.alerted(german) == []


def test_the_first_matching_service_takes_the_call():
    services = (
        Service(ServiceId("to"), QueueId("q"), ("100",), to=("line1",)),
        Service(ServiceId("context"), QueueId("r"), ("100",), contexts=("trunk",)),
        Service(ServiceId("rest"), QueueId("s")),
    )
    queues = (queue("q"), queue("r"), queue("s"))
    floor = Floor(centre(queues, (agent("ann", {}, ("q",)),), services=services, no_service=HangUpAction()))
    calls = [
        floor.call("100", to="line1", context="trunk"),
        floor.call("100", to="line2", context="trunk"),
        floor.call("100", to="line2", context="elsewhere"),
        floor.call("200", to="line1"),
    ]
    assert [floor.visit(each).queue for each in calls] == ["q", "r", "s", "s"]


def test_the_same_leg_twice_is_one_contact():
    floor = Floor(centre((queue("q"),), (agent("ann", {}, ("q",)),)))
    floor.call("q", leg="x")
    assert floor.receive(inp.LegArrived(LegId("x"), NODE, "q", floor.now)).events == []
