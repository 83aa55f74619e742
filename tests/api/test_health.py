"""What watches over the process asks: lives it, is it ready, what are its figures."""

import asyncio

from aiohttp import WSMsgType
from msgspec.structs import replace

from api.conftest import CONFIGURATION, NODE, serving
from cordpair.acd.configuration import Timing
from cordpair.acd.model import NodeStatus


async def test_alive_and_ready(api) -> None:
    assert await api.get("/healthz", who=None) == {"status": "ok"}
    assert await api.get("/readyz", who=None) == {"ready": True, "nodes": {"n1": "open"}, "broken_laws": []}


async def test_not_ready_while_the_pbx_is_gone(tmp_path) -> None:
    async with serving(tmp_path, replace(CONFIGURATION, timing=Timing(settle_ms=1_000))) as api:
        api.pbx.cut_link("pulled out")
        await api.until(lambda state: state.nodes[NODE].status is NodeStatus.SETTLING)
        status, answer = await api.ask("GET", "/readyz", who=None)
        assert (status, answer) == (503, {"ready": False, "nodes": {"n1": "settling"}, "broken_laws": []})
        assert (await api.get("/healthz", who=None))["status"] == "ok"
        await api.until(lambda state: state.nodes[NODE].status is NodeStatus.OPEN)
        assert (await api.get("/readyz", who=None))["ready"]
        assert 'cordpair_reconnects_total{node="n1"} 1.0' in await metrics(api)


async def test_stopping(api) -> None:
    api.engine.stop()
    assert (await api.ask("GET", "/readyz", who=None))[0] == 503
    async with asyncio.timeout(10):
        while True:
            status, answer = await api.ask("POST", "/v1/agents/ann/sign-in", {})
            if status == 503:
                break
    assert answer["error"]["code"] == "unavailable"
    assert (await api.raw("POST", "/v1/agents/ann/ready")).headers["Retry-After"]
    assert (await api.get("/v1/agents/ann"))["id"] == "ann"


async def metrics(api) -> str:
    return await (await api.raw("GET", "/metrics", None)).text()


async def test_metrics(api) -> None:
    await api.staff("ann")
    api.pbx.call("5001")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    api.pbx.call("5001")
    api.pbx.call("5002").hang_up()
    await api.until(lambda state: state.queues["support"].outcomes)
    text = await metrics(api)
    for line in (
        'cordpair_waiting{queue="sales"} 1.0',
        'cordpair_visits_total{outcome="connected",queue="sales"} 1.0',
        'cordpair_visits_total{outcome="abandoned",queue="support"} 1.0',
        'cordpair_offers_total{outcome="connected"} 1.0',
        'cordpair_link_up{node="n1"} 1.0',
        'cordpair_agents{status="ready"} 1.0',
        'cordpair_wait_seconds_count{queue="sales"} 1.0',
        'cordpair_api_requests_total{operation="signIn",status="200"} 1.0',
    ):
        assert line in text, line
    assert "+49" not in text


async def test_what_the_shell_measures_is_in_it_too(api) -> None:
    await api.do("/v1/agents/ann/sign-in", {})
    text = await metrics(api)
    for name in ("cordpair_journal_commit_seconds_count", "cordpair_loop_lag_seconds_count", "cordpair_inbox_depth"):
        assert name in text
    assert "cordpair_journal_commit_seconds_count 0.0" not in text


async def test_a_view_that_fails_is_told(api, monkeypatch) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("admin")) as stream:
        await stream.receive_json()
        monkeypatch.setattr(api.office.hub, "_tell", fails)
        api.pbx.call("5001")
        while (await stream.receive()).type is WSMsgType.TEXT:
            pass
        assert stream.close_code == 1001
    assert (await api.ask("GET", "/healthz", who=None))[0] == 503
