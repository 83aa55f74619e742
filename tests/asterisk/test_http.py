"""ARI's HTTP: replies in any pieces, and the connections they come on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair_asterisk import http
from cordpair_asterisk.http import Answer, BadReply, Http, parse

OK = b"HTTP/1.1 200 OK\r\nServer: Asterisk\r\nContent-Length: 4\r\n\r\nbody"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\n\r\n"
TRAILED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n\r\n"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\n" + OK


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (OK, Answer(200, b"body", True)),
        (NO_CONTENT, Answer(204, b"", True)),
        (CHUNKED, Answer(200, b"body", True)),
        (TRAILED, Answer(200, b"body", True)),
        (CONTINUED, Answer(200, b"body", True)),
        (OK.replace(b"Server: Asterisk", b"connection: Close"), Answer(200, b"body", False)),
        (OK.replace(b"HTTP/1.1", b"HTTP/1.0"), Answer(200, b"body", False)),
    ],
)
def test_a_reply_in_pieces_is_the_reply(wire: bytes, answer: Answer) -> None:
    for cut in range(1, len(wire)):
        data = bytearray(wire[:cut])
        assert parse(data) is None, cut
        data += wire[cut:]
        assert parse(data) == answer and not data


@pytest.mark.parametrize(
    "wire",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * http.MAX_HEAD,
    ],
)
def test_what_is_no_reply_is_refused(wire: bytes) -> None:
    with pytest.raises(BadReply):
        parse(bytearray(wire))


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 ", CHUNKED[:-8]]))
def test_no_bytes_raise_anything_else(data: bytes, start: bytes) -> None:
    try:
        answer = parse(bytearray(start + data))
    except BadReply:
        return
    assert answer is None or answer.status >= 200


class Server:
    """Answers requests as told; counts its connections."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self.answer = OK
        self.held = asyncio.Event()
        self.held.set()
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await self.held.wait()
                writer.write(self.answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    running = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = running.sockets[0].getsockname()[1]
    yield made
    running.close()
    for writer in made.writers:
        writer.close()
    await running.wait_closed()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Http]:
    made = Http(f"http://127.0.0.1:{server.port}/ari", "ann", "secret", 1.0)
    yield made
    made.close()


async def test_a_connection_is_used_again(server: Server, client: Http) -> None:
    for _ in range(5):
        assert (await client.request("GET", "a b\r\nX: y", {"q": "1&2"}, None, 1.0)).body == b"body"
    assert server.connections == 1
    assert server.requests[0].startswith(b"GET /ari/a%20b%0D%0AX:%20y?q=1%262 HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_no_more_than_so_many_at_once_and_all_get_their_turn(server: Server, client: Http) -> None:
    server.held.clear()
    asking = [asyncio.ensure_future(client.request("GET", "x", None, None, 5.0)) for _ in range(60)]
    while len(server.requests) < http.CONNECTIONS:
        await asyncio.sleep(0)  # sleep: only the others' turn
    asking[0].cancel()
    asking[40].cancel()
    server.held.set()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(result, Answer) for result in results) == 58
    assert server.connections <= http.CONNECTIONS + 1


async def test_a_late_reply_is_nobody_elses(server: Server, client: Http) -> None:
    server.held.clear()
    with pytest.raises(TimeoutError):
        await client.request("GET", "first", None, None, 0.02)
    server.held.set()
    server.answer = OK.replace(b"body", b"more")
    assert (await client.request("GET", "second", None, None, 1.0)).body == b"more"
    assert server.connections == 2


async def test_more_than_was_asked_for_ends_the_connection(server: Server, client: Http) -> None:
    server.answer = OK + OK
    with pytest.raises(BadReply):
        await client.request("GET", "x", None, None, 1.0)


async def test_a_server_that_goes_fails_the_request(server: Server, client: Http) -> None:
    server.held.clear()
    asking = asyncio.ensure_future(client.request("GET", "x", None, None, 5.0))
    while not server.requests:
        await asyncio.sleep(0)  # sleep: only the others' turn
    server.writers[0].transport.abort()
    with pytest.raises(ConnectionError):
        await asking
    client.close()
    with pytest.raises(ConnectionError):
        await client.request("GET", "x", None, None, 1.0)
