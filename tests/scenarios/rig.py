"""A centre that a test runs: people with phones, callers, one or more loopback PBXs, an engine that may die.

Everything happens on one manual clock. ``async with centre(…) as rig`` ends by sending everybody home and checking the
laws of ``scenarios.laws``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Configuration,
    FeatureAction,
    FeatureCode,
    Queue,
    Seat,
    Service,
)
from cordpair.acd.inputs import ApplyConfiguration, Request
from cordpair.acd.model import AgentRow, AgentStatus, ContactRow, QueueRow, SlotState, State
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId
from cordpair.journal import Entry
from cordpair.runtime import Engine, MemoryRecords, Stop, writer
from cordpair.runtime.recovery import recover
from cordpair.testing import ManualClock
from cordpair_loopback import Behaviour, Call, CallState, LoopbackPbx, Phone, answers
from scenarios.crashes import Death, FragileJournal
from scenarios.taps import MortalClock, TappedDriver, TappedFaults, Taps, WatchedAcd, watched

MAIN = NodeId("main")
CODES = (
    FeatureCode("011", FeatureAction.SIGN_IN),
    FeatureCode("022", FeatureAction.SIGN_OUT),
    FeatureCode("033", FeatureAction.READY),
    FeatureCode("044", FeatureAction.NOT_READY, "break"),
    FeatureCode("055", FeatureAction.WRAP_UP_DONE),
)


def queue(name: str, **options: Any) -> Queue:
    return Queue(QueueId(name), **options)


def agent(name: str, *queues: str, **skills: int) -> Agent:
    return Agent(AgentId(name), skills, tuple(Assignment(QueueId(each)) for each in queues), SeatId(f"seat-{name}"))


def configuration(
    queues: Sequence[Queue], agents: Sequence[Agent], *, nodes: Sequence[NodeId] = (MAIN,), **options: Any
) -> Configuration:
    """Queue n is dialled as 500n; agent x has the phone "x"."""
    where: dict[str, NodeId] = options.pop("where", {})
    return Configuration(
        options.pop("revision", 1),
        nodes=tuple(nodes),
        queues=tuple(queues),
        agents=tuple(agents),
        seats=tuple(Seat(SeatId(f"seat-{each.agent}"), each.agent, where.get(each.agent)) for each in agents),
        services=tuple(
            Service(ServiceId(each.queue), each.queue, dialled=(f"500{number}",))
            for number, each in enumerate(queues, 1)
            if each.medium == "voice"
        ),
        codes=(*CODES, *options.pop("codes", ())),
        reasons=("break",),
        agent_contexts=("cordpair-agents",),
        **options,
    )


class Caller:
    """Somebody at a telephone of their own."""

    def __init__(self, rig: "Rig", name: str, node: NodeId) -> None:
        self.name = name
        self.gave_up = False
        self.arrived_at = 0  # of the first call
        self.goes_after_ms: int | None = 20  # sent elsewhere, calls there so much later; None: stays
        self._rig, self.node = rig, node
        self._call: Call | None = None

    def arrives(self, dialled: str, **options: Any) -> "Caller":
        self._dial(self.node, dialled, **options)
        self.arrived_at = self.call.arrival.arrived_at
        return self

    def _dial(self, node: NodeId, dialled: str, **options: Any) -> None:
        self._call = self._rig.pbxs[node].call(dialled, number=f"+49-{self.name}", name=self.name, **options)
        self._call.on_transfer = self._sent_to
        self._rig.legs[self._call.leg] = self
        self.node = node

    def _sent_to(self, target: str) -> None:
        dialled, _, address = target.removeprefix("sip:").partition("@")
        addresses = self._rig.settings.addresses
        node = next(node for node in addresses if addresses[node] == address)
        if self.goes_after_ms is not None:
            self._rig.clock.call_later(self.goes_after_ms, lambda: self._dial(node, dialled))

    @property
    def call(self) -> Call:
        assert self._call is not None, f"{self.name} has not called"
        return self._call

    @property
    def state(self) -> CallState:
        return self.call.state

    @property
    def talks(self) -> bool:
        return self.state is CallState.TALKING

    @property
    def talked(self) -> bool:
        return self._call is not None and self._call.talked_at is not None

    def hangs_up(self) -> None:
        self.gave_up = True
        self.call.hang_up()

    def presses(self, digits: str) -> None:
        self.call.press(digits)

    def talks_to(self) -> str:
        """The phone that this caller is connected with."""
        for pbx in self._rig.pbxs.values():
            leg = pbx.switch.legs.get(self.call.leg)
            if leg is not None and leg.bridge is not None:
                others = [pbx.switch.legs[each] for each in pbx.switch.bridges[leg.bridge].legs if each != leg.id]
                return ",".join(other.endpoint for other in others)
        return ""


class Rig:
    def __init__(self, settings: Configuration, *, check_every: int = 1) -> None:
        self.settings = settings
        self.clock = ManualClock()
        self.taps = Taps()
        self.breaches: list[str] = []
        self.records = MemoryRecords()
        self.journal = FragileJournal()
        self.callers: list[Caller] = []
        self.legs: dict[str, Caller] = {}
        self.stops: list[Stop] = []
        self.deaths = 0
        self.pbxs: dict[NodeId, LoopbackPbx] = {}
        self._make = watched(self.breaches, check_every)
        self._engine: Engine | None = None
        self._clock = MortalClock(self.clock)
        self._task: asyncio.Task[Stop] | None = None
        self._coming: set[asyncio.Task[None]] = set()
        self._owner = asyncio.current_task()  # the test
        loop = asyncio.get_running_loop()
        for node in settings.nodes:
            endpoints = [each.endpoint for each in settings.seats if each.node in (None, node)]
            pbx = self.pbxs[node] = LoopbackPbx(self.clock, phones=endpoints, app=settings.cell, name=node)
            pbx.faults = TappedFaults(self.taps, node, loop.call_soon)
        for node, peers in settings.peers.items():
            self.pbxs[node].peers = {trunk: self.pbxs[peer] for peer, trunk in peers.items()}

    # ------------------------------------------------------------ the engine

    @property
    def engine(self) -> Engine:
        assert self._engine is not None
        return self._engine

    @property
    def alive(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def state(self) -> State:
        return self.engine.state

    async def start(self) -> None:
        """A new engine on the journal as it is."""
        self._clock = MortalClock(self.clock)
        if self.journal.last_seq == 0:
            await self._begin()
        found = recover(self.journal, self._make)
        drivers = [
            TappedDriver(
                node, pbx, self.settings.cell,
                tuple(each.endpoint for each in self.settings.seats if each.node in (None, node)), self.taps,
            )
            for node, pbx in self.pbxs.items()
        ]  # fmt: skip
        self._engine = Engine(
            found.core, self.journal, drivers, self.records, self._clock, last_at=found.last_at, draw=lambda: 1.0
        )
        self._task = asyncio.create_task(self._engine.run(), name="engine")
        self._task.add_done_callback(self._engine_ended)

    async def _begin(self) -> None:
        """As ``recovery.begin``, but the same draws each time."""
        now = self.clock.now_ms()
        decision = self._make(None).start(self.journal.run, 1, self.settings, now)
        committed = asyncio.Event()
        self.journal.append(Entry(1, now, ApplyConfiguration(self.settings), tuple(decision.events)), committed.set)
        await committed.wait()

    def _engine_ended(self, task: "asyncio.Task[Stop]") -> None:
        if not task.cancelled():
            self.stops.append(task.result())

    def start_later(self, ms: int) -> None:
        self.clock.call_later(ms, self._start_in_task)

    def _start_in_task(self) -> None:
        task = asyncio.ensure_future(self.start())
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def stop(self) -> Stop:
        """In good order; calls stay as they are."""
        self.engine.stop()
        await self.clock.advance(3_000)
        assert self._task is not None
        return await self._task

    def kill(self) -> None:
        """As by SIGKILL: from this moment the engine does nothing, and nothing more of its journal is written."""
        self.deaths += 1
        self._clock.dead = True
        for pbx in self.pbxs.values():
            pbx.cut_link("the engine died")
        self.journal = self.journal.successor()
        _cancel(asyncio.all_tasks() - {self._owner, *self._coming})
        self._task = None

    def dies_at(self, seq: int, death: Death, back_after_ms: int = 500, *, again_after: int = 0) -> None:
        """At entry ``seq``; and its successors, if wanted, each after so many entries."""

        def killed() -> None:
            self.kill()
            self.start_later(back_after_ms)
            if again_after:
                self.dies_at(self.journal.last_seq + again_after, death, back_after_ms, again_after=again_after)

        def die() -> None:
            self.journal.dies_at = None
            if death is Death.DISK_FULL:
                self.clock.call_later(100, killed)  # meanwhile it stops by itself
            else:
                killed()

        self.journal.dies_at, self.journal.death, self.journal.die = seq, death, die

    async def ask(self, request: Request) -> None:
        answer = asyncio.ensure_future(self.engine.request(request))
        await self.clock.settle()
        await answer

    # ------------------------------------------------------------ people

    def caller(self, name: str, node: NodeId | None = None) -> Caller:
        found = Caller(self, name, node or next(iter(self.pbxs)))
        self.callers.append(found)
        return found

    def phone(self, name: str) -> Phone:
        return next(pbx.phones[name] for pbx in self.pbxs.values() if name in pbx.phones)

    def phones(self) -> list[Phone]:
        return [phone for pbx in self.pbxs.values() for phone in pbx.phones.values()]

    def dial(self, name: str, code: str) -> Call:
        return next(pbx for pbx in self.pbxs.values() if name in pbx.phones).dial(name, code)

    async def staff(self, *names: str) -> None:
        """They sign in and become ready by their phones."""
        for code in ("011", "033"):
            for name in names:
                self.dial(name, code)
            await self.clock.advance(200)
        for name in names:
            assert self.agent(name).status is AgentStatus.READY, f"{name} is not ready"

    def does(self, name: str, *behaviours: Behaviour) -> None:
        """What the phone does for its next calls; afterwards it answers after a second, as they all do."""
        self.phone(name).next_calls.extend(behaviours)

    def at(self, ms: int, act: Callable[[], object]) -> None:
        """Part of a script: in ``ms`` from now, whatever became of the engine."""

        def happens() -> None:
            act()

        self.clock.call_later(ms, happens)

    async def advance(self, ms: int) -> None:
        await self.clock.advance(ms)

    # ------------------------------------------------------------ what a test looks at

    def agent(self, name: str) -> AgentRow:
        return self.state.agents[AgentId(name)]

    def is_free(self, name: str) -> bool:
        row = self.agent(name)
        return row.status is AgentStatus.READY and all(slot.state is SlotState.FREE for slot in row.slots)

    def queue(self, name: str) -> QueueRow:
        return self.state.queues[QueueId(name)]

    def outcomes(self, name: str) -> dict[str, int]:
        return {outcome.value: count for outcome, count in self.queue(name).outcomes.items()}

    def contact(self, caller: Caller) -> ContactRow | None:
        named = (caller.call.leg, f"{caller.node}:{caller.call.leg}")  # see ``runtime.naming``
        return next((row for row in self.state.contacts.values() if row.leg in named), None)

    def entries(self) -> list[Entry]:
        return list(self.journal.read())

    def events(self, *kinds: type) -> list[Any]:
        return [event for entry in self.entries() for event in entry.events if not kinds or type(event) in kinds]

    @property
    def core(self) -> WatchedAcd:
        core = self.engine._core
        assert isinstance(core, WatchedAcd)
        return core


def _cancel(tasks: "set[asyncio.Task[Any]]", turns: int = 4) -> None:
    """In several turns of the loop: what a task does on its way out is not done either."""
    tasks = {task for task in tasks if not task.done()}
    for task in tasks:
        task.cancel()
    if tasks and turns:
        asyncio.get_running_loop().call_soon(_cancel, tasks, turns - 1)


@asynccontextmanager
async def running(
    settings: Configuration,
    *,
    check_every: int = 1,
    clean: bool = True,
    prepare: Callable[[Rig], None] = lambda _: None,
) -> AsyncIterator[Rig]:
    """A centre whose engine is linked. ``prepare`` is called before its start. ``clean``: go home and check the laws
    in the end."""
    from scenarios.laws import everybody_goes_home, laws_hold

    rig = Rig(settings, check_every=check_every)
    for phone in rig.phones():
        phone.behaviour = answers(1_000)
    prepare(rig)
    # The writer gives way to others after 2 ms of real time: on a busy machine, another order of things.
    with patch.object(writer, "SLICE_S", 3_600.0):
        async with _working(rig):
            yield rig
            if clean:
                await everybody_goes_home(rig)
                laws_hold(rig)


@asynccontextmanager
async def _working(rig: Rig) -> AsyncIterator[None]:
    await rig.start()
    try:
        await rig.advance(1_000)
        yield
    finally:
        if rig.alive:
            rig.kill()
        await rig.clock.settle()


def centre(queues: Sequence[Queue], agents: Sequence[Agent], **options: Any) -> Any:
    clean, every = options.pop("clean", True), options.pop("check_every", 1)
    return running(configuration(queues, agents, **options), check_every=every, clean=clean)


__all__ = ["MAIN", "Caller", "Rig", "agent", "centre", "configuration", "queue", "running"]
