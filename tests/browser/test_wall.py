"""The wall-board in Chromium, over a real engine: what happens is there at once, and what can be done is done."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from browser.accessible import problems
from browser.centre import Embedded
from browser.conftest import Shoot
from browser.wall import Bustle, Wall, read, text, wall_centre

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

AT_ONCE_MS = 1_000
HOSTILE = "<img src=x onerror=alert(1)>"
MORE = f"""
[queues.q0.alarms]
waiting = 2
[agents.mallory]
shown_as = "{HOSTILE}"
queues = {{ q0 = {{}} }}
capacity = {{ chat = 1 }}
"""
TONES = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) { window.tones++; start.call(this, at); };
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> AsyncIterator[Wall]:
    async with wall_centre(tmp_path_factory.mktemp("wall"), text(4, 3, MORE)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def wall(centre: Wall) -> AsyncIterator[Wall]:
    """With nobody there yet."""
    yield centre
    for contact in await centre.all("contacts"):
        await centre.ask("POST", f"/v1/contacts/{contact['id']}/hang-up")
    for agent in await centre.all("agents"):
        await centre.ask("POST", f"/v1/agents/{agent['id']}/sign-out")


@pytest_asyncio.fixture(loop_scope="session")
async def sue(wall: Wall, browser: Browser) -> AsyncIterator[Page]:
    async with wall.office.person(browser, "sue") as page:
        await look(page, wall)
        yield page


async def look(page: Page, wall: Wall, rest: str = "") -> None:
    await page.goto(f"{wall.office.origin}/office/wall{rest}")
    await expect(page.locator("#television .card" if rest else "#link.live").first).to_be_visible()


def row(page: Page, kind: str, id: str) -> Locator:
    return page.locator(f"#{kind} [data-id='{id}']")


def cell(page: Page, queue: str, name: str) -> Locator:
    label = page.locator(".label", has_text=name)
    return row(page, "queues", queue).get_by_role("cell").filter(has=label).locator(".value")


async def test_rows_come_change_and_go_with_what_happens(wall: Wall, sue: Page, shoot: Shoot) -> None:
    contact = await wall.task("q1")
    await expect(row(sue, "contacts", contact)).to_contain_text("Waiting", timeout=AT_ONCE_MS)
    await expect(cell(sue, "q1", "Waiting")).to_have_text("1", timeout=AT_ONCE_MS)
    await wall.staff("a0")
    await expect(row(sue, "agents", "a0")).to_contain_text("Ringing", timeout=AT_ONCE_MS)
    await expect(row(sue, "contacts", contact)).to_contain_text("Alerting", timeout=AT_ONCE_MS)
    await wall.accept_all()
    await expect(row(sue, "agents", "a0")).to_contain_text("Talking", timeout=AT_ONCE_MS)
    await expect(row(sue, "agents", "a0")).to_contain_text("q1")
    await expect(cell(sue, "q1", "Busy")).to_have_text("1")
    await wall.do(f"/v1/contacts/{contact}/hang-up")
    await expect(row(sue, "contacts", contact)).to_have_count(0, timeout=AT_ONCE_MS)
    await expect(row(sue, "agents", "a0")).to_contain_text("Free", timeout=AT_ONCE_MS)
    await wall.task("q2")
    await shoot(sue, "wall-1")


async def test_a_wait_runs_without_a_word_from_the_engine(wall: Wall, sue: Page) -> None:
    await wall.task("q1")
    running = cell(sue, "q1", "Longest wait").locator(".clock")
    await expect(running).to_have_text("0:02")
    await expect(running).to_have_text("0:03")


async def test_looking_for_a_queue_a_state_and_a_name(wall: Wall, sue: Page) -> None:
    await wall.staff("a0", "a1")
    first, second = await wall.task("q2"), await wall.task("q0")
    await expect(row(sue, "contacts", second)).to_be_visible()
    await row(sue, "queues", "q2").get_by_role("button", name="q2").click()
    await expect(row(sue, "contacts", second)).to_have_count(0)
    await expect(row(sue, "contacts", first)).to_be_visible()
    await expect(row(sue, "agents", "a0")).to_have_count(0)  # works q0 and q1
    await sue.locator("#queue-filter").select_option("")
    await sue.get_by_role("button", name="Ringing 2").click()
    await expect(sue.locator("#agents [data-id]")).to_have_count(2)
    await sue.locator("#look-for").fill("a1")
    await expect(sue.locator("#agents [data-id]")).to_have_count(1)


async def test_what_a_supervisor_does_to_an_agent(wall: Wall, sue: Page, shoot: Shoot) -> None:
    await wall.staff("a0")
    agent = row(sue, "agents", "a0")
    await agent.get_by_role("button").click()
    await sue.locator("#act-not-ready").select_option("lunch")
    await expect(sue.get_by_text("a0 is asked to be not ready.")).to_be_visible()
    await expect(agent).to_contain_text("lunch")
    await shoot(sue, "wall-2-agent")
    await sue.locator("#act-ready").click()
    await expect(agent).to_contain_text("Free")
    await sue.locator("#act-sign-out").click()
    await expect(sue.get_by_role("alertdialog")).to_contain_text("Sign a0 out?")
    await sue.locator("#act-keep").click()
    await expect(agent).to_contain_text("Free")
    await sue.locator("#act-sign-out").click()
    await sue.locator("#act-yes").click()
    await expect(agent).to_contain_text("Signed out")
    await expect(sue.locator("#details button:not(#close-details)")).to_have_count(0)
    await sue.keyboard.press("Escape")
    await expect(sue.locator("#details")).to_have_count(0)


async def test_what_a_supervisor_does_to_a_contact(wall: Wall, sue: Page, shoot: Shoot) -> None:
    first, second = await wall.task("q1"), await wall.task("q1")
    await row(sue, "contacts", second).get_by_role("button").click()
    await sue.locator("#act-serve-next").click()
    await expect(sue.get_by_text("The contact is next.")).to_be_visible()
    await expect(sue.locator("#act-serve-next")).to_have_count(0)
    await shoot(sue, "wall-3-contact")
    await sue.keyboard.press("Escape")
    await wall.staff("a0")
    await expect(row(sue, "contacts", second)).to_contain_text("Alerting")
    await wall.accept_all()
    await row(sue, "contacts", second).get_by_role("button").click()
    await sue.locator("#act-transfer").select_option("queue:q2")
    await expect(row(sue, "contacts", second)).to_contain_text("q2")
    await sue.locator("#act-hang-up").click()
    await sue.locator("#act-yes").click()
    await expect(row(sue, "contacts", second)).to_have_count(0)
    await expect(sue.locator("#details")).to_contain_text("This contact has ended.")
    await sue.locator("#story").click()
    await expect(sue).to_have_url(f"{wall.office.origin}/office/contacts/{second}")
    assert first in {contact["id"] for contact in await wall.all("contacts")}


async def test_a_refusal_is_told(wall: Wall, sue: Page) -> None:
    contact = await wall.task("q1")
    refusal = json.dumps({"error": {"code": "refused", "message": "Somebody is alerted <b>for it</b>."}})
    await sue.route(
        "**/hang-up", lambda route: route.fulfill(status=409, body=refusal, content_type="application/json")
    )
    await row(sue, "contacts", contact).get_by_role("button").click()
    await sue.locator("#act-hang-up").click()
    await sue.locator("#act-yes").click()
    await expect(sue.get_by_text("That was not done: Somebody is alerted <b>for it</b>.")).to_be_visible()
    await expect(sue.locator("#act-hang-up")).to_be_enabled()


async def test_who_only_looks_on_can_do_nothing(wall: Wall, browser: Browser) -> None:
    contact = await wall.task("q1")
    async with wall.office.person(browser, "vera") as page:
        await look(page, wall)
        await row(page, "contacts", contact).get_by_role("button").click()
        await expect(page.locator("#details")).to_contain_text("q1")
        assert await page.locator("#details [id^=act-]").count() == 0


async def test_an_alarm_is_told_heard_and_seen(wall: Wall, sue: Page, shoot: Shoot) -> None:
    await sue.evaluate(TONES)
    await expect(sue.locator("#alarm-count")).to_have_text("No alarms")
    await sue.locator("#sound").click()
    await expect(sue.locator("#sound")).to_have_text("Sound is on")
    before = await sue.evaluate("window.tones")
    contacts = [await wall.task("q0"), await wall.task("q0")]
    await expect(sue.locator("#alarm-count")).to_contain_text("1 alarm")
    await expect(sue.locator(".alarms li")).to_contain_text("q0: 2 waiting, limit 2")
    await expect(cell(sue, "q0", "Waiting").get_by_role("img", name="Alarm")).to_be_visible()
    await sue.wait_for_function(f"window.tones > {before}")
    await shoot(sue, "wall-4-alarm")
    await sue.locator(".alarms").get_by_role("button", name="Seen").click()
    await expect(sue.locator(".alarms li")).to_contain_text("seen")
    await wall.do(f"/v1/contacts/{contacts[0]}/hang-up")
    await expect(sue.locator("#alarm-count")).to_have_text("No alarms")
    _, told = await wall.ask("GET", "/v1/queues/q0")
    assert told["alarms"] == {"waiting": 2}


async def test_a_trunk_that_brings_calls_for_others_is_told(tmp_path: Path, browser: Browser, shoot: Shoot) -> None:
    calling = Embedded("loopback://?dialled=5009&callers_per_minute=120&seed=1")
    centre = text(1, 1, '[trunks.trunk]\naddresses = ["192.0.2.1"]\nnumbers = ["+3493200900"]\n')
    async with wall_centre(tmp_path, centre, calling) as wall, wall.office.person(browser, "sue") as page:
        await look(page, wall)
        told = page.locator(".alarms li")
        await expect(told).to_contain_text("Trunk trunk of main brings calls for a number that is not ours")
        await shoot(page, "wall-9-trunk")
        await told.get_by_role("button", name="Seen").click()
        await expect(told).to_contain_text("seen")
        async with wall.office.person(browser, "vera") as tv:
            await look(tv, wall, "/tv")
            await expect(tv.locator("#television .trouble")).to_contain_text("Trunk trunk of main")
            await shoot(tv, "wall-10-trunk-television")


async def test_names_are_text(wall: Wall, sue: Page) -> None:
    await expect(row(sue, "agents", "mallory")).to_contain_text(HOSTILE)
    await row(sue, "agents", "mallory").get_by_role("button").click()
    await expect(sue.locator("#details-title")).to_have_text(HOSTILE)
    assert await sue.locator("img[src]").count() == 0


async def test_the_television(wall: Wall, browser: Browser, shoot: Shoot) -> None:
    async with wall.office.person(browser, "vera") as page:
        await look(page, wall, "/tv")
        await wall.task("q1")
        await expect(page.locator(".card[data-id=q1] .big dd").first).to_have_text("1", timeout=AT_ONCE_MS)
        assert await page.locator("#television :is(button, a, input, select)").count() == 0
        assert await page.evaluate("getComputedStyle(document.querySelector('#television')).cursor") == "none"
        assert await page.evaluate("document.querySelector('#television').matches(':modal')")
        await wall.task("q0")
        await wall.task("q0")
        await expect(page.locator(".card[data-id=q0] .alarmed")).to_contain_text("▲")
        assert await problems(page) == []
        await shoot(page, "wall-5-television")
        await page.keyboard.press("Escape")
        await expect(page.locator("#queues")).to_be_visible()


async def test_a_restart_is_told_and_got_over(wall: Wall, sue: Page, browser: Browser) -> None:
    kept = await wall.task("q1")
    async with wall.office.person(browser, "vera") as tv:
        await look(tv, wall, "/tv")
        await wall.office.engine.stop()
        await expect(sue.locator("#link")).to_have_text("Connection lost")
        await expect(sue.locator(".stale-note")).to_be_visible()
        await expect(tv.locator(".trouble")).to_contain_text("No connection")
        before = await cell(sue, "q1", "Longest wait").text_content()
        await sue.wait_for_timeout(1_500)  # sleep: that a clock stands still takes time to see
        assert await cell(sue, "q1", "Longest wait").text_content() == before
        await wall.office.engine.start()
        await expect(sue.locator("#link")).to_have_text("Live")
        await expect(tv.locator(".trouble")).to_have_count(0)
    await expect(row(sue, "contacts", kept)).to_be_visible()
    late = await wall.task("q2")
    await expect(row(sue, "contacts", late)).to_be_visible()
    assert await read(sue) == await wall.shown()


async def test_in_a_bustle_no_row_is_lost(tmp_path: Path, browser: Browser, chromium: str) -> None:
    async with wall_centre(tmp_path, text(60, 12)) as busy, busy.office.person(browser, "sue") as page:
        await look(page, busy)
        bustle = Bustle(busy, 12, 300)
        await busy.staff(*(f"a{n}" for n in range(60)))
        await bustle.fill()
        await busy.accept_all()
        for _ in range(100):
            await asyncio.gather(*(bustle.step() for _ in range(4)))
        wanted = await busy.shown()
        assert len(wanted["contacts"]) == 300
        async with asyncio.timeout(20):
            while (found := await read(page)) != wanted:
                await page.wait_for_timeout(100)  # sleep: that nothing more comes is no event
        assert found == wanted
