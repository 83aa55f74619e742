"""What ``cordpair run`` offers to people: a shop and desks, at the port that it really has."""

import asyncio
import contextlib
import re
import socket

import pytest
from aiohttp import ClientSession

from api.test_server import line_with, started


@contextlib.contextmanager
def usual_port_taken():
    """By somebody else, or by us."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with contextlib.suppress(OSError):
        taken.bind(("127.0.0.1", 8080))
        taken.listen()
    try:
        yield
    finally:
        taken.close()


async def test_people_are_told_where_to_go_and_it_is_there(tmp_path) -> None:
    with usual_port_taken():
        async with started(tmp_path, "run", "--for", "60s") as demo, ClientSession() as http:
            url = re.findall(r"http://[0-9.:]+", await line_with(demo.stdout, "Customer:"))[0]
            words = (await line_with(demo.stdout, "Agent:")).split()
            password = words[words.index("password") + 1]
            await line_with(demo.stdout, "shop: 0 waiting")
            assert not url.endswith(":8080") and len(password) >= 12
            for page in ("/shop", "/desk"):
                async with http.get(url + page) as answer:
                    assert answer.status in (200, 503)  # 503: the pages are not built here
            asked = {"page": "/shop", "media": "audio", "locale": "en", "reason": ""}
            async with http.post(f"{url}/shop/ticket", json=asked, headers={"Origin": url}) as answer:
                ticket = await answer.json()
            assert ticket["session_url"] == url.replace("http", "ws") + "/v1/session"
            async with http.ws_connect(
                ticket["session_url"], protocols=["cordpair.session.v1"], headers={"Origin": url}
            ) as session:
                await session.send_json({"type": "hello", "token": ticket["session_token"]})
                assert (await session.receive_json())["type"] == "welcome"
            whole = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
            for secret in (password, ticket["session_token"]):
                assert secret not in whole


async def test_passwords_are_new_each_time(tmp_path) -> None:
    async def password_of_one() -> str:
        async with started(tmp_path, "run", "--for", "60s") as demo:
            return (await line_with(demo.stdout, "Agent:")).split()[-1]

    assert await password_of_one() != await password_of_one()


@pytest.mark.parametrize("path", ["/shop/ticket", "/v1/tickets"])
async def test_another_site_gets_no_ticket(tmp_path, path) -> None:
    async with started(tmp_path, "run", "--for", "60s") as demo, ClientSession() as http:
        url = re.findall(r"http://[0-9.:]+", await line_with(demo.stdout, "Customer:"))[0]
        async with asyncio.timeout(20):
            async with http.post(url + path, json={"page": "/shop"}, headers={"Origin": "http://evil.test"}) as answer:
                assert answer.status in (401, 403)
