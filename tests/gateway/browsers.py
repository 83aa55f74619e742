"""The whole engine on the loopback PBX with the gateway on its port, a portal's server, and browsers as tests speak for
them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from cordpair.acd.inputs import Ready, SignIn
from cordpair.acd.model import NodeStatus, State
from cordpair.api import Role, Server, make_key, office_of
from cordpair.api.call import DEMONSTRATION
from cordpair.api.limits import Limits
from cordpair.clock import AsyncioClock
from cordpair.config import parse
from cordpair.ids import AgentId, ContactId, NodeId
from cordpair.journal import SqliteJournal, current_codec
from cordpair.pbx import Driver
from cordpair.runtime import Engine, MemoryRecords, engine_on
from cordpair.runtime.supervisor import endpoints_of
from cordpair.store import ApiKey, to_configuration
from cordpair_gateway.door import Tokens
from cordpair_gateway.part import CUSTOMERS, mount
from cordpair_gateway.session import PATH, PROTOCOL
from cordpair_loopback import LoopbackDriver, LoopbackPbx, answers
from lab.connections import Connections

NODE = NodeId("n1")
SHOP, BANK, OTHER = "https://shop.test", "https://bank.test", "https://evil.test"
DOOR = "cordpair-door"

CENTRE = """
[pbx.n1]
url = "loopback:"
[skills]
video = "has a camera"
[queues.help]
offer_timeout = "5s"
[queues.now]
web = "call_first"
[queues.closed]
on_no_agent_signed_in = { hang_up = "busy" }
[seats.101]
endpoint = "101"
[seats.102]
endpoint = "102"
[agents.ann]
seat = "101"
queues = { help = {}, now = {} }
skills = { video = 1 }
[agents.bob]
seat = "102"
queues = { help = {}, closed = {} }
[timing]
settle = "0s"
[gateway]
url = "https://help.test"
call_within = "5s"
grace = "2s"
stun = ["stun:stun.test"]
[portals.shop]
origins = ["https://shop.test"]
media = ["audio", "video"]
[portals.shop.pages]
"/*" = { queue = "help" }
"/now" = { queue = "now" }
"/closed" = { queue = "closed" }
[portals.bank]
origins = ["https://bank.test"]
pages = { "/loan" = { queue = "help" } }
"""


class Noted(MemoryRecords):
    def __init__(self) -> None:
        super().__init__()
        self.variables: dict[ContactId, dict[str, str]] = {}

    def put(self, contact: ContactId, at_ms: int, caller: Any, variables: Any) -> None:
        super().put(contact, at_ms, caller, variables)
        self.variables[contact] = dict(variables)


class Keys:
    def __init__(self) -> None:
        self.all: dict[str, ApiKey] = {}

    async def find(self, id: str) -> ApiKey | None:
        return self.all.get(id)

    def add(self, role: Role, **more: Any) -> str:
        written, kept = make_key(name="test", role=role, at_ms=0, **more)
        self.all[kept.id] = kept
        return written


class Browser:
    """One WebSocket of a customer's page."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.said: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def next(self) -> dict[str, Any] | None:
        """None: closed."""
        frame = await self.socket.receive(timeout=60)
        if frame.type is not WSMsgType.TEXT:
            return None
        message: dict[str, Any] = frame.json()
        self.said.append(message)
        return message

    async def until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while (message := await self.next()) is not None:
                if message["type"] == kind:
                    return message
        raise AssertionError(f"closed before {kind}: {self.said}")


class Web:
    def __init__(
        self, engine: Engine, records: Noted, keys: Keys, pbx: LoopbackPbx, http: ClientSession, url: str
    ) -> None:
        self.engine, self.records, self.keys, self.pbx, self.http, self.url = engine, records, keys, pbx, http, url
        self.shop, self.bank = keys.add(Role.PORTAL, portal="shop"), keys.add(Role.PORTAL, portal="bank")
        self.app: Any = None
        self.sockets: list[ClientWebSocketResponse] = []  # one that nobody holds is closed

    @property
    def state(self) -> State:
        return self.engine.state

    async def until(self, true: Callable[[State], Any]) -> None:
        news = self.engine.subscribe()
        async with asyncio.timeout(60):
            while not true(self.state):
                await news.changed()
                news.take()
        self.engine.unsubscribe(news)

    async def staff(self, *names: str) -> None:
        for name in names:
            await self.engine.request(SignIn(AgentId(name)))
            await self.engine.request(Ready(AgentId(name)))

    # ------------------------------------------------------------ the portal's server

    async def ask(self, method: str, path: str, key: str | None, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        async with self.http.request(method, self.url + path, headers=headers, **more) as response:
            return response.status, await response.json()

    async def ticket(self, page: str = "/checkout", key: str | None = None, **more: Any) -> dict[str, Any]:
        status, body = await self.ask("POST", "/v1/tickets", key or self.shop, json={"page": page, **more})
        assert status == 201, body
        found: dict[str, Any] = body
        return found

    # ------------------------------------------------------------ browsers

    async def connect(self, origin: str | None = SHOP, protocol: str = PROTOCOL) -> Browser:
        headers = {} if origin is None else {"Origin": origin}
        socket = await self.http.ws_connect(self.url + PATH, headers=headers, protocols=(protocol,))
        self.sockets.append(socket)
        return Browser(socket)

    async def hello(self, token: str, origin: str = SHOP, **more: Any) -> Browser:
        browser = await self.connect(origin)
        await browser.say(type="hello", token=token, **more)
        return browser

    async def press(self, page: str = "/checkout", **more: Any) -> Browser:
        """Presses the button, and is welcome."""
        browser = await self.hello((await self.ticket(page, **more))["session_token"])
        await browser.until("welcome")
        return browser

    def redeem(self, call: dict[str, Any]) -> Any:
        """As the door does it."""
        token = call["url"].partition("?token=")[2]
        tokens: Tokens = self.app[CUSTOMERS]
        return tokens.redeem(token)

    def calls(self, call: dict[str, Any]) -> Any:
        """The browser does what it was told, and the door lets it."""
        lock = self.redeem(call)
        assert lock is not None
        return self.pbx.call("help", context=DOOR, endpoint="cordpair-door", context_id=lock.context_id)


@asynccontextmanager
async def web_centre(directory: Path, centre: str = CENTRE, plays: str | None = None) -> AsyncIterator[Web]:
    """``plays``: the portal whose web site is played, as in the demonstration."""
    pbx = LoopbackPbx(AsyncioClock(), phones=["101", "102"], app="main", name="n1")
    for phone in pbx.phones.values():
        phone.behaviour = answers(30)
    async with served(directory, centre, pbx, lambda seats: LoopbackDriver(NODE, pbx, "main", seats), plays) as web:
        yield web


@asynccontextmanager
async def served(
    directory: Path, centre: str, pbx: Any, make: Callable[[tuple[str, ...]], Driver], plays: str | None = None
) -> AsyncIterator[Web]:
    """On a PBX of one's own; ``make`` gets the seats to watch."""
    config = parse(centre, "centre.toml").config
    configuration, clock = to_configuration(config, 1), AsyncioClock()
    journal = await SqliteJournal.open(directory / "journal.db", current_codec(), cell="main", run="r")
    driver = make(endpoints_of(configuration, NODE))
    records, keys = Noted(), Keys()
    engine = await engine_on(journal, configuration, [driver], records, clock)
    running = asyncio.create_task(engine.run())
    apps: list[Any] = []

    def mounted(app: Any, office: Any) -> None:
        apps.append(app)
        if plays is not None:
            app[DEMONSTRATION] = plays
        mount(app, office, config, directory)

    try:
        async with (
            office_of(engine, keys, directory / "journal.db") as office,
            ClientSession(connector=Connections()) as http,
        ):
            server = Server(office, Limits(1e9, 1e9), mounted)
            web = Web(engine, records, keys, pbx, http, await server.listen("127.0.0.1", 0))
            web.app = apps[0]
            try:
                await web.until(lambda state: state.nodes[NODE].status is NodeStatus.OPEN)
                yield web
            finally:
                await server.close()
    finally:
        engine.stop()
        await running
        await journal.close()


__all__ = ["BANK", "CENTRE", "DOOR", "OTHER", "SHOP", "Browser", "Web", "served", "web_centre"]
