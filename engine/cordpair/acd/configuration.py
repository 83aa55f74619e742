"""What the operator decided, as the core uses it: queues, agents, seats, services. All times in ms.

The core trusts these values: ``cordpair.config`` has checked them (references exist, ranges hold).
"""

from enum import StrEnum

import msgspec

from cordpair.acd.causes import Cause
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId

VOICE = "voice"


class Strategy(StrEnum):
    """Which agent a contact gets."""

    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"
    LEAST_TALK = "least_talk"
    ROUND_ROBIN = "round_robin"  # the agent whose last offer is longest ago
    TOP_DOWN = "top_down"  # the first free one in the order of the configuration
    BEST_SKILL = "best_skill"  # largest sum of levels over the skills of the first step, then longest idle
    RANDOM = "random"
    RING_ALL = "ring_all"
    RING_PROGRESSIVELY = "ring_progressively"


class FeatureAction(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    READY = "ready"
    NOT_READY = "not_ready"
    WRAP_UP_DONE = "wrap_up_done"


class _Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    pass


class HangUpAction(_Value, frozen=True, tag="hang_up"):
    """Play ``prompt`` if there is one, then hang up with ``cause``."""

    cause: Cause = Cause.NORMAL
    prompt: str = ""


class QueueAction(_Value, frozen=True, tag="queue"):
    """Go to another queue; the moment of enqueueing is kept."""

    queue: QueueId


class ServiceAction(_Value, frozen=True, tag="service"):
    """Go to another service (its queue, requirement and priority); the moment of enqueueing is kept."""

    service: ServiceId


Action = HangUpAction | QueueAction | ServiceAction


class Step(_Value, frozen=True):
    """From ``after_ms`` in the visit on, these minimum levels are required. Steps are in ascending order."""

    after_ms: int
    levels: dict[str, int] = {}


def in_force(steps: tuple[Step, ...], waited_ms: int) -> tuple[int, dict[str, int]]:
    """After so long in the visit: how many steps have begun, and what the last of them requires."""
    begun = 0
    while begun < len(steps) and steps[begun].after_ms <= waited_ms:
        begun += 1
    return begun, steps[begun - 1].levels if begun else {}


class Overflow(_Value, frozen=True):
    """``percent`` of the arriving contacts go to ``queue`` instead; drawn once, on arrival."""

    queue: QueueId
    percent: float


class WebMode(StrEnum):
    """How a customer in a browser waits."""

    WAIT_OFF_PBX = "wait_off_pbx"  # without a call, until an agent is reserved
    CALL_FIRST = "call_first"  # the browser calls at once, and waits on the PBX with music


class Queue(_Value, frozen=True):
    queue: QueueId
    medium: str = VOICE
    strategy: Strategy = Strategy.LONGEST_IDLE
    steps: tuple[Step, ...] = ()
    head_start_ms: int = 0  # priority
    offer_timeout_ms: int = 30_000
    wrap_up_ms: int = 0
    max_wait_ms: int | None = None
    max_length: int | None = None
    on_timeout: Action = HangUpAction()
    on_full: Action = HangUpAction(Cause.BUSY)
    on_no_agent_signed_in: Action | None = None  # None: wait on
    on_no_agent_ready: Action | None = None
    no_agent_after_ms: int = 0  # how long the queue must have had no agent
    exit_keys: dict[str, Action] = {}
    overflow: Overflow | None = None
    sticky_ms: int = 0  # how long only the agent of the last conversation is tried
    progress_ms: int = 5_000  # ring progressively: the next agent is added after this
    group_size: int = 20  # ring all and ring progressively: agents alerted at once
    music: str = "default"
    prompt: str = ""  # played once on arrival, before the music
    web: WebMode = WebMode.WAIT_OFF_PBX
    web_accept: bool = False  # the agent accepts on the desktop before the browser is told to call
    web_retries: int = 1  # how often a browser that did not call is told once more; then the contact is closed
    on_no_show: QueueId | None = None  # … or becomes a task in this queue: somebody calls back
    audio_after_ms: int | None = None  # how long video is required of the agent; None: all the time
    dispositions: tuple[str, ...] = ()  # what an agent may say came of a conversation; empty: anything


class Assignment(_Value, frozen=True):
    """An agent works a queue. A lower ``tier`` is served first; ``offset_ms`` is added to the wait in comparisons."""

    queue: QueueId
    tier: int = 1
    offset_ms: int = 0
    active: bool = True
    wrap_up_ms: int | None = None


class Agent(_Value, frozen=True):
    agent: AgentId
    skills: dict[str, int] = {}
    assignments: tuple[Assignment, ...] = ()
    seat: SeatId | None = None
    wrap_up_ms: int | None = None
    capacity: dict[str, int] = msgspec.field(default_factory=lambda: {VOICE: 1})  # slots per medium


class Seat(_Value, frozen=True):
    """Where a phone is: ``endpoint`` on the PBX. With ``node`` None it can be rung from every node. ``browser``: it is
    in the page of the agent's desk, and gone with it. ``account``: the engine makes its account."""

    seat: SeatId
    endpoint: str
    node: NodeId | None = None
    browser: bool = False
    account: bool = False


class Service(_Value, frozen=True):
    """An entry point. Empty match fields match everything; the first matching service takes the call."""

    service: ServiceId
    queue: QueueId
    dialled: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    steps: tuple[Step, ...] | None = None  # None: the queue's
    head_start_ms: int = 0  # added to the queue's
    variables: tuple[str, ...] = ()  # PBX variables kept in the contact's record


class FeatureCode(_Value, frozen=True):
    """What an agent's phone dials. ``reason`` is for NOT_READY; ``agent``: whose code it is, at any phone."""

    code: str
    action: FeatureAction
    reason: str = ""
    agent: AgentId | None = None


class Misses(_Value, frozen=True):
    """What follows when an offer fails. ``limit`` failures in a row make the agent not ready."""

    limit: int = 3
    miss_delay_ms: int = 10_000
    reject_delay_ms: int = 10_000
    busy_delay_ms: int = 10_000
    unreachable_delay_ms: int = 10_000


class Timing(_Value, frozen=True):
    join_timeout_ms: int = 5_000
    settle_ms: int = 300  # after a link-up, before offers are made on that node
    closing_timeout_ms: int = 30_000  # a closing prompt may take this long
    hang_up_timeout_ms: int = 5_000  # a leg we ended must be seen to end, or we ask again
    move_timeout_ms: int = 10_000  # a caller sent to another node must have come by then


class Web(_Value, frozen=True):
    """Customers in browsers. In the dialplan contexts named here only their calls arrive."""

    call_within_ms: int = 20_000
    grace_ms: int = 30_000  # a browser that went may come back and have its place
    desk_grace_ms: int = 30_000  # an agent whose desk went is not ready then
    video_skill: str = "video"
    contexts: tuple[str, ...] = ()


class Trunk(_Value, frozen=True):
    """The way out of a PBX: what it is asked to ring (``{number}`` stands for the number), and as whom."""

    dial: str
    caller_id: str = ""


class Calls(_Value, frozen=True):
    """Calls that agents place. Only over a node with a trunk."""

    ring_agent_ms: int = 30_000
    ring_customer_ms: int = 30_000
    trunks: dict[NodeId, Trunk] = {}


class Configuration(_Value, frozen=True):
    """One revision, whole."""

    revision: int
    cell: str = "main"
    nodes: tuple[NodeId, ...] = ()
    queues: tuple[Queue, ...] = ()
    agents: tuple[Agent, ...] = ()
    seats: tuple[Seat, ...] = ()
    services: tuple[Service, ...] = ()
    codes: tuple[FeatureCode, ...] = ()
    reasons: tuple[str, ...] = ()  # not-ready reasons that people may give
    agent_contexts: tuple[str, ...] = ()  # dialplan contexts of agents' phones: only there feature codes count
    no_service: HangUpAction = HangUpAction(Cause.UNREACHABLE)
    prompts: dict[str, str] = {}  # what a feature code answers: result → prompt
    misses: Misses = Misses()
    timing: Timing = Timing()
    peers: dict[NodeId, dict[NodeId, str]] = {}  # node → another → the name by which its PBX reaches it
    addresses: dict[NodeId, str] = {}  # host or host:port at which callers reach a node: they can be sent there
    web: Web = Web()
    calls: Calls = Calls()


__all__ = [
    "VOICE",
    "Action",
    "Agent",
    "Assignment",
    "Calls",
    "Configuration",
    "FeatureAction",
    "FeatureCode",
    "HangUpAction",
    "Misses",
    "Overflow",
    "Queue",
    "QueueAction",
    "Seat",
    "Service",
    "ServiceAction",
    "Step",
    "Strategy",
    "Timing",
    "Trunk",
    "Web",
    "WebMode",
    "in_force",
]
