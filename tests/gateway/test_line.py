"""A customer's line over real sockets: what is said on it, and how each end of it goes."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer

from api.test_tls import make
from cordpair.runtime import run_loop
from cordpair_gateway import line as lines
from cordpair_gateway.frames import TEXT, frame
from cordpair_gateway.line import Line, take_over
from gateway.test_frames import masked
from lab.connections import Connections

PROTOCOL = "test.v1"


class Listening:
    """The owner of one line."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.drains = asyncio.Event()
        self.line = Line(self)

    def heard(self, text: bytes) -> None:
        self.said.put_nowait(text)

    def drained(self) -> None:
        self.drains.set()

    def lost(self) -> None:
        self.said.put_nowait(None)

    async def next(self) -> bytes | None:
        return await asyncio.wait_for(self.said.get(), 10)


class Place:
    def __init__(self, server: TestServer, http: ClientSession) -> None:
        self.server, self.http = server, http
        self.opened: asyncio.Queue[Listening] = asyncio.Queue()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        owner = Listening()
        response = take_over(request, owner.line, PROTOCOL)
        if response is None:
            return web.Response(status=400)
        self.opened.put_nowait(owner)
        return response

    async def browser(self):
        socket = await self.http.ws_connect(self.server.make_url("/"), protocols=(PROTOCOL,))
        return socket, await asyncio.wait_for(self.opened.get(), 10)

    async def wire(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Listening]:
        """A browser of which each byte is ours, and which reads as little ahead as can be."""
        ours = socket.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        ours.setblocking(False)
        await asyncio.get_running_loop().sock_connect(ours, ("127.0.0.1", self.server.port))
        reader, writer = await asyncio.open_connection(sock=ours, limit=1_024)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: test.v1\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer, await asyncio.wait_for(self.opened.get(), 10)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    app = web.Application()
    server = TestServer(app)
    async with ClientSession(connector=Connections()) as http:
        made = Place(server, http)
        app.router.add_get("/", made.serve)
        await server.start_server()
        yield made
        await server.close()


async def test_what_is_said_arrives_on_both_ends(place: Place) -> None:
    browser, owner = await place.browser()
    assert browser.protocol == PROTOCOL
    await browser.send_str("hello")
    await browser.send_str("é" * 20_000)
    assert (await owner.next(), await owner.next()) == (b"hello", ("é" * 20_000).encode())
    for text in (b"one", b"x" * 300):
        owner.line.send(text)
    assert [await browser.receive_str() for _ in range(2)] == ["one", "x" * 300]
    await browser.ping(b"there?")
    assert await browser.close(code=4000) and browser.close_code == 4000
    assert await owner.next() is None and not owner.line.is_open
    owner.line.send(b"to nobody")
    owner.line.close(1000)
    owner.line.abort()


async def test_for_aiohttp_the_connection_is_over(place: Place) -> None:
    """Or it would keep the request and its tasks for as long as the line is open."""
    assert place.server.handler is not None
    browser, owner = await place.browser()
    assert place.server.handler.connections == []
    owner.line.send(b"still here")
    assert await browser.receive_str() == "still here"
    names = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]
    assert not [name for name in names if "RequestHandler" in name]
    await browser.close()


async def test_our_goodbye_is_answered(place: Place) -> None:
    browser, owner = await place.browser()
    owner.line.close(4400, "busy")
    owner.line.send(b"too late")
    message = await browser.receive()
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 4400, "busy")
    assert await owner.next() is None


async def test_a_goodbye_that_is_not_answered_ends_all_the_same(place: Place, monkeypatch) -> None:
    monkeypatch.setattr(lines, "CLOSE_S", 0.01)
    _, writer, owner = await place.wire()
    owner.line.close(1001)
    assert await owner.next() is None
    writer.close()


async def test_what_no_browser_sends_closes_the_line(place: Place) -> None:
    reader, writer, owner = await place.wire()
    writer.write(masked(TEXT, b"good") + frame(TEXT, b"bad") + masked(TEXT, b"never heard"))
    assert await owner.next() == b"good"
    assert (await reader.read(4))[2:] == b"\x03\xea"
    assert await owner.next() is None
    writer.close()


async def test_a_line_that_breaks_is_lost(place: Place) -> None:
    _, writer, owner = await place.wire()
    writer.transport.abort()
    assert await owner.next() is None


async def test_who_is_not_heard_has_to_wait(place: Place) -> None:
    browser, owner = await place.browser()
    owner.line.hear(False)
    for text in ("one", "two"):
        await browser.send_str(text)
    owner.line.send(b"go on")
    assert await browser.receive_str() == "go on" and owner.said.empty()
    owner.line.hear(True)
    assert (await owner.next(), await owner.next()) == (b"one", b"two")
    await browser.close()


async def test_one_after_the_other_even_of_what_came_at_once(place: Place) -> None:
    _, writer, owner = await place.wire()

    def heard(text: bytes) -> None:
        owner.said.put_nowait(text)
        owner.line.hear(False)

    owner.heard = heard  # type: ignore[method-assign]
    writer.write(b"".join(masked(TEXT, b"%d" % number) for number in range(3)))
    for number in range(3):
        assert await owner.next() == b"%d" % number and owner.said.empty()
        owner.line.hear(True)
    writer.close()


async def test_who_does_not_read_is_behind_and_dropped(place: Place, monkeypatch) -> None:
    monkeypatch.setattr(lines, "SEND_S", 0.01)
    _, writer, owner = await place.wire()
    sent = 0
    while not owner.line.behind:
        owner.line.send(b"x" * 500)
        sent += 500
    assert sent < 200_000  # of which this process keeps little
    assert await owner.next() is None
    writer.close()


async def test_who_reads_again_is_told_so(place: Place) -> None:
    reader, writer, owner = await place.wire()
    while not owner.line.behind:
        owner.line.send(b"x" * 500)
    reading = asyncio.create_task(reader.read(-1))
    await asyncio.wait_for(owner.drains.wait(), 10)
    assert not owner.line.behind and owner.line.is_open
    owner.line.abort()
    await asyncio.gather(reading, return_exceptions=True)
    writer.close()


@pytest.mark.parametrize("missing", ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
async def test_what_is_no_upgrade_is_answered_as_such(place: Place, missing) -> None:
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": PROTOCOL,
    }
    del headers[missing]
    async with place.http.get(place.server.make_url("/"), headers=headers) as response:
        assert response.status == 400


def test_over_tls_on_the_loop_that_serves(tmp_path) -> None:
    """uvloop's transports, plain ones below and TLS above: its protocol can be changed as well."""
    certificate, key = make(tmp_path, "own")
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)

    async def talk() -> None:
        app = web.Application()
        server = TestServer(app, scheme="https")
        async with ClientSession(connector=Connections()) as http:
            place = Place(server, http)
            app.router.add_get("/", place.serve)
            await server.start_server(ssl=ours)
            trusted = ssl.create_default_context(cafile=str(certificate))
            browser = await http.ws_connect(server.make_url("/"), protocols=(PROTOCOL,), ssl=trusted)
            owner = await place.opened.get()
            await browser.send_str("hello")
            assert await owner.next() == b"hello"
            owner.line.send(b"x" * 3_000)
            assert await browser.receive_str() == "x" * 3_000
            owner.line.close(1001, "restart")
            assert (await browser.receive()).data == 1001 and await owner.next() is None
            await server.close()

    run_loop(talk())
