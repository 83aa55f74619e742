"""What is secret or of a person is in no line of any log, at no level, whoever writes it: also where it is refused."""

import asyncio
import logging
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import WSServerHandshakeError

from gateway.browsers import SHOP
from gateway.desks import PASSWORD, URL
from gateway.rrweb import full, meta
from gateway.shared import Shared, talking

PERSONAL = ["Unmistakable Name", "c-unmistakable", "unmistakable-order", "of-one-typed"]
SOCKETS = ("/v1/sip", "/v1/session", "/v1/cobrowse", "/v1/desk", "/desk", "/web/help.js", "/nowhere")


async def everything(shared: Shared) -> list[Any]:
    """What there is to be kept secret, each used in the way it is meant for."""
    centre = shared.centre
    _, who, _ = await centre.send("GET", "/v1/me", "ann")
    share = await shared.consent()
    page, agent = await shared.show(share), await shared.look()
    await page.bring(meta(), full("of-one-typed"))
    await agent.sees("of-one-typed")
    eve = await centre.sit_down("eve")
    phone = next(message for message in eve.said if message["type"] == "desk")["phone"]
    call = next(message for message in shared.customer.said if message["type"] == "call")
    context = {"name": "Unmistakable Name", "o": "unmistakable-order"}
    ticket = await centre.ticket(customer="c-unmistakable", reason="of-one-typed", context=context)
    waiting = await shared.hello(ticket["session_token"])
    await waiting.until("welcome")
    for line in (page, agent, eve, waiting):
        await line.socket.close()
    in_urls = [value for url in (phone["url"], call["url"]) for _, value in parse_qsl(urlsplit(url).query)]
    cookies = [cookie.partition("=")[2] for cookie in centre.cookies.values()]
    resume = shared.customer.said[0]["resume_token"]
    tokens = [who["csrf"], share["token"], phone["password"], resume, centre.shop, ticket["session_token"]]
    return [PASSWORD, *in_urls, *cookies, *tokens]


async def misused(shared: Shared, secret: str) -> None:
    """Where it does not belong: in wrong places, from wrong pages, and in what is no HTTP."""
    centre = shared.centre
    for path in SOCKETS:
        for origin in (SHOP, URL, "https://evil.test"):
            with pytest.raises(WSServerHandshakeError):
                url, headers = f"{centre.url}{path}?token={secret}", {"Origin": origin}
                await centre.http.ws_connect(url, headers=headers, protocols=("sip",))
    await centre.send("GET", f"/v1/agents/{secret}", headers={"Authorization": f"Bearer {secret}"})
    await centre.send("POST", "/v1/sign-in", json={"name": secret, "password": secret})
    await centre.send("POST", "/v1/tickets", data=secret.encode())
    for line in (await shared.hello(secret), await shared.line(SHOP, token=secret)):
        await line.next()
        await line.socket.close()
    for raw in (f"GET /v1/sip?token={secret}\0 HTTP/1.1\r\n\r\n", f"{secret}\r\n\r\n", f"GET /{secret} HTTP/9"):
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(centre.url).port)
        writer.write(raw.encode())
        writer.write_eof()
        await reader.read()
        writer.close()


async def test_no_log_has_a_secret_or_a_person_in_it(tmp_path, caplog) -> None:
    for name in ("", "cordpair", "cordpair_gateway"):  # whatever was asked of each before
        caplog.set_level(logging.DEBUG, logger=name)
    asyncio.get_running_loop().set_debug(True)  # what asyncio says of slow callbacks
    async with talking(tmp_path) as shared:
        secrets = await everything(shared)
        for secret in secrets:
            await misused(shared, secret)
        shared.leg.hang_up()
        await shared.centre.until(lambda state: shared.contact not in state.contacts)
        for line in (shared.desk, shared.customer):
            await line.socket.close()
    lines = [f"{record.getMessage()} {record.exc_text or ''} {record.__dict__!r}" for record in caplog.records]
    assert any("cobrowse" in line for line in lines) and any("403" in line for line in lines)
    for secret in [*secrets, *PERSONAL]:
        assert len(secret) > 8 and not [line for line in lines if secret in line], secret
