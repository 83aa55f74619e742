"""A centre whose office is at work: an engine with the PBX inside it, people who may sign in there, and their pages."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from browser.centre import HOST, Embedded
from cordpair.api.passwords import hash_password
from cordpair.store import Person, Store
from lab.process import free_port
from pbx.centre import EngineProcess

SMALLEST = '[http]\nlisten = "127.0.0.1:{port}"\n[gateway]\nurl = "http://{host}:{port}"\n'


class OfficeCentre:
    """``passwords``: of who works there, by name."""

    def __init__(self, engine: EngineProcess, port: int, passwords: Mapping[str, str]) -> None:
        self.engine, self.port, self.passwords = engine, port, passwords
        self.origin = f"http://{HOST}:{port}"

    @asynccontextmanager
    async def person(self, browser: Browser, name: str) -> AsyncIterator[Page]:
        """At a page of the office that is their own; its errors fail the test."""
        async with stranger(browser) as page:
            await self.sign_in(page, name)
            yield page

    async def sign_in(self, page: Page, name: str) -> None:
        await page.goto(f"{self.origin}/office")
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(self.passwords[name])
        await page.keyboard.press("Enter")
        await expect(page.locator("#sign-out")).to_be_visible()


@asynccontextmanager
async def stranger(browser: Browser, **more: Any) -> AsyncIterator[Page]:
    """Somebody with a browser, who is not signed in; their page's errors fail the test."""
    size = {"width": 1440, "height": 900}
    given = {"viewport": size, "reduced_motion": "reduce", "locale": "en-GB", **more}
    context = await browser.new_context(**given)
    try:
        page = await context.new_page()
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
        yield page
        assert problems == []
    finally:
        await context.close()


@asynccontextmanager
async def office_centre(
    directory: Path, people: Mapping[str, str], centre: str = "", pbx: Embedded | None = None
) -> AsyncIterator[OfficeCentre]:
    """``people``: names with their roles. ``centre``: more of the configuration."""
    port = free_port()
    directory.mkdir(exist_ok=True)
    engine = EngineProcess(pbx or Embedded(), directory, SMALLEST.format(port=port, host=HOST) + centre)
    passwords = {name: secrets.token_urlsafe(12) for name in people}
    store = await Store.open(directory / "cordpair.db")
    try:
        for name, role in people.items():
            await store.people.add(Person(name, name.title(), role, True, 1), "the test", is_agent=False)
            await store.sign_ins.put_password(name, hash_password(passwords[name]), 1)
    finally:
        await store.close()
    async with engine:
        yield OfficeCentre(engine, port, passwords)


__all__ = ["OfficeCentre", "office_centre", "stranger"]
