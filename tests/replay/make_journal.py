"""Writes the journal that later versions must be able to read: a seeded shift on the loopback PBX.

    PYTHONPATH=tests python -m replay.make_journal [DIRECTORY]

Without a directory it goes to tests/data/journals/VERSION. Before a release it may be made again; afterwards never:
it is what operators of that version have on their disks.
"""

import asyncio
import gzip
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cordpair import __version__
from cordpair.acd import Acd
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Calls,
    Configuration,
    HangUpAction,
    Misses,
    Overflow,
    QueueAction,
    Seat,
    Service,
    Step,
    Strategy,
    Trunk,
)
from cordpair.errors import AcdError
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId
from cordpair.journal import Entry, SqliteJournal, current_codec
from cordpair.runtime.snapshots import encode
from cordpair_loopback import Behaviour, Fault, FaultKind, LoopbackDriver, answers, busy, never_answers
from replay.fold import fold
from replay.web_shift import web_shift
from scenarios.rig import Rig, agent, configuration, queue, running
from scenarios.test_chaos import Day

DATA = Path(__file__).parent.parent / "data" / "journals"
EAST, WEST = NodeId("east"), NodeId("west")
SHIFT_MS = 60_000


def settings() -> Configuration:
    other = QueueId("general")
    queues = (
        queue("skilled", steps=(Step(0, {"german": 7}), Step(3_000, {"german": 3}), Step(9_000)), prompt="welcome",
              strategy=Strategy.BEST_SKILL, wrap_up_ms=1_000, offer_timeout_ms=4_000),
        queue("all", strategy=Strategy.RING_ALL, group_size=3, max_wait_ms=12_000, on_timeout=QueueAction(other),
              offer_timeout_ms=4_000),
        queue("ladder", strategy=Strategy.RING_PROGRESSIVELY, progress_ms=1_000, offer_timeout_ms=6_000),
        queue("short", max_wait_ms=6_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"), strategy=Strategy.RANDOM,
              max_length=3, on_full=HangUpAction(Cause.BUSY), sticky_ms=1_500, offer_timeout_ms=3_000,
              overflow=Overflow(other, 30.0)),
        queue("general", exit_keys={"1": QueueAction(QueueId("all")), "2": HangUpAction()}, head_start_ms=5_000,
              offer_timeout_ms=4_000, strategy=Strategy.LEAST_TALK),
        queue("chat", medium="chat", offer_timeout_ms=5_000, wrap_up_ms=500),
    )  # fmt: skip
    names = [each.queue for each in queues if each.medium == "voice"]
    agents = [
        agent("a00", *names, german=9),
        agent("a01", *names, german=5),
        agent("a02", *names),
        agent("a03", "all", "ladder", "short"),
        agent("a04", *names, german=7),
        agent("a05", *names),
    ]
    chat = (Assignment(QueueId("chat")),)
    agents[2] = replace(agents[2], assignments=agents[2].assignments + chat, capacity={"voice": 1, "chat": 2})
    return configuration(
        queues, agents, nodes=(EAST, WEST), misses=Misses(limit=3, miss_delay_ms=2_000, reject_delay_ms=700),
        where={"a04": WEST, "a05": WEST}, prompts={"sign_in": "signed-in", "wrong_code": "wrong"},
        calls=Calls(5_000, 5_000, {EAST: Trunk("{number}@world", "+4930")}),
    )  # fmt: skip


def grown(before: Configuration) -> Configuration:
    """The next revision: one more queue, service, agent and seat."""
    late = QueueId("late")
    return replace(
        before,
        revision=2,
        queues=(*before.queues, queue("late")),
        services=(*before.services, Service(ServiceId("late"), late, dialled=("6000",))),
        agents=(*before.agents, Agent(AgentId("a06"), {}, (Assignment(late),), SeatId("seat-a06"))),
        seats=(*before.seats, Seat(SeatId("seat-a06"), "a06")),
    )


class Shift(Day):
    """``Day``'s people, on two nodes, and one of everything that a day may lack."""

    def schedule(self) -> None:
        rig, draw = self.rig, self.draw
        for phone in rig.phones():
            phone.draw = self.behaviour
        for number in range(70):
            caller = rig.caller(f"{number % 25}", draw.choice([EAST, EAST, WEST]))
            rig.at(draw.randrange(SHIFT_MS), lambda caller=caller: self.arrives(caller))  # type: ignore[misc]
        for number in draw.sample(range(600), 14):
            kind = draw.choice([FaultKind.REFUSE, FaultKind.TIME_OUT, FaultKind.GONE, FaultKind.DELAY])
            rig.taps.faults[number] = Fault(kind, 900)
        for _ in range(12):
            name, code = f"a0{draw.randrange(6)}", draw.choice(["022", "044", "055", "099", "011", "033"])
            rig.at(draw.randrange(SHIFT_MS), lambda name=name, code=code: rig.dial(name, code))  # type: ignore[misc]
        for name in ("a01", "a04"):
            rig.at(20_000, rig.phone(name).start_foreign_call)
            rig.at(24_000, rig.phone(name).end_foreign_call)
        east = rig.pbxs[EAST]
        for at in (9_000, 31_000, 45_000):
            rig.at(at, lambda: east.cut_link(refuse=True))
            rig.at(at + 1_500, east.admit_links)
        rig.at(52_000, lambda: rig.pbxs[WEST].restart(down_ms=1_000))

    def arrives(self, caller: Any) -> None:
        if caller.name in ("3", "8"):
            self.rig.at(400, lambda: caller.presses("2" if caller.name == "3" else "1"))
            caller.arrives("5005")
        else:
            super().arrives(caller)


async def tasks(rig: Rig) -> None:
    """A chat that is rejected, one that is accepted and ended, one that is missed."""
    for number in range(3):
        await rig.ask(inp.TaskArrived(f"chat-{number}", QueueId("chat"), "chat", rig.clock.now_ms()))
        await rig.advance(3_000)
        offers = [each for each in rig.state.offers.values() if each.leg is None]
        if offers and number == 0:
            await rig.ask(inp.RejectOffer(offers[0].offer))
        elif offers and number == 1:
            await rig.ask(inp.AcceptOffer(offers[0].offer))
            await rig.advance(1_000)
            await rig.ask(inp.EndContact(offers[0].contact))
            await rig.ask(inp.WrapUpDone(offers[0].agent))
        await rig.advance(3_000)


async def requests(rig: Rig) -> None:
    """What people and programs ask for."""
    waiting = next((each for each in rig.state.visits.values() if not each.offers), None)
    if waiting is not None:
        await rig.ask(inp.ChangeContact(waiting.contact, head_start_ms=60_000, levels={"german": 2}))
    for request in (
        inp.SignIn(AgentId("a03")),
        inp.NotReady(AgentId("a03"), "break"),
        inp.Ready(AgentId("a03")),
        inp.SignOut(AgentId("a03")),
        inp.SignIn(AgentId("a03")),
        inp.Ready(AgentId("a03")),
        inp.NotReady(AgentId("a03"), "no such reason"),
    ):
        try:
            await rig.ask(request)
        except AcdError:
            continue


async def shift(rig: Rig) -> list[Entry]:
    day = Shift(rig, seed=14)
    await rig.staff("a00", "a01", "a02", "a04", "a05")
    day.schedule()
    await rig.advance(5_000)
    await rig.ask(inp.ApplyConfiguration(grown(rig.settings)))
    await alone(rig)
    for _ in range(3):
        await rig.advance(9_000)
        await requests(rig)
    await rejoin(rig)
    await doubted(rig)
    await tasks(rig)
    for name in ("a00", "a02"):
        rig.dial(name, "011")
        await rig.advance(400)
        rig.dial(name, "033")
    await tasks(rig)
    await rig.advance(SHIFT_MS)
    for caller in rig.callers[::2]:
        if caller._call is not None:
            caller.hangs_up()
    await rig.advance(3_000)
    await web_shift(rig)
    await placed(rig)
    await LoopbackDriver(WEST, rig.pbxs[WEST], rig.settings.cell, ()).open(lambda _: None)
    await rig.advance(3_000)
    return rig.entries()


async def alone(rig: Rig) -> None:
    """One agent for a queue, who rejects: excluded, until that would exclude everybody."""
    await rig.ask(inp.SignIn(AgentId("a06"), SeatId("seat-a06")))
    await rig.ask(inp.Ready(AgentId("a06")))
    phone = rig.pbxs[EAST].add_phone("a06")
    rig.engine.submit(inp.SeatChanged(EAST, "a06", SeatStatus.REACHABLE))
    phone.next_calls.append(Behaviour(answer_after_ms=200, status=603))
    rig.caller("late", EAST).arrives("6000", talk_ms=2_000)
    await rig.advance(4_000)


async def rejoin(rig: Rig) -> None:
    """The link is lost while two are being joined."""
    phone = rig.phone("a06")
    phone.draw, phone.behaviour = None, Behaviour(answer_after_ms=300)
    rig.pbxs[EAST].faults.plant("join", FaultKind.HANG, times=4)  # others may be quicker
    caller = rig.caller("rejoined", EAST).arrives("6000", talk_ms=3_000)
    for _ in range(80):
        await rig.advance(100)
        row = rig.contact(caller)
        if row is not None and row.visit is not None and rig.state.visits[row.visit].accepted:
            break
    rig.pbxs[EAST].cut_link()
    rig.pbxs[EAST].faults._planted.clear()
    await rig.advance(8_000)


async def placed(rig: Rig) -> None:
    """Calls that an agent places: one is had, one cancelled, one not answered, one not even rung."""
    caller, customer = AgentId("a03"), rig.pbxs[EAST].number("4711")
    customer.next_calls.extend([Behaviour(answer_after_ms=500, talk_ms=800), never_answers(), never_answers()])
    await rig.ask(inp.SignIn(caller))
    await rig.ask(inp.NotReady(caller, "break"))
    for key in ("had", "cancelled", "missed", "busy"):
        rig.does("a03", busy() if key == "busy" else answers(300))
        await rig.ask(inp.PlaceCall(key, caller, QueueId("general"), rig.clock.now_ms(), inp.Caller("4711")))
        await rig.advance(1_500)
        if key == "cancelled":
            rig.phone("a03").hang_up()
        await rig.advance(8_000)


async def doubted(rig: Rig) -> None:
    """The PBX denies a caller who is seen at the next link-up."""
    rig.pbxs[EAST].faults.plant("music", FaultKind.GONE)
    caller = rig.caller("doubted", EAST).arrives("5005")
    await rig.advance(50)
    rig.pbxs[EAST].faults._planted.clear()
    rig.pbxs[EAST].cut_link()
    await rig.advance(4_000)
    caller.hangs_up()


async def write(directory: Path) -> dict[str, Any]:
    async with running(settings(), clean=False) as rig:
        entries = await shift(rig)
        assert rig.breaches == [], rig.breaches[:5]
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "journal.db"
        journal = await SqliteJournal.open(path, current_codec(), cell="main", run="test")
        core = Acd()
        for entry in entries:
            journal.append(entry)
            core.fold(entry.events, entry.at)
            if entry.seq == len(entries) * 2 // 3:
                journal.save_snapshot(entry.seq, encode(core.state))
        await journal.close()
        assert [each.name for each in Path(temporary).iterdir() if each.name.endswith("-wal")] == []
        expected = fold(path, again=True)
        (directory / "journal.db.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    expected |= {
        "version": __version__,
        "events": _counts(type(event) for entry in entries for event in entry.events),
        "inputs": _counts(type(entry.input) for entry in entries),
    }
    (directory / "expected.json").write_bytes(msgspec.json.format(json.dumps(expected).encode(), indent=2) + b"\n")
    return expected


def _counts(types: Any) -> dict[str, int]:
    return dict(sorted(Counter(each.__name__ for each in types).items()))


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / __version__
    print(json.dumps(asyncio.run(write(where))))
