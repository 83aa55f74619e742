"""The site is whole: every page has its place, every link leads somewhere, and nothing is loaded from elsewhere."""

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from docs.conftest import ROOT, build
from handbook import dialect, makers, places

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
LINKED = {"stylesheet", "icon", "preconnect", "dns-prefetch", "preload", "modulepreload", "manifest"}
ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
STYLE_URL = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")


class Loads(HTMLParser):
    """What a browser fetches for a page by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in LOADED and given.get(LOADED[tag]):
            self.found.append(given[LOADED[tag]] or "")
        if tag == "link" and LINKED & set((given.get("rel") or "").split()):
            self.found.append(given.get("href") or "")


def loads(html: str) -> list[str]:
    parser = Loads()
    parser.feed(html)
    return parser.found


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 80
    found = [(page, each) for page in pages for each in loads(page.read_text("utf-8")) if ELSEWHERE.match(each)]
    for sheet in site.rglob("*.css"):
        urls = ("".join(each) for each in STYLE_URL.findall(sheet.read_text("utf-8")))
        found += [(sheet, each) for each in urls if ELSEWHERE.match(each)]
    assert found == []


def test_what_is_loaded_from_elsewhere_is_found() -> None:
    page = '<link rel="preconnect" href="https://fonts.example"><script src="//cdn.example/x.js"></script><a href="https://x">'
    assert [each for each in loads(page) if ELSEWHERE.match(each)] == ["https://fonts.example", "//cdn.example/x.js"]
    assert STYLE_URL.findall("@import 'https://x/y.css'; a{background:url(https://x/z.png)}") != []


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


LOOKED_AT = ("/", "/quickstart/", "/reference/configuration/", "/reference/http-api/", "/project/architecture/")


@pytest.mark.browser
async def test_a_browser_asks_nobody_else_and_finds_what_it_searches(served: str) -> None:
    program = shutil.which("chromium")
    assert program, "Chromium is missing: make test-deps (Debian's package chromium)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for path in LOOKED_AT:
            await page.goto(served + path, wait_until="networkidle")
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path} is wider than a phone"
        await expect(await found(page, "snapshot_every")).to_have_text("The commented example", timeout=20_000)
        await browser.close()
    assert wrong == []
    assert [each for each in asked if not each.startswith((served, "data:", "blob:"))] == []


async def found(page: Page, words: str) -> Locator:
    """The first page that the search has; while one types it has others."""
    await page.locator("label[for=__search]").first.click()
    await page.locator("input.md-search__input").press_sequentially(words)
    return page.locator(".md-search-result__item h1").first


# ---------------------------------------------------------------- what fails the build


def test_a_page_in_no_navigation_and_a_link_to_nowhere_fail_the_build(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "docs", root / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("engine", "drivers", "webrtc-gateway", "dialplans", "cordpair.example.toml"):
        (root / name).symlink_to(ROOT / name)
    for page in ROOT.glob("*.md"):
        (root / page.name).symlink_to(page)
    (root / "docs/how-to/planted.md").write_text("# Planted\n\n[nowhere](nowhere.md) [no anchor](api.md#planted)\n")
    built = build(root, tmp_path / "site")
    assert built.returncode != 0
    assert 'not included in the "nav"' in built.stderr
    assert "how-to/planted.md" in built.stderr
    assert "'nowhere.md', but the target" in built.stderr
    assert "'api.md#planted', but the doc 'how-to/api.md' does not contain an anchor" in built.stderr


def test_every_maker_is_on_one_page() -> None:
    marked = [each for page in (ROOT / "docs").rglob("*.md") for each in makers.MARK.findall(page.read_text("utf-8"))]
    assert sorted(marked) == sorted(makers.MAKERS)
    with pytest.raises(KeyError):
        makers.fill("<!-- made: nothing -->")


# ---------------------------------------------------------------- our Markdown as the site's


def test_links_are_as_the_site_has_them() -> None:
    known = {"engine/x.py", "README.md", "docs/bench.md", "CONTRIBUTING.md"}

    def moved(text: str, place: str) -> str:
        return places.relinked(text, place, known.__contains__)

    assert moved("[a](../../CONTRIBUTING.md#b)", "how-to/api.md") == "[a](../project/contributing.md#b)"
    assert moved("[a](../../engine/x.py)", "how-to/api.md") == "a"
    assert moved("[a](../../engine/gone.py)", "how-to/api.md") == "[a](../../engine/gone.py)"
    assert moved("[a](docs/bench.md)", "project/changelog.md") == "[a](../bench.md)"
    assert moved("[a](README.md)", "project/changelog.md") == "[a](../index.md)"
    assert moved("`[a](README.md)` [b](https://x) [c](#d)", "index.md") == "`[a](README.md)` [b](https://x) [c](#d)"
    assert moved("```\n[a](README.md)\n```", "project/changelog.md") == "```\n[a](README.md)\n```"


def test_lists_get_the_space_that_they_need() -> None:
    assert dialect.spaced("So:\n- a\n- b\n") == "So:\n\n- a\n- b\n"
    assert dialect.spaced("1. a\n\n   ```sh\n   x\n   ```\n2. b\n\nEnd\n") == (
        "1. a\n\n    ```sh\n    x\n    ```\n2. b\n\nEnd\n"
    )
    assert dialect.spaced("```\nSo:\n- a\n```\n") == "```\nSo:\n- a\n```\n"


def test_a_page_is_described_by_its_first_sentence() -> None:
    text = "# T\n\n| a |\n|---|\n\nWhat [it](x.md) `does`, and more. " + "So it goes on. " * 20
    said = dialect.description(text)
    assert said.startswith("What it does, and more. So")
    assert said.endswith("on.")
    assert len(said) <= dialect.LONGEST
