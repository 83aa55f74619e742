"""The stream: whoever connects, whenever, ends up with what the engine shows; whoever does not read is dropped."""

import asyncio
import random
import socket

import pytest
from aiohttp import WSMsgType
from msgspec.structs import replace

from api.conftest import CONFIGURATION, serving
from api.replica import Replica, expected
from cordpair.acd.causes import VisitOutcome
from cordpair.api import Role, stream, streaming
from cordpair.api.board import Board
from cordpair.api.roles import Scope
from cordpair.api.stream import Client
from cordpair.api.touched import Kind
from cordpair.ids import AgentId
from cordpair_loopback import answers

SCOPES = (
    Scope("a", Role.ADMIN),
    Scope("r", Role.READ_ONLY),
    Scope("ann", Role.AGENT, AgentId("ann")),
    Scope("bob", Role.AGENT, AgentId("bob")),
)
WHO = ("admin", "read-only", "ann", "bob")
PHASES, CONNECTIONS = 20, 50


async def listen(api, who: str, replica: Replica) -> None:
    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers(who), max_msg_size=0) as socket:
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            await replica.take(message.data)


async def same(api, replica: Replica, scope: Scope) -> None:
    """Wait until the client holds what there is; says what is different if it never does."""
    for _ in range(500):
        wanted = await expected(api.office.hub.board, scope)
        if replica.rows == wanted:
            return
        await asyncio.sleep(0.01)  # sleep: convergence has no event of its own
    assert replica.rows == wanted


@pytest.mark.timeout(120)
async def test_reconnecting_at_a_thousand_points_converges(tmp_path) -> None:
    queues = tuple(replace(queue, wrap_up_ms=20, max_wait_ms=400) for queue in CONFIGURATION.queues)
    chance = random.Random(11)
    reached = 0
    async with serving(tmp_path, replace(CONFIGURATION, queues=queues)) as api:
        await api.staff("ann", "bob", "cleo")
        for phone in api.pbx.phones.values():
            phone.behaviour = answers(chance.randint(1, 20))
        for _ in range(PHASES):
            work = asyncio.create_task(busy(api, chance))
            tasks, found = [], []
            for number in range(CONNECTIONS):
                replica, scope = Replica(), SCOPES[number % 4]
                found.append((replica, scope))
                if number % 5:
                    client = Client(
                        scope, api.office.hub.board, replica.take, api.engine.flushed, api.engine.clock.now_ms
                    )
                    api.office.hub.listeners.add(client)
                    tasks.append(asyncio.create_task(client.run()))
                else:
                    tasks.append(asyncio.create_task(listen(api, WHO[number % 4], replica)))
                await asyncio.sleep(chance.random() * 0.008)  # sleep: a random point of the run
            await work
            for replica, scope in found:
                await same(api, replica, scope)
            reached += len(found)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            api.office.hub.listeners.clear()
        assert api.state.numbers["contact"] > 100
        assert sum(queue.outcomes.get(VisitOutcome.CONNECTED, 0) for queue in api.state.queues.values()) > 20
    assert reached == 1_000


async def busy(api, chance: random.Random) -> None:
    """A few hundred things happen, in no order."""
    loop = asyncio.get_running_loop()
    for number in range(40):
        what = chance.randrange(8)
        if what < 4:
            call = api.pbx.call(chance.choice(["5001", "5002"]), number=f"+49{number}")
            loop.call_later(chance.uniform(0.01, 0.2), call.hang_up)
        elif what == 4 and api.state.contacts:
            await api.ask("POST", f"/v1/contacts/{chance.choice(list(api.state.contacts))}/hang-up")
        elif what == 5:
            await api.ask("POST", "/v1/tasks", {"key": str(chance.randrange(10**9)), "queue": "mails"})
        elif what == 6:
            name = chance.choice(["ann", "bob", "cleo"])
            await api.ask("POST", f"/v1/agents/{name}/not-ready", {"reason": "break"})
            await api.ask("POST", f"/v1/agents/{name}/ready")
        else:
            for contact in list(api.state.contacts)[-3:]:
                await api.ask("PATCH", f"/v1/contacts/{contact}", {"head_start": chance.randrange(60)})
        await asyncio.sleep(chance.random() * 0.01)  # sleep: phones and the engine act in between


async def test_an_agent_sees_only_what_is_theirs(api) -> None:
    await api.staff("ann", "cleo")
    replica = Replica()
    task = asyncio.create_task(listen(api, "ann", replica))
    api.pbx.call("5002", number="+49111")
    call = api.pbx.call("5001", number="+49222")
    await api.until(lambda state: sum(row.connection is not None for row in state.contacts.values()) == 2)
    await same(api, replica, SCOPES[2])
    assert set(replica.rows["agents"]) == {"ann"}
    assert set(replica.rows["queues"]) == {"sales", "mails"}
    assert [row["caller"]["number"] for row in replica.rows["contacts"].values()] == ["+49222"]
    call.hang_up()
    await api.until(lambda state: len(state.contacts) == 1)
    await same(api, replica, SCOPES[2])
    assert replica.rows["contacts"] == {}
    task.cancel()


async def test_a_snapshot_comes_when_too_much_has_gathered(api, monkeypatch) -> None:
    monkeypatch.setattr(stream, "MOST", 3)
    replica, gate = Replica(), asyncio.Event()

    async def send(message: bytes) -> None:
        await replica.take(message)
        await gate.wait()

    client = Client(SCOPES[0], await api.office.hub.current(), send, api.engine.flushed, api.engine.clock.now_ms)
    api.office.hub.listeners.add(client)
    task = asyncio.create_task(client.run())
    for _ in range(5):
        api.pbx.call("5001")
    await api.until(lambda state: len(state.visits) == 5)
    await api.office.hub.current()
    assert len(client._rows) <= 3
    gate.set()
    await same(api, replica, SCOPES[0])
    assert replica.snapshots == 2
    task.cancel()


async def test_one_who_does_not_read_is_dropped_and_nobody_else_notices(api, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "SEND_S", 0.2)
    monkeypatch.setattr(streaming, "BUFFER", 1_024)
    address = api.url.removeprefix("http://").split(":")
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    raw.connect((address[0], int(address[1])))
    lines = (
        "GET /v1/stream HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", f"Authorization: Bearer {api.keys.of('admin')}", "", "",
    )  # fmt: skip
    raw.send("\r\n".join(lines).encode())
    reader = Replica()
    task = asyncio.create_task(listen(api, "admin", reader))
    async with asyncio.timeout(60):
        while api.office.metrics.dropped._value.get() == 0:
            for _ in range(40):
                api.pbx.call("5001", number="+49" + "1" * 60, name="x" * 200)
            await asyncio.sleep(0.02)  # sleep: buffers of the operating system fill at their own pace
    await same(api, reader, SCOPES[0])
    assert len(api.office.hub.listeners) == 1
    raw.close()
    task.cancel()


async def test_a_key_that_is_revoked_ends_its_stream(api, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "LOOK_AT_KEY_S", 0.01)
    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("ann")) as socket:
        assert (await socket.receive_json())["type"] == "snapshot"
        kept = next(key for key in api.keys.all.values() if key.agent == "ann")
        api.keys.all[kept.id] = replace(kept, revoked_at=1)
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass
        assert socket.close_code == streaming.CLOSED_KEY


async def test_the_engines_end_is_told(api) -> None:
    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("admin")) as socket:
        await socket.receive_json()
        api.engine.stop()
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass
        assert socket.close_code == 1001
    assert (await api.ask("GET", "/v1/stream"))[0] == 503


async def test_without_an_upgrade(api) -> None:
    status, answer = await api.ask("GET", "/v1/stream")
    assert (status, answer["error"]["code"]) == (426, "upgrade_required")


async def test_what_a_client_says_is_not_heard(api) -> None:
    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("admin")) as socket:
        await socket.receive_json()
        await socket.send_str("drop table agents")
        await socket.send_bytes(b"\xff" * 100)
        await api.do("/v1/agents/ann/sign-in", {})
        assert (await socket.receive_json())["agents"][0]["id"] == "ann"
        await socket.send_str("x" * 5_000)
        assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_missed_entries_are_made_up_for(api) -> None:
    board = await api.office.hub.current()
    api.pbx.call("5001")
    await api.until(lambda state: state.visits)
    api.office.hub._news._entries.clear()
    api.office.hub._news._missed = True
    board = await api.office.hub.current()
    assert isinstance(board, Board)
    assert len(board.pieces[Kind.CONTACT]) == 1
    assert board.pieces[Kind.QUEUE]["sales"].view.waiting == 1


async def test_a_snapshot_says_up_to_where_it_is_complete(api) -> None:
    async with api.http.ws_connect(api.url + "/v1/stream", headers=api.headers("admin")) as socket:
        before = (await socket.receive_json())["seq"]
        assert before == api.engine.committed_seq
        await api.do("/v1/agents/ann/sign-in", {})
        assert (await socket.receive_json())["seq"] == before + 1
