"""A program that knows nothing but the API runs a shift on a real PBX."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from api.processes import free_port, new_key
from api.replica import Replica
from lab.api_keys import secret_of
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]

CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[skills]
german = ""
[queues.sales]
wrap_up = "200ms"
[services.sales]
queue = "sales"
dialled = ["5001"]
"""
CALLERS = 5


class Program:
    """Holds a key, asks, and watches the stream."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self.http, self.url = http, url
        self.seen = Replica()
        self.talked: list[str] = []  # contacts, in the order in which they were connected
        self._news = asyncio.Condition()

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.http.request(method, self.url + path, json=body) as response:
            answer = await response.json() if response.content_type == "application/json" else None
            assert response.status == status, (path, response.status, answer)
            return answer

    async def watch(self) -> None:
        async with self.http.ws_connect(self.url + "/v1/stream", max_msg_size=0) as stream:
            async for message in stream:
                async with self._news:
                    await self.seen.take(message.data)
                    for contact in self.contacts("connected"):
                        if contact not in self.talked:
                            self.talked.append(contact)
                    self._news.notify_all()

    def contacts(self, state: str) -> list[str]:
        return [name for name, row in self.seen.rows.get("contacts", {}).items() if row["state"] == state]

    async def until(self, true: Callable[[], Any], deadline: float = 20) -> None:
        """Until the stream has told so."""
        async with asyncio.timeout(deadline), self._news:
            await self._news.wait_for(true)


@asynccontextmanager
async def program(port: int, key: str) -> AsyncIterator[Program]:
    async with ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        found = Program(http, f"http://127.0.0.1:{port}")
        watching = asyncio.create_task(found.watch())
        try:
            await found.until(lambda: found.seen.snapshots)
            yield found
            if watching.done():
                watching.result()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.timeout(180)
async def test_a_program_runs_a_shift_by_the_api_alone(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=2) as lab:
        port = free_port()
        first, second = (f"a{agent.number}" for agent in lab.agents)
        skills = {agent.number: {"german": 5} for agent in lab.agents}
        centre = CENTRE.format(port=port) + agent_table(skills, ["sales"])
        async with EngineProcess(lab, tmp_path, centre) as engine:
            key = await new_key(engine.file, "--role", "supervisor", "--name", "shift")
            await lab.sipp.phones(lab.agents, ring=(0.1, 0.2), talk=(0.5, 0.8))
            async with program(port, key) as shift:
                assert (await shift.ask("GET", "/readyz"))["ready"]
                plans = [Plan("5001", f"0301{number:05d}") for number in range(CALLERS)]
                callers = await lab.sipp.callers(plans, rate=10)
                await shift.until(lambda: len(shift.contacts("waiting")) == CALLERS)
                *others, last = shift.contacts("waiting")
                changed = await shift.ask("PATCH", f"/v1/contacts/{last}", {"head_start": 600})
                assert changed["head_start"] == 600

                await shift.ask("POST", f"/v1/agents/{first}/sign-in", {})
                assert (await shift.ask("POST", f"/v1/agents/{first}/ready"))["state"] in ("free", "ringing")
                await shift.until(lambda: shift.talked)
                assert shift.talked == [last]
                assert shift.seen.rows["contacts"][last]["agent"] == first
                await shift.ask("POST", f"/v1/agents/{second}/sign-in", {})
                await shift.ask("POST", f"/v1/agents/{second}/ready")

                why = await shift.ask("GET", f"/v1/contacts/{last}/why")
                told = [moment["what"] for moment in why["moments"]]
                assert "priority or requirement changed" in told
                (offer,) = [moment["explanation"] for moment in why["moments"] if moment["explanation"]]
                assert offer["agent"] == first
                assert {each["agent"] for each in offer["candidates"]} == {first, second}

                await shift.until(lambda: not shift.seen.rows["contacts"], 40)
                assert sorted(shift.talked[1:]) == sorted(others)
                report = await callers.wait(30)
                assert report.endings == {"far-bye": CALLERS}
                for agent in (first, second):
                    await shift.ask("POST", f"/v1/agents/{agent}/not-ready", {"reason": "over"})
                    await shift.ask("POST", f"/v1/agents/{agent}/sign-out")
                agents = (await shift.ask("GET", "/v1/agents"))["agents"]
                assert {each["state"] for each in agents} == {"signed_out"}
                await shift.until(lambda: list(shift.seen.rows["agents"].values()) == agents)
                queue = await shift.ask("GET", "/v1/queues/sales")
                assert (queue["offered"], queue["outcomes"]) == (CALLERS, {"connected": CALLERS})

            assert engine.outcomes() == {"connected": CALLERS}
            assert engine.breaches() == []
            text = engine.said()
            assert f"the API is at http://127.0.0.1:{port}" in text
            assert secret_of(key) not in text
            assert "0301" not in text
            assert await lab.until_empty() == (0, 0)
