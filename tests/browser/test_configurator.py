"""The page Configuration, in Chromium against a real engine: what administrators do there, and what becomes of it."""

import re
import secrets
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Playwright, async_playwright, expect

from browser.acts import go_ready, state
from browser.centre import HOST
from browser.conftest import Shoot
from browser.office import OfficeCentre, office_centre
from browser.person import ANN, BEN, CUSTOMER, Browsers
from browser.shop import Shop, shop

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

CENTRE = """
[skills]
german = "speaks German"
billing = "knows invoices"
[reasons.lunch]
[prompts]
welcome = "sound:welcome"
[queues.billing]
strategy = "best_skill"
steps = [{ levels = { german = 7, billing = 5 } }, { after = "30s", levels = { german = 4 } }]
wrap_up = "15s"
exit_keys = { "0" = { queue = "general" } }
on_full = { queue = "general" }
pops = [{ url = "https://crm.example.com/?c={customer}", title = "CRM" }]
[queues.general]
[services.line]
queue = "billing"
dialled = ["4711"]
variables = ["CUSTOMER"]
[services.4712]
queue = "general"
[seats.101]
endpoint = "101"
[agents.anna]
shown_as = "Anna Example"
seat = "101"
skills = { german = 9, billing = 7 }
queues = { billing = { tier = 2 }, general = {} }
[agents.ben]
skills = { german = 4 }
queues = { general = {} }
"""
PEOPLE = {"ada": "admin", "bob": "admin", "sue": "supervisor"}


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path) -> AsyncIterator[OfficeCentre]:
    async with office_centre(tmp_path / "centre", PEOPLE, CENTRE) as running:
        yield running


async def open_at(page: Page, office: OfficeCentre, place: str = "") -> None:
    await page.goto(f"{office.origin}/office/configuration/{place}")
    await expect(page.locator(".sections")).to_be_visible()


async def test_forms(office: OfficeCentre, browser: Browser, shoot: Shoot) -> None:
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office, "agents/anna")
        await expect(ada.get_by_label("Shown as")).to_have_value("Anna Example")
        await shoot(ada, "configuration-agent")
        await open_at(ada, office, "queues/billing")
        await shoot(ada, "configuration-queue")
        await open_at(ada, office, "new-agent")
        await shoot(ada, "configuration-new-agent")
        await open_at(ada, office, "pbx/main")
        await shoot(ada, "configuration-pbx")
        await open_at(ada, office, "phones")
        await shoot(ada, "configuration-phones")


def at(page: Page, name: str) -> Locator:
    return page.get_by_label(name, exact=True)


async def saved(page: Page) -> None:
    await expect(page.locator(".configuration-bar .status")).to_contain_text("saved")


async def apply(page: Page) -> None:
    await page.locator("#review").click()
    await page.locator("#apply").click()


async def in_force(page: Page, revision: int) -> None:
    await expect(page.locator(".configuration-bar .status")).to_contain_text(f"Revision {revision} is in force")


async def exported(page: Page) -> dict[str, Any]:
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export").click()
    path = await (await download.value).path()
    return tomllib.loads(path.read_text())


async def add(page: Page, name: str) -> None:
    await at(page, "New").fill(name)
    await at(page, "New").press("Enter")
    await expect(page.locator("#entry-title")).to_contain_text(name)


async def test_a_change_is_reviewed_applied_and_taken_back(
    office: OfficeCentre, browser: Browser, shoot: Shoot
) -> None:
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office, "queues/billing")
        await at(ada, "Wrap up").fill("90")
        await at(ada, "billing, step 2").select_option("3")
        await ada.get_by_role("button", name="Add a step").click()
        await expect(at(ada, "Wrap up")).to_have_value("1m30s")
        await open_at(ada, office, "queues/billing")  # loaded anew: the draft is on the server
        await expect(at(ada, "Wrap up")).to_have_value("1m30s")
        await expect(ada.locator(".configuration-bar")).to_contain_text("Your draft of")
        await expect(ada.locator(".configuration-bar")).to_contain_text("from revision 1")
        await expect(ada.locator(".configuration-bar")).to_contain_text("restored")
        await ada.locator("#review").click()
        changes = ada.locator(".changes")
        await expect(changes).to_contain_text("wrap_up")
        await expect(changes).to_contain_text('"15s" → "1m30s"')
        await shoot(ada, "configuration-review")
        await ada.locator("#apply").click()
        await in_force(ada, 2)
        await ada.locator(".list button", has_text="Revision 2").click()
        await expect(ada.locator(".entry .changes")).to_contain_text("queues.billing.wrap_up")
        await shoot(ada, "configuration-history")
        queue = (await exported(ada))["queues"]["billing"]
        assert queue["steps"][1:] == [
            {"after": "30s", "levels": {"german": 4, "billing": 3}},
            {"after": "1m", "levels": {"german": 4, "billing": 3}},
        ]
        await ada.locator(".list button", has_text="Revision 1").click()
        await ada.locator("#roll-back").click()
        await ada.get_by_role("dialog").get_by_role("button", name="Roll back to this").click()
        await in_force(ada, 3)
        assert (await exported(ada))["queues"]["billing"] == tomllib.loads(CENTRE)["queues"]["billing"]


async def test_what_is_wrong_stands_at_its_field(office: OfficeCentre, browser: Browser, shoot: Shoot) -> None:
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office, "queues/billing")
        await at(ada, "Wrap up").fill("soon")
        wrong = ada.locator(".field", has=at(ada, "Wrap up")).locator(".problems")
        await expect(wrong).to_contain_text("must be a duration")
        await expect(at(ada, "Wrap up")).to_have_attribute("aria-invalid", "true")
        await shoot(ada, "configuration-problem")
        await ada.get_by_role("button", name="Seats").click()
        await ada.locator("#review").click()
        await expect(ada.locator("#apply")).to_be_disabled()
        await ada.locator("#problems").click()
        await shoot(ada, "configuration-problems")
        await ada.get_by_role("button", name="queues.billing.wrap_up").click()
        await expect(at(ada, "Wrap up")).to_be_focused()
        await at(ada, "Wrap up").fill("9s")
        await expect(wrong).to_have_count(0)


async def test_two_administrators(office: OfficeCentre, browser: Browser, shoot: Shoot) -> None:
    async with office.person(browser, "ada") as ada, office.person(browser, "bob") as bob:
        await open_at(ada, office, "queues/general")
        await at(ada, "Wrap up").fill("10s")
        await at(ada, "Max length").fill("50")
        await saved(ada)
        await open_at(bob, office, "queues/general")
        await expect(at(bob, "Wrap up")).to_have_value("")  # a draft is one's own
        await at(bob, "Wrap up").fill("20s")
        await at(bob, "Sticky").fill("5s")
        await apply(bob)
        await in_force(bob, 2)
        await apply(ada)
        behind = ada.locator("#behind")
        await expect(behind).to_contain_text("bob")
        await expect(behind).to_contain_text("queues.general.sticky")
        await shoot(ada, "configuration-behind")
        await ada.locator("#bring").click()
        conflict = ada.locator(".conflict")
        await expect(conflict).to_have_count(1)
        await expect(conflict).to_contain_text("queues.general.wrap_up")
        await shoot(ada, "configuration-conflict")
        await conflict.get_by_label("Mine").check()
        await ada.get_by_role("button", name="Go on with this draft").click()
        await expect(ada.locator("#apply")).to_be_enabled()
        await ada.locator("#apply").click()
        await in_force(ada, 3)
        queue = (await exported(ada))["queues"]["general"]
        assert queue == {"wrap_up": "10s", "max_length": 50, "sticky": "5s"}


async def test_hostile_names_are_text(office: OfficeCentre, browser: Browser, shoot: Shoot) -> None:
    script = "<img src=x onerror=\"document.title='owned'\"><b class=owned>x</b>"
    quoted = script.replace('"', '\\"')
    hostile = f"""{CENTRE}
[agents."{quoted}"]
shown_as = "{quoted}"
seat = "{quoted}"
[skills2."{quoted}"]
"""
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office)
        await expect(ada.locator("#import")).to_have_css("width", "1px")  # its label is what one sees
        await ada.locator("#import").set_input_files(
            {"name": "centre.toml", "mimeType": "text/plain", "buffer": hostile.encode()}
        )
        await expect(ada.locator(".changes")).to_contain_text("onerror=")
        await ada.locator("#problems").click()
        await expect(ada.locator(".problem-list")).to_contain_text("onerror=")
        await ada.get_by_role("button", name="Agents").first.click()
        await ada.locator(".list button", has_text="<img").click()
        await expect(ada.locator("#entry-title")).to_contain_text("<img src=x")
        await shoot(ada, "configuration-hostile")
        await ada.get_by_role("button", name="Remove", exact=True).click()
        await ada.get_by_role("dialog").get_by_role("button", name="Remove").first.click()
        await expect(ada.locator(".list button", has_text="<img")).to_have_count(0)
        assert await ada.locator(".owned").count() == 0
        assert await ada.title() != "owned"


async def test_names_change_and_go_with_all_that_refers_to_them(office: OfficeCentre, browser: Browser) -> None:
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office, "queues/general")
        await ada.get_by_role("button", name="Rename").click()
        await at(ada, "New name").fill("everybody")
        await at(ada, "New name").press("Enter")
        await expect(ada.locator("#entry-title")).to_contain_text("everybody")
        await ada.get_by_role("button", name="Duplicate").click()
        await expect(ada.locator("#entry-title")).to_contain_text("everybody-2")
        await open_at(ada, office, "queues/billing")
        await ada.get_by_role("button", name="Remove", exact=True).click()
        await expect(ada.get_by_role("dialog")).to_contain_text("services.line.queue")
        await ada.get_by_role("button", name="Cancel").click()
        await open_at(ada, office, "skills/billing")
        await ada.get_by_role("button", name="Remove", exact=True).click()
        await ada.get_by_role("button", name="Remove it there too").click()
        await expect(ada.locator(".list")).not_to_contain_text("billing")
        await apply(ada)
        await in_force(ada, 2)
        told = await exported(ada)
        assert list(told["queues"]) == ["billing", "everybody", "everybody-2"]
        assert list(told["services"]) == ["line", "4712"]  # the order counts, whatever a browser thinks of numbers
        assert told["services"]["4712"]["queue"] == "everybody"
        assert list(told["agents"]["anna"]["queues"]) == ["billing", "everybody"]
        assert told["agents"]["anna"]["skills"] == {"german": 9}
        assert told["queues"]["billing"]["steps"][0] == {"levels": {"german": 7}}


async def test_assignments_from_both_sides(office: OfficeCentre, browser: Browser) -> None:
    async with office.person(browser, "ada") as ada:
        await open_at(ada, office, "queues/billing")
        await at(ada, "Add an agent").select_option("ben")
        await ada.locator("form", has=at(ada, "Add an agent")).get_by_role("button").click()
        await at(ada, "ben: Tier").fill("3")
        await open_at(ada, office, "agents/ben")
        await expect(at(ada, "billing: Tier")).to_have_value("3")
        await at(ada, "german").fill("8")
        await open_at(ada, office, "skills/german")
        await expect(at(ada, "ben")).to_have_value("8")
        await saved(ada)
        await ada.get_by_role("button", name="Discard the draft").click()
        await ada.get_by_role("dialog").get_by_role("button", name="Discard the draft").click()
        await in_force(ada, 1)
        await expect(at(ada, "ben")).to_have_value("4")


async def test_supervisors_look_on(office: OfficeCentre, browser: Browser, shoot: Shoot) -> None:
    async with office.person(browser, "sue") as sue:
        await open_at(sue, office, "queues/billing")
        await expect(at(sue, "Wrap up")).to_have_value("15s")
        assert await at(sue, "Wrap up").get_attribute("readonly") is not None
        await expect(at(sue, "Strategy")).to_be_disabled()
        await expect(sue.locator("#review")).to_have_count(0)
        await expect(sue.get_by_role("button", name="Remove", exact=True)).to_have_count(0)
        await shoot(sue, "configuration-supervisor")
        await sue.get_by_role("button", name="History").click()
        await sue.locator(".list button", has_text="Revision 1").click()
        await expect(sue.locator(".entry .text")).to_be_visible()


async def test_five_hundred_agents(browser: Browser, tmp_path: Path) -> None:
    agents = "".join(f'[agents.a{n}]\nshown_as = "Agent {n}"\nqueues = {{ general = {{}} }}\n' for n in range(500))
    async with (
        office_centre(tmp_path / "centre", PEOPLE, CENTRE + agents) as office,
        office.person(browser, "ada") as ada,
    ):
        await open_at(ada, office, "agents")
        rows = ada.locator(".list li")
        await expect(rows).to_have_count(100)
        await ada.get_by_role("button", name="Show more").click()
        await expect(rows).to_have_count(200)
        await at(ada, "Search").fill("agent 499")
        await expect(rows).to_have_count(1)
        await rows.first.click()
        await at(ada, "Shown as").press_sequentially(" the last")
        await saved(ada)
        await open_at(ada, office, "queues/general")
        await at(ada, "Search these agents").fill("the last")
        await expect(ada.locator(".rows tbody tr")).to_have_count(1)


@asynccontextmanager
async def people(playwright: Playwright, directory: Path, port: int) -> AsyncIterator[Browsers]:
    browsers = Browsers(playwright, directory, HOST, port)
    try:
        yield browsers
    finally:
        await browsers.close()


async def portal_key(page: Page) -> str:
    """For the web site that was added."""
    made: str = await page.evaluate(
        """fetch('/v1/me').then((answer) => answer.json()).then(({ csrf }) => fetch('/v1/keys', { method: 'POST',
             headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
             body: JSON.stringify({ role: 'portal', portal: 'shop' }) })).then((answer) => answer.json())
           .then(({ key }) => key)"""
    )
    return made


async def test_from_nothing_to_a_talk(chromium: str, tmp_path: Path, shoot: Shoot) -> None:
    """An administrator makes a centre in the browser; who was added there answers a customer."""
    async with (
        office_centre(tmp_path / "centre", {"ada": "admin"}) as office,
        shop() as site,
        async_playwright() as playwright,
        people(playwright, tmp_path, office.port) as browsers,
        browsers.person(ANN) as ada,
        browsers.person(BEN) as ben,
        browsers.person(CUSTOMER) as customer,
    ):
        await office.sign_in(ada.page, "ada")
        link = await a_centre_is_made(ada.page, office, site, shoot)
        site.gateway, site.api = office.origin, f"http://127.0.0.1:{office.port}"
        site.key = await portal_key(ada.page)
        await ben.page.goto(link)
        password = secrets.token_urlsafe(12)
        await ben.page.get_by_label("New password").fill(password)
        await ben.page.get_by_label("The same again").fill(password)
        await ben.page.keyboard.press("Enter")
        await ben.page.get_by_role("link", name="To the desk").click()
        await ben.page.get_by_label("Name").fill("ben.okafor")
        await ben.page.get_by_label("Password").fill(password)
        await ben.page.keyboard.press("Enter")
        await expect(ben.page.locator("#phone")).to_have_text("Phone ready")
        await go_ready(ben)
        await customer.page.goto(f"{site.origin}/checkout")
        await customer.page.get_by_role("button", name="Get help").click()
        await ben.page.get_by_role("button", name="Accept").click()
        await expect(customer.page.locator("cordpair-help h2")).to_have_text("You are talking to Ben Okafor")
        await customer.hears(BEN)
        await ben.hears(CUSTOMER)
        await customer.page.get_by_role("button", name="Hang up").click()
        await expect(state(ben)).not_to_have_text("Talking")


async def a_centre_is_made(page: Page, office: OfficeCentre, site: Shop, shoot: Shoot) -> str:
    """Skill, queue, service, web site and agent; the agent's link to a password."""
    await open_at(page, office, "skills")
    await add(page, "german")
    await at(page, "Meaning required").fill("speaks German")
    await page.get_by_role("button", name="Queues").click()
    await add(page, "help")
    await page.get_by_role("button", name="Add", exact=True).nth(1).click()  # the one skill there is
    await at(page, "german, step 1").select_option("5")
    await page.get_by_role("button", name="Services").click()
    await add(page, "line")
    await expect(at(page, "Queue required")).to_have_value("help")
    await page.get_by_role("button", name="Web sites").click()
    await add(page, "shop")
    await page.get_by_label("Origins").fill(site.origin)
    await page.locator("fieldset", has_text="Pages").get_by_label("Add").fill("/*")
    await page.locator("fieldset", has_text="Pages").get_by_label("Add").press("Enter")
    await page.locator("fieldset.item", has_text="/*").get_by_label("Queue").select_option("help")
    await page.get_by_role("button", name="Agents").click()
    await page.get_by_role("button", name="New agent, step by step").click()
    await at(page, "Full name").fill("Ben Okafor")
    await expect(page.get_by_label("Name for signing in")).to_have_value("ben.okafor")
    await page.locator("fieldset", has_text="Queues").get_by_role("button", name="Add").click()
    await page.locator("fieldset", has_text="Skills").get_by_role("button", name="Add").click()
    await at(page, "german").fill("7")
    await shoot(page, "configuration-new-agent-filled")
    await page.get_by_role("button", name="Add, apply, and make the link").click()
    link = page.locator("#link-url")
    await expect(link).to_have_value(re.compile("^http"))
    await shoot(page, "configuration-link")
    await in_force(page, 2)
    return await link.input_value()
