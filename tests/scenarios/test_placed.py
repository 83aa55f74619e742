"""Agents place calls, the whole engine and a PBX on a manual clock; and the engine dies at each step of it."""

import itertools
from functools import partial
from typing import Any

import pytest

from cordpair.acd import events as ev
from cordpair.acd.configuration import Calls, Trunk
from cordpair.acd.inputs import Caller, NotReady, PlaceCall, RingAgain, SignIn
from cordpair.acd.model import AgentStatus
from cordpair.errors import AcdError
from cordpair.ids import AgentId, QueueId
from cordpair.reports import Policy
from cordpair.reports.clerk.clerk import Clerk
from cordpair.reports.days import zone_of
from cordpair.reports.folding import Folder
from cordpair.reports.live import QueueFigures
from cordpair.reports.raw import total
from cordpair.runtime import PlacedCall, placed_calls
from cordpair_loopback import Behaviour, answers, busy, never_answers, rejects
from scenarios.crashes import Death
from scenarios.laws import everybody_can_work, everybody_goes_home, laws_hold, none
from scenarios.rig import MAIN, Rig, agent, centre, configuration, queue, running

ANN = AgentId("ann")
NUMBER = "+4930123456"
CALLS = Calls(20_000, 20_000, {MAIN: Trunk("{number}@world", "+4989100")})
QUEUES = [queue("outbound", wrap_up_ms=2_000), queue("sales")]
AGENTS = [agent("ann", "sales"), agent("bob", "sales")]
SETTLED_MS = 60_000


def floor(**options: Any) -> Any:
    return centre(QUEUES, AGENTS, calls=CALLS, **options)


async def place(rig: Rig, key: str = "k1") -> PlacedCall:
    """Ann, at her break, asks for a call."""
    if rig.agent("ann").status is AgentStatus.SIGNED_OUT:
        await rig.ask(SignIn(ANN))
        await rig.ask(NotReady(ANN, "break"))
    await rig.ask(PlaceCall(key, ANN, QueueId("outbound"), rig.clock.now_ms(), Caller(NUMBER, "Ada")))
    return found(rig, key)


def found(rig: Rig, key: str = "k1") -> PlacedCall:
    call = rig.engine.placed.of_key(key)
    assert call is not None
    return call


def results(rig: Rig) -> tuple[str, str]:
    """As the engine tells them, and as the journal does."""
    call = found(rig)
    told = placed_calls(rig.entries())[call.contact]
    assert (told.agent_result, told.customer_result) == (call.agent_result, call.customer_result)
    return call.agent_result, call.customer_result


def is_as_before(rig: Rig) -> None:
    row = rig.agent("ann")
    assert (row.status, row.reason, row.not_before) == (AgentStatus.NOT_READY, "break", None)
    assert all(slot.state == "free" for slot in row.slots)


async def test_the_agent_first_then_the_customer() -> None:
    async with floor() as rig:
        world = rig.pbxs[MAIN]
        world.number(NUMBER).behaviour = answers(3_000)
        await place(rig)
        await rig.advance(500)
        assert rig.phone("ann").legs[0].caller == (NUMBER, "Ada") and world.number(NUMBER).rung == 0
        await rig.advance(1_000)
        (customer,), (phone,) = world.number(NUMBER).legs, rig.phone("ann").legs
        assert customer.caller == ("+4989100", "") and found(rig).agent_result == "answered"
        assert world.switch.taps.heard_by(phone.id) == {"ringing"}
        await rig.advance(4_000)
        assert world.switch.taps.heard_by(phone.id) == {customer.id}
        assert world.switch.taps.heard_by(customer.id) == {phone.id}
        assert results(rig) == ("answered", "answered") and found(rig).is_decided
        world.number(NUMBER).hang_up()
        await rig.advance(2_500)
        is_as_before(rig)
        assert rig.outcomes("outbound") == {"connected": 1} and found(rig).ended_at is not None


async def test_the_number_is_in_the_record_and_nowhere_else() -> None:
    async with floor() as rig:
        call = await place(rig)
        await rig.advance(6_000)
        record = rig.engine.record(call.contact)
        assert record is not None and record.caller == Caller(NUMBER, "Ada")
        assert "30123456" not in repr(rig.entries()) and "Ada" not in repr(rig.entries())


@pytest.mark.parametrize(
    ("does", "result"),
    [
        (busy(), "busy"),
        (rejects(), "rejected"),
        (never_answers(), "no_answer"),
        (Behaviour(ring_after_ms=None, answer_after_ms=200, status=404), "unreachable"),
    ],
)
async def test_the_customer_is_not_to_be_had(does: Behaviour, result: str) -> None:
    async with floor() as rig:
        rig.pbxs[MAIN].number(NUMBER).behaviour = does
        await place(rig)
        await rig.advance(30_000)
        assert results(rig) == ("answered", result) and rig.outcomes("outbound") == {"customer_not_reached": 1}
        assert not rig.phone("ann").legs
        is_as_before(rig)


@pytest.mark.parametrize(("does", "result"), [(never_answers(), "missed"), (rejects(), "rejected"), (busy(), "busy")])
async def test_the_agent_is_not_to_be_had(does: Behaviour, result: str) -> None:
    async with floor() as rig:
        await rig.staff("bob")
        rig.does("ann", does)
        await place(rig)
        await rig.advance(30_000)
        assert results(rig) == (result, "not_called") and rig.outcomes("outbound") == {"agent_not_reached": 1}
        assert rig.pbxs[MAIN].number(NUMBER).rung == rig.phone("bob").rung == 0
        is_as_before(rig)


async def test_the_agent_hangs_up_while_the_customer_is_rung() -> None:
    async with floor() as rig:
        customer = rig.pbxs[MAIN].number(NUMBER)
        customer.behaviour = never_answers()
        await place(rig)
        await rig.advance(3_000)
        assert customer.legs
        rig.phone("ann").hang_up()
        await rig.advance(500)
        assert not customer.legs and results(rig) == ("answered", "cancelled")
        is_as_before(rig)


async def test_a_page_that_is_loaded_anew_is_counted_as_no_wait(tmp_path) -> None:
    """By nobody who counts: not the intervals, not the live figures of an engine that began in the talk."""
    async with floor() as rig:
        contact = (await place(rig)).contact
        await rig.advance(6_000)
        rig.kill()
        await rig.start()
        await rig.advance(300_000)
        clerk = Clerk(rig.engine, tmp_path / "r.db", tmp_path / "j.db", zone_of("UTC"), Policy())
        await rig.ask(RingAgain(contact, ANN))
        await rig.advance(6_000)
        row = rig.state.contacts[contact]
        assert row.connection is not None and row.hops == 2 and len(rig.events(ev.CustomerDialled)) == 1
        folder = Folder()
        for entry in rig.entries():
            folder.add(entry)
            if entry.seq > clerk.live.first:
                clerk.live.see(entry)
        found = total(folder.intervals(rig.clock.now_ms()), lambda place: place.queue == "outbound")
        assert (found["placed"], found["placed.connected"]) == (2, 2) and "offered" not in found
        assert clerk.live.figures(QueueId("outbound")) == QueueFigures()


async def test_the_same_key_is_the_same_call_and_one_leg() -> None:
    async with floor() as rig:
        customer = rig.pbxs[MAIN].number(NUMBER)
        first = await place(rig)
        again = await place(rig)
        assert again.contact == first.contact
        await rig.advance(6_000)
        assert (await place(rig)).contact == first.contact
        await rig.advance(6_000)
        assert rig.phone("ann").rung == customer.rung == 1
        with pytest.raises(AcdError, match="in conversation"):
            await place(rig, "k2")


async def test_after_a_restart_it_is_the_same_call_still() -> None:
    async with floor() as rig:
        first = await place(rig)
        await rig.advance(6_000)
        rig.pbxs[MAIN].number(NUMBER).hang_up()
        await rig.advance(3_000)
        rig.kill()
        await rig.start()
        await rig.advance(1_000)
        await rig.ask(PlaceCall("k1", ANN, QueueId("outbound"), rig.clock.now_ms(), Caller(NUMBER)))
        await rig.advance(3_000)
        assert rig.phone("ann").rung == 1 and rig.state.placed == {"k1": first.contact}


# ---------------------------------------------------------------- the engine dies


@pytest.mark.parametrize("goes", ["answers", "does not answer", "hangs up"])
async def test_it_dies_while_the_customers_phone_rings(goes: str) -> None:
    """Nobody is called twice; who answers meanwhile is joined as soon as it is back."""
    async with floor() as rig:
        customer = rig.pbxs[MAIN].number(NUMBER)
        customer.behaviour = never_answers()
        await place(rig)
        await rig.advance(3_000)
        assert customer.legs
        rig.kill()
        if goes == "answers":
            customer.answer()
        elif goes == "hangs up":
            rig.phone("ann").hang_up()
        await rig.advance(500)
        await rig.start()
        await rig.advance(1_000)
        if goes == "answers":
            assert customer.legs[0].talking and results(rig) == ("answered", "answered")
        await rig.advance(30_000)
        assert customer.rung == rig.phone("ann").rung == 1
        if goes == "does not answer":
            assert results(rig) == ("answered", "no_answer")
        elif goes == "hangs up":
            assert results(rig) == ("answered", "cancelled")


def _schedule(rig: Rig) -> None:
    """Three calls: one is had, one cancelled, one not answered."""
    customer = rig.pbxs[MAIN].number(NUMBER)
    customer.next_calls.extend([Behaviour(answer_after_ms=2_000, talk_ms=2_000), never_answers(), busy()])
    for name in ("ann", "bob"):
        rig.at(0, partial(rig.dial, name, "011"))
    for at, key in ((1_000, "k1"), (11_000, "k2"), (20_000, "k3")):
        rig.at(at, partial(_ask, rig, key))
    rig.at(15_000, rig.phone("ann").hang_up)


def _ask(rig: Rig, key: str) -> None:
    """As a program does it: not heard, or refused, it does not ask again."""
    if rig.alive:
        given = PlaceCall(key, ANN, QueueId("outbound"), rig.clock.now_ms(), Caller(NUMBER))
        rig.engine.submit(given)


@pytest.mark.parametrize("death", Death)
async def test_dies_at_each_entry(death: Death) -> None:
    settings = configuration(QUEUES, AGENTS, calls=CALLS)
    failed = []
    for seq in itertools.count(2):
        dies = partial(Rig.dies_at, seq=seq, death=death, back_after_ms=(0, 1_500, 6_000)[seq % 3])
        async with running(settings, clean=False, check_every=3, prepare=dies) as rig:
            _schedule(rig)
            await rig.advance(30_000 + SETTLED_MS)
            if rig.journal.dies_at is not None:  # it did not come so far
                assert rig.outcomes("outbound") == {"connected": 1, "cancelled": 1, "customer_not_reached": 1}
                break
            try:
                await everybody_can_work(rig, "5002")
                await everybody_goes_home(rig)
                rig.pbxs[MAIN].number(NUMBER).hang_up()
                await rig.advance(SETTLED_MS)
                laws_hold(rig)
                for call in placed_calls(rig.entries()).values():
                    assert call.is_decided and call.agent_result and call.customer_result, call
                dialled = [event.leg for event in rig.events(ev.CustomerDialled)]
                assert len(dialled) == len(set(dialled))
            except Exception as error:
                failed.append(f"entry {seq}: {error!r}\n")
    none(failed)
    assert seq > 25
