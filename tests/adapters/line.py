"""A centre on the loopback PBX that speaks the line protocol, and clients as tests speak for them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cordpair.acd.model import AgentRow, NodeStatus, State
from cordpair.adapters.cti import CTI, PORT, mount, sent_for
from cordpair.api import Server, office_of
from cordpair.api.passwords import hash_password
from cordpair.clock import AsyncioClock
from cordpair.config import parse
from cordpair.ids import AgentId, NodeId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.runtime import Engine, engine_on
from cordpair.store import Store, to_configuration
from cordpair_loopback import LoopbackDriver, LoopbackPbx, answers

PHONES = ("201", "202", "203")
SECRET = "generated-for-a-client"
HASH = hash_password(sent_for(SECRET))

CENTRE = """
[pbx.n1]
url = "loopback:"
[reasons.pause]
[queues.astcti]
[queues.billing]
[services.astctidemo]
queue = "astcti"
dialled = ["101"]
variables = ["calldata"]
[seats.first]
endpoint = "201"
[seats.second]
endpoint = "202"
[seats.third]
endpoint = "203"
[agents.anna]
seat = "first"
queues = { astcti = {}, billing = {} }
[agents.bruno]
seat = "second"
queues = { billing = {} }
[timing]
settle = "0s"
[gateway]
desk_grace = "1s"
[adapters.cti]
listen = "127.0.0.1:0"
pause_reason = "pause"
macs = { "00:1A:2B:3C:4D:5E" = "third" }
"""


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, text: str | bytes) -> None:
        self.writer.write(text.encode() + b"\n" if isinstance(text, str) else text)

    async def next(self) -> str:
        """Empty: closed."""
        async with asyncio.timeout(30):
            return (await self.reader.readline()).decode().removesuffix("\n")

    async def ask(self, text: str) -> str:
        self.send(text)
        return await self.next()

    async def rest(self) -> list[str]:
        """Until it is closed."""
        found = []
        while line := await self.next():
            found.append(line)
        return found

    async def sign_in(self, name: str = "anna", secret: str = SECRET) -> str:
        assert await self.ask(f"USER {name}") == "100 OK"
        return await self.ask(f"PASS {sent_for(secret)}")

    async def close(self) -> None:
        self.writer.transport.abort()
        await asyncio.wait({asyncio.ensure_future(self.writer.wait_closed())})


class Centre:
    def __init__(self, engine: Engine, store: Store, pbx: LoopbackPbx) -> None:
        self.engine, self.store, self.pbx = engine, store, pbx
        self.port = 0
        self.app: Any = None
        self._clients: list[Client] = []

    @property
    def state(self) -> State:
        return self.engine.state

    @property
    def clients(self) -> Any:
        return self.app[CTI]

    def row(self, name: str) -> AgentRow:
        return self.state.agents[AgentId(name)]

    async def client(self, **more: Any) -> Client:
        found = Client(*await asyncio.open_connection("127.0.0.1", self.port, **more))
        self._clients.append(found)
        assert await found.next() == "100 WELCOME"
        return found

    async def signed_in(self, name: str = "anna", queues: int = 2) -> Client:
        client = await self.client()
        assert await client.sign_in(name) == "102 OK"
        for _ in range(queues):
            assert (await client.next()).startswith("200 ")
        return client

    async def until(self, true: Callable[[State], Any]) -> None:
        news = self.engine.subscribe()
        async with asyncio.timeout(20):
            while not true(self.state):
                await news.changed()
                news.take()
        self.engine.unsubscribe(news)

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


@asynccontextmanager
async def line_centre(
    directory: Path, *, pbx: LoopbackPbx | None = None, centre: str = CENTRE
) -> AsyncIterator[Centre]:
    config = parse(centre, "centre.toml").config
    clock = AsyncioClock()
    if pbx is None:
        pbx = LoopbackPbx(clock, phones=list(PHONES), app="main", name="n1")
        for phone in pbx.phones.values():
            phone.behaviour = answers(30)
    store = await Store.open(directory / "cordpair.db")
    journal = await SqliteJournal.open(directory / "journal.db", current_codec(), cell="main", run="r")
    driver = LoopbackDriver(NodeId("n1"), pbx, "main", PHONES)
    engine = await engine_on(journal, to_configuration(config, 1), [driver], store.records, clock)
    running = asyncio.create_task(engine.run())
    try:
        async with office_of(engine, store.keys, directory / "journal.db", store, config.calls) as office:
            found = Centre(engine, store, pbx)

            def mounted(app: Any, office: Any) -> None:
                mount(app, office, config, directory)
                found.app = app

            server = Server(office, mount=mounted)
            await server.listen("127.0.0.1", 0)
            found.port = await found.app[PORT]
            for name in ("anna", "bruno"):
                await store.cti_secrets.put(AgentId(name), HASH, 1)
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
