"""A centre on the loopback PBX with the platform's dashboard interface, and dashboards that connect to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from adapters.board_model import Dashboard
from cordpair.acd.inputs import Ready, SignIn
from cordpair.acd.model import NodeStatus, State
from cordpair.adapters import webhooks
from cordpair.adapters.callcenter import CALLCENTER, Dashboards, mount
from cordpair.api import Role, Server, make_key, office_of
from cordpair.clock import AsyncioClock
from cordpair.config import parse
from cordpair.ids import AgentId, NodeId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.runtime import Engine, engine_on
from cordpair.store import Store, to_configuration
from cordpair_loopback import LoopbackDriver, LoopbackPbx, answers
from lab.connections import Connections

NUMBER = "3453439819"
PAGE = "https://wall.example.com"
CENTRE = """
[pbx.n1]
url = "loopback:"
[queues.q-callcenter]
[services.hotline]
queue = "q-callcenter"
dialled = ["113"]
[seats.201]
endpoint = "201"
[seats.202]
endpoint = "202"
[agents.98427456]
seat = "201"
queues = { q-callcenter = {} }
[agents.10092018]
seat = "202"
queues = { q-callcenter = {} }
[timing]
settle = "0s"
[adapters.callcenter]
origins = ["https://wall.example.com"]
callers = true
"""


def hooked(name: str, url: str, *more: str) -> str:
    """A webhook, for the end of a configuration."""
    return "\n".join((f"[webhooks.to.{name}]", f'url = "{url}"', 'secret = { env = "HOOK_SECRET" }', *more, ""))


class Client(Dashboard):
    """A dashboard on a socket of its own."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        super().__init__()
        self.socket = socket

    async def say(self, text: str) -> None:
        await self.socket.send_str(text)

    async def until(self, true: Callable[["Client"], Any]) -> None:
        async with asyncio.timeout(20):
            while not true(self):
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, message
                self.hear(message.data)

    def status(self, agent: str) -> str:
        """ "" of one that was not told yet."""
        return self.agents[agent]["status"] if agent in self.agents else ""

    async def error(self) -> tuple[int, str]:
        """The next line that the original dashboard would pass over."""
        before = len(self.others)
        await self.until(lambda me: len(me.others) > before)
        return self.others[-1]["code"], self.others[-1]["message"]

    async def closed(self) -> int | None:
        """Until it is: with which code."""
        async with asyncio.timeout(20):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


class Wall:
    def __init__(self, engine: Engine, store: Store, pbx: LoopbackPbx, http: ClientSession) -> None:
        self.engine, self.store, self.pbx, self.http = engine, store, pbx, http
        self.url = ""
        self.app: Any = None
        self._clients: list[Client] = []

    @property
    def dashboards(self) -> Dashboards:
        return self.app[CALLCENTER]

    async def key(self, agent: str | None = None, role: Role = Role.CALLCENTER, **more: Any) -> str:
        written, kept = make_key(name="wall", role=role, at_ms=0, agent=agent, **more)
        await self.store.keys.add(kept)
        return written

    async def dashboard(self, key: str | None = None, **more: Any) -> Client:
        """It has said HELLO, and heard the answer."""
        given = key or await self.key()
        socket = await self.http.ws_connect(f"{self.url}/callcenter?token={given}", **more)
        client = Client(socket)
        self._clients.append(client)
        await client.say("HELLO")
        await client.until(lambda me: me.stats)
        return client

    async def staff(self, *agents: str) -> None:
        for name in agents:
            await self.engine.request(SignIn(AgentId(name)))
            await self.engine.request(Ready(AgentId(name)))

    async def close(self) -> None:
        for client in self._clients:
            await client.socket.close()

    async def until(self, true: Callable[[State], Any]) -> None:
        news = self.engine.subscribe()
        async with asyncio.timeout(20):
            while not true(self.engine.state):
                await news.changed()
                news.take()
        self.engine.unsubscribe(news)


@asynccontextmanager
async def wall(directory: Path, *, pbx: LoopbackPbx | None = None, centre: str = CENTRE) -> AsyncIterator[Wall]:
    config = parse(centre, "centre.toml").config
    clock = AsyncioClock()
    phones = [seat.endpoint for seat in config.seats.values()]
    if pbx is None:
        pbx = LoopbackPbx(clock, phones=phones, app="main", name="n1")
        for phone in pbx.phones.values():
            phone.behaviour = answers(30)
    store = await Store.open(directory / "cordpair.db")
    journal = await SqliteJournal.open(directory / "journal.db", current_codec(), cell="main", run="r")
    driver = LoopbackDriver(NodeId("n1"), pbx, "main", tuple(phones))
    engine = await engine_on(journal, to_configuration(config, 1), [driver], store.records, clock)
    running = asyncio.create_task(engine.run())
    try:
        async with (
            office_of(engine, store.keys, directory / "journal.db", store) as office,
            ClientSession(connector=Connections()) as http,
        ):
            found = Wall(engine, store, pbx, http)

            def mounted(app: Any, office: Any) -> None:
                for part in (mount, webhooks.mount):
                    part(app, office, config, directory)
                found.app = app

            server = Server(office, mount=mounted)
            found.url = await server.listen("127.0.0.1", 0)
            try:
                await found.until(lambda state: state.nodes[NodeId("n1")].status is NodeStatus.OPEN)
                yield found
            finally:
                await found.close()
                await server.close()
    finally:
        engine.stop()
        await running
        await journal.close()
        await store.close()
