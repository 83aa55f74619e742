"""The whole engine on the loopback PBX with a store, and agents at their desks: real sockets, and pages as tests speak
for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, DummyCookieJar, WSMsgType
from argon2 import PasswordHasher

from cordpair.acd.model import AgentRow, NodeStatus
from cordpair.api import Role, Server, make_key, office_of
from cordpair.api.limits import Limits
from cordpair.clock import AsyncioClock
from cordpair.config import parse
from cordpair.ids import AgentId, ContactId, NodeId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.runtime import Engine, engine_on
from cordpair.store import Conversation, Store, to_configuration
from cordpair_gateway.desk.socket import PATH, PROTOCOL
from cordpair_gateway.part import mount
from cordpair_loopback import LoopbackDriver, LoopbackPbx, answers
from gateway.browsers import Web
from lab.connections import Connections

URL = "https://help.test"
PASSWORD = "correct horse"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = QUICK.hash(PASSWORD)
PHONES = ("101", "102", "103")

CENTRE = """
[pbx.n1]
url = "loopback:"
[reasons.lunch]
[reasons.training]
[queues.help]
offer_timeout = "5s"
dispositions = ["solved", "call back"]
pops = [{ url = "https://crm.test/c/{customer}?order={order}", title = "CRM" }]
[queues.asks]
web_accept = "desktop"
wrap_up = "60s"
[queues.billing]
[queues.chats]
medium = "chat"
[services.line]
queue = "help"
dialled = ["5001"]
[services.slow]
queue = "asks"
dialled = ["5002"]
[seats.101]
endpoint = "101"
[seats.102]
endpoint = "102"
[seats.103]
endpoint = "103"
browser = true
[agents.ann]
shown_as = "Ann Lee"
seat = "101"
queues = { help = {}, asks = {} }
[agents.bob]
seat = "102"
queues = { billing = {} }
[agents.eve]
seat = "103"
queues = { help = {} }
[agents.dora]
queues = { chats = {} }
capacity = { chat = 2 }
[timing]
settle = "0s"
[misses]
unreachable_delay = "0s"
[gateway]
url = "https://help.test"
call_within = "5s"
grace = "2s"
desk_grace = "1s"
[portals.shop]
origins = ["https://shop.test"]
[portals.shop.pages]
"/*" = { queue = "help" }
"/asks" = { queue = "asks" }
"""


class Page:
    """An agent's page, as it speaks ``/v1/desk``."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.said: list[dict[str, Any]] = []

    async def say(self, type: str, **message: Any) -> None:
        await self.socket.send_json({"type": type, **message})

    async def next(self) -> dict[str, Any] | None:
        """None: closed."""
        frame = await self.socket.receive(timeout=60)
        if frame.type is not WSMsgType.TEXT:
            return None
        message: dict[str, Any] = frame.json()
        self.said.append(message)
        return message

    async def until(self, type: str, true: Callable[[dict[str, Any]], Any] = lambda message: True) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while (message := await self.next()) is not None:
                if message["type"] == type and true(message):
                    return message
        raise AssertionError(f"closed before {type}: {self.said}")

    async def phase(self, phase: str) -> dict[str, Any]:
        """The contact, when it is in it."""
        found = await self.until("contact", lambda message: message["contact"]["phase"] == phase)
        contact: dict[str, Any] = found["contact"]
        return contact

    async def in_state(self, state: str) -> dict[str, Any]:
        return await self.until("state", lambda message: message["state"] == state)

    async def refused(self, type: str, **message: Any) -> tuple[str, str]:
        await self.say(type, **message)
        found = await self.until("error")
        return found["code"], found["about"]

    async def closed(self) -> int | None:
        async with asyncio.timeout(60):
            while await self.next() is not None:
                pass
        return self.socket.close_code


class Centre(Web):
    """With desks."""

    def __init__(self, engine: Engine, store: Store, pbx: LoopbackPbx, http: ClientSession, url: str) -> None:
        self.engine, self.store, self.pbx, self.http, self.url = engine, store, pbx, http, url
        self.cookies: dict[str, str] = {}
        self.sockets: list[ClientWebSocketResponse] = []
        self.shop, self.bank = "", ""

    async def prepare(self) -> None:
        written, kept = make_key(name="shop", role=Role.PORTAL, at_ms=0, portal="shop")
        self.shop = written
        if not await self.store.keys.all():
            for agent in self.engine.state.agents:
                await self.store.sign_ins.put_password(agent, HASH, 0)
        await self.store.keys.add(kept)

    def row(self, name: str) -> AgentRow:
        return self.state.agents[AgentId(name)]

    # ------------------------------------------------------------ signing in

    async def send(self, method: str, path: str, name: str = "", **more: Any) -> tuple[int, Any, Any]:
        """Status, body and cookies, as the page of ``name`` would."""
        headers = {"Origin": URL, **({"Cookie": self.cookies[name]} if name in self.cookies else {})}
        headers |= more.pop("headers", {})
        headers = {key: value for key, value in headers.items() if value}
        async with self.http.request(method, self.url + path, headers=headers, **more) as response:
            body = await response.read()
            jar = SimpleCookie()
            for each in response.headers.getall("Set-Cookie", []):
                jar.load(each)
            return response.status, (await response.json() if body else None), jar

    async def sign_in(self, name: str, password: str = PASSWORD, **more: Any) -> tuple[int, Any, Any]:
        status, body, jar = await self.send("POST", "/v1/sign-in", json={"name": name, "password": password}, **more)
        for cookie in jar.values():
            self.cookies[name] = f"{cookie.key}={cookie.value}"
        return status, body, jar

    # ------------------------------------------------------------ at the desk

    async def open_desk(self, name: str, **more: Any) -> Page:
        headers = {"Origin": URL, "Cookie": self.cookies.get(name, ""), **more.pop("headers", {})}
        headers = {key: value for key, value in headers.items() if value}
        protocols = more.pop("protocols", (PROTOCOL,))
        socket = await self.http.ws_connect(self.url + PATH, headers=headers, protocols=protocols, **more)
        self.sockets.append(socket)
        return Page(socket)

    async def sit_down(self, name: str, *, ready: bool = False) -> Page:
        """Signed in, and shown the whole."""
        if name not in self.cookies:
            assert (await self.sign_in(name))[0] == 200
        page = await self.open_desk(name)
        await page.until("desk")
        if ready:
            if self.row(name).seat == "103":
                await page.say("preflight", microphone=True, level=0.3, round_trip_ms=20)
            await page.say("ready")
            await page.in_state("ready")
        return page

    # ------------------------------------------------------------ callers

    def rings(self, dialled: str = "5001", **more: Any) -> Any:
        return self.pbx.call(dialled, **more)

    async def noted(self, contact: str, name: str = "ann") -> Conversation:
        found = await self.store.records.conversations.of(ContactId(contact), AgentId(name))
        assert found is not None
        return found


def loopback() -> LoopbackPbx:
    pbx = LoopbackPbx(AsyncioClock(), phones=list(PHONES), app="main", name="n1")
    for phone in pbx.phones.values():
        phone.behaviour = answers(30)
    return pbx


@asynccontextmanager
async def desk_centre(
    directory: Path, *, pbx: LoopbackPbx | None = None, centre: str = CENTRE
) -> AsyncIterator[Centre]:
    """With ``pbx`` given: the calls that are up there outlive the engine."""
    config = parse(centre, "centre.toml").config
    clock, pbx = AsyncioClock(), pbx or loopback()
    store = await Store.open(directory / "cordpair.db")
    journal = await SqliteJournal.open(directory / "journal.db", current_codec(), cell="main", run="r")
    driver = LoopbackDriver(NodeId("n1"), pbx, "main", PHONES)
    engine = await engine_on(journal, to_configuration(config, 1), [driver], store.records, clock)
    running = asyncio.create_task(engine.run())
    try:
        async with (
            office_of(engine, store.keys, directory / "journal.db", store, config.calls) as office,
            ClientSession(connector=Connections(), cookie_jar=DummyCookieJar()) as http,
        ):
            found = Centre(engine, store, pbx, http, "")

            def mounted(app: Any, office: Any) -> None:
                mount(app, office, config, directory)
                found.app = app

            server = Server(office, Limits(1e9, 1e9), mounted)
            found.url = await server.listen("127.0.0.1", 0)
            await found.prepare()
            try:
                await found.until(lambda state: state.nodes[NodeId("n1")].status is NodeStatus.OPEN)
                yield found
            finally:
                await server.close()
    finally:
        engine.stop()
        await running
        await journal.close()
        await store.close()


__all__ = ["CENTRE", "HASH", "PASSWORD", "QUICK", "URL", "Centre", "Page", "desk_centre", "loopback"]
