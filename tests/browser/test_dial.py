"""The script for telephone numbers on a page that is not ours, and not kind: what gets a button, what a press does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from api.conftest import Api, serving
from api.test_calls import WISHES, dialling
from browser.fake_gateway import STATIC
from cordpair.adapters.call_url import CallUrl, Pages
from cordpair.api import Role
from cordpair.api.call import Office
from cordpair.config.adapters import CallUrl as Wishes
from cordpair_loopback import answers, busy, never_answers

pytestmark = pytest.mark.asyncio(loop_scope="session")

# No style, no markup from text, no script but that one: a page as careful as pages get.
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self' {api}; require-trusted-types-for 'script'"
CRM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>CRM</title></head><body>
<h1>Ana Puig</h1>
<p id="number">Call +34 932 009 000 before noon.</p>
<p id="two">Home +34 932 009 000, work +34 932 009 001</p>
<p id="link"><a href="tel:+34932009000">ring her</a></p>
<p id="national">932 009 000</p>
<table><tr id="row"><td>+34 932 009 000</td></tr></table>
<div id="none">
  <p>2026-11-21, order 4711000000012, ES91 2100 0418 4502 0005 1332, 10.0.0.1, ?tel=+34932009000</p>
  <input value="+34 932 009 000"><textarea>+34 932 009 000</textarea>
  <p contenteditable="true">+34 932 009 000</p>
  <p data-cordpair-ignore>+34 932 009 000 <a href="tel:+34932009000">no</a></p>
  <a href="/elsewhere">+34 932 009 000</a><button>+34 932 009 000</button>
  <pre>+34 932 009 000</pre><select><option>+34 932 009 000</option></select>
  <a href="tel:+34932009000%0d%0aX">bad</a><a href="tel:javascript:alert(1)">worse</a>
  <script type="text/plain">+34 932 009 000</script>
</div>
<div id="later"></div>
<script src="/web/dial.js" {tag}></script></body></html>"""


class Crm:
    """A CRM on an origin of its own, and the engine behind it."""

    def __init__(self, api: Api, origin: str, key: str) -> None:
        self.api, self.origin, self.key = api, origin, key
        self.tag = ""

    async def open(self, page: Page, **data: str) -> None:
        self.tag = " ".join(f'data-{name.replace("_", "-")}="{value}"' for name, value in data.items())
        await page.goto(self.origin)

    async def with_key(self, page: Page, **data: str) -> None:
        await self.open(page, call_url=f"{self.api.url}/remote/call.php", key=self.key, **data)


async def script(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "dial.js")


@asynccontextmanager
async def crm(directory: Path) -> AsyncIterator[Crm]:
    async def page(_: web.Request) -> web.Response:
        policy = POLICY.format(api=made.api.url)
        text = CRM.replace("{tag}", made.tag)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def pass_on(request: web.Request) -> web.Response:
        """As the CRM's own server would: with a key that the page never sees."""
        body = await request.json() if request.method == "POST" else None
        assert request.headers["X-Requested-With"] == "cordpair-dial"
        path = "/v1/calls" + request.path_qs.removeprefix("/crm/calls")
        status, answer = await made.api.ask(request.method, path, body and {**body, "agent": "cleo"})
        return web.json_response(answer, status=status)

    site = web.Application()
    site.router.add_get("/", page)
    site.router.add_get("/web/dial.js", script)
    site.router.add_route("*", "/crm/calls{rest:.*}", pass_on)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def mount(app: web.Application, office: Office) -> None:
        CallUrl(office, Wishes(origins=(origin,), once_within=0), Pages(frozenset({origin}), foreign=False)).add_to(app)

    rules = msgspec.structs.replace(WISHES, rates=msgspec.structs.replace(WISHES.rates, key=100, agent=100))
    async with serving(directory, **dialling(rules), mount=mount) as api:
        for number in ("+34932009000", "+34932009001"):
            api.pbx.add_phone(number).behaviour = answers(30)
        await api.do("/v1/agents/cleo/sign-in", {})
        made = Crm(api, origin, api.keys.add(Role.DIAL, agent="cleo"))
        yield made
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Crm]:
    async with crm(tmp_path) as found:
        yield found


def buttons(page: Page, inside: str = "body") -> Locator:
    return page.locator(f"{inside} cordpair-dial")


async def press(page: Page, inside: str = "#number") -> Locator:
    """A real press: the button is in a closed root, where no script of the page looks in."""
    button = buttons(page, inside).first
    box = await button.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    return button


async def test_what_gets_a_button_and_what_does_not(page: Page, site: Crm) -> None:
    await site.with_key(page)
    for where, count in (("#number", 1), ("#two", 2), ("#link", 1), ("#row", 1)):
        await expect(buttons(page, where)).to_have_count(count)
    await expect(buttons(page, "#national")).to_have_count(0)
    await expect(buttons(page, "#none")).to_have_count(0)
    assert await page.locator("#number").evaluate("p => p.firstChild.data") == "Call +34 932 009 000 before noon."
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Accessibility.getFullAXTree")  # what a screen reader is told, of closed roots too
    names = [node["name"]["value"] for node in tree["nodes"] if node.get("role", {}).get("value") == "button"]
    assert names.count("Call +34 932 009 000") == 3
    assert "Call +34-932-009-000" not in names
    assert "Call +34932009000" in names


async def test_national_numbers_as_the_integrator_says(page: Page, site: Crm) -> None:
    await site.with_key(page, national="9XX XXX XXX, 6XX XXX XXX")
    await expect(buttons(page, "#national")).to_have_count(1)
    await expect(buttons(page, "#none")).to_have_count(0)


@pytest.mark.parametrize("way", ["key", "own server"])
async def test_a_press_calls_and_says_how_it_goes(page: Page, site: Crm, way: str) -> None:
    site.api.pbx.phones["+34932009000"].behaviour = answers(4_000)
    if way == "key":
        await site.with_key(page)
    else:
        await site.open(page, url="/crm/calls")
    button = await press(page)
    await expect(button).to_have_attribute("data-state", "ringing_customer")
    await expect(button).to_have_attribute("data-state", "connected")
    assert site.api.pbx.phones["+34932009000"].rung == 1


async def test_a_number_that_is_busy_or_may_not_be_called(page: Page, site: Crm) -> None:
    site.api.pbx.phones["+34932009000"].behaviour = busy()
    await site.with_key(page)
    await expect(await press(page)).to_have_attribute("data-state", "busy")
    await page.locator("#later").evaluate("(div) => { div.textContent = '+44 20 7946 0000' }")
    await expect(await later(page)).to_have_attribute("data-state", "refused")


async def later(page: Page) -> Locator:
    await expect(buttons(page, "#later")).to_have_count(1)
    return await press(page, "#later")


async def test_a_double_press_is_one_call(page: Page, site: Crm) -> None:
    site.api.pbx.phones["cleo"].behaviour = never_answers()
    await site.with_key(page)
    button = await press(page)
    await press(page)
    await expect(button).to_have_attribute("data-state", "ringing_agent")
    assert len(site.api.state.contacts) == 1


async def test_the_page_cannot_press_it_nor_read_the_key(page: Page, site: Crm) -> None:
    await site.with_key(page)
    await expect(buttons(page, "#number")).to_have_count(1)
    found = await page.evaluate(
        """() => {
          const button = document.querySelector("cordpair-dial");
          button.click();
          button.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
          return [button.shadowRoot, document.documentElement.outerHTML];
        }"""
    )
    assert found[0] is None
    assert site.key not in found[1], "what is not in the page is not read from it later"
    assert not site.api.state.contacts


async def test_it_follows_a_page_that_changes(page: Page, site: Crm) -> None:
    """Texts that are written anew, rows that go, thousands that come: a button for each number, and none too many."""
    await site.with_key(page)
    await expect(buttons(page, "#number")).to_have_count(1)
    text = page.locator("#number")
    await text.evaluate("p => { p.firstChild.data = 'Call +34 932 009 001 or +34 932 009 002' }")
    await expect(buttons(page, "#number")).to_have_count(2)
    await text.evaluate("p => { p.firstChild.data = 'No number any more' }")
    await expect(buttons(page, "#number")).to_have_count(0)
    await page.locator("#two").evaluate("p => p.firstChild.remove()")
    await expect(buttons(page, "#two")).to_have_count(0)
    await page.evaluate(
        """() => { for (let i = 0; i < 3000; i++) {
             const row = document.createElement("p");
             row.textContent = "+34 932 00 " + (1000 + i);
             document.querySelector("#later").append(row);
           } }"""
    )
    await expect(buttons(page)).not_to_have_count(0)
    await expect(buttons(page, "#later").nth(399)).to_be_attached()
    assert await buttons(page).count() <= 520


async def test_a_page_that_fights_it_does_not_burn_the_computer(page: Page, site: Crm) -> None:
    """Every button is thrown away and its text written anew, at once: there is an end to it."""
    await site.with_key(page)
    await expect(buttons(page, "#number")).to_have_count(1)
    made = await page.evaluate(
        """() => new Promise((done) => {
          const p = document.querySelector("#number");
          let made = 0;
          const fight = () => {
            made += 1;
            p.replaceChildren(new Text("Call +34 932 009 000"));
            if (performance.now() > until) { watch.disconnect(); done(made); }
          };
          const until = performance.now() + 2000;
          const watch = new MutationObserver((changes) => {
            if (changes.some((each) => [...each.addedNodes].some((node) => node.nodeName === "CORDPAIR-DIAL"))) fight();
          });
          watch.observe(p, { childList: true });
          fight();
          setTimeout(() => { watch.disconnect(); done(made); }, 3000);
        })"""
    )
    assert made < 5_100
    await expect(page.locator("h1")).to_have_text("Ana Puig")  # it still answers


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"url": "https://evil.example/calls"},
        {"call_url": "http://pbx.example/remote/call.php", "key": "cp_x"},
        {"call_url": "https://pbx.example/remote/call.php"},
    ],
)
async def test_a_tag_that_is_wrong_leaves_the_page_alone(page: Page, site: Crm, data: dict[str, str]) -> None:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    await site.open(page, **data)
    await page.wait_for_load_state()
    assert any(line.startswith("cordpair dial.js: ") for line in said), said
    await expect(buttons(page)).to_have_count(0)


async def test_a_page_of_another_origin_gets_nothing_for_the_same_key(page: Page, site: Crm) -> None:
    """The key alone, copied into a page elsewhere: the browser is told that this page may not."""
    await page.route("http://evil.test/", lambda route: route.fulfill(body="<h1>evil</h1>", content_type="text/html"))
    await page.goto("http://evil.test/")
    failed = await page.evaluate(
        """([url, key]) => fetch(url, { method: "POST", headers: { Authorization: `Bearer ${key}` },
             body: new URLSearchParams({ dst: "+34932009000" }) }).then(() => "done", () => "refused")""",
        [f"{site.api.url}/remote/call.php", site.key],
    )
    assert failed == "refused"
    await page.goto("http://evil.test/")
    await page.evaluate(
        "(url) => { const picture = new Image(); picture.src = url; return picture.decode().catch(() => 0); }",
        f"{site.api.url}/remote/call.php?dst=%2B34932009000&key={site.key}",
    )
    assert not site.api.state.contacts
