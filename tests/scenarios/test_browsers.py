"""Customers in browsers, the whole engine and a PBX, on a manual clock: who calls when told, who does not, and engines
and PBXs that fall in between."""

from typing import Any

import pytest

from cordpair.acd import events as ev
from cordpair.acd.configuration import Web, WebMode
from cordpair.acd.inputs import BrowserBack, BrowserGone, WebArrived, WebLeft
from cordpair.ids import ContactId, NodeId, QueueId
from cordpair_loopback import CallState, never_answers
from scenarios.rig import MAIN, Caller, Rig, agent, centre, queue

DOOR = "cordpair-door"
WEB = Web(call_within_ms=10_000, grace_ms=15_000, contexts=(DOOR,))
HELP, NOW = queue("help", offer_timeout_ms=8_000), queue("now", web=WebMode.CALL_FIRST)
AGENTS = [agent("ann", "help", "now"), agent("bob", "help")]


def on_the_web(**options: Any) -> Any:
    return centre([HELP, NOW], AGENTS, web=WEB, **options)


class Page:
    """A customer's page: told to call, it calls after ``slow_ms`` unless it is None."""

    def __init__(self, rig: Rig, name: str, slow_ms: int | None = 400, node: NodeId = MAIN) -> None:
        self.rig, self.name, self.slow_ms, self.node = rig, name, slow_ms, node
        self.caller = Caller(rig, name, node)
        rig.callers.append(self.caller)
        self.told = 0

    async def press(self, queue: str = "help") -> "Page":
        await self.rig.ask(WebArrived(self.name, self.node, "audio", self.rig.clock.now_ms(), queue=QueueId(queue)))
        return self

    @property
    def contact(self) -> ContactId | None:
        return self.rig.state.sessions.get(self.name)

    def look(self) -> None:
        """What the gateway does when something is committed."""
        told = [e for e in self.rig.events(ev.CallInvited) if e.contact == self.contact]
        if len(told) > self.told:
            self.told = len(told)
            if self.slow_ms is not None:
                self.rig.at(self.slow_ms, self.call)

    def call(self, context: str = DOOR) -> Caller:
        return self.caller.arrives("help", context=context, context_id=self.name, endpoint="cordpair-door")


async def live(rig: Rig, *pages: Page, ms: int = 3_000) -> None:
    for _ in range(ms // 100):
        for page in pages:
            page.look()
        await rig.advance(100)


def offers(rig: Rig) -> list[str]:
    return [event.outcome.value for event in rig.events(ev.OfferEnded)]


async def test_no_channel_while_waiting_and_then_a_talk() -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada").press()
        await live(rig, page)
        assert rig.pbxs[MAIN].switch.legs == {} and page.contact is not None
        await rig.staff("ann")
        await live(rig, page)
        assert page.caller.talks and page.caller.talks_to() == "ann" and page.caller.call.heard_ringing
        rig.phone("ann").hang_up()
        await rig.advance(500)
        assert page.caller.state is CallState.ENDED and rig.is_free("ann")
        assert rig.outcomes("help") == {"connected": 1}


async def test_fifo_with_callers_by_telephone() -> None:
    async with on_the_web() as rig:
        first = rig.caller("first").arrives("5001")
        await rig.advance(50)
        page = await Page(rig, "web-second").press()
        await rig.advance(50)
        third = rig.caller("third").arrives("5001")
        await rig.staff("ann")
        await live(rig, page)
        assert first.talks and not third.talks and page.told == 0
        first.hangs_up()
        await live(rig, page)
        assert page.caller.talks and not third.talked
        page.caller.hangs_up()
        await live(rig, page)
        assert third.talks


async def test_a_page_that_does_not_call_costs_the_agent_nothing() -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada", slow_ms=None).press()
        await rig.staff("ann")
        await live(rig, page, ms=25_000)
        assert offers(rig) == ["no_show", "no_show"] and rig.is_free("ann") and page.contact is None
        assert rig.agent("ann").failures == 0 and rig.outcomes("help") == {"abandoned": 1}


async def test_a_miss_leaves_the_customer_on_the_pbx() -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada").press()
        rig.does("ann", never_answers())
        await rig.staff("ann")
        await live(rig, page, ms=12_000)
        assert offers(rig) == ["missed"] and page.caller.call.hears() == {"music:default"}
        await rig.staff("bob")
        await live(rig, page)
        assert page.caller.talks and page.caller.talks_to() == "bob" and page.told == 1


async def test_call_first_waits_with_music() -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada").press("now")
        await live(rig, page)
        assert page.caller.call.hears() == {"music:default"} and not rig.events(ev.OfferMade)
        await rig.staff("ann")
        await live(rig, page)
        assert page.caller.talks


@pytest.mark.parametrize("name", ["web-ada", "web-other"])
async def test_a_call_that_was_not_asked_for_is_closed(name) -> None:
    async with on_the_web() as rig:
        await Page(rig, "web-ada").press()
        stranger = Page(rig, name)
        stranger.call()
        await rig.advance(500)
        assert stranger.caller.state is CallState.ENDED and not stranger.caller.talked
        await rig.ask(WebLeft("web-ada"))


async def test_used_once_and_from_elsewhere() -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada", slow_ms=None).press("now")
        await live(rig, page)
        foreign, page2 = Page(rig, "web-ada"), Page(rig, "web-ada")
        foreign.call("cordpair-in")
        await rig.advance(200)
        assert foreign.caller.state is CallState.ENDED
        page.call()
        await rig.advance(200)
        page2.call()
        await rig.advance(200)
        assert page2.caller.state is CallState.ENDED and page.caller.state is not CallState.ENDED


# ---------------------------------------------------------------- engines and PBXs that fall


@pytest.mark.parametrize("after_ms", [0, 300, 600, 1_200, 2_500])
async def test_an_engine_that_dies_at_any_phase_loses_nobody(after_ms) -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada").press()
        arrived = rig.state.contacts[page.contact].arrived_at
        await rig.staff("ann")
        await live(rig, page, ms=after_ms)
        rig.kill()
        rig.start_later(700)
        await rig.advance(1_500)
        await rig.ask(BrowserBack("web-ada"))
        await live(rig, page, ms=8_000)
        if not page.caller.talks:  # told before the engine died, and told again
            await live(rig, page, ms=12_000)
        assert page.caller.talks
        assert rig.state.contacts[page.contact].arrived_at == arrived


@pytest.mark.parametrize("after_ms", [0, 300, 600, 1_200])
async def test_a_pbx_that_restarts_takes_the_call_but_not_the_place(after_ms) -> None:
    async with on_the_web() as rig:
        page = await Page(rig, "web-ada").press()
        contact = page.contact
        await rig.staff("ann")
        await live(rig, page, ms=after_ms)
        rig.pbxs[MAIN].restart(down_ms=2_000)
        await live(rig, page, ms=30_000)
        assert page.contact == contact and page.caller.talks


async def test_a_session_that_is_gone_ends_with_its_grace_wherever_it_is() -> None:
    async with on_the_web() as rig:
        pages = [await Page(rig, f"web-{name}").press("now" if name == "b" else "help") for name in "ab"]
        await live(rig, *pages)
        await rig.ask(BrowserGone("web-a"))
        await rig.ask(BrowserGone("web-b"))
        await rig.advance(14_000)
        assert all(page.contact is not None for page in pages)
        await rig.advance(2_000)
        assert all(page.contact is None for page in pages) and pages[1].caller.state is CallState.ENDED


async def test_who_leaves_while_the_phone_rings_is_a_missed_call_for_nobody() -> None:
    async with on_the_web() as rig:
        rig.does("ann", never_answers())
        page = await Page(rig, "web-ada").press()
        await rig.staff("ann")
        await live(rig, page, ms=1_500)
        await rig.ask(WebLeft("web-ada"))
        await rig.advance(500)
        assert offers(rig) == ["contact_gone"] and rig.is_free("ann")
