"""The office in Chromium, over a real engine: the first administrator, everybody after, and what each may see."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from browser.centre import command
from browser.conftest import Shoot
from browser.office import OfficeCentre, office_centre, stranger
from lab.api_keys import secret_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

AT_ONCE_MS = 6_000
PASSWORD = "a sentence is longer"
HOSTILE = "<script>alert(1)</script> \"'&; \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 {{x}} ${y}"
CENTRE = """
[queues.help]
[agents.ben]
queues = { help = {} }
"""


@pytest_asyncio.fixture(loop_scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> AsyncIterator[OfficeCentre]:
    people = {"anna": "admin", "max": "admin", "rob": "read-only"}
    async with office_centre(tmp_path_factory.mktemp("office"), people, CENTRE) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def anna(centre: OfficeCentre, browser: Browser) -> AsyncIterator[Page]:
    async with centre.person(browser, "anna") as page:
        await at(page, centre, "people")
        yield page


async def at(page: Page, centre: OfficeCentre, path: str) -> None:
    await page.goto(f"{centre.origin}/office/{path}")
    await expect(page.locator("#sign-out")).to_be_visible()


async def set_password(page: Page, link: str, password: str = PASSWORD) -> None:
    await page.goto(link)
    await page.get_by_label("New password").fill(password)
    await page.get_by_label("The same again").fill(password)
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_text("Your password is set")).to_be_visible()


async def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")


async def get_in(page: Page, name: str, password: str = PASSWORD) -> None:
    await sign_in(page, name, password)
    await expect(page.locator("#sign-out")).to_be_visible()


async def is_out(page: Page) -> None:
    """At once, without being asked."""
    await expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.", timeout=AT_ONCE_MS)


def line(page: Page, name: str) -> Locator:
    return page.locator(f'tr[data-person="{name}"]')


def pages(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Pages").get_by_role("link")


async def add(page: Page, name: str, full_name: str, role: str = "Supervisor") -> str:
    """The link that is shown."""
    await page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("Full name").fill(full_name)
    await dialog.get_by_label("Role").select_option(role)
    await dialog.get_by_role("button", name="Save").click()
    link = await page.locator("#secret").input_value()
    await page.get_by_role("button", name="Done").click()
    return link


async def test_from_nobody_to_a_centre_that_is_led(browser: Browser, tmp_path: Path, chromium: str) -> None:
    async with (
        office_centre(tmp_path / "centre", {}, CENTRE) as centre,
        stranger(browser) as anna,
        stranger(browser) as sue,
    ):
        first = await command(
            tmp_path / "centre", "people", "add", "anna", "--role", "admin", "--config", "cordpair.toml"
        )
        await set_password(anna, first)
        assert "#" not in anna.url  # the token is in no history
        await anna.get_by_role("link", name="To the office").click()
        await get_in(anna, "anna")
        await at(anna, centre, "people")

        link = await add(anna, "sue", HOSTILE)
        assert link.startswith(f"{centre.origin}/office/password#")
        await expect(line(anna, "sue").locator("td").first).to_have_text(HOSTILE)
        await set_password(sue, link)
        await sue.get_by_role("link", name="To the office").click()
        await get_in(sue, "sue")
        await expect(sue.locator(".who")).to_have_text(HOSTILE)
        await expect(pages(sue).filter(has_text="People")).to_have_count(0)
        await at(sue, centre, "people")  # the address alone opens nothing
        await expect(sue.locator(".people")).to_have_count(0)
        assert await sue.evaluate("fetch('/v1/people').then(answer => answer.status)") == 403

        await line(anna, "sue").get_by_role("button", name="New password").click()
        second = await anna.locator("#secret").input_value()
        await anna.get_by_role("button", name="Done").click()
        async with stranger(browser) as again:
            await set_password(again, second, PASSWORD + " still")
        await is_out(sue)
        await sign_in(sue, "sue")
        await expect(sue.get_by_role("alert")).to_have_text("Name or password is wrong.")
        await get_in(sue, "sue", PASSWORD + " still")

        await anna.get_by_role("link", name="Signed in").click()
        await anna.locator('tr[data-sign-in="sue"]').get_by_role("button").click()
        await expect(anna.locator('tr[data-sign-in="sue"]')).to_have_count(0)
        await is_out(sue)

        await anna.get_by_role("link", name="Who did what").click()
        told = await anna.locator("tbody tr").all_inner_texts()
        assert "signed out by somebody" in told[0] and "sue" in told[0] and "anna" in told[0]
        assert any("added to the office" in each and "command line" in each for each in told)
        await anna.locator("#sign-out").click()
        await expect(anna.get_by_label("Password")).to_be_visible()
        assert await anna.evaluate("fetch('/v1/me').then(answer => answer.status)") == 401


async def test_a_link_works_once_and_a_bad_one_says_so(centre: OfficeCentre, anna: Page, browser: Browser) -> None:
    await line(anna, "rob").get_by_role("button", name="New password").click()
    link = await anna.locator("#secret").input_value()
    async with stranger(browser) as page:
        await page.goto(link)
        await page.get_by_label("New password").fill("one sentence here")
        await page.get_by_label("The same again").fill("another sentence here")
        await page.get_by_role("button", name="Set the password").click()
        await expect(page.get_by_role("alert")).to_have_text("The two are not the same.")
        for field in ("New password", "The same again"):
            await page.get_by_label(field).fill("aaaaaaaaaaaa")
        await page.get_by_role("button", name="Set the password").click()
        await expect(page.get_by_role("alert")).to_have_text("A password has at least 4 different characters.")
    async with stranger(browser) as page:
        await set_password(page, link)
        for bad in (link, f"{centre.origin}/office/password#nonsense", f"{centre.origin}/office/password"):
            await page.goto("about:blank")
            await page.goto(bad)
            await expect(page.get_by_role("alert")).to_contain_text("This link is not good")


async def test_what_is_wrong_stands_at_its_field(centre: OfficeCentre, anna: Page) -> None:
    await anna.get_by_role("button", name="Add a person").click()
    dialog = anna.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("anna")
    await dialog.get_by_role("button", name="Save").click()
    name = dialog.locator('input[name="name"]')
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(dialog.locator("#wrong-name")).to_contain_text("is there already")
    await name.fill("two words")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("#wrong-name")).to_contain_text("is no name")
    await anna.keyboard.press("Escape")
    await expect(anna.get_by_role("dialog")).to_have_count(0)
    await anna.get_by_role("link", name="Keys").click()
    await anna.get_by_role("button", name="Make a key").click()
    await anna.locator('select[name="role"]').select_option("agent")
    await anna.locator('input[name="agent"]').fill("nobody")
    await anna.get_by_role("dialog").get_by_role("button", name="Make").click()
    await expect(anna.locator("#wrong-agent")).to_contain_text("there is no agent 'nobody'")


async def test_a_key_is_shown_once(centre: OfficeCentre, anna: Page) -> None:
    await anna.get_by_role("link", name="Keys").click()
    await anna.get_by_role("button", name="Make a key").click()
    await anna.get_by_label("What it is for").fill("<b>the wall</b>")
    await anna.get_by_label("Expires after").fill("90d")
    await anna.get_by_role("dialog").get_by_role("button", name="Make").click()
    key = await anna.locator("#secret").input_value()
    assert re.fullmatch(r"cp_[0-9a-f]{12}_[\w-]{43}", key)
    await anna.get_by_role("button", name="Done").click()
    row = anna.locator("tr[data-key]").filter(has_text="<b>the wall</b>")
    await expect(row).to_contain_text("good until")
    assert secret_of(key) not in await anna.content()
    await row.get_by_role("button", name="Revoke").click()
    await anna.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(row).to_contain_text("revoked")


async def test_two_administrators(centre: OfficeCentre, anna: Page, browser: Browser) -> None:
    """Who looks at what was changed meanwhile is told; the last one cannot shut the door behind them."""
    async with centre.person(browser, "max") as max_:
        await at(max_, centre, "people")
        await line(max_, "rob").get_by_role("button", name="Change").click()
        await line(anna, "rob").get_by_role("button", name="Change").click()
        await anna.get_by_label("Full name").fill("Robert")
        await anna.get_by_role("button", name="Save").click()
        await expect(line(anna, "rob")).to_contain_text("Robert")
        await max_.get_by_label("Full name").fill("Roberto")
        await max_.get_by_role("button", name="Save").click()
        await expect(max_.locator(".toast.bad")).to_contain_text("Somebody else changed this meanwhile")
        await max_.keyboard.press("Escape")
        await expect(line(max_, "rob")).to_contain_text("Robert")

        await line(anna, "max").get_by_role("button", name="Change").click()
        await anna.get_by_label("Role").select_option("May look on")
        await anna.get_by_role("button", name="Save").click()
        await expect(line(anna, "max")).to_contain_text("May look on")
        await expect(max_.locator(".people")).to_have_count(0, timeout=AT_ONCE_MS)
    await line(anna, "anna").get_by_role("button", name="Change").click()
    await anna.get_by_label("May sign in").uncheck()
    await anna.get_by_role("button", name="Save").click()
    await expect(anna.get_by_role("dialog").get_by_role("alert")).to_contain_text("last administrator")


async def test_an_agent_and_a_person_find_their_ways(centre: OfficeCentre, anna: Page, browser: Browser) -> None:
    await anna.locator('tr[data-agent="ben"]').get_by_role("button", name="New password").click()
    link = await anna.locator("#secret").input_value()
    async with stranger(browser) as ben:
        await set_password(ben, link)
        await ben.get_by_role("link", name="To the desk").click()
        await sign_in(ben, "ben")
        await expect(ben.get_by_role("button", name="Sign out")).to_be_visible()
        await ben.goto(f"{centre.origin}/office")
        await expect(ben.get_by_text("There is no page here for you.")).to_be_visible()
        await expect(ben.get_by_role("link", name="To the desk").first).to_be_visible()
    await anna.goto(f"{centre.origin}/desk")
    await expect(anna.get_by_role("alert")).to_contain_text("no agent")
    await anna.get_by_role("link", name="To the office").click()
    await expect(anna.locator("#sign-out")).to_be_visible()


async def test_a_gateway_that_does_not_answer(centre: OfficeCentre, anna: Page) -> None:
    await expect(line(anna, "rob")).to_be_visible()
    await anna.route("**/v1/**", lambda route: route.abort())
    await expect(anna.get_by_text("The gateway does not answer.")).to_be_visible(timeout=AT_ONCE_MS)
    await expect(line(anna, "rob")).to_be_visible()
    await line(anna, "rob").get_by_role("button", name="New password").click()
    await expect(anna.locator(".toast.bad")).to_contain_text("cannot be reached")
    await anna.get_by_role("link", name="Keys").click()
    await anna.get_by_role("link", name="People").last.click()  # while it is away
    await expect(anna.get_by_role("heading", name="People")).to_be_visible()
    await expect(line(anna, "rob")).to_have_count(0)
    await anna.unroute("**/v1/**")
    await expect(anna.get_by_text("The gateway does not answer.")).to_have_count(0, timeout=AT_ONCE_MS)
    await expect(line(anna, "rob")).to_be_visible()


async def test_without_a_mouse(centre: OfficeCentre, anna: Page) -> None:
    await anna.reload()
    await expect(anna.get_by_role("heading", name="People")).to_be_visible()
    await anna.keyboard.press("Tab")
    await expect(anna.get_by_role("link", name="To the page")).to_be_focused()
    await anna.get_by_role("link", name="Keys").focus()
    await anna.keyboard.press("Enter")
    await expect(anna.get_by_role("heading", name="Keys")).to_be_visible()
    await anna.go_back()
    await expect(anna.get_by_role("heading", name="People")).to_be_visible()
    await anna.get_by_role("button", name="Add a person").press("Enter")
    await expect(anna.locator('dialog input[name="name"]')).to_be_focused()
    await anna.keyboard.press("Escape")
    await expect(anna.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("locale", "people"), [("de-AT", "Personen"), ("es", "Personas")])
async def test_in_other_languages(centre: OfficeCentre, browser: Browser, locale: str, people: str) -> None:
    async with stranger(browser, locale=locale) as page:
        await page.goto(f"{centre.origin}/office/people")
        await page.locator('input[name="name"]').fill("anna")
        await page.locator('input[name="password"]').fill(centre.passwords["anna"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=people)).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == locale[:2]


async def test_how_it_looks(centre: OfficeCentre, anna: Page, browser: Browser, shoot: Shoot) -> None:
    await add(anna, "maria.gonzalez-fernandez", HOSTILE)
    await shoot(anna, "office-people")
    await anna.get_by_role("button", name="Add a person").click()
    await anna.get_by_label("Full name").fill("a\u202eb")
    await anna.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(anna.locator("#wrong-name")).to_be_visible()
    await shoot(anna, "office-add")
    await anna.keyboard.press("Escape")
    await line(anna, "rob").get_by_role("button", name="New password").click()
    await expect(anna.locator("#secret")).to_be_visible()
    await shoot(anna, "office-link")
    link = await anna.locator("#secret").input_value()
    await anna.get_by_role("button", name="Done").click()
    for name, tab in (("sign-ins", "Signed in"), ("keys", "Keys"), ("audit", "Who did what")):
        await anna.get_by_role("link", name=tab).click()
        await expect(anna.get_by_role("heading", name=tab)).to_be_visible()
        if name == "keys":
            await anna.get_by_role("button", name="Make a key").click()
            await anna.get_by_role("dialog").get_by_role("button", name="Make").click()
            await anna.get_by_role("button", name="Done").click()
        await expect(anna.locator("tbody tr").first).to_be_visible()
        await shoot(anna, f"office-{name}")
    async with stranger(browser) as page:
        await page.goto(f"{centre.origin}/office")
        await sign_in(page, "anna", "wrong")
        await expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
        await shoot(page, "office-sign-in")
        await page.goto(link)
        await expect(page.get_by_label("New password")).to_be_visible()
        await shoot(page, "office-password")
