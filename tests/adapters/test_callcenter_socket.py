"""Dashboards on the socket: a whole call, who may do what, and what a bad one cannot do."""

import asyncio
import logging
import random
import socket as sockets
from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from adapters.board_model import lines_of
from adapters.wall import CENTRE, NUMBER, PAGE, wall
from cordpair.acd.inputs import SignIn
from cordpair.adapters.callcenter import socket as module
from cordpair.api import Role
from cordpair.ids import AgentId
from lab.api_keys import secret_of

ANNA, BEN = "98427456", "10092018"


@pytest.fixture
async def centre(tmp_path):
    async with wall(tmp_path) as found:
        yield found


async def test_a_whole_call(centre):
    dashboard = await centre.dashboard()
    assert dashboard.shown == ({}, {}, {}, dashboard.stats)
    assert dashboard.stats["sla"] == 0
    await centre.staff(ANNA)
    call = centre.pbx.call("113", number=NUMBER, name="Ada")
    await dashboard.until(lambda me: me.connections)
    (connection,) = dashboard.connections.values()
    assert connection["agent"]["agentid"] == ANNA
    assert connection["call"]["callerid"] == NUMBER
    assert dashboard.agents[ANNA]["status"] == "INCALL"
    late = await centre.dashboard()
    assert late.shown == dashboard.shown
    call.hang_up()
    for each in (dashboard, late):
        await each.until(lambda me: not me.calls and me.status(ANNA) == "AVAIL" and me.told[-1] is me.stats)
    assert late.shown == dashboard.shown
    assert lines_of(dashboard.told) == [
        "STATS", "AGENT LOGGEDIN", "STATS", "AGENT AVAIL", "STATS", "CALL NA", "STATS", "CALL QUEUED", "STATS",
        "AGENT INCALL", "CALL INCALL", "CONNECT", "STATS", "CALL HANGUP", "STATS", "AGENT AVAIL", "STATS",
    ]  # fmt: skip
    assert (dashboard.stats["calls_received"], dashboard.stats["calls_answered"]) == (1, 1)
    assert dashboard.stats["sla"] == 100.0


# ---------------------------------------------------------------- who may do what


async def test_an_agents_key_is_for_that_agent(centre):
    await centre.staff(ANNA, BEN)
    dashboard = await centre.dashboard(await centre.key(ANNA))
    await dashboard.say(f"PAUSE:{ANNA}")
    await dashboard.until(lambda me: me.status(ANNA) == "PAUSED")
    await dashboard.say(f"AVAIL:{ANNA}")
    await dashboard.until(lambda me: me.status(ANNA) == "AVAIL")
    await dashboard.say(f"PAUSE:{BEN}")
    assert (await dashboard.error())[0] == 403
    await dashboard.say("PAUSE:ghost")
    assert (await dashboard.error())[0] == 404
    assert set(centre.engine.state.agents) == {ANNA, BEN}
    assert centre.engine.state.agents[AgentId(BEN)].status == "ready"
    assert dashboard.agents[BEN]["status"] == "AVAIL"


async def test_a_key_of_nobody_watches(centre):
    await centre.staff(ANNA)
    dashboard = await centre.dashboard()
    await dashboard.say(f"PAUSE:{ANNA}")
    assert (await dashboard.error())[0] == 403
    assert centre.engine.state.agents[AgentId(ANNA)].status == "ready"


async def test_a_key_of_nobody_acts_where_it_is_said(tmp_path):
    async with wall(tmp_path, centre=CENTRE + 'unbound_keys = "act"\n') as centre:
        await centre.staff(ANNA, BEN)
        dashboard = await centre.dashboard()
        await dashboard.say(f"PAUSE:{BEN}")
        await dashboard.until(lambda me: me.status(BEN) == "PAUSED")
        assert centre.engine.state.agents[AgentId(BEN)].reason == "paused"


async def test_a_key_of_an_agent_stays_that_agents_all_the_same(tmp_path):
    async with wall(tmp_path, centre=CENTRE + 'unbound_keys = "act"\n') as centre:
        await centre.staff(ANNA, BEN)
        dashboard = await centre.dashboard(await centre.key(ANNA))
        await dashboard.say(f"PAUSE:{BEN}")
        assert (await dashboard.error())[0] == 403
        assert centre.engine.state.agents[AgentId(BEN)].status == "ready"


async def test_the_reason_of_a_pause_is_the_one_that_is_named(tmp_path):
    reasons = "[reasons.break]\n[reasons.wall]\n"
    async with wall(tmp_path, centre=reasons + CENTRE + 'pause_reason = "wall"\n') as centre:
        await centre.staff(ANNA)
        dashboard = await centre.dashboard(await centre.key(ANNA))
        await dashboard.say(f"PAUSE:{ANNA}")
        await dashboard.until(lambda me: me.status(ANNA) == "PAUSED")
        assert centre.engine.state.agents[AgentId(ANNA)].reason == "wall"


async def test_who_is_not_signed_in_cannot_be_available(centre):
    dashboard = await centre.dashboard(await centre.key(ANNA))
    await dashboard.say(f"AVAIL:{ANNA}")
    code, message = await dashboard.error()
    assert (code, "not signed in" in message) == (409, True)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SUPERVISOR, Role.READ_ONLY, Role.DIAL])
async def test_keys_of_other_roles_are_no_use(centre, role):
    key = await centre.key(role=role)
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.http.ws_connect(f"{centre.url}/callcenter?token={key}")
    assert refused.value.status == 403


async def test_its_key_is_no_use_elsewhere(centre):
    key = await centre.key()
    for path in ("/v1/agents", "/v1/queues", "/v1/contacts", "/v1/stream", "/v1/nodes"):
        async with centre.http.get(centre.url + path, headers={"Authorization": f"Bearer {key}"}) as answer:
            assert answer.status == 403, path


@pytest.mark.parametrize(
    ("given", "more", "status"),
    [
        ("", {}, 401),
        ("?token=cp_123456789012_" + "a" * 43, {}, 401),
        ("?token=%00", {}, 401),
        ("?token={key}", {"origin": "https://evil.example.com"}, 403),
        ("?token={key}", {"origin": "null"}, 403),
        ("?token={key}", {"origin": PAGE + ".evil.com"}, 403),
    ],
)
async def test_who_does_not_come_in(centre, given, more, status):
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.http.ws_connect(f"{centre.url}/callcenter{given.format(key=await centre.key())}", **more)
    assert refused.value.status == status


async def test_pages_of_ours_and_programs_come_in(centre):
    key = await centre.key()
    assert (await centre.dashboard(key, origin=PAGE)).stats
    async with centre.http.ws_connect(f"{centre.url}/callcenter", headers={"Authorization": f"Bearer {key}"}) as socket:
        await socket.send_str("HELLO")
        assert (await socket.receive_str()).startswith('{"type":"STATS"')


async def test_a_key_for_some_queues_is_refused(centre):
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.dashboard(await centre.key(queues=("q-callcenter",)))
    assert refused.value.status == 403


async def test_no_upgrade_no_dashboard(centre):
    async with centre.http.get(f"{centre.url}/callcenter?token={await centre.key()}") as answer:
        assert answer.status == 426


async def test_a_revoked_key_ends_its_dashboards(centre, monkeypatch):
    monkeypatch.setattr(module, "LOOK_AT_KEY_S", 0.05)
    key = await centre.key()
    dashboard = await centre.dashboard(key)
    await centre.store.keys.revoke(key.split("_")[1], 1)
    assert await dashboard.closed() == 4401


async def test_the_token_is_in_no_log(centre, caplog):
    caplog.set_level(logging.DEBUG)
    key = await centre.key(ANNA)
    await centre.staff(ANNA)
    dashboard = await centre.dashboard(key)
    await dashboard.say(f"PAUSE:{ANNA}")
    await dashboard.until(lambda me: me.status(ANNA) == "PAUSED")
    await dashboard.socket.close()
    with pytest.raises(WSServerHandshakeError):
        await centre.http.ws_connect(f"{centre.url}/callcenter?token={key}x")
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("cordpair", "aiohttp"))
    )
    assert "websocket.pause" in ours
    assert secret_of(key) not in caplog.text
    assert NUMBER not in ours


# ---------------------------------------------------------------- bad ones


@pytest.mark.parametrize(
    "text", ["", "hello", "AVAIL", "AVAIL:", "PAUSE:a:b", "PAUSE:\x00", "PAUSE:" + "a" * 65, "DROP:1", "{}", "\u2028"]
)
async def test_nonsense_is_answered_and_changes_nothing(centre, text):
    dashboard = await centre.dashboard(await centre.key(ANNA))
    before = centre.engine.committed_seq
    await dashboard.say(text)
    assert (await dashboard.error())[0] == 400
    assert centre.engine.committed_seq == before


async def test_whatever_is_said_the_socket_stays_and_nothing_changes(centre, monkeypatch):
    monkeypatch.setattr(module, "RATE", 1e9)
    monkeypatch.setattr(module, "BURST", 1e9)
    dashboard, draw = await centre.dashboard(await centre.key(ANNA)), random.Random(1)
    before = centre.engine.committed_seq
    for _ in range(500):
        said = "".join(draw.choices('HELOAVIPUS:{}\\"\n\r\x00\x7fé\U0001f600 0123', k=draw.randrange(60)))
        await dashboard.say(draw.choice(["", "PAUSE:", "AVAIL:", "HELLO"]) + said)
    await dashboard.say("PAUSE:ghost")
    await dashboard.until(lambda me: me.others and me.others[-1]["code"] == 404 and me.others[-1] is me.told[-1])
    assert (centre.engine.committed_seq, set(centre.engine.state.agents)) == (before, {ANNA, BEN})


async def test_bytes_are_nonsense(centre):
    dashboard = await centre.dashboard()
    await dashboard.socket.send_bytes(b"\xff\x00HELLO")
    assert (await dashboard.error())[0] == 400


async def test_a_long_message_closes(centre):
    dashboard = await centre.dashboard()
    await dashboard.say("PAUSE:" + "a" * 1_000)
    assert await dashboard.closed() == 1009


async def test_a_flood_closes_its_own_socket_only(centre):
    good, bad = await centre.dashboard(), await centre.dashboard()
    for _ in range(2_000):
        if bad.socket.closed:
            break
        await bad.say("HELLO")
    assert await bad.closed() == 1008
    await centre.engine.request(SignIn(AgentId(ANNA)))
    await good.until(lambda me: me.agents)


async def test_there_are_so_many_at_most(tmp_path):
    async with wall(tmp_path, centre=CENTRE + "clients = 2\n") as centre:
        first, _ = [await centre.dashboard() for _ in range(2)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await centre.dashboard()
        assert refused.value.status == 429
        await first.socket.close()
        await centre.dashboard()


@pytest.mark.parametrize("limit", ["WAITING", "SEND_S"])
async def test_one_that_does_not_read_is_dropped_and_holds_nobody_up(centre, monkeypatch, limit):
    monkeypatch.setattr(module, limit, 200_000 if limit == "WAITING" else 0.2)
    good, stuck = await centre.dashboard(), await _stuck(centre)
    heard = asyncio.create_task(good.until(lambda me: BEN in me.agents))
    async with asyncio.timeout(60):
        while len(centre.dashboards.open) > 1:
            for each in list(centre.dashboards.board.listeners):
                each.hear(b'{"type":"NOTHING"}\n' * 1_000)
            await asyncio.sleep(0.01)  # sleep: buffers of the operating system fill at their own pace
    await centre.engine.request(SignIn(AgentId(BEN)))
    await heard
    stuck.close()


async def _stuck(centre) -> sockets.socket:
    """A dashboard that says HELLO and never reads."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2_048)
    host, port = centre.url.removeprefix("http://").split(":")
    raw.connect((host, int(port)))
    lines = (
        f"GET /callcenter?token={await centre.key()} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
    )  # fmt: skip
    raw.send("\r\n".join(lines).encode() + b"\x81\x85\0\0\0\0HELLO")
    async with asyncio.timeout(20):
        while len(centre.dashboards.board.listeners) < 2:
            await asyncio.sleep(0.01)  # sleep: it says nothing that could be awaited
    return raw


# ---------------------------------------------------------------- restarts


async def test_a_restart_in_a_call_shows_the_same(tmp_path):
    async with wall(tmp_path) as centre:
        await centre.staff(ANNA)
        centre.pbx.call("113", number=NUMBER)
        before = await centre.dashboard()
        await before.until(lambda me: me.connections)
        pbx = centre.pbx
    async with wall(tmp_path, pbx=pbx) as centre:
        again = await centre.dashboard()
        assert again.shown == before.shown


async def test_a_call_that_ended_meanwhile_is_no_ghost(tmp_path):
    async with wall(tmp_path) as centre:
        await centre.staff(ANNA)
        call = centre.pbx.call("113", number=NUMBER)
        before = await centre.dashboard()
        await before.until(lambda me: me.connections)
        pbx = centre.pbx
    call.hang_up()
    async with wall(tmp_path, pbx=pbx) as centre:
        again = await centre.dashboard()
        await again.until(lambda me: not me.calls and not me.connections)
        assert again.stats["calls_received"] == 1


async def test_the_report_is_written_beside(tmp_path: Path):
    async with wall(tmp_path, centre=CENTRE + 'report = "report.csv"\n') as centre:
        await centre.staff(ANNA)
        call = centre.pbx.call("113", number=NUMBER)
        dashboard = await centre.dashboard()
        await dashboard.until(lambda me: me.connections)
        call.hang_up()
        await dashboard.until(lambda me: not me.calls)
    rows = [line.split(";")[1:4] + line.split(";")[5:] for line in (tmp_path / "report.csv").read_text().splitlines()]
    queue = "q-callcenter"
    assert rows == [
        ["AGENT", ANNA, "LOGGEDIN", ""],
        ["CALL", NUMBER, "QUEUED", queue],
        ["AGENT", ANNA, "AVAIL", queue],
        ["CALL", NUMBER, "INCALL", queue],
        ["CALL", NUMBER, "HANGUP", queue],
        ["AGENT", ANNA, "INCALL", queue],
    ]


async def test_without_its_table_there_is_nothing(tmp_path):
    async with wall(tmp_path, centre=CENTRE.partition("[adapters")[0]) as centre:
        async with centre.http.get(f"{centre.url}/callcenter?token={await centre.key()}") as answer:
            assert answer.status == 404
        await asyncio.sleep(0)
