"""What people do in a whole centre, and what a test waits for on their pages."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from playwright.async_api import Locator, expect

from browser.centre import PASSWORDS, Centre
from browser.person import BEN, CUSTOMER, Browsers, Person, Voice
from cordpair.acd.model import AgentStatus, State
from cordpair.ids import AgentId

SESSION, DESK, SIP, COBROWSE = "/v1/session", "/v1/desk", "/v1/sip", "/v1/cobrowse"
EVERYWHERE = ("embedded", "asterisk", "freeswitch")
MARKS = {"embedded": [], "asterisk": [pytest.mark.pbx], "freeswitch": [pytest.mark.freeswitch]}


def on(*kinds: str) -> pytest.MarkDecorator:
    """On which PBXs a test runs."""
    return pytest.mark.parametrize(
        "whole", [pytest.param(kind, marks=MARKS[kind]) for kind in kinds], indirect=True, scope="package"
    )


# ------------------------------------------------------------ the customer


async def press(customer: Person, centre: Centre, page: str = "/checkout", media: str = "audio") -> None:
    await customer.page.goto(f"{centre.shop.origin}{page}?media={media}")
    await customer.page.get_by_role("button", name="Get help").click()


def title(customer: Person) -> Locator:
    return customer.page.locator("cordpair-help h2")


async def waits(customer: Person, centre: Centre, page: str = "/checkout", media: str = "audio") -> None:
    """In place, with nobody before."""
    await press(customer, centre, page, media)
    await expect(title(customer)).to_have_text("You are next")


def told(frames: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The messages of this type, each with ``at``, when the page had it."""
    found = []
    for frame in frames:
        message = msgspec.json.decode(frame["text"])
        if message["type"] == kind:
            found.append({**message, "at": frame["at"]})
    return found


# ------------------------------------------------------------ the agent


async def sign_in(agent: Person, centre: Centre) -> None:
    page = agent.page
    await page.goto(f"{centre.origin}/desk")
    await page.get_by_label("Name").fill(agent.voice.name)
    await page.get_by_label("Password").fill(PASSWORDS[agent.voice.name])
    await page.keyboard.press("Enter")
    await expect(page.locator("#phone")).to_have_text("Phone ready")


async def go_ready(agent: Person) -> None:
    """With the check of the devices that comes before the first call."""
    await agent.page.get_by_role("button", name="Go ready").click()
    await agent.page.get_by_role("button", name="Looks good: go ready").click()


def state(agent: Person) -> Locator:
    return agent.page.locator("#state strong")


@asynccontextmanager
async def at_work(
    browsers: Browsers, centre: Centre, *voices: Voice, all_gone: bool = True
) -> AsyncIterator[list[Person]]:
    """Agents at their desks, ready; signed out in the end. ``all_gone``: then nobody and nothing is left."""
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(browsers.person(voice)) for voice in voices]
        for agent in people:
            await sign_in(agent, centre)
            await go_ready(agent)
            await expect(state(agent)).to_have_text("Ready")
        try:
            yield people
        finally:
            for agent in people:
                agent.wire.mend()
                await signed_out(agent)
            if all_gone:
                await empty(centre)


async def signed_out(agent: Person) -> None:
    """Whatever the page shows."""
    await agent.page.evaluate(
        """fetch('/v1/me').then((answer) => answer.ok && answer.json()).then((who) => who &&
           fetch('/v1/sign-out', { method: 'POST', headers: { 'X-CSRF-Token': who.csrf } }).then(() => true))"""
    )


@asynccontextmanager
async def two(browsers: Browsers, centre: Centre, agent: Voice = BEN) -> AsyncIterator[tuple[Person, Person]]:
    """A customer with an open browser, and an agent who is ready."""
    async with at_work(browsers, centre, agent) as (ben,), a_customer(browsers) as customer:
        yield customer, ben


@asynccontextmanager
async def a_customer(browsers: Browsers, **more: Any) -> AsyncIterator[Person]:
    """Who leaves in the end, wherever they are."""
    async with browsers.person(CUSTOMER, **more) as customer:
        try:
            yield customer
        finally:
            customer.wire.mend()
            await customer.page.evaluate("document.querySelector('cordpair-help')?.session?.leave()")


async def accept(agent: Person) -> None:
    await agent.page.get_by_role("button", name="Accept").click()


async def meet(customer: Person, agent: Person, centre: Centre, page: str = "/checkout", media: str = "audio") -> None:
    """From the press to the talk."""
    await press(customer, centre, page, media)
    await accept(agent)
    await talk(customer, agent)


async def talk(customer: Person, agent: Person) -> None:
    """Until each hears the other."""
    name = {"ben": "Ben Okafor", "ann": "Ann Lee"}[agent.voice.name]
    await expect(title(customer)).to_have_text(f"You are talking to {name}")
    await expect(state(agent)).to_have_text("Talking")
    await customer.hears(agent.voice)
    await agent.hears(customer.voice)


# ------------------------------------------------------------ the engine


async def empty(centre: Centre) -> None:
    """Nobody is left: no contact, no leg, nobody signed in."""

    def nobody(state: State) -> bool:
        away = all(row.status is AgentStatus.SIGNED_OUT for row in state.agents.values())
        return away and not state.contacts and not state.legs and not state.bridges

    await centre.engine.until(nobody, 40)
    assert centre.engine.breaches() == []


async def agent_is(centre: Centre, name: str, status: AgentStatus, seconds: float = 20) -> None:
    await centre.engine.until(lambda state: state.agents[AgentId(name)].status is status, seconds)


__all__ = [
    "COBROWSE",
    "DESK",
    "EVERYWHERE",
    "SESSION",
    "SIP",
    "a_customer",
    "accept",
    "agent_is",
    "at_work",
    "empty",
    "go_ready",
    "meet",
    "on",
    "press",
    "sign_in",
    "signed_out",
    "state",
    "talk",
    "title",
    "told",
    "two",
    "waits",
]
