"""An engine on the loopback PBX in real time, the API on it, and a key for each role."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web

from cordpair.acd.configuration import (
    Agent,
    Assignment,
    Configuration,
    Queue,
    Seat,
    Service,
    Step,
    Timing,
)
from cordpair.acd.model import NodeStatus, State
from cordpair.api import Role, Server, make_key, office_of
from cordpair.api.call import Office
from cordpair.api.limits import Limits
from cordpair.clock import AsyncioClock
from cordpair.config.calls import Calls
from cordpair.config.reports import Reports
from cordpair.ids import AgentId, NodeId, QueueId, SeatId, ServiceId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.reports.clerk import counting_of
from cordpair.runtime import Engine, MemoryRecords, Origin, Reloader, engine_on
from cordpair.store import ApiKey
from cordpair_loopback import LoopbackDriver, LoopbackPbx, answers
from lab.connections import Connections

NODE = NodeId("n1")
AGENTS = ("ann", "bob", "cleo")


def agent(name: str, *queues: str, mail: int = 1, **skills: int) -> Agent:
    return Agent(
        AgentId(name),
        skills,
        tuple(Assignment(QueueId(each)) for each in queues),
        SeatId(f"seat-{name}"),
        capacity={"voice": 1, "mail": mail},
    )


CONFIGURATION = Configuration(
    revision=1,
    nodes=(NODE,),
    queues=(
        Queue(QueueId("sales"), steps=(Step(0, {"german": 5}),)),
        Queue(QueueId("support"), wrap_up_ms=60_000),
        Queue(QueueId("mails"), medium="mail"),
    ),
    agents=(
        agent("ann", "sales", "mails", german=9),
        agent("bob", "sales", "support", german=5, english=9),
        agent("cleo", "support"),
    ),
    seats=tuple(Seat(SeatId(f"seat-{name}"), name) for name in AGENTS),
    services=(
        Service(ServiceId("sales"), QueueId("sales"), dialled=("5001",)),
        Service(ServiceId("support"), QueueId("support"), dialled=("5002",)),
    ),
    reasons=("break", "training"),
    timing=Timing(settle_ms=0),
)


class Keys:
    """The store's keys, in memory."""

    def __init__(self) -> None:
        self.all: dict[str, ApiKey] = {}
        self.written: dict[str, str] = {}

    async def find(self, id: str) -> ApiKey | None:
        return self.all.get(id)

    def add(self, role: Role, **more: Any) -> str:
        written, kept = make_key(name="test", role=role, at_ms=0, **more)
        self.all[kept.id] = kept
        return written

    def of(self, who: str) -> str:
        """Of a role, or of an agent."""
        if who not in self.written:
            role = Role.AGENT if who in AGENTS else Role(who)
            self.written[who] = self.add(role, agent=who if who in AGENTS else None)
        return self.written[who]


class Api:
    """A client of the API, and what is behind it."""

    def __init__(self, office: Office, url: str, keys: Keys, http: ClientSession, pbx: LoopbackPbx) -> None:
        self.office, self.url, self.keys, self.http, self.pbx = office, url, keys, http, pbx

    @property
    def engine(self) -> Engine:
        return self.office.engine

    @property
    def state(self) -> State:
        return self.engine.state

    def headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys.of(who)}"} if who is not None else {}

    async def ask(self, method: str, path: str, body: Any = None, who: str | None = "admin", **more: Any) -> tuple:
        """The status, and the answer as JSON."""
        response = await self.raw(method, path, who, **(more if body is None else {"json": body, **more}))
        return response.status, await response.json() if response.content_type == "application/json" else None

    async def raw(self, method: str, path: str, who: str | None = "admin", **more: Any) -> ClientResponse:
        async with self.http.request(method, self.url + path, headers=self.headers(who), **more) as response:
            await response.read()
            return response

    async def get(self, path: str, who: str | None = "admin") -> Any:
        status, answer = await self.ask("GET", path, who=who)
        assert status == 200, answer
        return answer

    async def do(self, path: str, body: Any = None, who: str | None = "admin", status: int = 200) -> Any:
        got, answer = await self.ask("POST", path, body, who=who)
        assert got == status, answer
        return answer

    async def staff(self, *names: str) -> None:
        for name in names:
            await self.do(f"/v1/agents/{name}/sign-in", {})
            await self.do(f"/v1/agents/{name}/ready")

    async def until(self, true: Callable[[State], Any]) -> None:
        """Until the tables are such."""
        news = self.engine.subscribe()
        async with asyncio.timeout(20):
            while not true(self.state):
                await news.changed()
                news.take()
        self.engine.unsubscribe(news)


@asynccontextmanager
async def serving(
    directory: Path,
    configuration: Configuration = CONFIGURATION,
    limits: Limits | None = None,
    origin: Origin | None = None,
    calls: Calls | None = None,
    mount: Callable[[web.Application, Office], None] | None = None,
    reports: Reports | None = None,
    kind: type[LoopbackDriver] = LoopbackDriver,
) -> AsyncIterator[Api]:
    """``origin``: where the configuration is kept, to be changed. ``reports``: counted by a process beside.
    ``kind``: of driver."""
    clock = AsyncioClock()
    phones = [seat.endpoint for seat in configuration.seats]
    pbx = LoopbackPbx(clock, phones=phones, app="main", name=NODE)
    for phone in pbx.phones.values():
        phone.behaviour = answers(30)
    journal = await SqliteJournal.open(directory / "journal.db", current_codec(), cell="main", run="r")
    driver = kind(NODE, pbx, "main", tuple(phones))
    engine = await engine_on(journal, configuration, [driver], MemoryRecords(), clock)
    if origin is not None:
        engine.reloader = Reloader(engine, origin)
        engine.keep_phones(origin.store.phone_accounts)
    running = asyncio.create_task(engine.run())
    keys, store = Keys(), origin.store if origin is not None else None
    try:
        async with contextlib.AsyncExitStack() as stack:
            path = directory / "journal.db"
            clerk = None
            if reports is not None:
                clerk = await stack.enter_async_context(counting_of(engine, path, reports, directory))
            office = await stack.enter_async_context(office_of(engine, keys, path, store, calls=calls, reports=clerk))
            http = await stack.enter_async_context(ClientSession(connector=Connections()))
            server = Server(office, limits or Limits(1e9, 1e9), mount)
            api = Api(office, await server.listen("127.0.0.1", 0), keys, http, pbx)
            try:
                await api.until(lambda state: state.nodes[NODE].status is NodeStatus.OPEN)
                yield api
            finally:
                await server.close()
    finally:
        engine.stop()
        await running
        await journal.close()


@pytest.fixture
async def api(tmp_path) -> AsyncIterator[Api]:
    async with serving(tmp_path) as found:
        yield found


@pytest.fixture
async def counted_api(tmp_path) -> AsyncIterator[Api]:
    """With reports."""
    async with serving(tmp_path, reports=Reports()) as found:
        yield found


@pytest.fixture
def keys() -> Keys:
    return Keys()
