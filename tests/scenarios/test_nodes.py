"""Several PBXs, and several engines: what concerns one node leaves the other alone."""

import pytest

from cordpair.acd.inputs import Fenced
from cordpair.acd.model import NodeStatus
from cordpair.ids import NodeId
from cordpair.runtime import LinkState, Stop
from cordpair_loopback import CallState, FaultKind, LoopbackDriver, never_answers
from scenarios.rig import MAIN, Rig, agent, centre, queue

EAST, WEST = NodeId("east"), NodeId("west")
SALES = queue("sales", offer_timeout_ms=8_000)
AGENTS = [agent(name, "sales") for name in ("eva", "ewa", "wim", "wes")]
WHERE = {"eva": EAST, "ewa": EAST, "wim": WEST, "wes": WEST}


def two_nodes(**options):
    return centre([SALES], AGENTS, nodes=(EAST, WEST), where=WHERE, **options)


async def test_callers_get_agents_of_their_own_node() -> None:
    async with two_nodes() as rig:
        assert {node: set(pbx.phones) for node, pbx in rig.pbxs.items()} == {EAST: {"eva", "ewa"}, WEST: {"wim", "wes"}}
        await rig.staff("eva", "wim", "wes")
        people = [rig.caller(f"e{n}", EAST).arrives("5001") for n in range(2)]
        people += [rig.caller(f"w{n}", WEST).arrives("5001") for n in range(2)]
        await rig.advance(2_000)
        assert [each.talks_to() for each in people] == ["eva", "", "wim", "wes"]
        await rig.staff("ewa")
        await rig.advance(2_000)
        assert people[1].talks_to() == "ewa"


async def test_an_agent_of_one_node_is_not_rung_on_the_other() -> None:
    async with two_nodes() as rig:
        await rig.staff("wim")
        alone = rig.caller("alone", EAST).arrives("5001")
        await rig.advance(20_000)
        assert (alone.state, rig.phone("wim").rung) == (CallState.ANSWERED, 0)


async def test_one_link_is_cut_while_the_other_works() -> None:
    async with two_nodes() as rig:
        await rig.staff("eva", "ewa", "wim", "wes")
        rig.does("ewa", never_answers())
        talks, rings = rig.caller("talks", EAST).arrives("5001"), rig.caller("rings", EAST).arrives("5001")
        await rig.advance(2_000)
        rig.pbxs[EAST].cut_link(refuse=True)
        await rig.advance(100)
        assert rig.engine.links[EAST] is not LinkState.UP
        assert rig.state.nodes[EAST].status is NodeStatus.DOWN
        assert rig.state.nodes[WEST].status is NodeStatus.OPEN
        west = [rig.caller(f"w{n}", WEST).arrives("5001") for n in range(2)]
        await rig.advance(2_000)
        assert [each.talks_to() for each in west] == ["wim", "wes"]
        assert talks.talks  # nobody took notice there
        late = rig.caller("late", EAST).arrives("5001")
        talks.hangs_up()  # unseen
        await rig.advance(30_000)
        rig.pbxs[EAST].admit_links()
        await rig.advance(20_000)
        assert rings.talks
        assert late.talks
        assert {rings.talks_to(), late.talks_to()} == {"eva", "ewa"}
        assert all(each.talks for each in west)


async def test_one_node_restarts_while_the_other_works() -> None:
    async with two_nodes() as rig:
        await rig.staff("eva", "wim")
        east, west = rig.caller("e", EAST).arrives("5001"), rig.caller("w", WEST).arrives("5001")
        await rig.advance(2_000)
        rig.pbxs[EAST].restart(down_ms=3_000)
        await rig.advance(10_000)
        assert (east.state, west.state) == (CallState.ENDED, CallState.TALKING)
        assert rig.is_free("eva")
        assert rig.outcomes("sales") == {"connected": 2}
        again = rig.caller("e2", EAST).arrives("5001")
        await rig.advance(1_100)
        assert again.talks_to() == "eva"


async def test_a_silent_node_does_not_hold_up_the_other() -> None:
    async with two_nodes() as rig:
        await rig.staff("eva", "wim")
        rig.pbxs[EAST].faults.plant("answer", FaultKind.HANG)
        rig.pbxs[EAST].faults.plant("stamp", FaultKind.HANG)
        rig.caller("e", EAST).arrives("5001")
        west = rig.caller("w", WEST).arrives("5001")
        await rig.advance(1_100)
        assert west.talks


@pytest.mark.parametrize("how", ["by the link's end", "by a report"])
async def test_a_fenced_engine_commands_nothing_more(how: str) -> None:
    """Another engine takes the PBX over in the middle of everything: not one command follows, and calls go on."""
    async with centre([SALES], [agent("ann", "sales"), agent("bob", "sales")], clean=False) as rig:
        await rig.staff("ann", "bob")
        rig.does("bob", never_answers())
        talks, rings = rig.caller("talks").arrives("5001"), rig.caller("rings").arrives("5001")
        await rig.advance(2_000)
        rig.pbxs[MAIN].faults.plant("stamp", FaultKind.DELAY, delay_ms=500)  # under way in that moment
        rig.caller("new").arrives("5001")
        await rig.advance(10)
        before = rig.taps.commands
        other = LoopbackDriver(MAIN, rig.pbxs[MAIN], "main", ())
        if how == "by a report":
            link = rig.engine._supervisors[MAIN]._link
            assert link is not None
            link.emit(Fenced(MAIN))
        await other.open(lambda _: None)
        await rig.advance(30_000)
        assert rig.stops == [Stop.FENCED]
        assert rig.taps.commands == before
        assert (talks.state, rings.state) == (CallState.TALKING, CallState.ANSWERED)
        assert type(rig.entries()[-1].input) is Fenced
        assert rig.engine.links == {MAIN: LinkState.FENCED}
        await other.close()
        await takes_over(rig)


async def takes_over(rig: Rig) -> None:
    """The operator starts it again, on purpose: it carries on."""
    await rig.start()
    await rig.advance(15_000)
    assert rig.state.nodes[MAIN].status is NodeStatus.OPEN
    assert rig.queue("sales").waiting == 1  # the other one got bob
    for caller in rig.callers:
        caller.hangs_up()
    await rig.advance(30_000)
    assert not rig.pbxs[MAIN].switch.legs
    assert rig.breaches == []


async def test_two_engines_at_one_pbx_do_not_fight() -> None:
    """The older is fenced and stays away; there is one engine, not two that throw each other out for ever."""
    async with centre([SALES], [agent("ann", "sales")], clean=False) as first:
        await first.staff("ann")
        ada = first.caller("ada").arrives("5001")
        await first.advance(2_000)
        second = Rig(first.settings)
        second.clock, second.pbxs, second.journal = first.clock, first.pbxs, first.journal.successor()
        await second.start()
        await first.advance(60_000)
        assert first.stops == [Stop.FENCED]
        assert (second.stops, second.engine.links) == ([], {MAIN: LinkState.UP})
        assert ada.talks
        ada.hangs_up()
        await first.advance(5_000)
        assert second.is_free("ann")
        assert second.breaches == []
        second.kill()
