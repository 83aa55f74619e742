"""The lab itself, and with it what `dialplans/asterisk` promises: no engine takes part here."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from lab import tree
from lab.asterisk import AsteriskLab
from lab.sipp import Plan

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(60)]

TRIES = 12


class Arrivals:
    """The least ARI application there can be: it answers, and keeps what arrived."""

    def __init__(self, lab: AsteriskLab) -> None:
        self._lab = lab
        self.channels: asyncio.Queue[dict] = asyncio.Queue()

    async def next(self) -> dict:
        return await asyncio.wait_for(self.channels.get(), 5)

    async def read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            event = json.loads(message.data)
            if event["type"] == "StasisStart":
                await self._lab.ari("POST", f"channels/{event['channel']['id']}/answer")
                self.channels.put_nowait(event["channel"])


@asynccontextmanager
async def application(lab: AsteriskLab) -> AsyncIterator[Arrivals]:
    arrivals = Arrivals(lab)
    authorization = {"Authorization": aiohttp.encode_basic_auth(*lab.credentials)}
    async with (
        aiohttp.ClientSession(headers=authorization) as session,
        session.ws_connect(f"{lab.http_url}/events?app={lab.app}") as socket,
    ):
        reading = asyncio.create_task(arrivals.read(socket))
        try:
            yield arrivals
        finally:
            reading.cancel()


@pytest.fixture
async def lab() -> AsyncIterator[AsteriskLab]:
    async with AsteriskLab(agents=3, wait_tries=TRIES, qualify=2) as running:
        yield running


async def test_starts_and_answers(lab):
    info = await lab.ari("GET", "asterisk/info")
    assert info["system"]["version"] == lab.version
    assert await lab.until_empty() == (0, 0)
    assert "0 active channels" in await lab.rx("core show channels count")
    errors = [line for line in lab.log_tail(500).splitlines() if "ERROR" in line]
    assert not [line for line in errors if "res_websocket_client" not in line]  # unknown to older versions


async def test_two_run_side_by_side(lab):
    async with AsteriskLab(agents=1) as other:
        assert other.sip_port != lab.sip_port
        assert await other.channels() == await lab.channels() == []


async def test_nothing_is_left_behind():
    async with AsteriskLab(agents=1) as lab:
        pid, directory = lab.pid, lab.directory
        assert directory.exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not directory.exists()
    assert str(directory) not in Path("/proc/mounts").read_text()


async def test_phones_come_and_go(lab):
    first, second, _ = lab.agents
    phones = await lab.sipp.phones([first, second])
    assert await lab.seat_state(first.number) == "NOT_INUSE"
    await lab.sipp.unregister([first], phones.port)
    assert await lab.seat_state(first.number) == "UNAVAILABLE"
    assert await lab.seat_state(second.number) == "NOT_INUSE"
    await phones.stop(grace=0)
    await _until_state(lab, second.number, "UNAVAILABLE")


async def test_registrations_survive_a_restart(lab):
    await lab.sipp.phones(lab.agents)
    await lab.restart()
    for agent in lab.agents:
        await _until_state(lab, agent.number, "NOT_INUSE")


async def test_a_caller_reaches_the_application(lab):
    before = time.time() * 1000
    async with application(lab) as arrivals:
        crowd = await lab.sipp.callers([Plan("5000", "0301234", hang_up_after=0.2)], headers={"X-Context-Id": "forged"})
        channel = await arrivals.next()
        report = await crowd.wait(5)
    seen = channel["channelvars"]
    assert before - 1000 < int(seen["CP_ARRIVED"]) < time.time() * 1000
    assert (seen["CP_DIALLED"], seen["CP_TO"], seen["CP_ENDPOINT"]) == ("5000", "5000", "trunk")
    assert (seen["CP_FROM_CONTEXT"], seen["CP_CONTEXT_ID"]) == ("cordpair-in", "")
    assert channel["caller"]["number"] == "0301234"
    assert (report.answered, report.count("near-bye")) == (1, 1)


async def test_a_callers_number_may_be_an_agents(lab):
    """The trunk's address decides, not what the caller calls itself."""
    async with application(lab) as arrivals:
        await lab.sipp.callers([Plan("5000", lab.agents[0].number, hang_up_after=0.1)])
        channel = await arrivals.next()
    assert channel["channelvars"]["CP_ENDPOINT"] == "trunk"


async def test_a_name_may_be_dialled(lab):
    async with application(lab) as arrivals:
        await lab.sipp.callers("support", hang_up_after=0.1)
        assert (await arrivals.next())["channelvars"]["CP_DIALLED"] == "support"


async def test_a_feature_code_carries_the_authenticated_endpoint(lab):
    agent = lab.agents[1]
    async with application(lab) as arrivals:
        call = asyncio.create_task(lab.sipp.dial(agent, "011"))
        channel = await arrivals.next()
        await lab.ari("DELETE", f"channels/{channel['id']}")
        done = await call
    seen = channel["channelvars"]
    assert (seen["CP_ENDPOINT"], seen["CP_DIALLED"]) == (agent.number, "011")
    assert seen["CP_FROM_CONTEXT"] == "cordpair-agents"
    assert done.answered is not None
    assert done.ending == "far-bye"


@pytest.mark.parametrize("name", ["102", "trunk", "nobody"])
async def test_a_forged_from_is_refused(lab, name):
    async with application(lab) as arrivals:
        call = await lab.sipp.dial(lab.agents[0], "011", caller=name)
        assert (call.ending, call.status) == ("refused", 401)
        assert arrivals.channels.empty()


async def test_callers_are_held_while_the_application_is_away(lab):
    crowd = await lab.sipp.callers("5000", count=3, rate=20)
    await crowd.until("ringing", 3, 5)
    await asyncio.sleep(0.6)  # sleep: an outage of that length
    assert crowd.report().answered == 0
    async with application(lab) as arrivals:
        channels = [await arrivals.next() for _ in range(3)]
        await crowd.until("answered", 3, 5)
        by_arrival = sorted(channels, key=lambda channel: int(channel["channelvars"]["CP_ARRIVED"]))
        assert [c["caller"]["number"] for c in by_arrival] == ["030000001", "030000002", "030000003"]
        await lab.hang_up_all()
        assert (await crowd.wait(5)).count("far-bye") == 3


async def test_a_caller_goes_to_the_fallback_in_the_end(lab):
    crowd = await lab.sipp.callers("5000")
    call = (await crowd.wait(15)).calls[0]
    assert (call.ending, call.status, call.answered) == ("refused", 503, None)
    assert call.early is not None
    assert call.early - call.started == pytest.approx(0.25 * (TRIES - 1), abs=0.7)


async def test_a_caller_who_gives_up_while_held(lab):
    crowd = await lab.sipp.callers("5000", cancel_after=0.4)
    call = (await crowd.wait(5)).calls[0]
    assert call.ending == "cancelled"
    assert call.ended - call.started == pytest.approx(0.4, abs=0.2)
    assert await lab.until_empty() == (0, 0)


@pytest.mark.parametrize(
    ("ways", "ending"),
    [
        ({"talk": 0.2}, "near-bye"),
        ({"refuse": 486}, "refused"),
        ({"refuse": 603}, "refused"),
        ({"answers": False}, "cancelled"),
    ],
)
async def test_phones_do_as_they_are_told(lab, ways, ending):
    agent = lab.agents[0]
    phones = await lab.sipp.phones([agent], **ways)
    async with application(lab):
        await lab.ari(
            "POST",
            "channels/leg-1",
            endpoint=f"PJSIP/{agent.number}",
            app=lab.app,
            timeout="1",
            callerId="Cordpair <5000>",
            appArgs="leg",
        )
        report = await phones.until("ended", 1, 5)
        assert await lab.until_empty() == (0, 0)
    call = report.calls[0]
    assert (call.key, call.ending) == (agent.number, ending)
    assert call.status == ways.get("refuse")
    assert call.ringing is not None


async def test_a_build_that_cannot_be_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("CORDPAIR_CACHE", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(tree.NoAsterisk, match="needs root"):
        tree.find(private=True)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(tree.NoAsterisk, match="apt-get install"):
        tree.find(private=True)


async def _until_state(lab, number, state, deadline=8.0):
    ends = time.monotonic() + deadline
    while (seen := await lab.seat_state(number)) != state:
        assert time.monotonic() < ends, seen
        await asyncio.sleep(0.05)  # sleep: ARI has no event for this
