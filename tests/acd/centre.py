"""A small centre for tests of the core: every strategy, medium and rule somewhere."""

from msgspec.structs import replace

from cordpair.acd.causes import Cause
from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Calls,
    Configuration,
    FeatureAction,
    FeatureCode,
    HangUpAction,
    Misses,
    Overflow,
    Queue,
    QueueAction,
    Seat,
    Service,
    Step,
    Strategy,
    Trunk,
)
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId

NODE = NodeId("main")


def queue(name: str, **options: object) -> Queue:
    return Queue(QueueId(name), **options)  # type: ignore[arg-type]


def agent(name: str, skills: dict[str, int], queues: tuple[str, ...], **options: object) -> Agent:
    assignments = tuple(Assignment(QueueId(each)) for each in queues)
    return Agent(AgentId(name), skills, assignments, seat=SeatId(f"seat-{name}"), **options)  # type: ignore[arg-type]


def centre(queues: tuple[Queue, ...], agents: tuple[Agent, ...], **options: object) -> Configuration:
    seats = tuple(Seat(SeatId(f"seat-{each.agent}"), f"phone-{each.agent}") for each in agents)
    services = options.pop("services", None) or tuple(
        Service(ServiceId(each.queue), each.queue, dialled=(each.queue,)) for each in queues
    )
    return Configuration(
        options.pop("revision", 1),  # type: ignore[arg-type]
        nodes=(NODE,),
        queues=queues,
        agents=agents,
        seats=seats,
        services=services,  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


BUSY_CENTRE = centre(
    queues=(
        queue(
            "billing",
            steps=(Step(0, {"german": 7, "billing": 5}), Step(20_000, {"german": 4}), Step(60_000)),
            wrap_up_ms=5_000,
            max_wait_ms=120_000,
            on_timeout=QueueAction(QueueId("general")),
            exit_keys={"1": QueueAction(QueueId("general")), "2": HangUpAction(Cause.NORMAL, "bye")},
            strategy=Strategy.BEST_SKILL,
        ),
        queue(
            "general",
            max_length=4,
            on_full=HangUpAction(Cause.BUSY),
            on_no_agent_signed_in=HangUpAction(Cause.NORMAL, "closed"),
            no_agent_after_ms=10_000,
            head_start_ms=30_000,
            prompt="welcome",
        ),
        queue("everybody", strategy=Strategy.RING_ALL, group_size=3, sticky_ms=8_000, max_wait_ms=90_000),
        queue("ladder", strategy=Strategy.RING_PROGRESSIVELY, progress_ms=3_000, offer_timeout_ms=12_000),
        queue("lottery", strategy=Strategy.RANDOM, overflow=Overflow(QueueId("general"), 30.0)),
        queue("calls", strategy=Strategy.FEWEST_CALLS, on_no_agent_ready=QueueAction(QueueId("general"))),
        queue("talk", strategy=Strategy.LEAST_TALK, steps=(Step(5_000, {"english": 5}),)),
        queue("round", strategy=Strategy.ROUND_ROBIN),
        queue("top", strategy=Strategy.TOP_DOWN),
        queue("chat", medium="chat", offer_timeout_ms=10_000, wrap_up_ms=1_000),
    ),
    agents=(
        agent("ann", {"german": 9, "billing": 6, "english": 3}, ("billing", "general", "everybody", "ladder", "chat"),
              capacity={"voice": 1, "chat": 2}),
        agent("bob", {"german": 5, "english": 9}, ("billing", "general", "everybody", "lottery", "talk", "top")),
        agent("cid", {"german": 9, "billing": 6}, ("billing", "everybody", "calls", "round", "ladder"),
              wrap_up_ms=2_000),
        agent("dee", {}, ("general", "everybody", "lottery", "calls", "talk", "round", "top", "chat"),
              capacity={"voice": 1, "chat": 1}),
        agent("eve", {"english": 5}, ("everybody", "ladder", "round", "top", "talk", "calls")),
    ),
    codes=(
        FeatureCode("011", FeatureAction.SIGN_IN),
        FeatureCode("022", FeatureAction.SIGN_OUT),
        FeatureCode("033", FeatureAction.READY),
        FeatureCode("044", FeatureAction.NOT_READY, "break"),
        FeatureCode("055", FeatureAction.WRAP_UP_DONE),
    ),
    reasons=("break", "lunch"),
    prompts={"sign_in": "loginok", "wrong_code": "wrong"},
    misses=Misses(limit=2, miss_delay_ms=4_000, reject_delay_ms=0, busy_delay_ms=2_000, unreachable_delay_ms=3_000),
    calls=Calls(20_000, 15_000, {NODE: Trunk("{number}@provider", "+4930")}),
)  # fmt: skip


def _queues(**changes: dict[str, object]) -> tuple[Queue, ...]:
    return tuple(replace(each, **changes.get(str(each.queue), {})) for each in BUSY_CENTRE.queues)


def _swapped(seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    first, second, *rest = seats
    return (replace(first, endpoint=second.endpoint), replace(second, endpoint=first.endpoint), *rest)


# What an operator may make of it in the middle of a shift. Some are refused at times: what is in use stays.
CHANGED_CENTRES: dict[str, Configuration] = {
    "other steps": replace(BUSY_CENTRE, queues=_queues(
        billing={"steps": (Step(0, {"german": 9}), Step(5_000, {"billing": 5}))},
        general={"steps": (Step(0, {"english": 9}), Step(30_000))},
        talk={"steps": ()},
    )),
    "other times": replace(BUSY_CENTRE, queues=_queues(
        billing={"max_wait_ms": 10_000, "head_start_ms": 60_000},
        general={"max_wait_ms": 20_000, "head_start_ms": 0, "max_length": 1},
        everybody={"sticky_ms": 0, "group_size": 1},
        top={"on_no_agent_signed_in": QueueAction(QueueId("general"))},
    )),
    "other strategies": replace(BUSY_CENTRE, queues=_queues(
        billing={"strategy": Strategy.RING_ALL},
        everybody={"strategy": Strategy.LONGEST_IDLE},
        ladder={"strategy": Strategy.RING_ALL, "group_size": 2},
        lottery={"strategy": Strategy.RING_PROGRESSIVELY, "progress_ms": 1_000},
        top={"strategy": Strategy.BEST_SKILL, "steps": (Step(0, {"english": 1}),)},
    )),
    "other services": replace(BUSY_CENTRE, services=tuple(
        replace(each, head_start_ms=90_000, steps=(Step(0, {"english": 5}), Step(3_000))) if n % 2 else each
        for n, each in enumerate(BUSY_CENTRE.services)
    )),
    "an agent more": centre(
        BUSY_CENTRE.queues,
        (*BUSY_CENTRE.agents, agent("fay", {"german": 10, "billing": 10}, ("billing", "top", "everybody", "chat"))),
        codes=BUSY_CENTRE.codes, reasons=BUSY_CENTRE.reasons, misses=BUSY_CENTRE.misses, calls=BUSY_CENTRE.calls,
    ),
    "agents less": centre(
        BUSY_CENTRE.queues, BUSY_CENTRE.agents[1:4],
        codes=BUSY_CENTRE.codes, reasons=BUSY_CENTRE.reasons, misses=BUSY_CENTRE.misses,
    ),
    "agents less, seats as before": replace(BUSY_CENTRE, agents=BUSY_CENTRE.agents[:2]),
    "other capacity": replace(BUSY_CENTRE, agents=tuple(
        replace(each, capacity={"voice": 1, "chat": 1 + n}, skills={}) for n, each in enumerate(BUSY_CENTRE.agents)
    )),
    "queues less": replace(
        BUSY_CENTRE,
        queues=BUSY_CENTRE.queues[:7],
        services=BUSY_CENTRE.services[:7],
        agents=tuple(
            replace(each, assignments=tuple(
                a for a in each.assignments if a.queue in {queue.queue for queue in BUSY_CENTRE.queues[:7]}
            ))
            for each in BUSY_CENTRE.agents
        ),
    ),
    "another medium": replace(
        BUSY_CENTRE,
        queues=_queues(round={"medium": "chat"}),
        services=tuple(each for each in BUSY_CENTRE.services if each.queue != "round"),  # no call leads to a chat
    ),
    "no trunk": replace(BUSY_CENTRE, calls=Calls()),
    "endpoints swapped": replace(BUSY_CENTRE, seats=_swapped(BUSY_CENTRE.seats)),
}  # fmt: skip
