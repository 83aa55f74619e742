"""The wall-board on a line that a test speaks on: silence, a whole day, hostile callers, and a display in all that."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from browser.conftest import Shoot
from browser.office import OfficeCentre, office_centre

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

HOSTILE = "</span><img src=x onerror=alert(1)>"
STEP_S, STEPS = 10, 1_000  # nearly three hours
TODAY = {"offered": 120, "answered": 100, "abandoned": 9, "service_level": 0.86, "abandon_rate": 0.075}


class Line:
    """What the page is told instead of what the engine says. ``now``: on the page's clock."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
        self.opened = 0
        self.accepts = True
        self.queues = 8
        self._seq = 0
        self._socket: WebSocketRoute | None = None

    def take(self, socket: WebSocketRoute) -> None:
        self.opened += 1
        self._socket = socket
        if self.accepts:
            self.say("snapshot", queues=[self.queue(n) for n in range(self.queues)], agents=[agent()])

    def say(self, kind: str = "delta", **rows: Any) -> None:
        assert self._socket is not None
        self._seq += 1
        empty: dict[str, Any] = {"queues": [], "agents": [], "contacts": []}
        gone = {"gone": {**empty, **rows.pop("gone", {})}} if kind == "delta" else {}
        told = {"type": kind, "seq": self._seq, "now": self.moment(), **empty, **rows, **gone}
        self._socket.send(json.dumps(told))

    def moment(self, ago_s: float = 0) -> str:
        return (self.now - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")

    def queue(self, number: int, waiting: int = 0) -> dict[str, Any]:
        return {
            "id": f"q{number}",
            "medium": "voice",
            "waiting": waiting,
            "longest_waiting_since": self.moment(90) if waiting else None,
            "signed_in": 9,
            "ready": 7,
            "busy": 4,
            "offered": 0,
            "outcomes": {},
            "expected_wait": {"kind": "range", "low": 0.0, "high": 75.0},
            "today": TODAY,
            "alarms": {"waiting": 40},
        }

    def contact(self, id: str, number: str = "+4930123") -> dict[str, Any]:
        return {
            "id": id,
            "medium": "voice",
            "state": "waiting",
            "arrived_at": self.moment(90),
            "enqueued_at": self.moment(90),
            "connected_at": None,
            "queue": "q0",
            "service": None,
            "head_start": 0.0,
            "offers": [],
            "agent": None,
            "held": False,
            "caller": {"number": number, "name": "Ann"},
        }


def agent() -> dict[str, Any]:
    shown = {"id": "a0", "name": "Ann", "state": "free", "since": "2026-11-21T05:00:00Z", "reason": "", "pending": ""}
    return shown | {"pending_reason": "", "seat": None, "queues": ["q0"], "slots": [], "calls": 0}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> AsyncIterator[OfficeCentre]:
    async with office_centre(tmp_path_factory.mktemp("line") / "centre", {"sue": "supervisor"}) as running:
        yield running


@pytest.fixture
def line() -> Line:
    return Line()


@pytest_asyncio.fixture(loop_scope="session")
async def sue(office: OfficeCentre, browser: Browser, line: Line) -> AsyncIterator[Page]:
    """Before the wall-board is opened; its clock is the line's, and stands still."""
    async with office.person(browser, "sue") as page:
        await page.route_web_socket("**/v1/stream", line.take)
        await page.clock.install(time=line.now)
        await page.clock.pause_at(line.now + timedelta(seconds=1))
        line.now += timedelta(seconds=1)
        yield page


async def open_at(page: Page, office: OfficeCentre, rest: str = "") -> None:
    await page.goto(f"{office.origin}/office/wall{rest}")
    for _ in range(20):
        await page.clock.run_for(100)
    await expect(page.locator("#television .card" if rest else "#link.live").first).to_be_visible()


async def later(page: Page, line: Line, seconds: int) -> None:
    line.now += timedelta(seconds=seconds)
    await page.clock.run_for(seconds * 1_000)


async def by_and_by(page: Page, line: Line, seconds: int) -> None:
    """As ``later``, with time for what is said meanwhile to be heard."""
    for _ in range(seconds):
        await later(page, line, 1)


async def jump(page: Page, line: Line, seconds: int) -> None:
    """As ``later``, but what would have happened several times in between happens once."""
    line.now += timedelta(seconds=seconds)
    await page.clock.fast_forward(seconds * 1_000)


async def test_silence_is_told_and_old_figures_go(sue: Page, office: OfficeCentre, line: Line, shoot: Shoot) -> None:
    """No end of the socket says so: a network that is gone says nothing."""
    line.queues = 4
    await open_at(sue, office, "/tv")
    line.say(queues=[line.queue(1, waiting=3)])
    await later(sue, line, 1)
    figure = sue.locator(".card[data-id=q1] .big dd").first
    await expect(figure).to_have_text("3")
    line.accepts = False
    await later(sue, line, 11)
    await expect(sue.locator(".trouble")).to_have_count(0)
    await later(sue, line, 4)
    await expect(sue.locator(".trouble")).to_contain_text("No connection. What you see is from")
    await expect(figure).to_have_text("3")
    await shoot(sue, "wall-6-silence")
    await later(sue, line, 20)
    await expect(figure).to_have_text("–")
    line.accepts = True
    await by_and_by(sue, line, 30)
    await expect(sue.locator(".trouble")).to_have_count(0)
    await expect(figure).to_have_text("0")


async def test_it_tries_for_ever_and_less_often(sue: Page, office: OfficeCentre, line: Line) -> None:
    await open_at(sue, office)
    line.accepts = False
    await later(sue, line, 3_600)
    tried = line.opened
    assert 150 < tried < 700  # each waits for a word for 10 s, and then up to 8
    line.accepts = True
    await by_and_by(sue, line, 30)
    await expect(sue.locator("#link")).to_have_text("Live")


async def test_the_screens_turn(sue: Page, office: OfficeCentre, line: Line, shoot: Shoot) -> None:
    await open_at(sue, office, "/tv")
    seen = set()
    for _ in range(4):
        line.say()
        seen |= set(await sue.locator(".card h2").all_text_contents())
        for _ in range(2):
            await later(sue, line, 6)
            line.say()
    assert seen == {f"q{n}" for n in range(8)}
    await shoot(sue, "wall-7-turning")


async def test_the_day_in_curves(sue: Page, office: OfficeCentre, line: Line, shoot: Shoot) -> None:
    begin = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    lines = []
    for n in range(36):
        measures = {"offered": 40 + 30 * (n % 7), "answered": 36 + 27 * (n % 7), "abandoned": n % 9}
        lines.append(
            {
                "by": {"interval": (begin + timedelta(minutes=15 * n)).isoformat(timespec="minutes")},
                "measures": measures | {"service_level": 0.95 - 0.05 * (n % 7)},
            }
        )
    await sue.route("**/v1/reports?*", lambda route: route.fulfill(json={"lines": lines}))
    await open_at(sue, office)
    await expect(sue.locator(".charts canvas")).to_have_count(2)
    await shoot(sue, "wall-8-curves")


async def test_callers_are_text(sue: Page, office: OfficeCentre, line: Line) -> None:
    await open_at(sue, office)
    line.say(contacts=[line.contact("c-1", HOSTILE)])
    await later(sue, line, 1)
    await expect(sue.locator("#contacts [data-id='c-1']")).to_contain_text(HOSTILE)
    await sue.locator("#contacts [data-id='c-1'] button").click()
    await later(sue, line, 1)
    await expect(sue.locator("#details-title")).to_have_text(HOSTILE)
    assert await sue.locator("img[src]").count() == 0


async def test_hours_leave_nothing_behind(sue: Page, office: OfficeCentre, line: Line) -> None:
    """Nodes, listeners and the heap after many contacts are those after a few; and a night's sleep is got over."""
    await open_at(sue, office)
    tools = await sue.context.new_cdp_session(sue)
    await tools.send("Performance.enable")

    async def counted() -> dict[str, float]:
        await tools.send("HeapProfiler.collectGarbage")
        metrics = (await tools.send("Performance.getMetrics"))["metrics"]
        return {each["name"]: each["value"] for each in metrics}

    before: dict[str, float] = {}
    for number in range(STEPS):
        ids = [f"c-{number}-{n}" for n in range(20)]
        line.say(contacts=[line.contact(id, f"+49{number}") for id in ids], queues=[line.queue(0, number % 60)])
        await jump(sue, line, STEP_S)
        line.say(gone={"contacts": ids})
        if number == STEPS // 5:
            before = await counted()
    after = await counted()
    assert line.opened == 1
    assert after["Nodes"] <= before["Nodes"] * 1.1 + 200
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 20
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.1 + 500_000
    await jump(sue, line, 10 * 3_600)
    await by_and_by(sue, line, 30)
    await expect(sue.locator("#link")).to_have_text("Live")
    await expect(sue.locator("#contacts [data-id]")).to_have_count(0)
