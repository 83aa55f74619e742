"""``cordpair.toml`` as typed values: a struct for each table, a field for each key.

Durations are in ms here; in the file they are written ``"90s"``, ``"1h30m"``, or as a number of seconds.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.adapters import Adapters
from cordpair.config.alarms import Alarms
from cordpair.config.calls import Calls
from cordpair.config.kinds import (
    DAY_MS,
    NETWORK,
    POP,
    SOCKET,
    Address,
    CellName,
    Duration,
    Key,
    Level,
    Name,
    Offset,
    Origin,
    Page,
    PbxName,
    Prompt,
    QueueName,
    Registrar,
    SeatName,
    Secret,
    ServiceName,
    SkillName,
    Text,
    Trunk,
    Url,
    Word,
)
from cordpair.config.phones import Codes, Phones
from cordpair.config.queue_log import QueueLog
from cordpair.config.reports import Reports, Smtp
from cordpair.config.trunks import SipTrunk
from cordpair.config.webhooks import Webhooks

Cause = Literal["normal", "busy", "rejected", "no_answer", "unreachable", "congestion"]
Strategy = Literal[
    "longest_idle",
    "fewest_calls",
    "least_talk",
    "round_robin",
    "top_down",
    "best_skill",
    "random",
    "ring_all",
    "ring_progressively",
]


class Cell(msgspec.Struct, frozen=True):
    name: CellName = "main"


class Http(msgspec.Struct, frozen=True):
    """``trusted_proxies``: whose word about where a request came from is believed."""

    listen: Word = "127.0.0.1:8080"
    certificate: Text | None = None
    certificate_key: Text | None = None
    trusted_proxies: tuple[Annotated[str, Meta(pattern=NETWORK)], ...] = ()


class Store(msgspec.Struct, frozen=True):
    path: Text = "cordpair.db"


class Journal(msgspec.Struct, frozen=True):
    path: Text = "journal.db"
    synchronous: Literal["normal", "full"] = "normal"
    snapshot_every: Annotated[int, Meta(ge=1_000, le=10_000_000)] = 50_000
    keep: Annotated[int, Meta(ge=DAY_MS, le=10 * 366 * DAY_MS, extra={"kind": "duration"})] | None = None


class PbxDoor(msgspec.Struct, frozen=True):
    """The PBX's SIP over WebSocket, behind the gateway's door. ``phones_url``: of agents, where it is another.

    ``passwords``: a directory with a file for each phone in a browser, where the engine may make no accounts."""

    url: Annotated[str, Meta(pattern=SOCKET)]
    phones_url: Annotated[str, Meta(pattern=SOCKET)] | None = None
    key: Secret | None = None
    passwords: Text | None = None


class Pbx(msgspec.Struct, frozen=True):
    """``peers``: other nodes, each with the name that this PBX gives to its trunk there. ``phones``: where phones
    register."""

    url: Url
    password: Secret | None = None
    address: Address | None = None
    peers: dict[PbxName, Trunk] = {}
    door: PbxDoor | None = None
    phones: Registrar | None = None


class Action(msgspec.Struct, frozen=True):
    """Exactly one of ``queue``, ``service`` and ``hang_up``; ``prompt`` goes with ``hang_up``."""

    queue: QueueName | None = None
    service: ServiceName | None = None
    hang_up: Cause | None = None
    prompt: Prompt = ""


class Step(msgspec.Struct, frozen=True):
    after: Duration = 0
    levels: dict[SkillName, Level] = {}


class Overflow(msgspec.Struct, frozen=True):
    queue: QueueName
    percent: Annotated[float, Meta(gt=0, le=100)]


class Pop(msgspec.Struct, frozen=True):
    """A page that opens for the agent; ``{customer}`` and the like in its address are filled in."""

    url: Annotated[str, Meta(pattern=POP)]
    title: Text = ""
    embed: bool = False


class Queue(msgspec.Struct, frozen=True):
    medium: Name = "voice"
    strategy: Strategy = "longest_idle"
    steps: tuple[Step, ...] = ()
    head_start: Offset = 0
    offer_timeout: Annotated[int, Meta(ge=1_000, le=600_000, extra={"kind": "duration"})] = 30_000
    wrap_up: Duration = 0
    max_wait: Duration | None = None
    max_length: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    on_timeout: Action = Action(hang_up="normal")
    on_full: Action = Action(hang_up="busy")
    on_no_agent_signed_in: Action | None = None
    on_no_agent_ready: Action | None = None
    no_agent_after: Duration = 0
    exit_keys: dict[Key, Action] = {}
    overflow: Overflow | None = None
    sticky: Duration = 0
    progress: Annotated[int, Meta(ge=1_000, le=600_000, extra={"kind": "duration"})] = 5_000
    group_size: Annotated[int, Meta(ge=1, le=20)] = 20
    music: Word = "default"
    prompt: Prompt = ""
    web: Literal["wait_off_pbx", "call_first"] = "wait_off_pbx"
    web_accept: Literal["automatic", "desktop"] = "automatic"
    web_retries: Annotated[int, Meta(ge=0, le=100)] = 1
    audio_after: Duration | None = None
    on_no_show: Action | None = None
    dispositions: tuple[Text, ...] = ()
    pops: tuple[Pop, ...] = ()
    share: Literal["off", "live", "keep"] = "live"
    alarms: Alarms = Alarms()


class Assignment(msgspec.Struct, frozen=True):
    tier: Annotated[int, Meta(ge=1, le=100)] = 1
    offset: Offset = 0
    active: bool = True
    wrap_up: Duration | None = None


class Agent(msgspec.Struct, frozen=True):
    """``shown_as``: the name that customers and colleagues see. ``number``: dialled after the code to sign in."""

    shown_as: Text = ""
    number: Annotated[str, Meta(pattern=r"^[0-9]{1,10}$")] | None = None
    seat: SeatName | None = None
    skills: dict[SkillName, Level] = {}
    queues: dict[QueueName, Assignment] = {}
    wrap_up: Duration | None = None
    capacity: dict[Name, Annotated[int, Meta(ge=1, le=100)]] = msgspec.field(default_factory=lambda: {"voice": 1})


class Seat(msgspec.Struct, frozen=True):
    """``account``: the engine makes the phone's account. A phone in a browser always has one of those."""

    endpoint: Word
    node: PbxName | None = None
    browser: bool = False
    account: bool = False


class Service(msgspec.Struct, frozen=True):
    queue: QueueName
    dialled: tuple[Word, ...] = ()
    to: tuple[Word, ...] = ()
    contexts: tuple[Word, ...] = ()
    steps: tuple[Step, ...] | None = None
    head_start: Offset = 0
    variables: tuple[Word, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    digit: Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")] | None = None


class Misses(msgspec.Struct, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 3
    miss_delay: Duration = 10_000
    reject_delay: Duration = 10_000
    busy_delay: Duration = 10_000
    unreachable_delay: Duration = 10_000


class Timing(msgspec.Struct, frozen=True):
    join_timeout: Annotated[int, Meta(ge=100, le=60_000, extra={"kind": "duration"})] = 5_000
    settle: Annotated[int, Meta(ge=0, le=60_000, extra={"kind": "duration"})] = 300
    closing_timeout: Annotated[int, Meta(ge=1_000, le=600_000, extra={"kind": "duration"})] = 30_000
    hang_up_timeout: Annotated[int, Meta(ge=100, le=60_000, extra={"kind": "duration"})] = 5_000
    move_timeout: Annotated[int, Meta(ge=1_000, le=60_000, extra={"kind": "duration"})] = 10_000


class Gateway(msgspec.Struct, frozen=True):
    """Customers in browsers. Where they reach us is not where we listen: there may be a proxy between."""

    url: Origin | None = None
    call_within: Annotated[int, Meta(ge=1_000, le=300_000, extra={"kind": "duration"})] = 20_000
    grace: Annotated[int, Meta(ge=1_000, le=600_000, extra={"kind": "duration"})] = 30_000
    desk_grace: Annotated[int, Meta(ge=1_000, le=600_000, extra={"kind": "duration"})] = 30_000
    stun: tuple[Word, ...] = ()
    turn: tuple[Word, ...] = ()
    turn_secret: Secret | None = None
    turn_lasts: Annotated[int, Meta(ge=60_000, le=DAY_MS, extra={"kind": "duration"})] = 3_600_000
    video_skill: SkillName = "video"
    contexts: tuple[Word, ...] = ("cordpair-door",)
    node: PbxName | None = None  # None: the first


class Oidc(msgspec.Struct, frozen=True):
    """Agents sign in with the accounts of the house. ``claim`` holds the agent's name here."""

    issuer: Url
    client_id: Word
    client_secret: Secret | None = None
    claim: Word = "preferred_username"


class SignIn(msgspec.Struct, frozen=True):
    """How agents sign in at the desk."""

    oidc: Oidc | None = None


class PageRule(msgspec.Struct, frozen=True):
    """Where a page leads: exactly one of ``service`` and ``queue``."""

    service: ServiceName | None = None
    queue: QueueName | None = None
    skills: dict[SkillName, Level] = {}


class Portal(msgspec.Struct, frozen=True):
    """A web site. A page that ends in ``*`` stands for all that begin so; the longest counts."""

    origins: tuple[Origin, ...] = ()
    pages: dict[Page, PageRule] = {}
    media: tuple[Literal["audio", "video"], ...] = ("audio",)


class Config(msgspec.Struct, frozen=True):
    """The whole file. The order of the entries in a table counts where the table's comment says so."""

    cell: Cell = Cell()
    pbx: dict[Name, Pbx] = {}
    http: Http = Http()
    store: Store = Store()
    journal: Journal = Journal()
    skills: dict[Name, Text] = {}  # what each means
    reasons: dict[Name, Reason] = {}
    phones: Phones = Phones()
    prompts: dict[Name, Text] = {}  # name → what the PBX calls it
    queues: dict[Name, Queue] = {}
    services: dict[Name, Service] = {}  # in their order: the first that matches
    no_service: Action = Action(hang_up="unreachable")
    seats: dict[Name, Seat] = {}
    agents: dict[Name, Agent] = {}  # in their order, for the strategy top_down
    gateway: Gateway = Gateway()
    portals: dict[Name, Portal] = {}
    sign_in: SignIn = SignIn()
    calls: Calls = Calls()
    trunks: dict[Trunk, SipTrunk] = {}
    queue_log: QueueLog = QueueLog()
    reports: Reports = Reports()
    smtp: Smtp = Smtp()
    adapters: Adapters = Adapters()
    webhooks: Webhooks = Webhooks()
    alarms: Alarms = Alarms()
    misses: Misses = Misses()
    timing: Timing = Timing()


__all__ = [
    "Action",
    "Adapters",
    "Agent",
    "Alarms",
    "Assignment",
    "Calls",
    "Cell",
    "Codes",
    "Config",
    "Gateway",
    "Http",
    "Journal",
    "Misses",
    "Oidc",
    "Overflow",
    "PageRule",
    "Pbx",
    "PbxDoor",
    "Phones",
    "Pop",
    "Portal",
    "Queue",
    "QueueLog",
    "Reason",
    "Seat",
    "Secret",
    "Service",
    "SignIn",
    "Step",
    "Store",
    "Timing",
]
