"""The caller hangs up in every state there is: one outcome, a free agent, nothing left on the PBX."""

import itertools
from collections.abc import Callable

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import HangUpAction, Strategy
from cordpair_loopback import Behaviour, CallState, FaultKind, answers, never_answers
from scenarios.rig import Caller, Rig, agent, centre, queue
from scenarios.taps import Moment

QUEUES = [
    queue("plain"),
    queue("greets", prompt="welcome"),
    queue("closes", max_wait_ms=2_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry")),
    queue("all", strategy=Strategy.RING_ALL),
    queue("wraps", wrap_up_ms=5_000),
]
SLOW = Behaviour(ring_after_ms=400, answer_after_ms=600)  # INVITE, 180 after 400 ms, 200 after 1,000 ms

Check = Callable[[Rig], bool]
# name: dialled, agents at work, when (ms after the call came in), what is so just before, outcome
STATES: dict[str, tuple[str, int, int, Check, dict[str, int]]] = {
    "in the very moment of arriving": ("5001", 0, 0, lambda rig: not rig.state.contacts, {"abandoned": 1}),
    "waiting with music": ("5001", 0, 1_500, lambda rig: rig.callers[0].call.hears() == {"music:default"},
                           {"abandoned": 1}),
    "while the prompt plays": ("5002", 0, 300, lambda rig: rig.callers[0].call.hears() == {"prompt:welcome"},
                               {"abandoned": 1}),
    "in the moment the prompt ends": ("5002", 0, 1_000, lambda rig: bool(rig.callers[0].call.hears()),
                                      {"abandoned": 1}),
    "agent alerted, not ringing yet": ("5001", 1, 200, lambda rig: not rig.events(ev.OfferRang), {"abandoned": 1}),
    "in the moment it begins to ring": ("5001", 1, 400, lambda rig: len(rig.state.offers) == 1, {"abandoned": 1}),
    "agent's phone rings": ("5001", 1, 700, lambda rig: bool(rig.events(ev.OfferRang)), {"abandoned": 1}),
    "prompt plays and the phone rings": ("5002", 1, 700, lambda rig: len(rig.state.offers) == 1, {"abandoned": 1}),
    "a group rings": ("5004", 3, 700, lambda rig: len(rig.state.offers) == 3, {"abandoned": 1}),
    "in the moment the agent answers": ("5001", 1, 1_000, lambda rig: len(rig.state.offers) == 1, {"abandoned": 1}),
    "talking": ("5001", 1, 3_000, lambda rig: rig.callers[0].talks, {"connected": 1}),
    "talking, with wrap-up": ("5005", 1, 3_000, lambda rig: rig.callers[0].talks, {"connected": 1}),
    "while the closing prompt plays": ("5003", 0, 2_500, lambda rig: rig.callers[0].call.hears() == {"prompt:sorry"},
                                       {"timed_out": 1}),
    "in the moment the closing prompt ends": ("5003", 0, 3_000, lambda rig: bool(rig.callers[0].call.hears()),
                                              {"timed_out": 1}),
}  # fmt: skip


def at_work(number: int) -> list[str]:
    return ["ann", "bob", "cid"][:number]


def everybody() -> list:
    return [agent(name, *(each.queue for each in QUEUES)) for name in ("ann", "bob", "cid")]


@pytest.mark.parametrize("early", [True, False], ids=["before what is due", "after what is due"])
@pytest.mark.parametrize("state", STATES)
async def test_hangs_up(state: str, early: bool) -> None:
    """``early``: the caller is quicker than whatever else happens in that millisecond; or slower."""
    dialled, staff, when, so, outcome = STATES[state]
    async with centre(QUEUES, everybody()) as rig:
        await rig.staff(*at_work(staff))
        for phone in rig.phones():
            phone.behaviour = SLOW
        idle_since = [rig.agent(name).idle_since for name in at_work(staff)]
        ada = rig.caller("ada")
        if early and not when:
            ada.arrives(dialled).hangs_up()
        elif early:  # armed before everything that the call leads to
            found: list[bool] = []

            def go() -> None:
                found.append(so(rig))
                ada.hangs_up()

            rig.at(when, go)
            ada.arrives(dialled)
            await rig.advance(when)
            assert found == [True], f"not {state}"
        else:
            ada.arrives(dialled)
            await rig.advance(when)
            ada.hangs_up()
        await rig.advance(500)
        outcomes = {name: count for each in rig.state.queues for name, count in rig.outcomes(each).items()}
        raced = outcomes == {"connected": 1} and not early and "answers" in state
        assert outcomes == outcome or raced
        assert ada.state is CallState.ENDED
        for name, idle in zip(at_work(staff), idle_since, strict=True):
            if "wrap-up" in state:
                assert rig.agent(name).slots[0].state == "wrap_up"
                await rig.advance(5_000)
            assert rig.is_free(name)
            row = rig.agent(name)
            assert (row.failures, row.not_before) == (0, None), "nothing is held against the agent"
            if "talking" not in state and not raced:
                assert row.idle_since == idle, "a call that never was does not cost an agent their place"
        assert all(not pbx.switch.legs and not pbx.switch.bridges for pbx in rig.pbxs.values())


async def test_hangs_up_while_still_in_the_dialplan() -> None:
    """No engine is there: the call was never offered to a queue."""
    async with centre(QUEUES, everybody()) as rig:
        await rig.stop()
        ada, bea = rig.caller("ada").arrives("5001"), rig.caller("bea").arrives("5001")
        await rig.advance(2_000)
        assert ada.call.heard_ringing
        ada.hangs_up()
        await rig.start()
        await rig.advance(1_000)
        assert rig.queue("plain").offered == 1
        assert bea.state is CallState.ANSWERED


@pytest.mark.parametrize("delay", [1, 50, 400])
async def test_hangs_up_between_the_answer_and_the_join(delay: int) -> None:
    """The agent is off the hook and nobody is there: abandoned, and the agent is free at once."""
    async with centre(QUEUES, everybody()) as rig:
        await rig.staff("ann")
        idle = rig.agent("ann").idle_since
        rig.pbxs[next(iter(rig.pbxs))].faults.plant("join", FaultKind.DELAY, delay_ms=500)
        ada = rig.caller("ada").arrives("5005")
        await rig.advance(1_000 + delay)
        visit = next(iter(rig.state.visits.values()))
        assert visit.accepted is not None
        ada.hangs_up()
        await rig.advance(1_000)
        assert rig.outcomes("wraps") == {"abandoned": 1}
        assert rig.is_free("ann")
        assert rig.agent("ann").idle_since == idle


async def test_hangs_up_in_the_join() -> None:
    """The PBX accepts the join of a caller who is gone already."""
    async with centre(QUEUES, everybody()) as rig:
        await rig.staff("ann")
        rig.pbxs[next(iter(rig.pbxs))].faults.plant("join", FaultKind.CALLER_GOES)
        rig.caller("ada").arrives("5005")
        await rig.advance(1_500)
        assert rig.outcomes("wraps") == {"abandoned": 1}
        assert rig.is_free("ann")


@pytest.mark.parametrize("who", ["the caller", "the agent", "both"])
@pytest.mark.parametrize("moment", Moment)
async def test_hangs_up_at_every_step(moment: Moment, who: str) -> None:
    """At each report of the PBX and each command of the engine, among them: one leg is joined and the other is not."""
    outcomes, steps = set(), set()
    for number in itertools.count():
        async with centre(QUEUES, everybody()) as rig:
            await rig.staff("ann", "bob")
            ada = rig.caller("ada")

            def hang_up(_: object, rig: Rig = rig, ada: Caller = ada) -> None:
                if who != "the agent":
                    ada.hangs_up()
                if who != "the caller":
                    for phone in rig.phones():
                        phone.reject()
                        phone.hang_up()

            rig.taps.strike_at, rig.taps.strike = len(rig.taps.steps) + number, hang_up
            rig.taps.moment, rig.taps.loses_link = moment, False
            ada.arrives("5002")
            await rig.advance(4_000)
            ada.hangs_up()
            await rig.advance(12_000)
            assert all(rig.is_free(name) for name in ("ann", "bob"))
            outcomes |= set(rig.outcomes("greets"))
            if rig.taps.struck is None:
                break
            steps.add(rig.taps.struck.name)
    assert number > 15
    assert outcomes <= {"abandoned", "connected"}
    assert {"LegArrived", "LegRinging", "LegAnswered", "Joined", "originate", "join", "play"} <= steps


async def test_a_hundred_hang_up_around_the_answer() -> None:
    """Every millisecond around the agent's answer, with reports that are 3 ms late."""
    async with centre(QUEUES, everybody()) as rig:
        await rig.staff("ann")
        next(iter(rig.pbxs.values())).signal_delay_ms = 3
        seen = set()
        for number, when in enumerate(range(990, 1_040)):
            before = rig.outcomes("plain")
            caller = rig.caller(f"c{number}").arrives("5001")
            await rig.advance(when)
            caller.hangs_up()
            await rig.advance(300)
            after = rig.outcomes("plain")
            (outcome,) = [name for name in after if after[name] != before.get(name, 0)]
            seen.add(outcome)
            assert rig.is_free("ann")
            assert not rig.state.legs
        assert seen == {"abandoned", "connected"}


async def test_the_agent_hangs_up_in_every_state() -> None:
    async with centre(QUEUES, everybody()) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", answers(200))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        assert ada.talks
        rig.phone("ann").hang_up()
        await rig.advance(100)
        assert ada.call.status == 200

        rig.pbxs[next(iter(rig.pbxs))].faults.plant("join", FaultKind.DELAY, delay_ms=300)
        rig.does("bob", answers(200))
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(300)
        rig.phone("bob").hang_up()  # answered, and gone before the join
        await rig.advance(5_000)
        assert bea.talks_to() == "ann"
        rig.does("ann", never_answers())
        assert rig.outcomes("plain") == {"connected": 2}
