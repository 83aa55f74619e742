"""What a person with a keyboard or a screen reader needs, checked by hand-written rules in the page itself."""

from pathlib import Path

from playwright.async_api import Page

RULES = (Path(__file__).parent / "accessible.js").read_text(encoding="utf-8")


async def problems(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(RULES)
    return found
