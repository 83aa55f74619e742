"""What agents do at their desks, the whole engine and a PBX on a manual clock: hold, give away, hang up, go missing."""

import itertools
from typing import Any

import pytest

from cordpair.acd import events as ev
from cordpair.acd.configuration import Web
from cordpair.acd.decide_presence import CONNECTION_LOST
from cordpair.acd.decide_transfer import KEPT_MS
from cordpair.acd.inputs import (
    DeskLost,
    DeskOpened,
    Dispose,
    EndContact,
    HangUpContact,
    Hold,
    PageShared,
    Request,
    SendDigits,
    SignIn,
    Transfer,
)
from cordpair.errors import AcdError
from cordpair.ids import AgentId, ContactId, NodeId, QueueId, SeatId
from cordpair_loopback import CallState, never_answers
from cordpair_loopback.pbx.switch import LOST
from scenarios.crashes import Death
from scenarios.laws import everybody_can_work, everybody_goes_home, laws_hold, none
from scenarios.rig import MAIN, Caller, Rig, agent, centre, configuration, queue, running
from scenarios.test_browsers import DOOR, WEB, Page, live

ANN, BOB, CID = AgentId("ann"), AgentId("bob"), AgentId("cid")
SALES, TECH = queue("sales", music="waltz"), queue("tech", music="techno", wrap_up_ms=2_000)
AGENTS = [agent("ann", "sales"), agent("bob", "tech", "sales"), agent("cid", "tech")]


def floor(**options: Any) -> Any:
    return centre([SALES, TECH], AGENTS, **options)


async def talking(rig: Rig, *others: str) -> tuple[Caller, ContactId]:
    """Ada talks to Ann."""
    await rig.staff("ann")
    ada = rig.caller("ada").arrives("5001", context_id="ctx-ada")
    await rig.advance(2_000)
    if others:
        await rig.staff(*others)
    row = rig.contact(ada)
    assert row is not None and ada.talks_to() == "ann"
    return ada, row.contact


async def refused(rig: Rig, request: Request) -> str:
    with pytest.raises(AcdError) as caught:
        await rig.ask(request)
    return str(caught.value)


def dies(rig: Rig, contact: ContactId) -> None:
    """The agent's phone in this conversation: no power, no network."""
    connection = rig.state.contacts[contact].connection
    assert connection is not None and connection.leg is not None
    switch = rig.pbxs[MAIN].switch
    rig.phone(connection.agent).unregister()
    switch.end(switch.legs[connection.leg], LOST)


def is_held(rig: Rig, contact: ContactId) -> bool:
    connection = rig.state.contacts[contact].connection
    return connection is not None and connection.held


# ---------------------------------------------------------------- hold


async def test_on_hold_they_hear_music_and_nobody() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig)
        await rig.ask(Hold(contact, ANN))
        await rig.advance(100)
        assert ada.call.hears() == {"music:waltz"} and not ada.talks_to() and is_held(rig, contact)
        await rig.ask(Hold(contact, ANN))
        await rig.ask(Hold(contact, ANN, on=False))
        await rig.advance(100)
        assert ada.talks and ada.talks_to() == "ann" and "music:waltz" not in ada.call.hears()
        assert [event.talk_ms for event in rig.events(ev.ConnectionEnded)] == []


@pytest.mark.parametrize("who", ["ada", "ann", "ann, lost"])
async def test_somebody_goes_on_hold(who: str) -> None:
    async with floor() as rig:
        ada, contact = await talking(rig)
        await rig.ask(Hold(contact, ANN))
        await rig.advance(100)
        if who == "ada":
            ada.hangs_up()
        elif who == "ann":
            rig.phone("ann").hang_up()
        else:
            dies(rig, contact)
        await rig.advance(500)
        if who == "ann, lost":
            assert ada.call.hears() == {"music:waltz"} and rig.queue("sales").waiting == 1
        else:
            assert ada.state is CallState.ENDED and rig.is_free("ann")


async def test_on_hold_over_a_trunk() -> None:
    east, west = NodeId("east"), NodeId("west")
    peers = {east: {west: "to-west"}, west: {east: "to-east"}}
    async with centre([SALES], [agent("wim", "sales")], nodes=(east, west), where={"wim": west}, peers=peers) as rig:
        await rig.staff("wim")
        ada = rig.caller("ada", east).arrives("5001")
        await rig.advance(2_000)
        row = rig.contact(ada)
        assert row is not None and ada.talks_to() == "wim@to-west"
        wim = AgentId("wim")
        await rig.ask(Hold(row.contact, wim))
        await rig.advance(100)
        assert ada.call.hears() == {"music:waltz"} and rig.phone("wim").rung == 1
        await rig.ask(Hold(row.contact, wim, on=False))
        await rig.advance(100)
        assert ada.talks_to() == "wim@to-west"


@pytest.mark.parametrize("what", ["cut", "kill", "kill, music lost"])
async def test_who_is_on_hold_stays_on_hold(what: str) -> None:
    """A lost link, an engine that is killed: the customer hears music, and nobody is repaired into the bridge."""
    async with floor() as rig:
        ada, contact = await talking(rig)
        await rig.ask(Hold(contact, ANN))
        await rig.advance(100)
        if what == "cut":
            rig.pbxs[MAIN].cut_link("a test")
        else:
            rig.kill()
        if "music" in what:
            rig.pbxs[MAIN].switch.stop_music(ada.call.leg)
        await rig.advance(1_000)
        if not rig.alive:
            await rig.start()
        await rig.advance(3_000)
        assert ada.call.hears() == {"music:waltz"} and is_held(rig, contact)
        await rig.ask(Hold(contact, ANN, on=False))
        await rig.advance(100)
        assert ada.talks_to() == "ann"


async def test_held_while_nobody_could_tell_the_pbx() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig)
        rig.pbxs[MAIN].cut_link("a test", refuse=True)
        await rig.advance(500)
        await rig.ask(Hold(contact, ANN))
        await rig.advance(500)
        assert ada.talks_to() == "ann"
        rig.pbxs[MAIN].admit_links()
        await rig.advance(30_000)
        assert ada.call.hears() == {"music:waltz"}


# ---------------------------------------------------------------- giving away


async def test_to_a_queue() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig)
        await rig.ask(Transfer(contact, ANN, TECH.queue))
        await rig.advance(500)
        assert ada.call.hears() == {"music:techno"} and not rig.phone("ann").legs
        assert "does not talk" in await refused(rig, Transfer(contact, ANN, SALES.queue))
        await rig.staff("cid")
        await rig.advance(2_000)
        assert ada.talks_to() == "cid" and rig.outcomes("tech") == {"connected": 1} == rig.outcomes("sales")


async def test_to_an_agent_who_takes_it_before_others() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "cid", "bob")
        await rig.ask(Transfer(contact, ANN, to=BOB))
        await rig.advance(2_000)
        assert ada.talks_to() == "bob" and rig.phone("cid").rung == 0 and rig.is_free("ann")


async def test_to_an_agent_who_does_not_take_it() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "cid", "bob")
        rig.does("cid", never_answers())
        await rig.ask(Transfer(contact, ANN, to=CID))
        await rig.advance(29_000)
        assert ada.call.hears() == {"music:techno"}
        await rig.advance(3_000)
        assert ada.talks_to() == "bob"


async def test_to_an_agent_who_is_busy() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "cid")
        bea = rig.caller("bea").arrives("5002")
        await rig.advance(2_000)
        assert bea.talks_to() == "cid"
        await rig.staff("bob")
        await rig.ask(Transfer(contact, ANN, to=CID))
        await rig.advance(KEPT_MS - 1_000)
        assert not ada.talks and rig.phone("bob").rung == 0
        await rig.advance(3_000)
        assert ada.talks_to() == "bob"


async def test_from_hand_to_hand_nobody_asks_again_who_they_are() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "bob", "cid")
        leg = ada.call.leg
        for by, to in ((ANN, BOB), (BOB, CID), (CID, ANN)):
            await rig.ask(Transfer(contact, by, to=to))
            await rig.advance(4_000)  # and the wrap-up
            assert ada.talks_to() == to
        row = rig.state.contacts[contact]
        assert (row.leg, row.context_id) == (leg, "ctx-ada") and rig.records.record(contact) is not None
        assert len(rig.events(ev.ContactArrived)) == 1
        assert [each.by for each in rig.events(ev.ConnectionEnded)] == ["transferred"] * 3


async def test_given_away_on_hold() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "cid")
        await rig.ask(Hold(contact, ANN))
        await rig.ask(Transfer(contact, ANN, TECH.queue))
        await rig.advance(2_000)
        assert ada.talks_to() == "cid" and not is_held(rig, contact)


async def test_given_away_while_the_link_is_down() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig, "cid")
        rig.pbxs[MAIN].cut_link("a test", refuse=True)
        await rig.advance(100)
        await rig.ask(Transfer(contact, ANN, TECH.queue))
        rig.pbxs[MAIN].admit_links()
        await rig.advance(30_000)
        assert ada.talks_to() == "cid" and rig.is_free("ann")


async def test_a_customer_in_a_browser_makes_one_call() -> None:
    async with centre([queue("help"), queue("more")], [agent("ann", "help"), agent("bob", "more")], web=WEB) as rig:
        page = await Page(rig, "web-ada").press()
        await rig.staff("ann", "bob")
        await live(rig, page)
        contact = page.contact
        assert contact is not None and page.caller.talks_to() == "ann"
        await rig.ask(PageShared("web-ada", True))
        await rig.ask(Transfer(contact, ANN, QueueId("more")))
        await live(rig, page)
        assert page.caller.talks_to() == "bob" and page.told == 1 and rig.state.contacts[contact].shared


# ---------------------------------------------------------------- digits, the end, what came of it


async def test_digits_reach_the_customers_end_and_no_journal() -> None:
    async with floor() as rig:
        ada, contact = await talking(rig)
        await rig.ask(SendDigits(contact, ANN, "4711#"))
        assert "digits" in await refused(rig, SendDigits(contact, ANN, "call me"))
        await rig.advance(100)
        assert ada.call.digits_heard == "4711#"
        written = repr(rig.entries())
        assert "4711#" not in written and "00000" in written


async def test_hung_up_and_disposed_at_the_desk() -> None:
    async with centre([queue("sales", wrap_up_ms=5_000, dispositions=("solved",))], [agent("ann", "sales")]) as rig:
        ada, contact = await talking(rig)
        await rig.ask(HangUpContact(contact, ANN))
        await rig.advance(100)
        assert ada.state is CallState.ENDED and not rig.phone("ann").legs
        assert "solved" in await refused(rig, Dispose(contact, ANN, "fine"))
        await rig.ask(Dispose(contact, ANN, "solved"))
        await rig.advance(5_000)
        assert rig.is_free("ann") and [each.disposition for each in rig.events(ev.ContactDisposed)] == ["solved"]


# ---------------------------------------------------------------- desks and phones that go missing


async def test_a_desk_that_is_lost_in_a_call() -> None:
    async with floor(web=Web(desk_grace_ms=10_000)) as rig:
        await rig.ask(DeskOpened(ANN))
        ada, _ = await talking(rig, "bob")
        await rig.ask(DeskLost(ANN))
        await rig.advance(12_000)
        assert ada.talks_to() == "ann"
        rig.phone("ann").hang_up()
        await rig.advance(500)
        assert rig.agent("ann").reason == CONNECTION_LOST
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(2_000)
        assert bea.talks_to() == "bob"


async def test_an_engine_that_starts_again_gives_desks_their_grace() -> None:
    async with floor(web=Web(desk_grace_ms=10_000)) as rig:
        await rig.ask(DeskOpened(ANN))
        await rig.ask(DeskOpened(BOB))
        await rig.staff("ann", "bob")
        rig.kill()
        await rig.start()
        await rig.advance(1_000)
        for who in (ANN, BOB):
            assert rig.state.agents[who].desk
            await rig.ask(DeskLost(who))
        await rig.advance(5_000)
        await rig.ask(DeskOpened(BOB))
        await rig.advance(6_000)
        assert rig.agent("ann").reason == CONNECTION_LOST and rig.is_free("bob")


async def test_a_phone_that_dies_in_a_call() -> None:
    """The caller is first in line again; the agent is not available, and says why."""
    async with floor() as rig:
        ada, contact = await talking(rig)
        place = rig.events(ev.VisitBegan)[0].enqueued_at
        dies(rig, contact)
        await rig.advance(11_000)
        visit = rig.state.contacts[contact].visit
        assert visit is not None and rig.state.visits[visit].enqueued_at == place
        assert (rig.agent("ann").status.value, rig.agent("ann").reason) == ("not_ready", "unreachable")
        await rig.staff("bob")
        await rig.advance(2_000)
        assert ada.talks_to() == "bob"


async def test_the_phone_follows_the_agent() -> None:
    async with floor() as rig:
        ada, _ = await talking(rig)
        await rig.ask(SignIn(ANN, SeatId("seat-bob")))
        await rig.advance(500)
        assert ada.talks_to() == "ann"  # the call stays where it is
        ada.hangs_up()
        bea = rig.caller("bea").arrives("5001")
        await rig.advance(2_000)
        assert bea.talks_to() == "bob" and rig.phone("ann").rung == 1
        assert "taken" in await refused(rig, SignIn(BOB))


async def test_a_ring_follows_the_agent() -> None:
    async with floor() as rig:
        rig.does("ann", never_answers())
        await rig.staff("ann")
        ada = rig.caller("ada").arrives("5001")
        await rig.advance(2_000)
        await rig.ask(SignIn(ANN, SeatId("seat-bob")))
        await rig.advance(2_000)
        assert ada.talks_to() == "bob" and rig.agent("ann").failures == 0


async def test_a_browser_that_never_calls_is_called_back() -> None:
    queues = [queue("help", on_no_show=QueueId("later"), web_retries=0), queue("later", medium="callback")]
    async with centre(queues, [agent("ann", "help")], web=WEB) as rig:
        page = await Page(rig, "web-ada", slow_ms=None).press()
        contact = page.contact
        await rig.staff("ann")
        await live(rig, page, ms=12_000)
        assert rig.outcomes("help") == {"called_back": 1} and rig.is_free("ann")
        (task,) = rig.state.contacts.values()
        assert (task.medium, task.origin) == ("callback", contact)
        page.call(DOOR)  # now it calls, and is too late
        await rig.advance(500)
        assert page.caller.state is CallState.ENDED
        await rig.ask(EndContact(task.contact))


# ---------------------------------------------------------------- an engine that dies anywhere in it


async def _story(rig: Rig) -> None:
    """Held, resumed, given away, held again: each asked for if there is somebody to ask."""
    ada = rig.caller("ada").arrives("5001")
    for ask in (_hold, _hold, _resume, _give, _hold, _resume):
        await rig.advance(3_000)
        row = rig.contact(ada) if rig.alive else None
        if row is not None and row.connection is not None:
            asked = ask(row.contact, row.connection.agent)
            rig.engine.submit(asked)  # whatever becomes of it
    await rig.advance(3_000)


def _hold(contact: ContactId, by: AgentId) -> Request:
    return Hold(contact, by)


def _resume(contact: ContactId, by: AgentId) -> Request:
    return Hold(contact, by, on=False)


def _give(contact: ContactId, by: AgentId) -> Request:
    return Transfer(contact, by, TECH.queue)


@pytest.mark.parametrize("death", Death)
async def test_an_engine_that_dies_at_each_entry(death: Death) -> None:
    """Whoever was on hold hears music or the agent, never both, nor silence; and in the end everybody is home."""
    failed = []
    everywhere = [agent(name, "sales", "tech") for name in ("ann", "bob", "cid")]
    for seq in itertools.count(1):
        async with running(configuration([SALES, TECH], everywhere), clean=False, check_every=3) as rig:
            await rig.staff("ann", "bob", "cid")
            rig.dies_at(rig.journal.last_seq + seq, death, 500)
            await _story(rig)
            if rig.journal.dies_at is not None:
                break
            await rig.advance(5_000)
            for caller in rig.callers:
                if caller.state is not CallState.ENDED and len(caller.call.hears()) != 1:
                    failed.append(f"entry {seq}: {caller.name} hears {sorted(caller.call.hears())}")
                caller.hangs_up()
            await rig.advance(3_000)
            try:
                await everybody_can_work(rig, "5001")
                await everybody_goes_home(rig)
                laws_hold(rig)
            except AssertionError as error:
                failed.append(f"entry {seq}: {error}")
    none(failed)
    assert seq > 20
