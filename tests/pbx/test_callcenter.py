"""The PHP platform's dashboard, its report and a webhook beside a real PBX: agents dial 011, a call, kill -9 in it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.board_model import lines_of
from adapters.receiver import SECRET, receiving
from adapters.wall import Client, hooked
from api.processes import free_port, new_key
from lab.api_keys import secret_of
from lab.process import PbxLab
from lab.sipp import Plan
from pbx.centre import EngineProcess, agent_table

pytestmark = pytest.mark.pbx
Lab = Callable[..., PbxLab]
NUMBER = "3453439819"
CENTRE = """
[http]
listen = "127.0.0.1:{port}"
[queues.q-callcenter]
[queues.q-callcenter.alarms]
ready_below = 1
[services.hotline]
queue = "q-callcenter"
dialled = ["5001"]
[adapters.callcenter]
callers = true
report = "report.csv"
"""


@asynccontextmanager
async def dashboard(port: int, key: str) -> AsyncIterator[Client]:
    async with ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{port}/callcenter?token={key}") as socket:
        client = Client(socket)
        await client.say("HELLO")
        await client.until(lambda me: me.stats)
        yield client


@pytest.mark.timeout(180)
async def test_a_call_on_the_dashboard_in_the_report_and_told(tmp_path: Path, lab_of: Lab) -> None:
    async with lab_of(agents=1) as lab, receiving() as crm:
        port, (phone,) = free_port(), lab.agents
        agent = f"a{phone.number}"
        centre = CENTRE.format(port=port) + agent_table({phone.number: {}}, ["q-callcenter"])
        centre += hooked("crm", crm.url, "with_caller = true").replace('env = "HOOK_SECRET"', 'file = "hook"')
        (tmp_path / "hook").write_text(SECRET)
        async with EngineProcess(lab, tmp_path, centre) as engine:
            await crm.until(lambda me: "alarm.raised" in me.types)  # nobody is ready
            key = await new_key(engine.file, "--role", "callcenter", "--agent", agent)
            async with dashboard(port, key) as wall:
                await lab.sipp.dial(phone, "011")
                await wall.until(lambda me: me.agents[agent]["status"] == "LOGGEDIN" if agent in me.agents else False)
                await lab.sipp.phones(lab.agents, ring=(0.1, 0.2))
                await wall.say(f"AVAIL:{agent}")
                await wall.until(lambda me: me.agents[agent]["status"] == "AVAIL")
                callers = await lab.sipp.callers([Plan("5001", NUMBER)], rate=1)
                await wall.until(lambda me: me.connections)
                before = wall.shown
                await crm.until(lambda me: "alarm.cleared" in me.types)
            await engine.kill()  # in the call
            await engine.start()
            await asyncio.wait_for(_listening(port), 30)
            async with dashboard(port, key) as wall:
                assert wall.shown == before
                (call,) = wall.calls
                await _hang_up(port, await new_key(engine.file, "--role", "supervisor"), call)
                await wall.until(lambda me: not me.calls and me.agents[agent]["status"] == "AVAIL")
                assert wall.stats["calls_answered"] == 1
                assert wall.stats["average_handle_time"] > 0
                await wall.say(f"PAUSE:{agent}")
                await wall.until(lambda me: me.agents[agent]["status"] == "PAUSED")
                assert "CALL HANGUP" in lines_of(wall.told)
                await lab.sipp.dial(phone, "022")
                await wall.until(lambda me: not me.agents)
            assert (await callers.wait(30)).endings == {"far-bye": 1}
            await crm.until(lambda me: me.taken and me.taken[-1]["data"].get("status") == "signed_out")
            text = engine.said()
        rows = [line.split(";") for line in (tmp_path / "report.csv").read_text().splitlines()]
        assert [(row[1], row[2], row[3]) for row in rows] == [
            ("AGENT", agent, "LOGGEDIN"),
            ("CALL", NUMBER, "QUEUED"),
            ("AGENT", agent, "AVAIL"),
            ("CALL", NUMBER, "INCALL"),
            ("CALL", NUMBER, "HANGUP"),
            ("AGENT", agent, "INCALL"),
            ("AGENT", agent, "AVAIL"),
            ("AGENT", agent, "PAUSED"),
        ]
        alarm = {"queue": "q-callcenter", "alarm": "ready_below"}
        assert [each["data"] for each in crm.taken if each["type"].startswith("alarm")][:2] == [alarm, alarm]
        told = [each for each in crm.taken if each["type"] == "contact.connected"]
        assert {each["id"] for each in told} == {told[0]["id"]}
        assert told[0]["data"]["caller"]["number"] == NUMBER
        assert (
            crm.types.index("contact.arrived") < crm.types.index("contact.connected") < crm.types.index("contact.ended")
        )
        assert NUMBER not in text
        assert secret_of(key) not in text
        assert await lab.until_empty() == (0, 0)


async def _hang_up(port: int, key: str, call: str) -> None:
    url, headers = f"http://127.0.0.1:{port}/v1/contacts/{call}/hang-up", {"Authorization": f"Bearer {key}"}
    async with ClientSession() as http, http.post(url, headers=headers) as answer:
        assert answer.status == 204


async def _listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)  # sleep: a port that opens is no event
            continue
        writer.close()
        await writer.wait_closed()
        return
