"""What a link-up must make good, each by itself: soon, and at nobody's expense."""

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.ids import NodeId
from cordpair_loopback import CallState, FaultKind, rejects
from scenarios.rig import MAIN, Rig, agent, centre, queue
from scenarios.taps import Moment

SALES = queue("sales", wrap_up_ms=2_000)
ANN = agent("ann", "sales")


def cut_before(rig: Rig, command: str) -> None:
    """Cut the link when ``command`` is asked for the next time, for a second."""

    def strike(node: NodeId) -> None:
        rig.pbxs[node].cut_link(refuse=True)
        rig.at(1_000, rig.pbxs[node].admit_links)

    rig.taps.strike_on, rig.taps.moment, rig.taps.strike = command, Moment.BEFORE, strike


async def test_a_join_lost_with_the_link_is_asked_for_again() -> None:
    async with centre([SALES], [ANN]) as rig:
        await rig.staff("ann")
        cut_before(rig, "join")
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(4_000)
        assert ada.talks
        assert rig.phone("ann").rung == 1
        assert len(rig.events(ev.JoinRepeated)) == 1


async def test_a_call_lost_with_the_link_is_not_held_against_the_agent() -> None:
    async with centre([SALES], [ANN]) as rig:
        await rig.staff("ann")
        cut_before(rig, "originate")
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(4_000)
        assert [event.outcome for event in rig.events(ev.OfferEnded)] == [OfferOutcome.FAILED]
        assert rig.agent("ann").failures == 0
        await rig.advance(15_000)
        assert ada.talks


async def test_what_happens_while_the_snapshot_is_on_its_way_is_heard() -> None:
    async with centre([SALES], [ANN]) as rig:
        ada, bea = rig.caller("ada").arrives("5001"), rig.caller("bea").arrives("5001")
        await rig.advance(1_000)
        rig.pbxs[MAIN].faults.plant("snapshot", FaultKind.DELAY_REPLY, delay_ms=2_000)
        rig.pbxs[MAIN].cut_link()
        await rig.advance(1_000)
        ada.hangs_up()
        cleo = rig.caller("cleo").arrives("5001")
        await rig.advance(3_000)
        assert rig.outcomes("sales") == {"abandoned": 1}
        assert (bea.state, cleo.state) == (CallState.ANSWERED, CallState.ANSWERED)
        assert rig.queue("sales").waiting == 2


async def test_nothing_is_decided_between_a_restart_and_the_link() -> None:
    """The agent's delay and the caller's longest wait end meanwhile; the agent's phone cannot be rung yet."""
    async with centre([queue("sales", max_wait_ms=30_000)], [ANN]) as rig:
        await rig.staff("ann")
        rig.does("ann", rejects(100))
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        rig.kill()
        rig.pbxs[MAIN].cut_link(refuse=True)
        await rig.advance(20_000)
        await rig.start()
        before = len(rig.events(ev.OfferMade, ev.OfferEnded, ev.VisitEnded))
        await rig.advance(5_000)
        assert len(rig.events(ev.OfferMade, ev.OfferEnded, ev.VisitEnded)) == before
        rig.pbxs[MAIN].admit_links()
        await rig.advance(8_000)
        assert ada.talks


async def test_a_leg_that_is_gone_without_a_word() -> None:
    """The PBX forgot the caller and reports nothing: once it says so, that is believed."""
    async with centre([SALES], [ANN]) as rig:
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(1_000)
        leg = rig.pbxs[MAIN].switch.legs[ada.call.leg]
        leg.app = ""
        rig.pbxs[MAIN].switch.end(leg, 0)
        await rig.staff("ann")
        await rig.advance(20_000)
        assert rig.outcomes("sales") == {"lost_visibility": 1}
        assert not rig.state.contacts
        assert rig.is_free("ann")
