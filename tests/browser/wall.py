"""A centre for the wall-board: contacts are tasks, agents work by the API, so that a test says what happens."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Page

from browser.centre import Embedded
from browser.office import OfficeCentre, office_centre
from cordpair.api import Role, make_key
from cordpair.store import Store

PEOPLE = {"sue": "supervisor", "vera": "read-only"}
KEYS = 8
KINDS = ("queues", "agents", "contacts")
# What a long list shows, read as a person does: scrolled from its beginning to its end.
READ = """
async (id) => {
  const list = document.querySelector(`cordpair-long-list#${id}`);
  const found = new Map();
  for (let top = 0; ; top += Math.max(40, list.clientHeight / 2)) {
    list.scrollTop = top;
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    for (const row of list.querySelectorAll("[data-id]"))
      found.set(row.dataset.id, row.querySelector(".state")?.className.replace("state ", "") ??
        row.querySelector(".figure .value").textContent.trim());
    if (top + list.clientHeight >= list.scrollHeight) break;
  }
  list.scrollTop = 0;
  return [[...found], Number(list.querySelector("[role=table]").getAttribute("aria-rowcount")) - 1];
}
"""
STAGES = {
    "arrived": "waiting",
    "waiting": "waiting",
    "offered": "offered",
    "answered": "offered",
    "connected": "talking",
    "closing": "talking",
}


def text(agents: int, queues: int, more: str = "") -> str:
    """``q0``, ``q1`` … and ``a0``, ``a1`` …; each agent works two queues."""
    lines = ["[reasons.break]", "[reasons.lunch]"]
    lines += [f'[queues.q{n}]\nmedium = "chat"\noffer_timeout = "10m"' for n in range(queues)]
    for n in range(agents):
        works = sorted({n % queues, (n + 1) % queues})
        of = ", ".join(f"q{each} = {{}}" for each in works)
        lines.append(f"[agents.a{n}]\nqueues = {{ {of} }}\ncapacity = {{ chat = 1 }}")
    return "\n".join(lines) + f"\n{more}"


class Wall:
    """``office``: where people see it. ``ask``: what happens there."""

    def __init__(self, office: OfficeCentre, http: ClientSession, keys: list[str]) -> None:
        self.office = office
        self._url = f"http://127.0.0.1:{office.port}"
        self._http, self._keys = http, cycle({"Authorization": f"Bearer {key}"} for key in keys)
        self._tasks = 0

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        given = {"json": {}} if method == "POST" and body is None else {"json": body} if body is not None else {}
        async with self._http.request(method, self._url + path, headers=next(self._keys), **given) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def do(self, path: str, body: Any = None, method: str = "POST") -> Any:
        status, answer = await self.ask(method, path, body)
        assert status < 300, (path, status, answer)
        return answer

    async def task(self, queue: str) -> str:
        self._tasks += 1
        return str((await self.do("/v1/tasks", {"key": f"t{self._tasks}", "queue": queue}))["contact"])

    async def staff(self, *agents: str) -> None:
        for agent in agents:
            await self.do(f"/v1/agents/{agent}/sign-in")
            await self.do(f"/v1/agents/{agent}/ready")

    async def all(self, kind: str) -> list[dict[str, Any]]:
        """As the API tells it."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            more = f"?limit=500{after}" if kind == "contacts" else ""
            answer = await self.do(f"/v1/{kind}{more}", method="GET")
            found += answer[kind]
            if not answer.get("next"):
                return found
            after = f"&after={answer['next']}"

    async def accept_all(self) -> None:
        for contact in await self.all("contacts"):
            for offer in contact["offers"]:
                await self.ask("POST", f"/v1/offers/{offer['id']}/accept")

    async def shown(self) -> dict[str, dict[str, str]]:
        """What a page must show of each row."""
        queues = {row["id"]: f"{row['waiting']:,}" for row in await self.all("queues")}
        agents = {row["id"]: row["state"] for row in await self.all("agents")}
        contacts = {row["id"]: STAGES[row["state"]] for row in await self.all("contacts")}
        return {"queues": queues, "agents": agents, "contacts": contacts}


class Bustle:
    """Something happens, in no order: ``step`` as often as you like. Each costs a few rows of each kind."""

    def __init__(self, wall: Wall, queues: int, contacts: int, seed: int = 5) -> None:
        self._wall, self._queues, self._contacts = wall, queues, contacts
        self._chance = random.Random(seed)
        self.live: list[str] = []

    async def fill(self) -> None:
        while len(self.live) < self._contacts:
            self.live.append(await self._wall.task(f"q{self._chance.randrange(self._queues)}"))

    async def step(self) -> None:
        wall, chance = self._wall, self._chance
        contact = self.live.pop(chance.randrange(len(self.live)))
        _, view = await wall.ask("GET", f"/v1/contacts/{contact}")
        await wall.ask("POST", f"/v1/contacts/{contact}/hang-up")
        self.live.append(await wall.task(f"q{chance.randrange(self._queues)}"))
        if (agent := (view or {}).get("agent")) is None:
            return
        _, row = await wall.ask("GET", f"/v1/agents/{agent}")
        for slot in row["slots"]:
            if slot["state"] == "offered":
                await wall.ask("POST", f"/v1/offers/{slot['offer']}/accept")


@asynccontextmanager
async def wall_centre(directory: Path, centre: str, pbx: Embedded | None = None) -> AsyncIterator[Wall]:
    async with office_centre(directory, PEOPLE, centre, pbx) as office, ClientSession() as http:
        yield Wall(office, http, await _keys(directory))


async def _keys(directory: Path) -> list[str]:
    """Several, for one may not be used so often."""
    store = await Store.open(directory / "cordpair.db")
    try:
        made = [make_key(name="bustle", role=Role.ADMIN, at_ms=1) for _ in range(KEYS)]
        for _, kept in made:
            await store.keys.add(kept)
        return [written for written, _ in made]
    finally:
        await store.close()


async def read(page: Page) -> dict[str, dict[str, str]]:
    """What the page shows of each row."""
    found = {}
    for kind in KINDS:
        rows, count = await page.evaluate(READ, kind)
        assert len(rows) == count, f"{kind}: {count} are announced, {len(rows)} are there"
        found[kind] = dict(rows)
    return found


__all__ = ["KINDS", "Bustle", "Wall", "read", "text", "wall_centre"]
