"""The part of the seeded shift in which customers press Get Help, agents sit at desks, and a PBX is emptied."""

from msgspec.structs import replace

from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Configuration, Seat, Service, Web, WebMode
from cordpair.acd.model import VisitRow
from cordpair.ids import AgentId, ContactId, NodeId, QueueId, SeatId, ServiceId
from cordpair_loopback import answers
from scenarios.rig import Rig, agent, queue
from scenarios.test_browsers import DOOR, Page, live

EAST, WEST = NodeId("east"), NodeId("west")
EVE, WIM = AgentId("b01"), AgentId("b02")
HELP, MORE = QueueId("help"), QueueId("more")


def with_web(before: Configuration) -> Configuration:
    """The next revision: customers in browsers, desks, and trunks between the nodes."""
    agents = (agent("b01", "help", "more", "now"), agent("b02", "help", "more"))
    return replace(
        before,
        revision=3,
        queues=(
            *before.queues,
            queue("help", web_accept=True, web_retries=0, on_no_show=QueueId("later"), dispositions=("solved",)),
            queue("more", music="waltz"),
            queue("now", web=WebMode.CALL_FIRST),
            queue("later", medium="callback"),
        ),
        services=(*before.services, Service(ServiceId("help"), MORE, dialled=("7001",))),
        agents=(*before.agents, *agents),
        seats=(
            *before.seats,
            Seat(SeatId("seat-b01"), "b01", EAST),
            Seat(SeatId("seat-b02"), "b02", WEST),
        ),
        web=Web(call_within_ms=5_000, grace_ms=5_000, desk_grace_ms=4_000, contexts=(DOOR,)),
        peers={EAST: {WEST: "to-west"}, WEST: {EAST: "to-east"}},
        addresses={EAST: "east.test", WEST: "west.test"},
    )


async def web_shift(rig: Rig) -> None:
    rig.settings = with_web(rig.state.configuration)
    await rig.ask(inp.ApplyConfiguration(rig.settings))
    for pbx, other, trunk, name in ((EAST, WEST, "to-west", "b01"), (WEST, EAST, "to-east", "b02")):
        rig.pbxs[pbx].peers = {trunk: rig.pbxs[other]}
        rig.pbxs[pbx].add_phone(name).behaviour = answers(600)
    await rig.advance(1_000)
    for name in (EVE, WIM):
        await rig.ask(inp.SignIn(name))
        await rig.ask(inp.DeskOpened(name))
    await rig.ask(inp.Ready(EVE))
    await rig.advance(1_000)
    await at_the_desk(rig)
    await not_there(rig)
    await lost(rig)
    await emptied(rig)


async def accepted(rig: Rig, page: Page) -> None:
    """Whoever is reserved for the page's customer takes it; the page calls."""
    await rig.advance(200)
    visit = visit_of(rig, page)
    for offer in tuple(visit.offers) if visit is not None else ():
        await rig.ask(inp.AcceptOffer(offer))
    await live(rig, page)


def visit_of(rig: Rig, page: Page) -> VisitRow | None:
    row = rig.state.contacts[contact_of(page)]
    return rig.state.visits[row.visit] if row.visit is not None else None


def contact_of(page: Page) -> ContactId:
    assert page.contact is not None, f"{page.name} is not here"
    return page.contact


async def at_the_desk(rig: Rig) -> None:
    """A talk with all that can be done in it."""
    page = await Page(rig, "web-1", node=EAST).press("help")
    await accepted(rig, page)
    contact = contact_of(page)
    assert page.caller.talks_to() == "b01"
    await rig.ask(inp.PageShared("web-1", True))
    await rig.ask(inp.DoorRefused("route", "INVITE", contact))
    await rig.ask(inp.SendDigits(contact, EVE, "12"))
    await rig.ask(inp.Hold(contact, EVE))
    await rig.advance(500)
    rig.pbxs[EAST].cut_link()
    await rig.advance(3_000)
    await rig.ask(inp.Hold(contact, EVE, on=False))
    await rig.advance(500)
    await rig.ask(inp.Ready(WIM))
    await rig.ask(inp.Transfer(contact, EVE, to=WIM))
    await live(rig, page)
    assert page.caller.talks_to() == "b02@to-west"
    await rig.ask(inp.Transfer(contact, WIM, MORE))
    await live(rig, page)
    await rig.ask(inp.Dispose(contact, talker(rig, contact), "solved"))
    await rig.ask(inp.HangUpContact(contact, talker(rig, contact)))
    await rig.advance(1_000)


def talker(rig: Rig, contact: ContactId) -> AgentId:
    connection = rig.state.contacts[contact].connection
    assert connection is not None
    return connection.agent


async def not_there(rig: Rig) -> None:
    """A browser that never calls, one that leaves, one that waits on the PBX and is loaded anew."""
    silent = await Page(rig, "web-2", slow_ms=None, node=EAST).press("help")
    await accepted(rig, silent)
    await rig.advance(6_000)
    task = next(row for row in rig.state.contacts.values() if row.medium == "callback")
    await rig.ask(inp.EndContact(task.contact))
    for name in (EVE, WIM):
        await rig.ask(inp.NotReady(name, "break"))
    await Page(rig, "web-3", node=EAST).press("help")
    await rig.ask(inp.WebLeft("web-3"))
    first = await Page(rig, "web-4", node=EAST).press("now")
    await live(rig, first)
    await rig.ask(inp.BrowserGone("web-4"))
    await rig.advance(1_000)
    await rig.ask(inp.BrowserBack("web-4", in_call=False))
    await live(rig, first)
    await rig.ask(inp.WebLeft("web-4"))
    await rig.advance(1_000)


async def lost(rig: Rig) -> None:
    """A phone that is asked to ring again for its call; a desk that comes back, and one that does not."""
    await rig.ask(inp.Ready(EVE))
    page = await Page(rig, "web-5", node=EAST).press("help")
    await accepted(rig, page)
    await rig.ask(inp.RingAgain(contact_of(page), EVE))
    await rig.advance(2_000)
    await rig.ask(inp.DeskLost(EVE))
    await rig.ask(inp.DeskOpened(EVE))
    await rig.ask(inp.WebLeft("web-5"))
    await rig.ask(inp.DeskLost(WIM))
    await rig.advance(6_000)


async def emptied(rig: Rig) -> None:
    """Who waits on a node that is emptied goes to the other; one of them never gets there."""
    await rig.ask(inp.NotReady(EVE, "break"))
    people = [rig.caller(f"moved-{number}", EAST).arrives("7001") for number in range(3)]
    await rig.advance(1_000)
    people[1].goes_after_ms = None
    await rig.ask(inp.DrainNode(EAST))
    await rig.advance(30_000)
    await rig.ask(inp.DrainNode(EAST, on=False))
    for caller in people:
        caller.hangs_up()
    await rig.advance(1_000)


__all__ = ["web_shift", "with_web"]
