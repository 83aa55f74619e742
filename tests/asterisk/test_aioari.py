"""aioari behind the driver's port: what the driver needs of it, and where it would hang or leak."""

import asyncio
import sys
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest

from asterisk import recorded
from asterisk.fake_ari import PASSWORD, USER, FakeAri, Inputs
from cordpair.errors import ConfigurationError
from cordpair.ids import LegId, NodeId
from cordpair.pbx import LegGone, LinkLost, LoginRefused, Refused
from cordpair_asterisk.config import Settings, parse
from cordpair_asterisk.transports import make
from cordpair_asterisk.transports.aioari import _Login, _text
from cordpair_asterisk.wire import decode_event

DESCRIPTION = {"swaggerVersion": "1.1", "apiVersion": "10.0", "basePath": "http://127.0.0.1/ari"}
MESSAGE = {"id": "Message", "properties": {"type": {"type": "string", "required": True}}, "subTypes": []}


def describe(server: FakeAri) -> None:
    """What /ari/api-docs of a running Asterisk says, as far as aioari looks at it before the first event."""
    base = {**DESCRIPTION, "basePath": f"http://127.0.0.1:{server.port}/ari"}
    app = {"name": "app", "paramType": "query", "required": True, "allowMultiple": True, "dataType": "string"}
    listen = {
        "httpMethod": "GET",
        "summary": "WebSocket connection for events.",
        "nickname": "eventWebsocket",
        "responseClass": "Message",
        "upgrade": "websocket",
        "websocketProtocol": "ari",
        "parameters": [app],
    }
    events: dict[str, Any] = {
        **base,
        "resourcePath": "/api-docs/events.{format}",
        "apis": [{"path": "/events", "description": "Events", "operations": [listen]}],
        "models": {"Message": MESSAGE},
    }
    listed = [{"path": "/api-docs/events.{format}", "description": "WebSocket resource"}]
    server.answers["GET api-docs/resources.json"] = (200, {**base, "apis": listed})
    server.answers["GET api-docs/events.json"] = (200, events)


@pytest.fixture
async def server() -> AsyncIterator[FakeAri]:
    async with FakeAri(key=True) as running:
        describe(running)
        yield running


@pytest.fixture
def inputs() -> Inputs:
    return Inputs()


async def test_requests_log_in_by_header_and_events_in_the_url(server: FakeAri, inputs: Inputs) -> None:
    driver = server.driver(options="?transport=aioari")
    await driver.open(inputs)
    opened = next(query for query in server.queries if query.startswith("app="))
    assert opened == f"app=cordpair-main&api_key={USER}:{PASSWORD}"
    assert not any("api_key" in query for query in server.queries if query != opened)
    await server.sockets[-1].close()
    assert "the event WebSocket was closed" in (await asyncio.wait_for(driver.ended(), 5)).reason
    await driver.close()


def test_credentials_in_the_url_are_quoted() -> None:
    """aioari joins its query without quoting: this password would be three parameters and half a path."""
    login = _Login(Settings("http://127.0.0.1:1/ari", "a b", "x&app=other#/?%=", "asterisk+ari://x/"))
    query: dict[str, str] = {}
    login.apply(query, query)
    assert query == {"api_key": "a%20b%3Ax%26app%3Dother%23%2F%3F%25%3D"}


@pytest.mark.parametrize(
    ("status", "error"), [(404, LegGone), (409, Refused), (405, Refused), (413, Refused), (500, Refused)]
)
async def test_a_status_has_a_meaning(server: FakeAri, inputs: Inputs, status: int, error: type[Exception]) -> None:
    driver = server.driver(options="?transport=aioari")
    await driver.open(inputs)
    server.answers["POST channels/leg-1/answer"] = (status, {"message": "no"})
    with pytest.raises(error, match="405" if status in {405, 413} else str(status)):
        await driver.answer(LegId("leg-1"))
    await driver.close()


async def test_no_answer_in_time(server: FakeAri, inputs: Inputs) -> None:
    driver = server.driver(options="?transport=aioari&request_timeout=1")
    await driver.open(inputs)
    server.hold("POST channels/leg-1/answer")
    with pytest.raises(Exception, match=r"no answer within 1 s"):
        await driver.answer(LegId("leg-1"))
    await driver.close()


async def test_an_asterisk_that_stops_answering_is_noticed(server: FakeAri, inputs: Inputs) -> None:
    """aioari's WebSocket has no heartbeat: without our question a dead peer would never end the link."""
    driver = server.driver(options="?transport=aioari&heartbeat=0.1")
    await driver.open(inputs)
    server.hold("GET asterisk/ping")
    assert (await asyncio.wait_for(driver.ended(), 5)).reason == "Asterisk does not answer any more"
    await driver.close()


async def test_wrong_credentials_are_the_operators_fault(server: FakeAri, inputs: Inputs) -> None:
    settings = Settings(f"http://127.0.0.1:{server.port}/ari", USER, "wrong", "asterisk+ari://x/", transport="aioari")
    transport = make(settings)
    with pytest.raises(LoginRefused):
        await transport.connect("cordpair-main")
    await transport.close()


@pytest.mark.parametrize("answer", [(404, {}), (200, {"apis": "no"}), (200, {**DESCRIPTION, "apis": []})])
async def test_a_description_it_cannot_use_is_no_link(server: FakeAri, inputs: Inputs, answer: tuple[int, Any]) -> None:
    server.answers["GET api-docs/resources.json"] = answer
    with pytest.raises(LinkLost):
        await server.driver(options="?transport=aioari").open(inputs)


async def test_nobody_listens(server: FakeAri) -> None:
    transport = make(Settings("http://127.0.0.1:1/ari", USER, PASSWORD, "asterisk+ari://x/", transport="aioari"))
    with pytest.raises(LinkLost, match="cannot connect"):
        await transport.connect("cordpair-main")
    await transport.close()


async def test_recorded_events_are_the_same_through_aioari(server: FakeAri, inputs: Inputs) -> None:
    """As a reference client: what a real Asterisk sent, through its reader and through ours."""
    settings = Settings(f"http://127.0.0.1:{server.port}/ari", USER, PASSWORD, "asterisk+ari://x/", transport="aioari")
    theirs, events = list[Any](), recorded.events()
    transport = make(settings)
    await transport.connect("cordpair-main")
    done = asyncio.Event()

    def receive(text: str) -> None:
        theirs.append(decode_event(text))
        if len(theirs) == len(events):
            done.set()

    reading = asyncio.ensure_future(transport.read(receive))
    for event in events:
        await server.send(event.pop("type"), **event)
    await asyncio.wait_for(done.wait(), 5)
    assert theirs == [decode_event(_text(event)) for event in recorded.events()]
    await server.sockets[-1].close()
    await reading
    await transport.close()


def not_installed(name: str) -> None:
    raise PackageNotFoundError(name)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings("http://127.0.0.1:1/ari", USER, PASSWORD, "asterisk+ari://x/", transport="aioari")
    monkeypatch.delitem(sys.modules, "cordpair_asterisk.transports.aioari", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == "aioari"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aioari", None)
    with pytest.raises(LinkLost, match=r"pip install 'cordpair\[aioari\]'"):
        make(settings)
    monkeypatch.setattr("cordpair.pbx.address.distribution", not_installed)
    with pytest.raises(ConfigurationError, match=r"pip install 'cordpair\[aioari\]'"):
        parse(NodeId("pbx"), "asterisk+ari://a:b@127.0.0.1/?transport=aioari")
    with pytest.raises(ConfigurationError, match="transport must be one of own, aioari"):
        parse(NodeId("pbx"), "asterisk+ari://a:b@127.0.0.1/?transport=other")
