"""The running engine looks at its own laws: seldom, in slices, and what it finds is journaled."""

import asyncio
import logging

import pytest

from cordpair.acd import Acd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Agent, Assignment, Configuration, Queue
from cordpair.acd.inputs import Ready, SignIn
from cordpair.acd.sampling import look
from cordpair.ids import AgentId, QueueId
from cordpair.runtime import MemoryRecords, engine_on
from cordpair.runtime.laws import BALANCE_EVERY, ROUND_EVERY_MS

QUEUE = QueueId("chat")
ANN = AgentId("ann")
CONFIGURATION = Configuration(
    revision=1,
    queues=(Queue(QUEUE, medium="chat"),),
    agents=(Agent(ANN, {}, (Assignment(QUEUE),), capacity={"chat": 1}),),
)


@pytest.fixture
async def engine(journal, clock):
    engine = await engine_on(journal, CONFIGURATION, [], MemoryRecords(), clock)
    task = asyncio.create_task(engine.run())
    await clock.settle()
    yield engine
    engine.stop()
    await clock.advance(5_000)
    await task


async def ask(engine, clock, request) -> None:
    answer = asyncio.ensure_future(engine.request(request))
    await clock.settle()
    await answer


def broken(journal) -> list[ev.InvariantBroken]:
    return [event for entry in journal.read() for event in entry.events if isinstance(event, ev.InvariantBroken)]


def counted(engine, name: str, **labels: str) -> float:
    return engine.meter.registry.get_sample_value(name, labels) or 0.0


async def test_a_planted_breach_is_journaled_logged_and_counted_once(engine, journal, clock, caplog) -> None:
    await ask(engine, clock, SignIn(ANN))
    await clock.advance(2 * ROUND_EVERY_MS)
    assert counted(engine, "cordpair_invariant_checks_total", kind="rows") >= 1
    held = journal.last_seq
    await ask(engine, clock, Ready(ANN))
    engine.state.queues[QUEUE].ready += 1
    await clock.advance(2 * ROUND_EVERY_MS)
    (event,) = broken(journal)
    assert event.law == "queue chat: ready agents are miscounted"
    assert (event.since, event.seq, event.given) == (held, held + 1, "Ready")
    assert [record.levelno for record in caplog.records if "a law is broken" in record.message] == [logging.CRITICAL]
    assert counted(engine, "cordpair_invariant_breaches_total") == 1
    assert engine.broken_laws == (event.law,)

    engine.state.queues[QUEUE].ready -= 1
    await ask(engine, clock, SignIn(ANN))
    await ask(engine, clock, inp.NotReady(ANN, "break"))
    await clock.advance(2 * ROUND_EVERY_MS)
    assert engine.broken_laws == () and len(broken(journal)) == 1


async def test_the_balance_is_looked_at_between_rounds(engine, journal, clock) -> None:
    engine.state.queues[QUEUE].offered += 1
    for n in range(BALANCE_EVERY):
        await ask(engine, clock, inp.TaskArrived(f"t{n}", QUEUE, "chat", clock.now_ms()))
    (event,) = broken(journal)
    assert event.law.startswith("queue chat: offered") and event.given == "TaskArrived"


async def test_an_engine_at_rest_looks_at_nothing(engine, journal, clock) -> None:
    await ask(engine, clock, SignIn(ANN))
    await clock.advance(10 * ROUND_EVERY_MS)
    assert counted(engine, "cordpair_invariant_checks_total", kind="rows") == 1


async def test_replay_ignores_what_was_found(engine, journal, clock) -> None:
    await ask(engine, clock, SignIn(ANN))
    engine.state.queues[QUEUE].offered += 7
    await clock.advance(2 * ROUND_EVERY_MS)
    assert broken(journal)
    folded = Acd()
    for entry in journal.read():
        folded.fold(entry.events, entry.at)
    assert folded.state.queues[QUEUE].offered == 0


def test_every_step_of_a_round_is_small_and_a_round_finds_an_eligible_pair() -> None:
    acd = Acd()
    agents = tuple(Agent(AgentId(f"a{n}"), {}, (Assignment(QUEUE),), capacity={"chat": 1}) for n in range(50))
    acd.start("r", 1, Configuration(1, queues=CONFIGURATION.queues, agents=agents), 0)
    for n in range(200):
        acd.receive(inp.TaskArrived(f"t{n}", QUEUE, "chat", 1), 1)
    assert [each for each in look(acd, lambda: 1) if each] == []
    for row in acd.state.agents.values():  # behind the index's back
        row.status = row.status.__class__.READY
    found = [law for step in look(acd, lambda: 1) for law in step]
    assert any("is eligible" in law for law in found)
    assert max(len(step) for step in look(acd, lambda: 1)) <= 20
