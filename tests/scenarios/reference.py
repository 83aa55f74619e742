"""A quarter of a minute in which almost everything happens: what the tests disturb at each of its steps."""

from functools import partial

from cordpair.acd.causes import Cause
from cordpair.acd.configuration import HangUpAction, QueueAction, Step, Strategy
from cordpair.acd.model import AgentStatus
from cordpair.ids import QueueId
from cordpair_loopback import rejects
from scenarios.rig import Caller, Rig, agent, configuration, queue

QUEUES = (
    queue("sales", steps=(Step(0, {"german": 7}), Step(3_000, {"german": 3}), Step(6_000)), wrap_up_ms=1_000,
          offer_timeout_ms=6_000, prompt="welcome"),
    queue("all", strategy=Strategy.RING_ALL, offer_timeout_ms=6_000),
    queue("full", max_length=1, on_full=QueueAction(QueueId("sales"))),
    queue("short", max_wait_ms=2_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry")),
    queue("anyone"),
)  # fmt: skip
AGENTS = (
    agent("ann", "sales", "all", "anyone", german=9),
    agent("bob", "sales", "all", "anyone", german=4),
    agent("cid", "sales", "all", "full", "anyone"),
)
REFERENCE = configuration(QUEUES, AGENTS, prompts={"wrong_code": "wrong", "sign_in": "signed-in"})
ANYONE = "5005"
NAMES = ("ann", "bob", "cid")
SCRIPT_MS = 16_000


def schedule(rig: Rig) -> None:
    """Everything that people do, from now on."""
    for name in NAMES:
        rig.at(0, partial(rig.dial, name, "011"))
        rig.at(1_100, partial(rig.dial, name, "033"))
    rig.at(1_150, lambda: rig.dial("cid", "099"))
    rig.does("bob", rejects(300))
    people: dict[str, tuple[int, str, dict[str, int]]] = {
        "ada": (1_500, "5001", {"talk_ms": 4_000}),  # ann
        "bea": (1_700, "5001", {"talk_ms": 3_000}),  # bob rejects; cid
        "cleo": (2_000, "5002", {"talk_ms": 3_000}),  # bob or cid
        "dora": (2_200, "5004", {}),  # times out, and is told so
        "edda": (2_500, "5001", {"patience_ms": 3_000, "talk_ms": 2_000}),  # gives up
        "fay": (2_600, "5003", {"talk_ms": 1_000}),
        "gil": (2_700, "5003", {"talk_ms": 1_000}),  # full: overflows to sales
        "hal": (8_000, "5002", {"talk_ms": 1_000}),  # two answer at once
    }
    for name, (at, dialled, options) in people.items():
        caller = rig.caller(name)
        rig.at(at, partial(caller.arrives, dialled, **options))
    rig.at(9_000, lambda: rig.dial("ann", "044"))
    rig.at(12_000, lambda: rig.dial("ann", "033"))
    rig.at(7_000, lambda: rig.phone("cid").hang_up())
    for at in (17_000, 26_000):  # who was not heard dials again
        rig.at(at, partial(dial_again, rig, "011"))
        rig.at(at + 500, partial(dial_again, rig, "033"))


def dial_again(rig: Rig, code: str) -> None:
    for name in NAMES:
        if rig.agent(name).status is not AgentStatus.READY:
            rig.dial(name, code)


def was_lost(caller: Caller) -> bool:
    """With the PBX, or because it was down when they called."""
    return caller.call.status == 0 or caller.call.ended_at == caller.call.arrival.arrived_at


def unserved(rig: Rig) -> list[str]:
    """Callers who talked to nobody, although they were neither lost with their PBX, nor gave up, nor were told that it
    takes too long."""
    patient = [caller for caller in rig.callers if caller.name not in ("dora", "edda")]
    return [caller.name for caller in patient if not caller.talked and not was_lost(caller)]


__all__ = ["ANYONE", "REFERENCE", "SCRIPT_MS", "schedule", "unserved"]
