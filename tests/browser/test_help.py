"""The customer's button in every state it can be in, against a gateway that does what it is told."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.accessible import problems
from browser.conftest import Shoot
from browser.fake_gateway import Gateway
from browser.peer import Peer

BROWSERS = ["chromium", pytest.param("firefox", marks=pytest.mark.firefox)]
pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("browser", BROWSERS, indirect=True, scope="package"),
]

REFUSE = """
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "%s"));
"""


async def press(page: Page, gateway: Gateway, path: str = "/shop") -> None:
    await page.goto(gateway.origin + path)
    await page.get_by_role("button", name="Get help").click()


async def waiting(page: Page, gateway: Gateway, **fields: Any) -> Peer:
    await press(page, gateway)
    customer = await gateway.customer()
    await customer.say("waiting", **({"place": 3, "wait": {"least_s": 120, "most_s": 280}, "cause": ""} | fields))
    return customer


async def talking(page: Page, gateway: Gateway, media: str = "audio") -> Peer:
    customer = await waiting(page, gateway)
    await customer.say("call", **gateway.call_order(media))
    await gateway.door.seen("^INVITE ")
    await customer.say("ringing")
    await customer.say("talking", agent="Ben")
    await expect(title(page)).to_have_text("You are talking to Ben")
    return customer


def title(page: Page) -> Any:
    return page.locator("cordpair-help h2")


async def test_the_page_is_quiet_before_the_press(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    await page.goto(gateway.origin + "/shop")
    await expect(page.get_by_role("button", name="Get help")).to_be_visible()
    assert not [url for url in loaded if "customer-phone" in url or "recorder" in url or "session" in url]
    assert await problems(page) == []
    await shoot(page, "help-1-idle")


async def test_place_and_wait_are_shown_and_change(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    customer = await waiting(page, gateway)
    await expect(title(page)).to_have_text("You are number 3")
    await expect(page.locator("cordpair-help #detail")).to_have_text("About 2 to 5 minutes")
    await expect(page.get_by_text("Most plants like it drier")).to_be_visible()  # the portal's own content
    assert gateway.tickets == [{"page": "/shop", "media": "audio", "locale": "en", "reason": "checkout"}]
    assert await problems(page) == []
    await shoot(page, "help-2-waiting")
    await customer.say("waiting", place=1, wait=None, cause="agents_fewer")
    await expect(title(page)).to_have_text("You are next")
    await expect(page.locator("cordpair-help #detail")).to_have_text(
        "Not enough data for an estimate. It takes longer: fewer agents are here now."
    )
    await expect(page.get_by_role("status")).to_contain_text("You are next")
    await shoot(page, "help-2-waiting-no-data")


async def test_a_call_is_made_by_sip_through_the_door(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    customer = await waiting(page, gateway)
    await customer.say("call", **gateway.call_order())
    invite = await gateway.door.seen("^INVITE sip:help@example.invalid ")
    assert "From: <sip:web@example.invalid>" in invite
    assert "Session-Expires" not in invite
    assert "m=audio" in invite
    assert "m=video" not in invite
    await expect(title(page)).to_have_text("Somebody is free")
    await shoot(page, "help-3-calling")
    await customer.say("talking", agent="Ben")
    await expect(page.get_by_role("button", name="Mute")).to_be_visible()
    assert await problems(page) == []
    await shoot(page, "help-4-talking")
    await page.get_by_role("button", name="Mute").click()
    await expect(page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    await customer.say("held")
    await expect(title(page)).to_have_text("You are on hold")
    await shoot(page, "help-5-held")
    await page.get_by_role("button", name="Hang up").click()
    await customer.hear("leave")
    await gateway.door.seen("^(CANCEL|BYE) ")
    await expect(title(page)).to_have_text("Thank you")


async def test_a_video_call_shows_pictures(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await talking(page, gateway, "video")
    assert "m=video" in await gateway.door.seen("^INVITE ")
    await expect(page.locator("cordpair-help video.own")).to_be_visible()
    await page.wait_for_function(
        "document.querySelector('cordpair-help').shadowRoot.querySelector('video.own').videoWidth > 0"
    )
    await shoot(page, "help-6-video")
    await page.evaluate(
        """window.emptied = 0; document.querySelector('cordpair-help').shadowRoot.querySelectorAll('audio, video')
           .forEach((each) => each.addEventListener('emptied', () => window.emptied++))"""
    )
    await page.get_by_role("button", name="Mute").click()
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    assert await page.evaluate("window.emptied") == 0  # rendered anew, and nothing began anew
    await page.get_by_role("button", name="Camera off").click()
    await expect(page.locator("cordpair-help video.own")).to_have_count(0)


async def test_a_missed_agent_keeps_the_place(page: Page, gateway: Gateway) -> None:
    customer = await waiting(page, gateway)
    await customer.say("call", **gateway.call_order())
    await gateway.door.seen("^INVITE ")
    await customer.say("again")
    await gateway.door.seen("^CANCEL ")
    await expect(page.locator("cordpair-help #detail")).to_contain_text("You kept your place")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("agent", "The call has ended"),
        ("closed", "Nobody is there"),
        ("timed_out", "Nobody was free"),
        ("failed", "That did not work"),
    ],
)
async def test_every_end_has_its_words(page: Page, gateway: Gateway, shoot: Shoot, reason: str, words: str) -> None:
    customer = await waiting(page, gateway)
    await customer.say("ended", reason=reason)
    await expect(page.locator("cordpair-help .body")).to_contain_text(words)
    assert await problems(page) == []
    await shoot(page, f"help-7-ended-{reason}")
    await page.locator("cordpair-help #done").click()
    await expect(page.get_by_role("button", name="Get help")).to_be_focused()


async def test_what_the_browser_asks_is_explained(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await page.add_init_script(
        "if (navigator.mediaDevices)"
        "  navigator.mediaDevices.getUserMedia = () => new Promise((done) => window.allow = done)"
    )
    await press(page, gateway)
    await expect(title(page)).to_have_text("May we hear you?")
    await shoot(page, "help-1-asking")
    await page.get_by_role("button", name="Close").click()
    await page.evaluate("window.allow(new MediaStream())")  # too late
    await expect(page.get_by_role("button", name="Get help")).to_be_focused()
    assert gateway.tickets == []


@pytest.mark.parametrize(
    ("error", "words"),
    [("NotAllowedError", "The microphone is blocked"), ("NotFoundError", "No microphone found")],
)
async def test_without_a_microphone_nobody_waits(
    page: Page, gateway: Gateway, shoot: Shoot, error: str, words: str
) -> None:
    await page.add_init_script(REFUSE % error)
    await press(page, gateway)
    await expect(title(page)).to_have_text(words)
    assert gateway.tickets == []
    await shoot(page, f"help-8-{error}")


async def test_a_closed_service_and_a_silent_portal(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    gateway.closed = True
    await press(page, gateway)
    await expect(title(page)).to_have_text("Nobody is there")
    await shoot(page, "help-9-closed")
    await page.route("**/shop/ticket", lambda route: route.abort())
    await page.locator("cordpair-help #done").click()
    await page.get_by_role("button", name="Get help").click()
    await expect(title(page)).to_have_text("Help cannot be reached")
    await page.unroute("**/shop/ticket")
    gateway.closed = False
    await page.get_by_role("button", name="Try again").click()
    await gateway.customer()


@pytest.mark.parametrize(("code", "words"), [("expired", "That took too long"), ("busy", "Already open")])
async def test_what_the_gateway_refuses_is_said(
    page: Page, gateway: Gateway, shoot: Shoot, code: str, words: str
) -> None:
    await press(page, gateway)
    customer = await gateway.sessions.next()
    await customer.say("error", code=code)
    await expect(title(page)).to_have_text(words)
    await shoot(page, f"help-8-{code}")


async def test_a_broken_line_comes_back_with_the_resume_token(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    customer = await waiting(page, gateway)
    await expect(title(page)).to_have_text("You are number 3")
    await page.context.set_offline(True)
    await customer.hang_up()
    await expect(title(page)).to_have_text("The line broke")
    await shoot(page, "help-10-line")
    await page.context.set_offline(False)
    again = await gateway.sessions.next()
    assert (await again.hear("hello"))["token"] == "resume-1"
    await again.say("welcome", contact="c-1", resume_token="resume-2", grace_s=30)
    await again.say("waiting", place=2, wait=None)
    await expect(title(page)).to_have_text("You are number 2")


async def test_a_reload_keeps_the_place(page: Page, gateway: Gateway) -> None:
    await waiting(page, gateway)
    await expect(title(page)).to_have_text("You are number 3")
    await page.reload()
    again = await gateway.sessions.next()
    assert (await again.hear("hello"))["token"] == "resume-1"
    await again.say("welcome", contact="c-1", resume_token="resume-2", grace_s=30)
    await again.say("waiting", place=3, wait=None)
    await expect(title(page)).to_have_text("You are number 3")
    assert len(gateway.tickets) == 1


async def test_a_frame_of_the_same_site_leaves_the_place_alone(page: Page, gateway: Gateway) -> None:
    """It has the same storage, and the same button."""
    await waiting(page, gateway)
    await expect(title(page)).to_have_text("You are number 3")
    gateway.markup = """<!doctype html><html lang=en><title>x</title><script type=module src="/web/help.js"></script>
      <cordpair-help ticket-url=/shop/ticket></cordpair-help>"""
    await page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), { src: '/elsewhere' }))")
    inner = page.frame_locator("iframe").get_by_role("button", name="Get help")
    await expect(inner).to_be_visible()
    await page.wait_for_timeout(2_000)  # sleep: so long it would wait to have the place, and then ask for nothing
    await expect(inner).to_be_visible()
    assert len(gateway.sessions.peers) == 1
    await page.reload()
    again = await gateway.sessions.next()
    assert (await again.hear("hello"))["token"] == "resume-1"


async def test_a_reload_in_mid_call_calls_again(page: Page, gateway: Gateway) -> None:
    await talking(page, gateway)
    await page.reload()
    again = await gateway.customer()
    gateway.door.frames.clear()
    await again.say("call", **gateway.call_order())
    await gateway.door.seen("^INVITE ")


async def test_the_keyboard_alone_is_enough(page: Page, gateway: Gateway) -> None:
    await page.goto(gateway.origin + "/shop")
    await page.locator("cordpair-help #help").focus()
    await page.keyboard.press("Enter")
    customer = await gateway.customer()
    await expect(page.locator("cordpair-help .card")).to_be_focused()
    await customer.say("call", **gateway.call_order())
    await gateway.door.seen("^INVITE ")
    await customer.say("talking", agent="Ben")
    await expect(page.get_by_role("button", name="Hang up")).to_be_visible()
    reached = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.querySelector('cordpair-help').shadowRoot.activeElement?.id"))
    assert reached == ["minimise", "mute", "share", "hang-up"]
    await page.keyboard.press("Enter")
    await customer.hear("leave")
    await expect(page.locator("cordpair-help .card")).to_be_focused()  # the button that had it is gone


async def test_the_window_can_be_put_aside_and_comes_back_for_the_call(page: Page, gateway: Gateway) -> None:
    customer = await waiting(page, gateway)
    await page.get_by_role("button", name="Make smaller").click()
    await expect(page.locator("cordpair-help .card")).to_have_count(0)
    await customer.say("call", **gateway.call_order())
    await expect(title(page)).to_have_text("Somebody is free")


@pytest.mark.parametrize(
    ("locale", "words", "direction"),
    [("de", "Sie sind Nummer 3", "ltr"), ("es-MX", "Es el número 3", "ltr"), ("he", "You are number 3", "ltr")],
)
async def test_languages_and_directions(
    page: Page, gateway: Gateway, shoot: Shoot, locale: str, words: str, direction: str
) -> None:
    await page.goto(gateway.origin + "/shop")
    await page.evaluate(f"document.querySelector('cordpair-help').locale = '{locale}'")
    await page.locator("cordpair-help #help").click()
    customer = await gateway.customer()
    await customer.say("waiting", place=3, wait={"least_s": 120, "most_s": 280})
    await expect(title(page)).to_have_text(words)
    await expect(page.locator("cordpair-help .card")).to_have_attribute("dir", direction)
    await shoot(page, f"help-11-{locale}")


HEBREW = {
    "title": "עזרה",
    "place": "אתם מספר {place} בתור",
    "wait_range": "בערך {least} עד {most} דקות",
    "wait_stay": "הישארו בעמוד הזה: נתחיל כאן את השיחה.",
    "leave": "יציאה מהתור",
    "minimise": "הקטנה",
}


async def test_a_site_brings_a_language_of_its_own(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    """Right to left, and the page is Hebrew too."""
    await page.goto(gateway.origin + "/shop")
    await page.evaluate(
        "texts => { document.documentElement.lang = 'he'; document.documentElement.dir = 'rtl';"
        "Object.assign(document.querySelector('cordpair-help'), { texts, locale: 'he' }) }",
        HEBREW,
    )
    await page.locator("cordpair-help #help").click()
    customer = await gateway.customer()
    await customer.say("waiting", place=3, wait={"least_s": 120, "most_s": 280})
    await expect(title(page)).to_have_text("אתם מספר 3 בתור")
    await expect(page.locator("cordpair-help .card")).to_have_attribute("dir", "rtl")
    await expect(page.locator("cordpair-help .card")).to_have_attribute("lang", "he")
    await shoot(page, "help-12-hebrew")
    await customer.say("call", **gateway.call_order())
    await customer.say("talking", agent="Ben")
    await expect(page.locator("cordpair-help #hang-up")).to_be_visible()
    await shoot(page, "help-12-hebrew-talking")


async def test_a_dark_site_gets_a_dark_window(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    gateway.markup = """<!doctype html><html lang=en style="color-scheme: dark"><title>x</title>
      <meta name=viewport content="width=device-width"><script type=module src="/web/help.js"></script>
      <cordpair-help ticket-url=/shop/ticket></cordpair-help>"""
    await press(page, gateway, "/elsewhere")
    customer = await gateway.customer()
    await customer.say("waiting", place=2, wait=None)
    await expect(page.locator("cordpair-help .card")).to_have_css("background-color", "rgb(26, 33, 44)")
    await shoot(page, "help-13-dark-waiting")
    await customer.say("call", **gateway.call_order())
    await customer.say("talking", agent="Ben")
    await customer.say("share_asked")
    await expect(page.get_by_role("button", name="Share page")).to_be_visible()
    await shoot(page, "help-13-dark-asked")
    await customer.say("ended", reason="failed")
    await shoot(page, "help-13-dark-failed")


async def test_it_works_on_another_site_by_ticket_alone(page: Page, gateway: Gateway) -> None:
    """Another origin, no cookie, the ticket as a property."""
    site = Gateway()
    await site.start()
    site.markup = f"""<!doctype html><html lang=en><title>x</title>
      <script type=module src="{gateway.origin}/web/help.js"></script><cordpair-help></cordpair-help>"""
    await page.goto(site.origin + "/elsewhere")
    await page.evaluate("ticket => { document.querySelector('cordpair-help').ticket = ticket }", gateway.ticket())
    await page.get_by_role("button", name="Get help").click()
    customer = await gateway.customer()
    await customer.say("waiting", place=1, wait=None)
    await expect(title(page)).to_have_text("You are next")
    assert gateway.tickets == site.tickets == []
    await site.stop()
