"""Debian's Chromium, driven by Playwright; a gateway that a test scripts, and whole centres."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from browser import firefox
from browser.accessible import problems
from browser.centre import HOST, Centre, centre
from browser.fake_gateway import STATIC, Gateway
from browser.person import Browsers

REFUSED = "can’t establish a connection"  # Firefox tells of a socket that does not open as of an error of the page
expect.set_options(timeout=25_000)  # on a loaded machine a browser is slow, and a test that fails may be
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}

SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")

Shoot = Callable[[Page, str], Awaitable[None]]
"""Takes pictures of a page's state under a name, and looks whether it is readable."""


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium")
    assert path, "Chromium is missing: make test-deps (Debian's package chromium)"
    assert (STATIC / "sizes.json").exists(), "the browser side is not built: make web"
    return path


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser(
    request: pytest.FixtureRequest, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """Chromium, or what the test's parameter says."""
    async with async_playwright() as playwright:
        if getattr(request, "param", "chromium") == "firefox":
            program = firefox.starter(tmp_path_factory.mktemp("firefox"))
            opened = await playwright.firefox.launch(
                channel="moz-firefox", executable_path=program, firefox_user_prefs=firefox.WISHES
            )
        else:
            opened = await playwright.chromium.launch(
                executable_path=chromium,
                args=[
                    "--use-fake-device-for-media-stream",
                    "--use-fake-ui-for-media-stream",
                    "--autoplay-policy=no-user-gesture-required",
                    "--no-sandbox",
                ],
            )
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="en-GB")  # type: ignore[arg-type]
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A page whose errors, and what its content policy stopped, fail the test."""
    opened = await context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: None if REFUSED in str(error) else problems.append(str(error)))
    opened.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    opened.set_default_timeout(8000)
    yield opened
    assert problems == []


async def _fits(page: Page, what: str) -> None:
    """What is drawn anew for another width (curves) is so some frames later."""
    try:
        await page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=10_000)
    except PlaywrightTimeoutError:
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        raise AssertionError(f"{what} is {overflow} px too wide") from None


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Shoot:
    """Narrow and wide, light and dark: nothing is too wide, nothing is hard to read. With ``--pictures DIR`` each is
    kept for a person to look at."""
    given = request.config.getoption("--pictures")
    directory = Path(given) if given else None
    if directory:
        directory.mkdir(parents=True, exist_ok=True)

    async def take(page: Page, name: str) -> None:
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await problems(page) == [], f"{name}, {scheme}"
            for size in (PHONE, DESKTOP):
                await page.set_viewport_size(size)  # type: ignore[arg-type]
                await _fits(page, f"{name} at {size['width']}")
                if directory:
                    await page.screenshot(path=directory / f"{name}-{scheme}-{size['width']}.png")

    return take


@pytest_asyncio.fixture(
    scope="package",
    loop_scope="session",
    params=[
        "embedded",
        pytest.param("asterisk", marks=pytest.mark.pbx),
        pytest.param("freeswitch", marks=pytest.mark.freeswitch),
    ],
)
async def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre with its engine, on each PBX; one for all tests."""
    async with centre(request.param, tmp_path_factory.mktemp("centre") / request.param) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browsers(whole: Centre, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with async_playwright() as playwright:
        opened = Browsers(playwright, tmp_path_factory.mktemp("voices"), HOST, whole.port)
        yield opened
        await opened.close()
