"""Two PBXs joined by trunks: one centre. One falls and takes its own calls only; one is emptied, and nobody loses
their place."""

from typing import Any

import pytest

from cordpair.acd import events as ev
from cordpair.acd.inputs import DrainNode
from cordpair.acd.trunks import left_on
from cordpair.ids import NodeId
from cordpair_loopback import CallState, FaultKind, busy, never_answers, rejects
from cordpair_loopback.pbx.trunks import SESSION_TIMER_MS
from scenarios.rig import Caller, Rig, agent, centre, queue

EAST, WEST = NodeId("east"), NodeId("west")
SALES = queue("sales", offer_timeout_ms=8_000)
AGENTS = [agent(name, "sales") for name in ("eva", "ewa", "wim", "wes")]
WHERE = {"eva": EAST, "ewa": EAST, "wim": WEST, "wes": WEST}
PEERS = {EAST: {WEST: "to-west"}, WEST: {EAST: "to-east"}}
ADDRESSES = {EAST: "east.test:5060", WEST: "west.test:5060"}


def joined(**options: Any) -> Any:
    options = {"peers": PEERS, "addresses": ADDRESSES, **options}
    return centre([SALES], AGENTS, nodes=(EAST, WEST), where=WHERE, **options)


def place(rig: Rig, caller: Caller) -> tuple[str, str, int]:
    row = rig.contact(caller)
    assert row is not None and row.visit is not None
    return row.contact, row.visit, rig.state.visits[row.visit].enqueued_at


def where(rig: Rig, caller: Caller) -> NodeId:
    row = rig.contact(caller)
    assert row is not None
    return row.node


# ---------------------------------------------------------------- routed together


async def test_a_caller_gets_an_agent_of_the_other_pbx() -> None:
    async with joined() as rig:
        await rig.staff("wim")
        ada = rig.caller("ada", EAST).arrives("5001", context_id="ctx-1")
        await rig.advance(2_000)
        assert ada.talks and ada.talks_to() == "wim@to-west"
        (far,) = rig.pbxs[WEST].switch.legs.values()
        assert (far.caller, far.headers) == (("+49-ada", "ada"), {"X-Context-Id": "ctx-1"})
        rig.phone("wim").hang_up()
        await rig.advance(100)
        assert ada.state is CallState.ENDED
        assert rig.is_free("wim")


async def test_callers_and_agents_of_both_are_one_centre() -> None:
    """Longest idle, wherever the phone is; nobody is preferred for being near."""
    async with joined() as rig:
        await rig.staff("wim")
        await rig.staff("eva")
        people = [rig.caller("e1", EAST).arrives("5001"), rig.caller("e2", EAST).arrives("5001")]
        await rig.advance(2_000)
        assert [each.talks_to() for each in people] == ["wim@to-west", "eva"]
        waits = rig.caller("w", WEST).arrives("5001")
        await rig.advance(5_000)
        people[1].hangs_up()
        await rig.advance(2_000)
        assert waits.talks_to() == "eva@to-east"


async def test_a_phone_busy_with_our_own_call_is_free_after_it() -> None:
    """Its PBX sees a call it knows nothing of, and says so."""
    async with joined() as rig:
        await rig.staff("wim")
        for n in range(3):
            caller = rig.caller(f"c{n}", EAST).arrives("5001")
            await rig.advance(1_200)
            assert caller.talks_to() == "wim@to-west"
            caller.hangs_up()
            await rig.advance(100)
        assert rig.phone("wim").rung == 3
        assert {row.outcome for row in rig.events(ev.OfferEnded)} == {"connected"}


@pytest.mark.parametrize(("does", "outcome"), [(busy(), "busy"), (rejects(), "rejected"), (never_answers(), "missed")])
async def test_what_the_far_phone_says_comes_through(does: Any, outcome: str) -> None:
    async with joined() as rig:
        await rig.staff("wim")
        rig.does("wim", does)
        rig.caller("ada", EAST).arrives("5001")
        await rig.advance(9_000)
        assert rig.events(ev.OfferEnded)[0].outcome == outcome


async def test_a_trunk_that_leads_nowhere_is_held_against_nobody() -> None:
    async with joined() as rig:
        await rig.staff("wim", "wes")
        rig.pbxs[EAST].peers.clear()
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(60_000)
        assert {row.outcome for row in rig.events(ev.OfferEnded)} == {"failed"}
        assert [rig.agent(name).failures for name in ("wim", "wes")] == [0, 0]
        assert ada.state is CallState.ANSWERED
        await rig.staff("eva")
        await rig.advance(12_000)
        assert ada.talks_to() == "eva"


# ---------------------------------------------------------------- one falls


async def test_a_pbx_that_goes_away_takes_only_its_own_calls() -> None:
    async with joined() as rig:
        for name in ("wim", "eva", "wes"):
            await rig.staff(name)
        over = rig.caller("over", EAST).arrives("5001")  # wim, in the west
        near = rig.caller("near", EAST).arrives("5001")  # eva
        west = rig.caller("west", WEST).arrives("5001")  # wes
        await rig.advance(2_000)
        assert [each.talks_to() for each in (over, near, west)] == ["wim@to-west", "eva", "wes"]
        began = rig.clock.now_ms()
        rig.pbxs[WEST].restart(down_ms=60_000)
        await rig.advance(SESSION_TIMER_MS + 500)
        assert (west.state, near.talks) == (CallState.ENDED, True)
        assert over.state is CallState.ANSWERED  # waits again, at the old place
        assert place(rig, over)[2] == over.arrived_at
        fresh = rig.caller("fresh", EAST).arrives("5001")
        near.hangs_up()
        await rig.advance(2_000)
        assert over.talks_to() == "eva"
        assert fresh.state is CallState.ANSWERED  # nobody of the west is offered meanwhile
        assert not [e for entry in rig.entries() if entry.at > began for e in entry.events
                    if isinstance(e, ev.OfferMade) and e.via is not None]  # fmt: skip
        await rig.advance(65_000)
        await rig.staff("wim")
        await rig.advance(2_000)
        assert fresh.talks_to() == "wim@to-west"


async def test_a_restart_that_the_trunk_did_not_notice_is_told_by_the_epoch() -> None:
    async with joined() as rig:
        await rig.staff("wim")
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(2_000)
        rig.pbxs[WEST].restart()
        await rig.advance(SESSION_TIMER_MS - 2_000)
        assert [row.by for row in rig.events(ev.ConnectionEnded)] == ["lost"]
        await rig.advance(5_000)
        assert ada.talks_to() == "wim@to-west"


# ---------------------------------------------------------------- one is emptied


async def drained(rig: Rig, node: NodeId = EAST, *, on: bool = True) -> None:
    await rig.ask(DrainNode(node, on))


async def test_who_waits_is_moved_and_keeps_id_place_and_wait() -> None:
    async with joined() as rig:
        people = [rig.caller(f"c{n}", EAST).arrives("5001", context_id=f"ctx-{n}") for n in range(4)]
        await rig.advance(30_000)
        before = [place(rig, each) for each in people]
        await drained(rig)
        await rig.advance(1_000)
        assert [place(rig, each) for each in people] == before
        assert {where(rig, each) for each in people} == {WEST}
        assert left_on(rig.state, EAST) == (0, 0)
        assert all("music:default" in each.call.hears() for each in people)
        await rig.staff("wim")
        await rig.advance(2_000)
        assert people[0].talks_to() == "wim"
        (far,) = [leg for leg in rig.pbxs[WEST].switch.legs.values() if leg.endpoint == "wim"]
        assert (far.caller[0], far.headers) == ("+49-c0", {"X-Context-Id": "ctx-0"})


async def test_a_new_call_is_sent_on_unanswered() -> None:
    async with joined() as rig:
        await rig.staff("wim")
        await drained(rig)
        ada = rig.caller("ada", EAST).arrives("5001")
        first = ada.call
        await rig.advance(1_200)
        assert (first.status, first.answered_at) == (302, None)
        assert ada.talks_to() == "wim"
        assert rig.outcomes("sales") == {"connected": 1}


async def test_many_are_moved_in_their_order() -> None:
    async with joined() as rig:
        people = []
        for n in range(50):
            people.append(rig.caller(f"c{n}", EAST).arrives("5001"))
            await rig.advance(10)
        await drained(rig)
        await rig.advance(2_000)
        assert left_on(rig.state, EAST) == (0, 0)
        moved = [event.contact for event in rig.events(ev.ContactMoved)]
        assert moved == [place(rig, each)[0] for each in people]


async def test_talks_go_on_and_then_it_is_empty() -> None:
    async with joined() as rig:
        await rig.staff("eva", "wim")
        near, over = rig.caller("n", EAST).arrives("5001"), rig.caller("o", EAST).arrives("5001")
        await rig.advance(2_000)
        await drained(rig)
        await rig.advance(60_000)
        assert near.talks and over.talks
        assert left_on(rig.state, EAST) == (2, 4)
        near.hangs_up()
        over.hangs_up()
        await rig.advance(100)
        assert left_on(rig.state, EAST) == (0, 0)


async def test_no_call_over_a_trunk_to_a_node_that_is_emptied() -> None:
    async with joined() as rig:
        await rig.staff("eva")
        await drained(rig)
        west = rig.caller("w", WEST).arrives("5001")
        await rig.advance(5_000)
        assert west.state is CallState.ANSWERED
        rig.dial("eva", "044")  # codes work as ever
        await rig.advance(500)
        assert rig.agent("eva").status.value == "not_ready"
        rig.dial("eva", "033")
        await drained(rig, on=False)
        await rig.advance(2_000)
        assert west.talks_to() == "eva@to-east"


async def test_who_is_alerted_is_served_where_they_are() -> None:
    async with joined() as rig:
        await rig.staff("eva")
        rig.does("eva", never_answers())
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(1_000)
        await drained(rig)
        await rig.advance(3_000)
        assert where(rig, ada) == EAST
        await rig.advance(6_000)  # nobody took it: now there is nothing to stay for
        assert where(rig, ada) == WEST


async def test_who_does_not_follow_waits_on_and_is_served() -> None:
    async with joined() as rig:
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(1_000)
        before = place(rig, ada)
        ada.goes_after_ms = None
        rig.pbxs[EAST].switch.refer = lambda leg, target: None
        await drained(rig)
        await rig.advance(12_000)
        assert place(rig, ada) == before and where(rig, ada) == EAST
        await rig.staff("wim")
        await rig.advance(2_000)
        assert ada.talks_to() == "wim@to-west"


@pytest.mark.parametrize("how", [FaultKind.REFUSE, FaultKind.TIME_OUT])
async def test_a_pbx_that_cannot_transfer_keeps_them(how: FaultKind) -> None:
    async with joined() as rig:
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(1_000)
        rig.pbxs[EAST].faults.plant("refer", how)
        await drained(rig)
        await rig.staff("eva")
        await rig.advance(15_000)
        assert ada.talks_to() == "eva"


async def test_who_was_sent_on_and_never_came_hung_up_when_they_left() -> None:
    async with joined() as rig:
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(5_000)
        ada.goes_after_ms = None
        await drained(rig)
        await rig.advance(9_000)
        assert rig.queue("sales").waiting == 1
        await rig.advance(2_000)
        assert rig.outcomes("sales") == {"abandoned": 1}
        assert 5_000 <= rig.events(ev.VisitEnded)[0].waited_ms < 5_100


async def test_who_comes_too_late_is_turned_away() -> None:
    async with joined(clean=False) as rig:
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(1_000)
        ada.goes_after_ms = 11_000
        await drained(rig)
        await rig.advance(13_000)
        assert (ada.state, ada.call.status) == (CallState.ENDED, 404)
        assert rig.breaches == []


async def test_the_engine_dies_in_the_middle_of_it() -> None:
    """It is in the journal: what was begun is carried on, and the node stays as it was asked to be."""
    async with joined() as rig:
        people = [rig.caller(f"c{n}", EAST).arrives("5001") for n in range(5)]
        await rig.advance(5_000)
        before = [place(rig, each) for each in people]
        for each in people:
            each.goes_after_ms = 300
        await drained(rig)
        await rig.advance(100)
        rig.kill()
        await rig.start()
        await rig.advance(5_000)
        assert rig.state.nodes[EAST].draining
        assert [place(rig, each) for each in people] == before
        assert {where(rig, each) for each in people} == {WEST}


async def test_without_another_node_to_go_to_callers_are_taken() -> None:
    async with joined(addresses={EAST: "east.test:5060"}) as rig:
        await rig.staff("eva")
        await drained(rig)
        ada = rig.caller("ada", EAST).arrives("5001")
        await rig.advance(1_500)
        assert ada.talks_to() == "eva"
