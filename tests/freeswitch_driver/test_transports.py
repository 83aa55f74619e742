"""The other clients behind the port keep its promises: on the scripted server, with the faults that made them hang."""

import asyncio
import importlib.metadata
import sys
import threading
from collections.abc import AsyncIterator

import pytest

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx import CommandTimedOut, LinkLost, LoginRefused
from cordpair_freeswitch.client import Client, make_connection
from cordpair_freeswitch.config import Settings, parse
from cordpair_freeswitch.esl import Event, commands
from cordpair_freeswitch.esl.frames import MAX_HEAD
from cordpair_freeswitch.port import Connection
from freeswitch_driver.event_socket import (
    DONE,
    GREETING,
    REJECTED,
    SUBSCRIBED,
    TOO_LATE,
    EventSocket,
    event,
    plain_event,
    recorded_events,
    soon,
)

TRANSPORTS = ["greenswitch", pytest.param("python-esl", marks=pytest.mark.python_esl)]
NOLOG = commands.encode("nolog")
LISTEN = commands.subscribe(("ALL",))


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def server(transport: str) -> AsyncIterator[EventSocket]:
    async with EventSocket() as running:
        yield running


@pytest.fixture(autouse=True)
async def no_thread_is_left() -> AsyncIterator[None]:
    before = set(threading.enumerate())
    yield
    assert not {thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")}


def made(server: EventSocket, transport: str, **options: object) -> Connection:
    return make_connection(server.settings(transport=transport, connect_timeout=2.0, **options), "test")


async def opened(server: EventSocket, transport: str, **options: object) -> Connection:
    connection = made(server, transport, **options)
    await soon(connection.open())
    return connection


def say(server: EventSocket, transport: str, headers: dict[str, str]) -> None:
    """In the format the transport asks for."""
    server.conversations[-1].say((plain_event if transport == "greenswitch" else event)(headers))


async def test_login_commands_and_events(server, transport):
    connection = await opened(server, transport)
    events: list[Event] = []
    connection.read(events.append)
    assert (await connection.send(LISTEN, "subscribe")).startswith("+OK")
    format_asked = "plain" if transport == "greenswitch" else "json"
    assert server.seen[-1].command == f"event {format_asked} ALL"
    assert await connection.send(commands.api("status"), "ask") == "+OK\n"
    assert (await connection.send(b"nosuchverb\n\n", "ask")).strip() == "-ERR command not found"
    assert await connection.send(commands.execute("leg-1", "playback", "a.wav"), "play") == "+OK"
    assert server.seen[-1].body == "a.wav"
    say(server, transport, {"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1", "variable_cp_cell": "main"})
    say(server, transport, {"Event-Name": "CHANNEL_HANGUP", "Unique-ID": "leg-1", "Hangup-Cause": "USER_BUSY"})
    while len(events) < 2:
        await connection.send(NOLOG, "wait")
    assert events == [
        Event(name="CHANNEL_PARK", uuid="leg-1", cell="main"),
        Event(name="CHANNEL_HANGUP", uuid="leg-1", cause="USER_BUSY"),
    ]
    await connection.close()
    assert (await connection.ended).reason == "closed by us"
    with pytest.raises(LinkLost, match="closed by us"):
        await connection.send(NOLOG, "after")


async def test_a_job_comes_with_its_result(server, transport):
    connection = await opened(server, transport)
    told: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    connection.read(told.set_result)
    await connection.send(LISTEN, "subscribe")
    say(server, transport, {"Event-Name": "BACKGROUND_JOB", "Job-UUID": "job-1", "_body": "-ERR USER_NOT_REGISTERED\n"})
    await soon(told)
    assert (told.result().job, told.result().body.strip()) == ("job-1", "-ERR USER_NOT_REGISTERED")
    await connection.close()


async def test_a_user_of_the_directory_logs_in(server, transport):
    connection = await opened(server, transport, user="engine@fs.test")
    assert server.seen[-1].command == "userauth engine@fs.test:s3cr3t-word"
    await connection.close()


async def test_a_wrong_password_is_refused(server, transport):
    connection = made(server, transport, password="wrong")
    with pytest.raises(LoginRefused, match="not accepted"):
        await soon(connection.open())
    await connection.close()


async def test_nobody_listens(server, transport):
    await server.stop()
    with pytest.raises(LinkLost, match="cannot connect"):
        await soon(made(server, transport).open())


@pytest.mark.parametrize(
    ("greeting", "closes"),
    [
        (None, False),
        (None, True),
        (GREETING[:12], False),
        (GREETING[:12], True),
        (REJECTED, True),
        (TOO_LATE, True),
        (GREETING, True),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n\n\n", True),
    ],
)
async def test_what_greets_otherwise_is_a_lost_link(transport, greeting, closes):
    async with EventSocket(greeting=greeting, then_closes=closes) as server:
        connection = make_connection(server.settings(transport=transport), "test")
        with pytest.raises(LinkLost):
            await soon(connection.open())
        await soon(connection.close())
        assert connection.ended.done()


FAULTS = {
    "cut": lambda server: server.cut(),
    "half closed": lambda server: server.conversations[0].writer.write_eof(),
    "end of file in a body": lambda server: (
        server.conversations[0].say(b"Content-Length: 500\nContent-Type: text/event-plain\n\nEvent-Name: x\n"),
        server.conversations[0].writer.write_eof(),
    ),
    "notice": lambda server: (server.conversations[0].say(TOO_LATE), server.conversations[0].writer.write_eof()),
    "garbage": lambda server: (
        server.conversations[0].say(b"\x80\xffgarbage\n\n"),
        server.conversations[0].writer.write_eof(),
    ),
    "endless head": lambda server: (
        server.conversations[0].say(b"X: " + b"y" * (MAX_HEAD + 5)),
        server.conversations[0].writer.write_eof(),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_ends_the_link_and_every_command_on_it(server, transport, name):
    connection = await opened(server, transport, command_timeout=30.0)
    server.hold("api ")
    pending = [asyncio.ensure_future(connection.send(commands.api("status"), "ask")) for _ in range(3)]
    await server.saw("api ")
    FAULTS[name](server)
    for command in pending:
        with pytest.raises(LinkLost):
            await soon(command)
    await soon(connection.ended)
    await soon(connection.close())


async def test_a_command_that_is_not_answered_times_out_and_the_next_gets_its_own_reply(server, transport):
    connection = await opened(server, transport)
    server.answers["api second"] = DONE.replace(b"+OK", b"+OK two")
    gate = server.hold("api first")
    with pytest.raises(CommandTimedOut):
        await soon(connection.send(commands.api("first"), "ask first"))
    asked = asyncio.ensure_future(connection.send(commands.api("second"), "ask second"))
    gate.set()
    assert await soon(asked) == "+OK two"
    await connection.close()


async def test_a_stalled_link_ends_at_the_heartbeat_and_closes_at_once(server, transport):
    """Half an event, then nothing: their receiving waits inside it for ever, and the rest goes on."""
    client = Client(server.settings(transport=transport, connect_timeout=2.0, heartbeat=0.05, command_timeout=1.0))
    await soon(client.connect())
    for conversation in server.conversations:
        conversation.say(b"Content-Length: 500\nContent-Type: text/event-plain\n\nEvent-Name: x\n")
    assert "does not answer" in (await asyncio.wait_for(client.ended, 10)).reason
    await soon(client.close())


async def test_opening_that_is_cancelled_leaves_no_connection(server, transport):
    server.ignored = ("auth ",)
    connection = made(server, transport, command_timeout=30.0)
    opening = asyncio.ensure_future(connection.open())
    await server.saw("auth ")
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await soon(connection.close())
    await server.until(lambda: all(one.over for one in server.conversations))


async def test_a_listener_that_fails_ends_the_link(server, transport, caplog):
    connection = await opened(server, transport)

    def receive(_: Event) -> None:
        raise ZeroDivisionError

    connection.read(receive)
    say(server, transport, {"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1"})
    await soon(connection.ended)
    assert "ZeroDivisionError" in caplog.text
    await connection.close()


async def test_a_driver_on_it(server, transport):
    """The login, the subscription and the claim of the whole driver; then the link is cut."""
    server.answers["event "] = SUBSCRIBED
    if transport == "greenswitch":
        server.format = plain_event
    driver = server.driver(options=f"&transport={transport}")
    await soon(driver.open(lambda _: None))
    server.cut()
    await soon(driver.ended())
    await soon(driver.close())


@pytest.mark.python_esl
async def test_recordings_pass_through_python_esl():
    async with EventSocket() as server:
        connection = await opened(server, "python-esl")
        names: list[str] = []
        connection.read(lambda seen: names.append(seen.name))
        expected = recorded_events("04_events_json_all")
        for headers in expected:
            say(server, "python-esl", headers)
        while len(names) < len(expected):
            await connection.send(NOLOG, "wait")
        assert names == [headers["Event-Name"] for headers in expected]
        await connection.close()


def not_installed(name: str) -> None:
    raise importlib.metadata.PackageNotFoundError(name)


@pytest.mark.parametrize(("transport", "module"), [("greenswitch", "greenswitch"), ("python-esl", "ESL")])
async def test_a_package_that_is_not_installed_is_named(monkeypatch, transport, module):
    where = {"host": "127.0.0.1", "port": 1, "user": "", "password": "x", "shown": "freeswitch+esl://x/"}
    monkeypatch.delitem(sys.modules, f"cordpair_freeswitch.transports.{transport.replace('-', '_')}", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(LinkLost, match=rf"pip install 'cordpair\[{transport}\]'"):
        make_connection(Settings(**where, transport=transport), "test")  # type: ignore[arg-type]
    monkeypatch.setattr("cordpair.pbx.address.distribution", not_installed)
    with pytest.raises(ConfigurationError, match=rf"pip install 'cordpair\[{transport}\]'"):
        parse(NodeId("pbx"), f"freeswitch+esl://:x@127.0.0.1/?transport={transport}")
