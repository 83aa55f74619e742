"""The nginx of deploy/nginx, real, before an engine that runs."""

import asyncio
import json
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector, WSServerHandshakeError

from cordpair_gateway.session import PROTOCOL
from deploy.conftest import cordpair, ran, running
from lab.process import free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
HOST = "help.example.com"
CENTRE = """
[pbx.demo]
url = "loopback:"
[http]
listen = "127.0.0.1:{port}"
trusted_proxies = ["127.0.0.1"]
[gateway]
url = "https://help.example.com"
[queues.help]
[seats.101]
endpoint = "101"
[agents.ann]
seat = "101"
queues = {{ help = {{}} }}
[portals.shop]
origins = ["https://shop.example.com"]
[portals.shop.pages]
"/*" = {{ queue = "help" }}
"""
MAIN = """
worker_processes 1;
daemon off;
pid {directory}/pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
  include {directory}/cordpair.conf;
}}
"""


def test_the_page_shows_the_file(root: Path) -> None:
    file = (root / "deploy/nginx/cordpair.conf").read_text("utf-8")
    shown = re.findall(r"^```nginx\n(.*?)^```", (root / "docs/how-to/web-server.md").read_text("utf-8"), re.M | re.S)
    assert [file.partition("\n\n")[2]] == shown


class Before:
    """What a browser sees: one address, over TLS."""

    def __init__(self, session: ClientSession, port: int, log: Path) -> None:
        self.session, self.port, self.log = session, port, log

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.port}{path}"

    async def status(self, path: str) -> int:
        async with self.session.get(self.url(path), headers={"Host": HOST}) as reply:
            return reply.status


async def configured(root: Path, directory: Path, upstream: int, port: int) -> None:
    """The file as shipped, with addresses and places of this test."""
    text = (root / "deploy/nginx/cordpair.conf").read_text("utf-8")
    places = {
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{upstream};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/help.example.com/fullchain.pem": f"{directory}/cert.pem",
        "/etc/ssl/help.example.com/key.pem": f"{directory}/key.pem",
        "/var/log/nginx/": f"{directory}/",
    }
    for shipped, here in places.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (directory / "cordpair.conf").write_text(text)
    (directory / "nginx.conf").write_text(MAIN.format(directory=directory))
    made = await ran(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}",
        "-keyout", "key.pem", "-out", "cert.pem", directory=directory,
    )  # fmt: skip
    assert made.status == 0, made.said


@pytest.fixture
async def before(root: Path, tmp_path: Path) -> AsyncIterator[Before]:
    upstream, port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    (tmp_path / "cordpair.toml").write_text(CENTRE.format(port=upstream))
    await configured(root, tmp_path, upstream, port)
    assert NGINX is not None, "nginx is missing: make test-deps"
    nginx = (NGINX, "-p", tmp_path, "-c", tmp_path / "nginx.conf")
    checked = await ran(*nginx, "-t", directory=tmp_path)
    assert checked.status == 0, checked.said
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    trusting.check_hostname = False
    async with (
        running(*cordpair("serve"), directory=tmp_path, until="link up"),
        running(*nginx, directory=tmp_path, until="start worker process "),
        ClientSession(connector=TCPConnector(ssl=trusting)) as session,
    ):
        yield Before(session, port, tmp_path / "cordpair.log")


async def eventually(log: Path, wanted: str) -> str:
    """nginx writes a line when the answer is gone already."""
    async with asyncio.timeout(30):
        while wanted not in (text := log.read_text()):
            await asyncio.sleep(0.05)  # sleep: nobody tells of another process's file
    return text


async def test_pages_and_lines_pass_and_the_inside_does_not(before: Before, tmp_path: Path) -> None:
    """Pages, tickets, a customer's WebSocket; the office from elsewhere, metrics and tokens in the log not."""
    assert await before.status("/web/help.js") == 200
    assert await before.status("/desk") == 200
    assert await before.status("/office") == 403
    assert await before.status("/metrics") == 404

    made = await ran(*cordpair("keys", "add", "--role", "portal", "--portal", "shop"), directory=tmp_path)
    key = next(line for line in made.said.splitlines() if line.startswith("cp_"))
    headers = {"Host": HOST, "Authorization": f"Bearer {key}"}
    async with before.session.post(before.url("/v1/tickets"), json={"page": "/"}, headers=headers) as reply:
        ticket = await reply.json()
        assert reply.status == 201, ticket
    origin = {"Host": HOST, "Origin": "https://shop.example.com"}
    async with before.session.ws_connect(before.url("/v1/session"), headers=origin, protocols=[PROTOCOL]) as line:
        await line.send_json({"type": "hello", "token": ticket["session_token"]})
        assert json.loads((await line.receive(timeout=10)).data)["type"] == "welcome"
    with pytest.raises(WSServerHandshakeError):
        await before.session.ws_connect(before.url("/v1/stream?token=planted"), headers=origin)
    settings = before.url("/v1/phone-settings/planted")
    async with before.session.get(settings, headers={"Host": HOST}) as reply:
        assert reply.status == 404
        assert "The address is not good" in await reply.text()  # the engine's word, not the proxy's
    log = await eventually(before.log, "/v1/phone-settings/")
    assert "/v1/session" in log
    assert "/v1/phone-settings/-" in log
    assert "planted" not in log
    assert ticket["session_token"] not in log
