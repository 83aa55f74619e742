"""The page Configuration, in Chromium against a real engine: what administrators do there, and what becomes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from browser.conftest import Shoot
from browser.office import OfficeCentre, office_centre

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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OfficeCentre]:
    async with office_centre(tmp_path_factory.mktemp("office") / "centre", PEOPLE, CENTRE) as running:
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
