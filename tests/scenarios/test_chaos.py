"""200 callers, 20 agents, and a PBX on a bad day, drawn by Hypothesis: it converges."""

import asyncio
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Configuration, HangUpAction, Misses, QueueAction, Step, Strategy
from cordpair.ids import QueueId
from cordpair_loopback import Behaviour, Fault, FaultKind, busy, dead, never_answers, rejects, unavailable
from scenarios.crashes import Death
from scenarios.laws import everybody_can_work, everybody_goes_home, laws_hold, none
from scenarios.rig import MAIN, Caller, Rig, agent, configuration, queue, running

CALLERS, AGENTS, SHIFT_MS = 200, 20, 180_000
SKILLS = ("german", "billing", "english")
ANYONE = "5006"


def chaotic_centre() -> Configuration:
    draw = random.Random(5)
    queues = (
        queue("skilled", steps=(Step(0, {"german": 7, "billing": 5}), Step(8_000, {"german": 4}), Step(20_000)),
              strategy=Strategy.BEST_SKILL, wrap_up_ms=2_000, prompt="welcome", offer_timeout_ms=7_000),
        queue("all", strategy=Strategy.RING_ALL, group_size=5, max_wait_ms=40_000,
              on_timeout=QueueAction(QueueId("skilled")), offer_timeout_ms=7_000),
        queue("ladder", strategy=Strategy.RING_PROGRESSIVELY, progress_ms=2_000, wrap_up_ms=1_000,
              offer_timeout_ms=9_000),
        queue("short", max_wait_ms=15_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"), strategy=Strategy.RANDOM,
              max_length=6, on_full=HangUpAction(Cause.BUSY), sticky_ms=3_000, offer_timeout_ms=7_000),
        queue("keys", exit_keys={"1": QueueAction(QueueId("all")), "2": HangUpAction()}, head_start_ms=20_000,
              offer_timeout_ms=7_000),
        queue("anyone"),
    )  # fmt: skip
    names = [each.queue for each in queues[:-1]]
    agents = [
        agent(
            f"a{number:02}", "anyone", *draw.sample(names, draw.randint(2, 5)),
            **{skill: draw.randint(1, 10) for skill in SKILLS if draw.random() < 0.7},
        )
        for number in range(AGENTS)
    ]  # fmt: skip
    # Who may serve is decided by the queues: with a limit on misses, this shift would be over after a minute.
    return configuration(queues, agents, misses=Misses(limit=1_000, miss_delay_ms=2_000, reject_delay_ms=500))


CENTRE = chaotic_centre()
QUIRKS = [
    rejects(200),
    busy(),
    never_answers(),
    dead(),
    unavailable(),
    Behaviour(answer_after_ms=400, answers_twice=True),
]
FAULTS = [kind for kind in FaultKind if kind not in (FaultKind.CALLER_GOES, FaultKind.GONE)]


class Day:
    """Draws everything that happens from one seed; how bad a day it is from the other arguments."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.draw = rig, random.Random(seed)

    def people(self) -> None:
        for number in range(CALLERS):
            caller = self.rig.caller(f"{number % 150}")  # some call again
            self.rig.at(self.draw.randrange(SHIFT_MS), lambda caller=caller: self.arrives(caller))  # type: ignore[misc]
        for phone in self.rig.phones():
            phone.draw = self.behaviour

    def arrives(self, caller: Caller) -> None:
        patience = self.draw.choice([None, None, self.draw.randrange(1, 30_000)])
        talk = self.draw.randrange(500, 15_000)
        caller.arrives(f"500{self.draw.randint(1, 5)}", patience_ms=patience, talk_ms=talk)
        if self.draw.random() < 0.2:
            self.rig.at(self.draw.randrange(10_000), lambda: caller.presses(self.draw.choice("129")))

    def behaviour(self) -> Behaviour:
        if self.draw.random() < 0.2:
            return self.draw.choice(QUIRKS)
        talk = self.draw.choice([None, None, self.draw.randrange(10, 5_000)])
        return Behaviour(
            ring_after_ms=self.draw.randrange(300), answer_after_ms=self.draw.randrange(3_000), talk_ms=talk
        )

    def agents(self, moves: int) -> None:
        for _ in range(moves):
            name = f"a{self.draw.randrange(AGENTS):02}"
            code = self.draw.choice(["011", "033", "033", "033", "044", "055", "022", "099"])
            self.rig.at(self.draw.randrange(SHIFT_MS), lambda name=name, code=code: self.rig.dial(name, code))  # type: ignore[misc]
        for phone in self.draw.sample(self.rig.phones(), 4):
            at = self.draw.randrange(SHIFT_MS)
            self.rig.at(at, phone.unregister)
            self.rig.at(at + self.draw.randrange(20_000), phone.register)

    def faults(self, commands: int) -> None:
        for number in self.draw.sample(range(2_500), commands):
            self.rig.taps.faults[number] = Fault(self.draw.choice(FAULTS), self.draw.randrange(6_000))

    def links(self, cuts: int, restarts: int, delay_ms: int) -> None:
        pbx = self.rig.pbxs[MAIN]
        pbx.signal_delay_ms = delay_ms
        for _ in range(cuts):
            at = self.draw.randrange(SHIFT_MS)
            self.rig.at(at, lambda: pbx.cut_link(refuse=True))
            self.rig.at(at + self.draw.randrange(8_000), pbx.admit_links)
        for _ in range(restarts):
            down = self.draw.randrange(5_000)
            self.rig.at(self.draw.randrange(SHIFT_MS), lambda down=down: pbx.restart(down_ms=down))  # type: ignore[misc]


async def a_day(seed: int, cuts: int, restarts: int, faults: int, delay_ms: int, deaths: int) -> None:
    async with running(CENTRE, clean=False, check_every=41) as rig:
        day = Day(rig, seed)
        await rig.staff(*(each.agent for each in CENTRE.agents))
        day.people()
        day.agents(moves=30)
        day.faults(faults)
        day.links(cuts, restarts, delay_ms)
        if deaths:
            death = day.draw.choice(list(Death))
            rig.dies_at(300, death, back_after_ms=day.draw.randrange(4_000), again_after=1_200 // deaths)
        await rig.advance(SHIFT_MS)
        rig.journal.dies_at = None
        await rig.advance(60_000)
        if faults or cuts:  # a PBX that will not end a bridge is asked again at the next link-up
            rig.pbxs[MAIN].admit_links()
            rig.taps.faults.clear()
            rig.pbxs[MAIN].cut_link()
        for phone in rig.phones():
            phone.draw = None
        await rig.advance(20_000)
        await everybody_can_work(rig, ANYONE)
        none([f"{caller.name} still waits" for caller in rig.callers if waits(rig, caller)])
        await everybody_goes_home(rig)
        laws_hold(rig)


def waits(rig: Rig, caller: Caller) -> bool:
    """With every agent at work for so long, nobody can still be waiting who ever did."""
    return (
        not caller.talked
        and rig.contact(caller) is not None
        and rig.clock.now_ms() > caller.call.arrival.arrived_at + 60_000
    )


@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate), suppress_health_check=[*HealthCheck])
@given(
    seed=st.integers(0, 2**32),
    cuts=st.integers(0, 6),
    restarts=st.integers(0, 2),
    faults=st.integers(0, 120),
    delay_ms=st.sampled_from([0, 0, 1, 30, 200]),
    deaths=st.integers(0, 5),
)
def test_a_bad_day(seed: int, cuts: int, restarts: int, faults: int, delay_ms: int, deaths: int) -> None:
    asyncio.run(a_day(seed, cuts, restarts, faults, delay_ms, deaths))


def test_a_good_day() -> None:
    asyncio.run(a_day(7, 0, 0, 0, 0, 0))
