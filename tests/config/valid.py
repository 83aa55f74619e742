"""Any configuration that can be used, for property tests."""

from typing import Any

import hypothesis.strategies as st

from cordpair.config.adapters import Callcenter
from cordpair.config.model import (
    Action,
    Adapters,
    Agent,
    Alarms,
    Assignment,
    Cell,
    Codes,
    Config,
    Gateway,
    Http,
    Journal,
    Misses,
    Oidc,
    Overflow,
    PageRule,
    Pbx,
    PbxDoor,
    Phones,
    Pop,
    Portal,
    Queue,
    QueueLog,
    Reason,
    Seat,
    Secret,
    Service,
    SignIn,
    Step,
    Store,
    Timing,
)
from cordpair.config.reports import Reports, Schedule, Smtp
from cordpair.config.webhooks import Webhook, Webhooks

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \"'\\#"), max_size=10)
WORDS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters="\"'\\#"), min_size=1, max_size=10)
DURATIONS = st.integers(0, 10_000_000)
CAUSES = st.sampled_from(["normal", "busy", "rejected", "no_answer", "unreachable", "congestion"])
TASKS = "callbacks.later"  # longer than any of NAMES
COUNTS, PERCENTS = st.none() | st.integers(0, 1_000), st.none() | st.floats(0, 100)
ALARMS = st.builds(Alarms, COUNTS, st.none() | DURATIONS, st.none() | DURATIONS, PERCENTS, PERCENTS, COUNTS, COUNTS)
REPORTS = st.builds(
    Reports,
    st.just("r.db"),
    st.sampled_from(["UTC", "Asia/Kathmandu"]),
    st.sampled_from(["offered", "removed"]),
    st.integers(0, 86_400).map(lambda seconds: seconds * 1_000),
    schedules=st.dictionaries(
        st.sampled_from(["a", "b-1"]),
        st.builds(
            Schedule,
            st.sampled_from(["hour", "day", "week"]),
            st.just("23:59"),
            by=st.sampled_from([("day",), ("queue", "hour")]),
            webhook=st.just("https://bi.test/in?x=1"),
            secret=st.just(Secret(env="R")),
        ),
        max_size=2,
    ),
)
WEBHOOKS = st.builds(
    Webhooks,
    st.dictionaries(
        st.sampled_from(["crm", "b.1"]),
        st.builds(
            Webhook,
            st.just("https://crm.test/in?x=1"),
            st.just(Secret(file="s")),
            st.sampled_from([(), ("agent.state", "alarm.raised")]),
            st.booleans(),
        ),
        max_size=2,
    ),
    st.integers(60_000, 10_000_000),
)
SMTP = st.just(Smtp()) | st.just(Smtp("mail.test", 25, "off", sender="a@mail.test"))
POPS = ["https://crm.test/?c={customer}", "http://[::1]:8000/{page}"]
STRATEGIES = st.sampled_from(["longest_idle", "top_down", "random", "ring_all", "ring_progressively", "best_skill"])


def some(names: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the names, each with a value."""
    return st.dictionaries(st.sampled_from(names), value, max_size=3) if names else st.just({})


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | value


@st.composite
def steps(draw: st.DrawFn, skills: list[str]) -> tuple[Step, ...]:
    times = [0, *sorted(draw(st.sets(st.integers(1, 10_000_000), max_size=2)))]
    count = draw(st.integers(0, len(times)))
    return tuple(Step(after, draw(some(skills, st.integers(1, 10)))) for after in times[:count])


@st.composite
def configs(draw: st.DrawFn) -> Config:
    skills = draw(st.dictionaries(NAMES, TEXTS, max_size=3))
    nodes = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    queues = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    seats = draw(st.lists(NAMES, max_size=3, unique=True))
    services = draw(st.lists(NAMES, max_size=3, unique=True))
    ends = st.builds(Action, hang_up=CAUSES, prompt=TEXTS)

    def action(place: int) -> st.SearchStrategy[Action]:
        # Only to queues that come later: no rings.
        onward = st.sampled_from(queues[place + 1 :]) if queues[place + 1 :] else None
        return ends if onward is None else ends | st.builds(Action, queue=onward)

    def queue(place: int) -> st.SearchStrategy[Queue]:
        later = queues[place + 1 :]
        percent = st.floats(0.001, 100)
        return st.builds(
            Queue,
            strategy=STRATEGIES,
            steps=steps(list(skills)),
            head_start=st.integers(-10_000, 10_000_000),
            offer_timeout=st.integers(1_000, 600_000),
            wrap_up=DURATIONS,
            max_wait=maybe(st.integers(1, 10_000_000)),
            max_length=maybe(st.integers(1, 1_000)),
            on_timeout=action(place),
            on_full=action(place),
            on_no_agent_signed_in=maybe(action(place)),
            on_no_agent_ready=maybe(action(place)),
            no_agent_after=DURATIONS,
            exit_keys=st.dictionaries(st.sampled_from("0123456789*#"), action(place), max_size=2),
            overflow=maybe(st.builds(Overflow, st.sampled_from(later), percent)) if later else st.none(),
            sticky=DURATIONS,
            progress=st.integers(1_000, 600_000),
            group_size=st.integers(1, 20),
            music=WORDS,
            prompt=TEXTS,
            web=st.sampled_from(["wait_off_pbx", "call_first"]),
            web_accept=st.sampled_from(["automatic", "desktop"]),
            web_retries=st.integers(0, 100),
            audio_after=maybe(DURATIONS),
            on_no_show=maybe(st.just(Action(queue=TASKS))),
            dispositions=st.lists(WORDS, max_size=2).map(tuple),
            pops=st.lists(st.builds(Pop, st.sampled_from(POPS), TEXTS, st.booleans()), max_size=2).map(tuple),
            share=st.sampled_from(["off", "live", "keep"]),
            alarms=ALARMS,
        )

    assignments = st.builds(
        Assignment, st.integers(1, 100), st.integers(-1_000, 1_000_000), st.booleans(), maybe(DURATIONS)
    )
    agents = st.builds(
        Agent,
        shown_as=TEXTS,
        seat=maybe(st.sampled_from(seats)) if seats else st.none(),
        skills=some(list(skills), st.integers(1, 10)),
        queues=some(queues, assignments),
        wrap_up=maybe(DURATIONS),
        capacity=st.dictionaries(st.sampled_from(["voice", "chat"]), st.integers(1, 100)),
    )
    short = st.integers(1_000, 60_000)
    return Config(
        cell=Cell(draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True))),
        pbx={
            node: draw(
                st.sampled_from(
                    [
                        Pbx("loopback:"),
                        Pbx("asterisk+ari://u@h:1/?x=y", Secret(env="A")),
                        Pbx("asterisk+ari://u@h/", Secret(file="a b")),
                        Pbx("loopback:", door=PbxDoor("ws://h:1/ws", "wss://h", Secret(env="D"), "a b")),
                        Pbx("loopback:", address=f"n{place}.test:5060"),
                        Pbx("loopback:", peers={other: "to-other" for other in nodes if other != node}),
                    ]
                )
            )
            for place, node in enumerate(nodes)
        },
        http=draw(
            st.sampled_from([Http("[::1]:1"), Http("h:1", "a b", "c", ("10.0.0.0/8", "::1")), Http("*:8080")]),
        ),
        store=Store(draw(TEXTS)),
        journal=Journal(draw(TEXTS), draw(st.sampled_from(["normal", "full"])), draw(st.integers(1_000, 9_999_999))),
        skills=skills,
        reasons={name: Reason(f"{n}" if n % 2 else None) for n, name in enumerate(draw(st.sets(NAMES, max_size=3)))},
        phones=Phones(
            tuple(draw(st.lists(WORDS, max_size=2))),
            draw(st.sampled_from([Codes(), Codes((), ("1", "*2"), (), ("#3",), ()), Codes(not_ready=())])),
        ),
        prompts=draw(st.dictionaries(NAMES, WORDS, max_size=3)),
        queues={name: draw(queue(place)) for place, name in enumerate(queues)} | {TASKS: Queue("callback")},
        services={
            name: draw(
                st.builds(
                    Service,
                    st.sampled_from(queues),
                    st.just((f"{place}", f"+{place}")),
                    st.lists(WORDS, max_size=2).map(tuple),
                    st.lists(WORDS, max_size=2).map(tuple),
                    maybe(steps(list(skills))),
                    st.integers(-10_000, 10_000_000),
                    st.lists(WORDS, max_size=2).map(tuple),
                )
            )
            for place, name in enumerate(services)
        },
        no_service=draw(ends),
        seats={
            name: draw(
                st.one_of(
                    st.builds(Seat, st.just(f"e{place}"), maybe(st.sampled_from(nodes))),
                    st.builds(Seat, st.just(f"e{place}"), st.sampled_from(nodes), st.just(True)),
                )
            )
            for place, name in enumerate(seats)
        },
        agents=draw(st.dictionaries(NAMES, agents, max_size=3)),
        gateway=Gateway(
            "https://help.test",
            draw(short),
            draw(short),
            draw(short),
            tuple(draw(st.lists(WORDS, max_size=2))),
            turn=tuple(draw(st.lists(WORDS, max_size=2))),
            turn_secret=draw(st.sampled_from([Secret(env="T"), Secret(file="t t")])),
            contexts=tuple(draw(st.lists(WORDS, max_size=2))),
            node=draw(maybe(st.sampled_from(nodes))),
        ),
        portals=draw(
            st.dictionaries(
                NAMES,
                st.builds(
                    Portal,
                    st.just(("https://shop.test", "http://127.0.0.1:8000")),
                    st.dictionaries(
                        st.sampled_from(["/", "/a/*", "/buy?x=1"]),
                        st.builds(
                            PageRule, queue=st.sampled_from(queues), skills=some(list(skills), st.integers(1, 10))
                        ),
                        max_size=2,
                    ),
                ),
                max_size=2,
            )
        ),
        sign_in=SignIn(draw(maybe(st.just(Oidc("https://login.test", "us", Secret(env="O"), "mail"))))),
        queue_log=draw(st.builds(QueueLog, maybe(st.just("a log")), maybe(st.just("b.db")), st.booleans())),
        reports=draw(REPORTS),
        smtp=draw(SMTP),
        adapters=Adapters(draw(maybe(st.builds(Callcenter, callers=st.booleans(), report=maybe(st.just("r")))))),
        webhooks=draw(WEBHOOKS),
        alarms=draw(ALARMS),
        misses=draw(st.builds(Misses, st.integers(1, 1_000), DURATIONS, DURATIONS, DURATIONS, DURATIONS)),
        timing=draw(st.builds(Timing, short, short, short, short, short)),
    )
