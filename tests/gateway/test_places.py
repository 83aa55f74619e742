"""Many who wait, on the whole engine: each told its place, nobody held up, those who do not read dropped."""

import asyncio
import socket
from itertools import pairwise
from typing import Any

import pytest

from cordpair.acd.inputs import WebLeft
from cordpair.ids import ContactId
from cordpair_gateway import line as lines
from cordpair_gateway.customers import Customer
from cordpair_gateway.frames import TEXT
from cordpair_gateway.part import CUSTOMERS
from cordpair_gateway.places import lines_of
from cordpair_gateway.session import PATH, PROTOCOL
from cordpair_gateway.slices import DONE
from cordpair_gateway.tickets import Ticket
from cordpair_gateway.views import Message
from gateway.browsers import CENTRE, SHOP, Web, web_centre
from gateway.test_frames import masked

PATIENT = CENTRE.replace('grace = "2s"', 'grace = "100s"')
MANY = 400


@pytest.fixture
async def web(tmp_path):
    async with web_centre(tmp_path, PATIENT) as found:
        yield found


class Counted:
    """A browser that takes everything at once. ``told``: by all of them."""

    behind = False

    def __init__(self, told: list[int], all_told: asyncio.Event) -> None:
        self.place, self._told, self._all = 0, told, all_told

    def show(self, message: Message) -> None:
        if message["type"] == "waiting":
            self.place = message["place"]
            self._told[0] += 1
            if self._told[0] == self._told[1]:
                self._all.set()

    def over(self) -> None:
        self.place = 0

    def replaced(self) -> None:
        raise AssertionError("there is no other")


async def customer(web: Web, name: str) -> Customer:
    ticket = Ticket(
        ticket="", portal="shop", origins=frozenset(), identity=f"sip:{name}@x", target="sip:help@x", context_id=name,
        media="audio", queue="help",
    )  # fmt: skip
    opened: Customer = await web.app[CUSTOMERS].open(ticket)
    return opened


async def test_a_round_tells_so_many_between_two_turns_of_the_loop(web: Web) -> None:
    told, all_told, screens = [0, MANY], asyncio.Event(), []
    for number in range(MANY):
        opened = await customer(web, f"web-{number}")
        screens.append(Counted(told, all_told))
        opened.slot.attach(screens[-1])
        opened.slot.drained()
    async with asyncio.timeout(60):
        while sorted(screen.place for screen in screens) != list(range(1, MANY + 1)):
            all_told.clear()
            told[:] = [0, 1]
            await all_told.wait()
    told[:] = [0, MANY - 1]
    all_told.clear()
    at_each_turn: list[int] = []

    def look() -> None:
        at_each_turn.append(told[0])
        if not all_told.is_set():
            asyncio.get_running_loop().call_soon(look)

    look()
    await web.engine.request(WebLeft("web-0"))
    await asyncio.wait_for(all_told.wait(), 60)
    assert [screen.place for screen in screens[1:]] == list(range(1, MANY))
    most = max(after - before for before, after in pairwise(at_each_turn))
    assert 0 < most <= DONE


async def test_one_look_at_all_who_wait_is_enough_for_all_queues(web: Web) -> None:
    for number, page in enumerate(["/checkout", "/now", "/checkout", "/now"]):
        await web.press(page, customer=f"c-{number}")
    queues = {row.queue for row in web.state.visits.values()}
    found = await lines_of(web.state, queues)
    by_time = sorted(web.state.visits.values(), key=lambda visit: visit.key)
    assert len(queues) == 2
    assert found == {queue: [row.contact for row in by_time if row.queue == queue] for queue in queues}


# ---------------------------------------------------------------- who does not read


async def deaf(web: Web) -> tuple[asyncio.StreamWriter, ContactId]:
    """A page that reads its welcome and nothing more. And its contact."""
    token = (await web.ticket())["session_token"]
    ours = socket.socket()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    ours.setblocking(False)
    host, _, port = web.url.removeprefix("http://").partition(":")
    await asyncio.get_running_loop().sock_connect(ours, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=ours, limit=1_024)
    writer.write(
        f"GET {PATH} HTTP/1.1\r\nHost: x\r\nOrigin: {SHOP}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
        .encode()
    )  # fmt: skip
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked(TEXT, b'{"type": "hello", "token": "%b"}' % token.encode()))
    await reader.readuntil(b'"contact":"')
    contact = (await reader.readuntil(b'"'))[:-1].decode()
    transport: Any = writer.transport
    transport.pause_reading()
    return writer, ContactId(contact)


async def test_who_does_not_read_is_dropped_and_the_rest_are_told(web: Web, monkeypatch) -> None:
    monkeypatch.setattr(lines, "SEND_S", 0.2)
    first, last = await web.press(), await web.press()
    writer, contact = await deaf(web)
    stuck: Any = web.app[CUSTOMERS].of(contact)
    for number in range(200):  # much more than it may keep waiting
        stuck.slot.say({"type": "pointer", "x": number, "padding": "x" * 1_000})
    assert len(stuck.slot._asides) == 1
    await first.say(type="leave")
    while (await last.until("waiting"))["place"] != 1:
        pass
    await web.until(lambda state: state.contacts[contact].gone_until is not None)
    assert stuck.away and web.state.contacts[contact].visit is not None  # and may come back to its place
    writer.close()


async def test_a_page_that_came_back_at_once_is_not_let_go(tmp_path) -> None:
    """Many wait when the engine starts again, and come back while it is still telling itself that they are gone."""
    async with web_centre(tmp_path, PATIENT) as web:
        tokens = [(await web.press()).said[0]["resume_token"] for _ in range(20)]
    async with web_centre(tmp_path, PATIENT) as web:
        customers = web.app[CUSTOMERS]
        await web.until(lambda state: all(row.gone_until is not None for row in state.contacts.values()))
        letting_go = asyncio.create_task(customers._let_go_of_strangers())
        await asyncio.sleep(0)  # sleep: the first is told
        _, ticket = customers.find(tokens[-1], customers.now())
        back = customers.by_context[ticket.context_id]
        await asyncio.gather(customers.back(back, in_call=False), letting_go)
        assert web.state.contacts[back.contact].gone_until is None
