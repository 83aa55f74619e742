"""The API on its port: beside a service, beside the demonstration, and when the port is taken."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace
from typer.testing import CliRunner

from api.conftest import CONFIGURATION, agent
from api.processes import free_port, new_key
from api.replica import Replica
from cordpair.acd.configuration import Queue
from cordpair.acd.inputs import ApplyConfiguration
from cordpair.api import parse_listen
from cordpair.api.roles import Role, Scope
from cordpair.api.stream import Client
from cordpair.cli import app
from cordpair.errors import ConfigurationError
from cordpair.ids import QueueId

CENTRE = """\
[pbx.demo]
url = "loopback://"
[http]
listen = "127.0.0.1:{port}"
[queues.sales]
[seats.101]
endpoint = "101"
[agents.ann]
seat = "101"
queues = {{ sales = {{}} }}
"""


@contextlib.asynccontextmanager
async def started(directory, *arguments: object) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", *map(str, arguments), cwd=directory, stdout=PIPE, stderr=PIPE,
        env=os.environ | {"XDG_STATE_HOME": str(directory)},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_with(stream: asyncio.StreamReader | None, text: str) -> str:
    assert stream is not None
    async with asyncio.timeout(30):
        while line := (await stream.readline()).decode():
            if text in line:
                return line
    raise AssertionError(f"never said: {text}")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:1", ("::1", 1)),
        ("localhost:0", ("localhost", 0)),
        (":80", ("0.0.0.0", 80)),
    ],
)
def test_an_address(written, read) -> None:
    assert parse_listen(written) == read


@pytest.mark.parametrize("written", ["", "8080", "a:b", "::1:80", "host:99999", "http://host:80", "[::1]"])
def test_no_address(written) -> None:
    with pytest.raises(ConfigurationError, match="listen"):
        parse_listen(written)


async def test_a_service_waits_for_its_port_and_serves_with_a_key(tmp_path) -> None:
    port = free_port()
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE.format(port=port))
    key = await new_key(file, "--role", "agent", "--agent", "ann")
    taken = socket.create_server(("127.0.0.1", port))
    async with started(tmp_path, "serve", file) as engine, ClientSession() as http:
        assert "another program listens there" in await line_with(engine.stderr, "cannot listen")
        taken.close()
        await line_with(engine.stderr, "the API is at")
        url, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
        async with http.get(url + "/v1/agents/ann", headers=headers) as answer:
            assert (answer.status, (await answer.json())["id"]) == (200, "ann")
        async with started(tmp_path, "keys", "revoke", key, "-c", file) as revoking:
            assert await revoking.wait() == 0
        async with asyncio.timeout(10):
            while True:
                async with http.get(url + "/v1/agents/ann", headers=headers) as answer:
                    if answer.status == 401:
                        break
        engine.send_signal(signal.SIGTERM)
        assert await engine.wait() == 0


async def test_the_file_is_read_again_on_request(tmp_path) -> None:
    port = free_port()
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE.format(port=port))
    key = await new_key(file, "--role", "admin")
    async with (
        started(tmp_path, "serve", file) as engine,
        ClientSession(f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}) as http,
    ):
        await line_with(engine.stderr, "the API is at")
        async with http.post("/v1/configuration/reload") as answer:
            assert (answer.status, (await answer.json())["result"]) == (200, "unchanged")
        file.write_text(CENTRE.format(port=port) + "[queues.more]\n")
        async with http.post("/v1/configuration/reload") as answer:  # the file is watched too: who was first?
            assert (await answer.json())["result"] in ("applied", "unchanged")
        async with http.get("/v1/queues/more") as answer:
            assert answer.status == 200
        file.write_text(CENTRE.format(port=port) + "[queues.more]\nlength = 7\n")
        async with http.post("/v1/configuration/reload") as answer:
            error = (await answer.json())["error"]
            assert (answer.status, error["code"]) == (409, "refused")
            assert "length" in error["message"]


async def test_the_demonstration_prints_its_url_and_a_key(tmp_path) -> None:
    async with started(tmp_path, "run", "--for", "30s", "--callers", "60") as demo:
        url = re.findall(r"http://[^/]+", await line_with(demo.stdout, "/v1/openapi.json"))[0]
        key = (await line_with(demo.stdout, "Bearer")).split()[-1]
        async with ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
            async with http.get(url + "/v1/openapi.json") as answer:
                assert (await answer.json())["openapi"] == "3.1.0"
            async with http.get(url + "/v1/agents") as answer:
                assert len((await answer.json())["agents"]) == 8  # two of them are for people in browsers
            async with http.ws_connect(url + "/v1/stream") as stream:
                assert (await stream.receive_json())["type"] == "snapshot"
                async with http.get(url + "/readyz") as answer:
                    assert answer.status in (200, 503)
                demo.send_signal(signal.SIGINT)
                async for _ in stream:
                    pass
                assert stream.close_code == 1001
        assert await demo.wait() == 0


def test_an_address_that_is_none_ends_a_service_at_once(tmp_path) -> None:
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE.format(port="x"))
    result = CliRunner().invoke(app, ["serve", str(file)])
    assert result.exit_code == 78
    assert "[http] listen" in result.stderr


def test_keys_by_the_command_line(tmp_path) -> None:
    file = tmp_path / "cordpair.toml"
    file.write_text(CENTRE.format(port=0))

    def keys(*arguments: str):
        return CliRunner().invoke(app, ["keys", *arguments, "-c", str(file)])

    made = keys("add", "--role", "portal", "--name", "shop", "--queue", "sales", "--expires", "90d")
    assert made.exit_code == 0
    assert re.fullmatch(r"cp_[0-9a-f]{12}_[\w-]{43}\n", made.stdout)
    assert "not shown again" in made.stderr
    (shown,) = json.loads(keys("list", "--json").stdout)
    assert (shown["name"], shown["role"], shown["queues"]) == ("shop", "portal", ["sales"])
    assert "hash" not in shown
    assert "shop" in keys("list").stdout
    assert keys("revoke", shown["id"]).exit_code == 0
    assert keys("revoke", shown["id"]).exit_code == 1
    assert "revoked" in keys("list").stdout
    for wrong in (
        ("--role", "agent"), ("--role", "admin", "--agent", "ann"), ("--role", "agent", "--agent", "nobody"),
        ("--role", "portal", "--queue", "nowhere"), ("--role", "admin", "--expires", "soon"), ("--role", "king"),
    ):  # fmt: skip
        assert keys("add", *wrong).exit_code == 2, wrong


async def test_a_changed_configuration_is_shown(api) -> None:
    replica = Replica()
    scope = Scope("k", Role.AGENT, agent("ann").agent)
    client = Client(scope, await api.office.hub.current(), replica.take, api.engine.flushed, api.engine.clock.now_ms)
    api.office.hub.listeners.add(client)
    task = asyncio.create_task(client.run())
    _, *others = CONFIGURATION.agents
    changed = replace(
        CONFIGURATION,
        revision=2,
        queues=(*CONFIGURATION.queues[1:], Queue(QueueId("new"))),
        agents=(agent("ann", "new", "support", german=9), agent("bob", "support"), others[1]),
        services=CONFIGURATION.services[1:],
    )
    await api.engine.request(ApplyConfiguration(changed))
    assert [each["id"] for each in (await api.get("/v1/queues"))["queues"]] == ["support", "mails", "new"]
    assert (await api.get("/v1/agents/ann"))["queues"] == ["new", "support"]
    async with asyncio.timeout(10):
        while set(replica.rows.get("queues", {})) != {"new", "support"}:
            await asyncio.sleep(0.01)  # sleep: the stream has no event of its own
    task.cancel()
