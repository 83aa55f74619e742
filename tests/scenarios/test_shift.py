"""A shift as people see it: codes, skills, groups, overflow, rules."""

import pytest

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import HangUpAction, QueueAction, ServiceAction, Step, Strategy
from cordpair.acd.model import AgentStatus, Pending
from cordpair.ids import QueueId, ServiceId
from cordpair_loopback import CallState, answers, never_answers, rejects
from scenarios.rig import MAIN, Caller, agent, centre, queue

SALES = queue("sales", wrap_up_ms=2_000)
TWO_AGENTS = (agent("ann", "sales"), agent("bob", "sales"))


async def test_a_shift_by_feature_codes() -> None:
    async with centre([SALES], [agent("ann", "sales")]) as rig:
        ada = rig.caller("ada").arrives("5001")
        call = rig.dial("ann", "011")
        await rig.advance(300)
        assert (call.status, call.answered_at is not None) == (200, True)
        assert (rig.agent("ann").status, rig.agent("ann").reason) == (AgentStatus.NOT_READY, "signed-in")
        await rig.advance(5_000)
        assert ada.state is CallState.ANSWERED
        rig.dial("ann", "033")
        await rig.advance(1_000)
        assert ada.talks
        assert ada.talks_to() == "ann"

        rig.dial("ann", "044")  # a pause, asked for in the conversation
        await rig.advance(1_000)
        assert (rig.agent("ann").status, rig.agent("ann").pending) == (AgentStatus.READY, Pending.NOT_READY)
        bea = rig.caller("bea").arrives("5001")
        ada.hangs_up()
        await rig.advance(1_999)
        assert rig.agent("ann").status is AgentStatus.READY  # in wrap-up
        await rig.advance(1)
        assert (rig.agent("ann").status, rig.agent("ann").reason) == (AgentStatus.NOT_READY, "break")
        await rig.advance(10_000)
        assert bea.state is CallState.ANSWERED

        rig.dial("ann", "033")
        await rig.advance(1_100)
        assert bea.talks
        rig.phone("ann").hang_up()
        await rig.advance(500)
        assert bea.call.status == 200
        rig.dial("ann", "055")  # ends the wrap-up
        await rig.advance(100)
        assert rig.is_free("ann")
        rig.dial("ann", "022")
        await rig.advance(100)
        assert rig.agent("ann").status is AgentStatus.SIGNED_OUT
        refused = rig.dial("ann", "033")
        await rig.advance(100)
        assert (refused.status, rig.agent("ann").status) == (603, AgentStatus.SIGNED_OUT)
        assert rig.outcomes("sales") == {"connected": 2}


async def test_a_code_counts_only_from_an_agents_phone() -> None:
    async with centre([SALES], [agent("ann", "sales")]) as rig:
        rig.caller("eve").arrives("011", endpoint="ann")  # the phone's name, through the callers' context
        rig.caller("eva").arrives("011")
        await rig.advance(2_000)
        assert rig.agent("ann").status is AgentStatus.SIGNED_OUT


async def test_skills_in_steps() -> None:
    steps = (Step(0, {"german": 7}), Step(3_000, {"german": 4}), Step(8_000))
    agents = [agent("ann", "sales", german=9), agent("bob", "sales", german=5), agent("cid", "sales")]
    async with centre([queue("sales", steps=steps)], agents) as rig:
        await rig.staff("ann", "bob", "cid")
        start = rig.clock.now_ms()
        people = [rig.caller(name).arrives("5001") for name in ("ada", "bea", "cleo")]
        await rig.advance(20_000)
        assert [each.talks_to() for each in people] == ["ann", "bob", "cid"]
        assert [each.call.talked_at - start for each in people] == [1_000, 4_000, 9_000]
        for offer, entry in [(e, each) for each in rig.entries() for e in each.events if type(e) is ev.OfferMade]:
            assert entry.at - start in (0, 3_000, 8_000), offer


async def test_ring_all_answered_twice_in_the_same_millisecond() -> None:
    agents = [agent(name, "all") for name in ("ann", "bob", "cid")]
    ring_all = queue("all", strategy=Strategy.RING_ALL, wrap_up_ms=5_000)
    async with centre([ring_all], agents) as rig:
        await rig.staff("ann", "bob", "cid")
        idle_since = {name: rig.agent(name).idle_since for name in ("ann", "bob", "cid")}
        rig.does("ann", answers(700))
        rig.does("bob", answers(700))
        rig.does("cid", never_answers())
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(2_000)
        assert ada.talks
        assert ada.talks_to() == "ann"  # the first in the engine's order
        for name in ("bob", "cid"):
            row = rig.agent(name)
            assert rig.is_free(name)
            assert (row.idle_since, row.failures, row.not_before) == (idle_since[name], 0, None)
            assert rig.phone(name).last_end == (200, True)  # "answered elsewhere": no missed call is shown
        assert [event.outcome.value for event in rig.events(ev.OfferEnded)].count("answered_elsewhere") == 2


async def test_ring_all_is_joined_by_an_agent_who_becomes_ready() -> None:
    ring_all = queue("all", strategy=Strategy.RING_ALL)
    async with centre([ring_all], [agent("ann", "all"), agent("bob", "all")]) as rig:
        await rig.staff("ann")
        rig.does("ann", never_answers())
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(3_000)
        await rig.staff("bob")
        await rig.advance(2_000)
        assert ada.talks_to() == "bob"


async def test_ring_progressively() -> None:
    ladder = queue("ladder", strategy=Strategy.RING_PROGRESSIVELY, progress_ms=3_000, offer_timeout_ms=20_000)
    async with centre([ladder], [agent(name, "ladder") for name in ("ann", "bob", "cid")]) as rig:
        await rig.staff("ann", "bob", "cid")
        for name in ("ann", "bob", "cid"):
            rig.does(name, never_answers())
        rig.caller("ada").arrives("5001")
        counts = []
        for _ in range(4):
            await rig.advance(2_500)
            counts.append(sum(len(phone.legs) for phone in rig.phones()))
        assert counts == [1, 2, 3, 3]


async def test_an_overflow_chain_keeps_the_place() -> None:
    """full → second → third by max wait; whoever came first is served first, however they got there."""
    queues = [
        queue("first", max_length=1, on_full=QueueAction(QueueId("second")), max_wait_ms=4_000,
              on_timeout=ServiceAction(ServiceId("third"))),
        queue("second", max_wait_ms=2_000, on_timeout=QueueAction(QueueId("third"))),
        queue("third"),
    ]  # fmt: skip
    async with centre(queues, [agent("ann", "third")]) as rig:
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(500)
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(500)
        cleo = rig.caller("cleo").arrives("5003")
        await rig.advance(10_000)
        await rig.staff("ann")
        order: list[Caller] = []
        for _ in range(3):
            await rig.advance(1_500)
            order += [each for each in (ada, bea, cleo) if each.talks]
            order[-1].hangs_up()
            await rig.advance(100)
        assert order == [ada, bea, cleo]
        assert rig.outcomes("first") == {"overflowed": 2}
        assert rig.outcomes("second") == {"overflowed": 1}
        assert rig.outcomes("third") == {"connected": 3}


async def test_a_chain_without_an_end_ends() -> None:
    queues = [
        queue("ping", max_wait_ms=100, on_timeout=QueueAction(QueueId("pong"))),
        queue("pong", max_wait_ms=100, on_timeout=QueueAction(QueueId("ping"))),
    ]
    async with centre(queues, [agent("ann", "ping", "pong")]) as rig:
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(60_000)
        assert ada.state is CallState.ANSWERED
        await rig.staff("ann")
        await rig.advance(2_000)
        assert ada.talks


async def test_max_wait_says_sorry_and_hangs_up() -> None:
    sales = queue("sales", max_wait_ms=5_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"), prompt="welcome")
    async with centre([sales], [agent("ann", "sales")]) as rig:
        ada = rig.caller("ada").arrives("5001")
        heard = []
        for _ in range(13):
            heard.append(sorted(ada.call.hears()))
            await rig.advance(500)
        assert heard == [[], *[["prompt:welcome"]] * 1, *[["music:default"]] * 8, *[["prompt:sorry"]] * 2, []]
        assert (ada.call.status, rig.outcomes("sales")) == (200, {"timed_out": 1})


async def test_the_wait_does_not_run_out_while_an_agent_is_alerted() -> None:
    async with centre([queue("sales", max_wait_ms=2_000)], [agent("ann", "sales")]) as rig:
        await rig.staff("ann")
        rig.does("ann", answers(3_000))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(4_000)
        assert ada.talks


@pytest.mark.parametrize(
    ("options", "status", "outcome"),
    [
        ({"max_length": 0, "on_full": HangUpAction(Cause.BUSY)}, 486, "rejected_full"),
        ({"on_no_agent_signed_in": HangUpAction(Cause.CONGESTION)}, 503, "rejected_no_agent"),
        ({"on_no_agent_ready": HangUpAction(Cause.NORMAL, "closed")}, 200, "rejected_no_agent"),
        ({"on_no_agent_ready": HangUpAction(), "no_agent_after_ms": 3_000}, 200, "rejected_no_agent"),
    ],
)
async def test_turned_away(options, status, outcome) -> None:
    async with centre([queue("sales", **options)], [agent("ann", "sales")]) as rig:
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(5_000)
        assert (ada.call.status, rig.outcomes("sales")) == (status, {outcome: 1})


async def test_the_caller_leaves_by_key() -> None:
    keys = {"1": QueueAction(QueueId("other")), "2": HangUpAction(Cause.NORMAL, "bye")}
    async with centre([queue("sales", exit_keys=keys), queue("other")], [agent("ann", "other")]) as rig:
        await rig.staff("ann")
        ada, bea = rig.caller("ada").arrives("5001"), rig.caller("bea").arrives("5001")
        await rig.advance(1_000)
        ada.presses("91")
        bea.presses("2")
        await rig.advance(2_500)
        assert ada.talks_to() == "ann"
        assert bea.call.status == 200
        assert rig.outcomes("sales") == {"left_by_key": 2}


async def test_a_number_without_a_service() -> None:
    async with centre([SALES], [agent("ann", "sales")]) as rig:
        lost = rig.caller("lost").arrives("0000")
        await rig.advance(100)
        assert lost.call.status == 404


async def test_a_rejection_goes_to_the_next_and_a_pause_withdraws() -> None:
    async with centre([SALES], TWO_AGENTS) as rig:
        await rig.staff("ann", "bob")
        rig.does("ann", rejects(300))
        rig.does("bob", never_answers())
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(2_000)
        assert len(rig.phone("bob").legs) == 1
        rig.dial("bob", "044")
        await rig.advance(500)
        assert rig.phone("bob").legs == []
        assert rig.agent("bob").failures == 0
        await rig.advance(15_000)  # ann's delay is over, and she alone is left: nobody is excluded any more
        assert ada.talks_to() == "ann"


@pytest.mark.parametrize("ms", [995, 1_000, 1_005])
async def test_an_agent_who_answers_as_the_prompt_ends_keeps_the_caller(ms: int) -> None:
    """The PBX has no such play any more: that says nothing about the caller."""
    async with centre([queue("sales", prompt="welcome")], [agent("ann", "sales")]) as rig:
        await rig.staff("ann")
        rig.pbxs[MAIN].signal_delay_ms = 8
        rig.does("ann", answers(ms))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(20_000)
        assert ada.talks
