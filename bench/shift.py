"""A large centre in one process, without a PBX: every command is carried out at once, as inputs for the core.

Skills are drawn from templates, ten agents each; a class is a queue with one of three requirements, and an agent works
40 of the 100 queues, so that nobody fits more than 120 of the 300 classes.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator

from cordpair.acd import Acd
from cordpair.acd import commands as cmd
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.commands import Command
from cordpair.acd.configuration import Agent, Assignment, Configuration, Queue, Seat, Service, Step
from cordpair.acd.core import Decision
from cordpair.acd.inputs import Input
from cordpair.ids import AgentId, LegId, NodeId, QueueId, SeatId, ServiceId

NODE = NodeId("main")
QUEUES, SKILLS, LEVELS, WORKS = 100, 20, (2, 4, 6), 40
START = 1_800_000_000_000
Seen = Callable[[Input, int, Decision, float], None]
Started = Callable[[Configuration, int, Decision], None]


def configuration(agents: int) -> Configuration:
    chance = random.Random(1)
    templates = []
    for _ in range(max(1, agents // 10)):
        skills = {f"s{n}": chance.randint(1, 10) for n in range(SKILLS)}
        works = tuple(Assignment(QueueId(f"q{n}")) for n in sorted(chance.sample(range(QUEUES), WORKS)))
        templates.append((skills, works))
    people = [templates[n % len(templates)] for n in range(agents)]
    return Configuration(
        1,
        nodes=(NODE,),
        queues=tuple(Queue(QueueId(f"q{n}")) for n in range(QUEUES)),
        agents=tuple(
            Agent(AgentId(f"a{n}"), skills, works, SeatId(f"p{n}")) for n, (skills, works) in enumerate(people)
        ),
        seats=tuple(Seat(SeatId(f"p{n}"), f"p{n}") for n in range(agents)),
        services=tuple(
            Service(
                ServiceId(f"s{q}-{level}"),
                QueueId(f"q{q}"),
                dialled=(f"{q}-{level}",),
                steps=(Step(0, {f"s{q % SKILLS}": level}),),
            )
            for q in range(QUEUES)
            for level in LEVELS
        ),
    )


class Shift:
    """``Shift(agents).fill(waiting)`` then ``turn`` as often as you like: one agent becomes free, one caller calls."""

    def __init__(self, agents: int, seen: Seen | None = None, started: Started | None = None) -> None:
        self.acd = Acd()
        self.seen = seen
        self.now = START
        self.inputs = 0
        self._calls = 0
        self._chance = random.Random(2)
        self._todo: deque[Input] = deque()
        self._caller_of: dict[str, LegId] = {}
        self._talking: deque[LegId] = deque()
        settings = configuration(agents)
        first = self.acd.start("r", 7, settings, self.now)
        if started is not None:
            started(settings, self.now, first)
        seats = {seat.endpoint: SeatStatus.REACHABLE for seat in settings.seats}
        self.give(inp.LinkUp(NODE, inp.Snapshot("1", seats=seats)))
        self.now += settings.timing.settle_ms
        self.give(inp.TimerDue())
        for agent in settings.agents:
            self.give(inp.SignIn(agent.agent))
            self.give(inp.Ready(agent.agent))

    @property
    def waiting(self) -> int:
        return len(self.acd.state.visits)

    def fill(self, waiting: int) -> "Shift":
        while self.waiting < waiting:
            self.arrive()
        return self

    def turn(self) -> None:
        """An agent hangs up, and is offered the next; a new caller takes the end of the line."""
        self.give(inp.LegEnded(self._talking.popleft(), Cause.NORMAL))
        self.arrive()

    def arrive(self) -> None:
        self._calls += 1
        dialled = f"{self._chance.randrange(QUEUES)}-{self._chance.choice(LEVELS)}"
        self.give(inp.LegArrived(LegId(f"1800000000.{self._calls}"), NODE, dialled, self.now))

    def give(self, first: Input) -> None:
        self._todo.append(first)
        while self._todo:
            given = self._todo.popleft()
            self.now += 1
            began = time.thread_time()
            decision = self.acd.receive(given, self.now)
            took = time.thread_time() - began  # our CPU time: others use this machine too
            self.inputs += 1
            for command in decision.commands:
                self._todo.extend(self._done(command))
            if self.seen is not None:
                self.seen(given, self.now, decision, took)

    def _done(self, command: Command) -> Iterator[Input]:
        match command:
            case cmd.Answer(leg=leg):
                yield inp.LegAnswered(leg)
            case cmd.Originate(leg=leg):
                yield inp.LegRinging(leg)
                yield inp.LegAnswered(leg)
            case cmd.Join(bridge=bridge, legs=legs):
                self._talking.append(legs[1])
                for leg in legs:
                    yield inp.Joined(leg, bridge)
            case cmd.HangUp(leg=leg):
                yield inp.LegEnded(leg, Cause.NORMAL)


__all__ = ["NODE", "START", "Shift", "configuration"]
