"""A link that stalls, is cut, garbled or half closed: an error or an end inside its deadline, and nothing left over."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator, Callable

import pytest

from cordpair.pbx import CommandTimedOut, LinkEnd, LinkLost, LoginRefused
from cordpair_freeswitch.client import Client, EslConnection
from cordpair_freeswitch.esl import Event, commands
from cordpair_freeswitch.esl.frames import MAX_HEAD
from cordpair_freeswitch.port import MAX_UNANSWERED
from freeswitch_driver import recorded
from freeswitch_driver.event_socket import (
    DONE,
    GREETING,
    INVALID,
    REJECTED,
    TOO_LATE,
    UNKNOWN,
    EventSocket,
    event,
    recorded_events,
    result,
    soon,
)

NOLOG = commands.encode("nolog")
GREEN = event({"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1"})


@pytest.fixture
async def server() -> AsyncIterator[EventSocket]:
    async with EventSocket() as running:
        yield running


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No task, and no future whose exception nobody has seen."""
    loop, unseen = asyncio.get_running_loop(), list[dict[str, object]]()
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    before = asyncio.all_tasks()
    yield
    gc.collect()
    await asyncio.sleep(0)  # sleep: callbacks of this turn
    current = asyncio.current_task()
    assert not {task for task in asyncio.all_tasks() - before if task is not current and not task.done()}
    assert not unseen


async def opened(server: EventSocket, **options: object) -> EslConnection:
    connection = server.connection(**options)
    await soon(connection.open())
    return connection


async def ended(connection: EslConnection | Client) -> str:
    end = await soon(connection.ended)
    assert isinstance(end, LinkEnd)
    return end.reason


# ---------------------------------------------------------------- open


async def test_login_command_and_events(server):
    connection = await opened(server)
    events: list[Event] = []
    connection.read(events.append)
    assert (await connection.send(commands.subscribe(("ALL",)), "subscribe")).startswith("+OK")
    assert await connection.send(commands.api("hostname"), "ask") == "+OK\n"
    assert await connection.send(b"nosuchverb\n\n", "ask") == "-ERR command not found"
    for headers in recorded_events("03_events_plain_all"):
        server.say(event(headers))
    assert await connection.send(NOLOG, "wait") == "+OK"
    await server.until(lambda: bool(server.seen))
    while len(events) < 52:
        await connection.send(NOLOG, "wait")
    assert [seen.name for seen in events] == [
        headers["Event-Name"] for headers in recorded_events("03_events_plain_all")
    ]
    await connection.close()
    assert (await ended(connection)) == "closed by us"


async def test_a_user_of_the_directory_logs_in(server):
    connection = await opened(server, user="engine@fs.test")
    assert server.seen[0].command == "userauth engine@fs.test:s3cr3t-word"
    await connection.close()


async def test_nobody_listens(server):
    await server.stop()
    with pytest.raises(LinkLost, match="cannot connect"):
        await soon(server.connection().open())


async def test_a_wrong_password_is_refused(server):
    connection = server.connection(password="wrong")
    with pytest.raises(LoginRefused, match="not accepted") as refused:
        await soon(connection.open())
    assert "wrong" not in str(refused.value)
    await connection.close()


@pytest.mark.parametrize(
    ("greeting", "closes", "error"),
    [
        (None, False, "no answer within 0.5 s"),  # never greets
        (b"Content-Type: auth/req", False, "no answer within 0.5 s"),  # stops in the middle of the greeting
        (b"Content-Type: auth/req", True, "closed by FreeSWITCH in the middle of a frame"),
        (b"", True, "closed by FreeSWITCH"),
        (REJECTED, False, "apply-inbound-acl"),
        (REJECTED, True, "apply-inbound-acl"),
        (TOO_LATE, True, "FreeSWITCH has ended the connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n\n\n", False, "lost framing"),
        (b"\x00\xff" * 40_000, False, "lost framing"),
        (DONE, False, "a reply to nothing"),
        (GREETING + DONE, False, "a reply to nothing"),  # an answer before the question
    ],
)
async def test_what_greets_otherwise_is_a_lost_link(greeting, closes, error):
    async with EventSocket(greeting=greeting, then_closes=closes) as server:
        if greeting == GREETING + DONE:
            server.silent.set()
        connection = server.connection()
        with pytest.raises(LinkLost, match=re.escape(error)):
            await soon(connection.open())
        await connection.close()
        assert connection.ended.done()


async def test_a_login_that_is_not_answered(server):
    server.silent.set()
    with pytest.raises(LinkLost, match="no answer"):
        await soon(server.connection().open())
    connection = server.connection(command_timeout=5.0)
    with pytest.raises(LinkLost, match="no answer"):
        await soon(connection.open())
    await connection.close()


async def test_cut_during_the_login(server):
    server.hold("auth ")
    connection = server.connection()
    opening = asyncio.ensure_future(connection.open())
    await server.saw("auth ")
    server.cut()
    with pytest.raises(LinkLost):
        await soon(opening)
    await ended(connection)


async def test_opening_that_is_cancelled_leaves_no_connection(server):
    server.silent.set()
    connection = server.connection(connect_timeout=30.0, command_timeout=30.0)
    opening = asyncio.ensure_future(connection.open())
    await server.saw("auth ")
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await server.until(lambda: server.conversations[0].over)
    assert connection.ended.done()


async def test_an_opening_that_fails_leaves_no_connection():
    async with EventSocket(greeting=None) as server:
        connection = server.connection(connect_timeout=0.05)
        with pytest.raises(LinkLost):
            await soon(connection.open())
        await server.until(lambda: bool(server.conversations) and server.conversations[0].over)
        assert connection.ended.done()


# ---------------------------------------------------------------- a link that goes wrong

Fault = Callable[[EventSocket], None]

FAULTS: dict[str, tuple[Fault, str]] = {
    "cut": (lambda server: server.cut(), "closed by FreeSWITCH|ConnectionResetError"),
    "half closed": (lambda server: server.conversations[0].writer.write_eof(), "closed by FreeSWITCH$"),
    "garbage": (
        lambda server: server.conversations[0].say(b"\x80garbage\n\n"),
        "lost framing: a line that is no header",
    ),
    "notice": (lambda server: server.conversations[0].say(TOO_LATE), "FreeSWITCH has ended the connection"),
    "wrong length": (
        lambda server: server.conversations[0].say(b"Content-Type: api/response\nContent-Length: x\n\n"),
        "lost framing: a Content-Length that is no number",
    ),
    "too many bytes": (
        lambda server: server.conversations[0].say(b"Content-Type: log/data\nContent-Length: 99999999\n\n"),
        "lost framing: a body of 99999999 bytes",
    ),
    "endless head": (
        lambda server: server.conversations[0].say(b"X: " + b"y" * MAX_HEAD),
        "lost framing: a header block",
    ),
    "not an event": (lambda server: server.conversations[0].say(GREEN.replace(b'{"', b'["')), "lost framing: an event"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_ends_the_link_and_every_command_on_it(server, name):
    fault, reason = FAULTS[name]
    connection = await opened(server, command_timeout=30.0)
    connection.read(lambda _: None)
    server.hold("api ")
    pending = [asyncio.ensure_future(connection.send(commands.api("status"), "ask")) for _ in range(3)]
    await server.saw("api ")
    fault(server)
    for command in pending:
        with pytest.raises(LinkLost):
            await soon(command)
    assert re.search(reason, await ended(connection))
    with pytest.raises(LinkLost, match=f"^after: .*({reason})"):
        await connection.send(NOLOG, "after")
    await connection.close()


async def test_half_closed_in_the_middle_of_a_frame(server):
    connection = await opened(server)
    server.conversations[0].say(GREEN[:60])
    server.conversations[0].writer.write_eof()
    assert await ended(connection) == "closed by FreeSWITCH in the middle of a frame"
    await connection.close()


async def test_a_notice_in_the_middle_of_an_event_is_a_lost_link(server):
    """As FreeSWITCH ends a reader that was too slow: the half event is never told."""
    connection = await opened(server)
    events: list[Event] = []
    connection.read(events.append)
    whole = event(recorded_events("04_events_json_all")[20])
    server.conversations[0].say(GREEN + whole[: len(whole) // 2] + TOO_LATE + whole[: len(whole) // 2])
    assert "lost framing" in await ended(connection)
    assert [seen.uuid for seen in events] == ["leg-1"]
    await connection.close()


async def test_a_frame_in_two_parts_a_while_apart(server):
    connection = await opened(server)
    told: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    connection.read(told.set_result)
    server.conversations[0].say(GREEN[:50])
    await asyncio.sleep(0.02)  # sleep: the pause between the parts
    assert not told.done()
    server.conversations[0].say(GREEN[50:])
    await soon(told)
    assert told.result().uuid == "leg-1"
    await connection.close()


async def test_an_event_that_overtakes_a_reply_is_told_first(server):
    connection = await opened(server)
    order: list[str] = []
    connection.read(lambda seen: order.append(seen.uuid))
    server.answers["api uuid_answer"] = GREEN + result("+OK\n") + GREEN
    order.append(await connection.send(commands.api("uuid_answer", "leg-1"), "answer"))
    assert order[0] == "leg-1"
    assert order.count("+OK\n") == 1
    await connection.close()


# ---------------------------------------------------------------- slow and silent


async def test_a_command_that_is_not_answered_times_out_and_the_next_gets_its_own_reply(server):
    connection = await opened(server)
    server.answers["api first"], server.answers["api second"] = result("one"), result("two")
    gate = server.hold("api first")
    with pytest.raises(CommandTimedOut, match=r"ask first: no answer within 0\.3 s"):
        await soon(connection.send(commands.api("first"), "ask first"))
    asked = asyncio.ensure_future(connection.send(commands.api("second"), "ask second"))
    gate.set()
    assert await soon(asked) == "two"
    assert not connection.ended.done()
    await connection.close()


async def test_a_cancelled_command_leaves_its_reply_to_nobody(server):
    connection = await opened(server)
    server.answers["api first"], server.answers["api second"] = result("one"), result("two")
    gate = server.hold("api first")
    first = asyncio.ensure_future(connection.send(commands.api("first"), "ask first"))
    await server.saw("api first")
    first.cancel()
    gate.set()
    assert await soon(connection.send(commands.api("second"), "ask second")) == "two"
    await connection.close()


async def test_too_many_unanswered_commands_end_the_link(server):
    connection = await opened(server, command_timeout=30.0)
    server.hold("api ")
    pending = [asyncio.ensure_future(connection.send(commands.api("x"), "ask")) for _ in range(MAX_UNANSWERED)]
    await asyncio.sleep(0)  # sleep: let them be sent
    with pytest.raises(LinkLost, match="unanswered"):
        await connection.send(commands.api("x"), "one more")
    for command in pending:
        with pytest.raises(LinkLost):
            await soon(command)
    assert "unanswered" in await ended(connection)


async def test_a_listener_that_fails_ends_the_link(server, caplog):
    connection = await opened(server)

    def receive(_: Event) -> None:
        raise ZeroDivisionError

    connection.read(receive)
    server.conversations[0].say(GREEN)
    assert await ended(connection) == "an event could not be processed"
    assert "ZeroDivisionError" in caplog.text
    await connection.close()


async def test_log_never_shows_what_a_caller_is_called(server, caplog):
    connection = await opened(server)
    server.conversations[0].say(b"Ms Confidential +4930123\n\n")
    assert "Confidential" not in await ended(connection) + caplog.text
    await connection.close()


# ---------------------------------------------------------------- the client: two connections


async def connected(server: EventSocket, **options: object) -> Client:
    client = Client(server.settings(**options))
    await soon(client.connect())
    return client


async def test_a_client_has_two_connections_and_ends_with_either(server):
    for victim in (0, 1):
        client = await connected(server)
        await soon(client.listen(commands.subscribe(("ALL",)), receive=lambda _: None))
        assert await client.send(commands.api("status"), "ask") == "+OK\n"
        server.conversations[-2:][victim].cut()
        assert re.search("closed by FreeSWITCH|ConnectionResetError", await ended(client))
        await client.close()
        await server.until(lambda: all(one.over for one in server.conversations))
        with pytest.raises(LinkLost):
            await client.send(NOLOG, "after")


async def test_a_client_that_cannot_connect_leaves_nothing_open(server):
    """The first connection is there, the second is not."""
    client = Client(server.settings())
    connecting = asyncio.ensure_future(client.connect())
    await server.saw("auth ")
    server.silent.set()
    with pytest.raises(LinkLost):
        await soon(connecting)
    await client.close()
    await server.until(lambda: all(one.over for one in server.conversations))


async def test_a_refused_subscription_is_a_lost_link(server):
    server.answers["event "] = UNKNOWN
    client = await connected(server)
    with pytest.raises(LinkLost, match="the events are refused: -ERR command not found"):
        await soon(client.listen(commands.subscribe(("ALL",)), receive=lambda _: None))
    await client.close()


async def test_a_link_that_falls_silent_is_noticed(server):
    client = await connected(server, heartbeat=0.05, command_timeout=1.0)
    server.silent.set()
    assert await ended(client) == "the event connection does not answer"
    await client.close()


async def test_only_the_command_connection_stalls(server):
    client = await connected(server, heartbeat=0.05, command_timeout=1.0)
    server.hold("api stall")
    with pytest.raises(CommandTimedOut):
        await soon(client.send(commands.api("stall"), "ask"))
    assert await ended(client) == "the command connection does not answer"
    await client.close()


async def test_commands_about_a_leg_stay_in_order_and_others_pass_them(server):
    client = await connected(server)
    gate = server.hold("api uuid_break")
    order: list[str] = []

    async def send(function: str, leg: str) -> None:
        await client.send(commands.api(function, leg), "x", leg)
        order.append(f"{function} {leg}")

    legs = [f"leg-{number}" for number in range(16)]
    waiting = [asyncio.ensure_future(send(name, legs[0])) for name in ("uuid_break", "uuid_bridge")]
    await server.saw("api uuid_break")
    others = [asyncio.ensure_future(send("uuid_answer", leg)) for leg in legs[1:]]
    await asyncio.wait(others, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert order
    assert not any(leg.endswith(f" {legs[0]}") for leg in order)
    gate.set()
    await asyncio.wait_for(asyncio.gather(*waiting, *others), 5)
    assert order.index("uuid_break leg-0") < order.index("uuid_bridge leg-0")
    await client.close()


async def test_a_client_that_is_nudged_keeps_working(server):
    client = await connected(server, nudge=0.001, heartbeat=0.01)
    for _ in range(20):
        assert await client.send(commands.api("status"), "ask") == "+OK\n"
    assert not client.ended.done()
    await client.close()
    await client.close()


async def test_a_wrong_password_of_a_client(server):
    client = Client(server.settings(password="wrong"))
    with pytest.raises(LoginRefused):
        await soon(client.connect())
    await client.close()


async def test_everything_recorded_passes_in_one_stream(server):
    """Half a thousand events, whatever their format, cut as TCP likes."""
    connection = await opened(server)
    count = 0

    def receive(_: Event) -> None:
        nonlocal count
        count += 1

    connection.read(receive)
    expected = 0
    for name in ("03_events_plain_all", "04_events_json_all", "05_bgapi_originate_ok", "07_parked_sipp_call"):
        frames = recorded.stream(name).partition(b"\n\n")[2]  # without the greeting
        events = [event(headers) for headers in recorded_events(name)]
        expected += len(events)
        assert frames
        server.conversations[0].say(b"".join(events))
    while count < expected:
        await soon(connection.send(NOLOG, "wait"))
    await connection.close()


def test_invalid_is_what_was_recorded():
    assert INVALID.startswith(b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n")
