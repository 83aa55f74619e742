"""Reports and contacts' stories in Chromium, over a real engine: they show what the API and the command line say."""

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from browser.accessible import problems
from browser.conftest import Shoot
from browser.wall import Wall, text, wall_centre

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

HOSTILE = "=HYPERLINK(1) <script>alert(1)</script> \"'&"
MORE = f"""
[queues.talks]
medium = "chat"
dispositions = ["sold", {json.dumps(HOSTILE)}]
[agents.ann]
queues = {{ talks = {{}} }}
capacity = {{ chat = 1 }}
[agents.bob]
queues = {{ talks = {{}} }}
capacity = {{ chat = 1 }}
"""

KINDS = ("contact_arrived", "visit_began", "offer_made", "contact_connected", "contact_disposed", "contact_ended")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def wall(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> AsyncIterator[Wall]:
    async with wall_centre(tmp_path_factory.mktemp("reports"), text(1, 2, MORE)) as running:
        await running.staff("ann", "bob")
        await talk(running, "sold")
        await talk(running, HOSTILE)
        await running.task("q0")  # one who waits on
        gone = await running.task("q1")
        await running.do(f"/v1/contacts/{gone}/hang-up")
        yield running


async def talk(wall: Wall, disposition: str) -> str:
    """A whole conversation; the contact."""
    contact = await wall.task("talks")
    await wall.accept_all()
    agent = (await wall.do(f"/v1/contacts/{contact}", method="GET"))["agent"]
    await wall.do(f"/v1/contacts/{contact}/disposition", {"agent": agent, "disposition": disposition})
    await wall.do(f"/v1/contacts/{contact}/hang-up")
    return contact


async def at(page: Page, wall: Wall, path: str) -> None:
    await page.goto(f"{wall.office.origin}/office/{path}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def cells(page: Page, table: str) -> list[list[str]]:
    """The body of a table, as text."""
    rows = page.locator(f"#{table} tbody tr")
    return [await rows.nth(n).locator("th, td").all_inner_texts() for n in range(await rows.count())]


def by_command(wall: Wall) -> dict[str, dict[str, int]]:
    """The measures of each queue."""
    file = str(wall.office.engine.file)
    asked = ["reports", "-c", file, "--by", "queue", "--format", "json", "--zone", "UTC"]
    told = subprocess.run([sys.executable, "-m", "cordpair", *asked], capture_output=True, text=True, check=True)
    return {line["by"]["queue"]: line["measures"] for line in json.loads(told.stdout)["lines"]}


async def choose(page: Page, name: str, value: str) -> None:
    async with page.expect_response(lambda answer: "/v1/reports?" in answer.url and answer.ok):
        await page.locator(f"select[name={name}]").select_option(value)
    await expect(page.locator(".reports")).to_have_attribute("aria-busy", "false")


async def test_the_page_says_what_the_command_line_says(wall: Wall, browser: Browser, shoot: Shoot) -> None:
    async with wall.office.person(browser, "sue") as page:
        await at(page, wall, "reports")
        await choose(page, "time", "")
        await choose(page, "name", "queue")
        shown = {row[0]: row[1:4] for row in await cells(page, "lines")}
        assert shown["talks"] == ["2", "2", "0"]
        assert shown["q1"][:3] == ["1", "0", "1"] or shown["q1"][0] == "1"
        told = await asyncio.to_thread(by_command, wall)
        figures = ("offered", "answered", "abandoned")
        assert {name: [str(line[each]) for each in figures] for name, line in told.items()} == shown
        await expect(page.locator("#total-offered dd")).to_have_text("4")
        await shoot(page, "reports-by-queue")


async def test_quarters_have_curves_and_figures_their_order(wall: Wall, browser: Browser, shoot: Shoot) -> None:
    async with wall.office.person(browser, "vera") as page:
        await at(page, wall, "reports")
        await choose(page, "time", "")
        await choose(page, "name", "agent")
        names = [row[0] for row in await cells(page, "lines")]
        await page.get_by_role("button", name="Handled").click()
        await expect(page.locator("th[aria-sort=descending]")).to_have_text(re.compile("Handled"))
        assert sorted(row[0] for row in await cells(page, "lines")) == sorted(names)
        await page.get_by_label("All figures").check()
        await expect(page.get_by_role("button", name="Wrap-up", exact=True)).to_be_visible()
        await choose(page, "name", "disposition")
        assert HOSTILE in [row[0] for row in await cells(page, "lines")]
        assert await page.locator("#lines script").count() == 0
        await choose(page, "name", "")
        await choose(page, "time", "interval")
        assert len(await cells(page, "lines")) >= 1
        await page.reload()  # what was chosen is chosen still
        await expect(page.locator("select[name=time]")).to_have_value("interval")
        assert await problems(page) == []
        await shoot(page, "reports-by-interval")


async def test_a_file_is_for_a_spreadsheet_and_runs_nothing_in_it(wall: Wall, browser: Browser) -> None:
    async with wall.office.person(browser, "sue") as page:
        await at(page, wall, "reports")
        await choose(page, "time", "")
        await choose(page, "name", "disposition")
        async with page.expect_download() as started:
            await page.get_by_role("link", name="CSV").click()
        download = await started.value
        path = await download.path()
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert rows[0][0] == "disposition"
        assert [row[0] for row in rows[1:]].count(f"'{HOSTILE}") == 1
        assert not any(cell.startswith(("=", "+", "@")) for row in rows[1:] for cell in row)


async def test_what_is_wrong_is_said_at_the_page(wall: Wall, browser: Browser) -> None:
    async with wall.office.person(browser, "sue") as page:
        await at(page, wall, "reports")
        await page.locator("select[name=period]").select_option("days")
        await page.locator("input[name=from]").fill("2026-05-02")
        await page.locator("input[name=from]").press("Enter")
        await page.locator("input[name=to]").fill("2026-05-01")
        await page.locator("input[name=to]").press("Enter")
        await expect(page.locator("#problem")).to_contain_text("is before")
        await page.locator("select[name=period]").select_option("today")
        await expect(page.locator("#problem")).to_have_count(0)
        await expect(page.locator("#lines")).to_be_visible()


async def test_a_contacts_story_from_the_list(wall: Wall, browser: Browser, shoot: Shoot) -> None:
    async with wall.office.person(browser, "sue") as page:
        await at(page, wall, "contacts")
        await expect(page.locator("#contacts tbody tr")).to_have_count(3)
        await page.locator("input[name=queue]").fill("talks")
        await page.locator("input[name=queue]").press("Enter")
        await expect(page.locator("#contacts tbody tr")).to_have_count(2)
        await shoot(page, "contacts")
        await page.locator("#contacts tbody tr").first.get_by_role("link").click()
        await expect(page.locator("#timeline li").first).to_be_visible()
        kinds = await page.locator("#timeline li").evaluate_all("all => all.map(each => each.dataset.kind)")
        for kind in (
            "contact_arrived",
            "visit_began",
            "offer_made",
            "contact_connected",
            "contact_disposed",
            "contact_ended",
        ):
            assert kind in kinds, kinds
        assert kinds.index("visit_began") < kinds.index("offer_made") < kinds.index("contact_connected")
        await expect(page.locator(".conversation")).to_contain_text(HOSTILE)
        assert await page.locator(".story script").count() == 0
        await page.locator("#offers summary").first.click()
        await expect(page.locator("#offers .offer").first).to_contain_text("chosen")
        await expect(page.locator("#recording")).to_have_text("No recording is kept.")
        assert await problems(page) == []
        await shoot(page, "story")
        await page.get_by_role("link", name="All contacts").click()
        await expect(page.locator("#contacts")).to_be_visible()


async def test_one_that_is_not_there(wall: Wall, browser: Browser) -> None:
    async with wall.office.person(browser, "vera") as page:
        await at(page, wall, "contacts/r-c999999")
        await expect(page.locator("#problem")).to_contain_text("no such contact")


async def test_one_who_waits_on_is_followed(wall: Wall, browser: Browser) -> None:
    async with wall.office.person(browser, "sue") as page:
        contact = await wall.task("q0")
        await at(page, wall, f"contacts/{contact}")
        await expect(page.locator("#facts")).to_contain_text("Still here")
        await wall.do(f"/v1/contacts/{contact}/hang-up")
        await expect(page.locator("#timeline li[data-kind=contact_ended]")).to_be_visible(timeout=15_000)
        await expect(page.locator("#facts")).not_to_contain_text("Still here")


@pytest.mark.parametrize("width", [360, 3840])
async def test_narrow_and_wide(wall: Wall, browser: Browser, shoot: Shoot, width: int) -> None:
    async with wall.office.person(browser, "sue") as page:
        await page.set_viewport_size({"width": width, "height": 900})
        await at(page, wall, "reports")
        await expect(page.locator("#lines")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await shoot(page, f"reports-{width}")
