"""``cordpair serve --shop``: what a lab's people open to be customers."""

import socket
from pathlib import Path

from aiohttp import ClientSession

from deploy.conftest import cordpair, ran, running
from lab.process import free_port

CENTRE = """
[pbx.demo]
url = "loopback:"
[http]
listen = "127.0.0.1:{port}"
[gateway]
url = "http://127.0.0.1:{port}"
[queues.help]
[portals.shop]
origins = ["http://127.0.0.1:{port}"]
[portals.shop.pages]
"/*" = {{ queue = "help" }}
"""


async def test_it_is_there_when_asked_for_and_else_not(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_STREAM)
    (tmp_path / "cordpair.toml").write_text(CENTRE.format(port=port))
    url = f"http://127.0.0.1:{port}"
    for options, page, ticket in ((("--shop", "shop"), 200, 200), ((), 404, 404)):
        async with (
            running(*cordpair("serve", *options), directory=tmp_path, until="link up"),
            ClientSession() as session,
        ):
            async with session.get(f"{url}/shop") as reply:
                assert reply.status == page
            async with session.post(f"{url}/shop/ticket", json={}, headers={"Origin": url}) as reply:
                assert reply.status == ticket


async def test_a_portal_that_there_is_not_is_said(tmp_path: Path) -> None:
    (tmp_path / "cordpair.toml").write_text(CENTRE.format(port=free_port(socket.SOCK_STREAM)))
    tried = await ran(*cordpair("serve", "--shop", "bank"), directory=tmp_path)
    assert tried.status == 78
    assert "there is no portal 'bank'" in tried.said
