"""Other clients as a second opinion: a recorded stream gives them the same events as us, but for what is listed here.

A local server plays the recorded bytes; the clients are those that can stand behind the driver's port.
"""

import pytest

from cordpair_freeswitch.client import make_connection
from cordpair_freeswitch.esl import HEADERS, Event, Framer, commands, decode
from freeswitch_driver import recorded
from freeswitch_driver.event_socket import DONE, EventSocket, event, plain_event, result

CLIENTS = ["own", "greenswitch", pytest.param("python-esl", marks=pytest.mark.python_esl)]
NOLOG = commands.encode("nolog")

# What differs in recorded events: client → field → (in how many events, why). Everything else is equal.
RECORDED: dict[str, dict[str, tuple[int, str]]] = {
    "own": {},
    "greenswitch": {"body": (23, "it strips what it has read: a body loses its last line end")},
    "python-esl": {"body": (1, "it url-decodes a body as well: '100% + &' becomes '100%+&'")},
}

# What each makes of bytes that nobody recorded: (bytes, client → what it tells). The first is right.
NAMED = {"Event-Name": "CHANNEL_PARK", "Unique-ID": "leg-1"}
FORGED = b"Event-Name: CHANNEL_PARK\nUnique-ID: leg-1\nCaller-Caller-ID-Name: x%0AUnique-ID: other\n\n"
HOSTILE: dict[str, tuple[bytes, dict[str, dict[str, str]]]] = {
    "a line end in a value, url-encoded": (
        b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(FORGED) + FORGED,
        {
            "own": {"uuid": "leg-1", "caller_name": "x\nUnique-ID: other"},
            "greenswitch": {"uuid": "other", "caller_name": "x"},  # it unquotes before it splits: a forged header
            "python-esl": {"uuid": "leg-1", "caller_name": "x\nUnique-ID: other"},
        },
    ),
    "a body with a colon": (
        plain_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "job", "_body": "+OK\nUnique-ID: leg-2\n"}),
        {
            "own": {"body": "+OK\nUnique-ID: leg-2\n", "uuid": ""},
            "greenswitch": {"body": "+OK", "uuid": "leg-2"},  # the body's lines are headers to it
            "python-esl": {"body": "+OK\nUnique-ID: leg-2\n", "uuid": ""},
        },
    ),
    "an array": (
        plain_event({**NAMED, "Hangup-Cause": "ARRAY::a|:b"}),
        {
            "own": {"cause": "ARRAY::a|:b"},
            "greenswitch": {"cause": "ARRAY::a|:b"},
            "python-esl": {"cause": "ARRAY::a|:b"},
        },
    ),
    "blanks around a value": (
        event({**NAMED, "Caller-Caller-ID-Name": " x "}),
        {"own": {"caller_name": " x "}, "python-esl": {"caller_name": " x "}},
    ),
    "JSON in UTF-8 that is none": (
        event({**NAMED, "Caller-Caller-ID-Name": "?"}).replace(b"?", b"\xff"),
        {"own": {"caller_name": "\ufffd"}, "python-esl": {"caller_name": "\ufffd"}},
    ),
}


async def through(transport: str, data: bytes, expected: int) -> list[Event]:
    """What the client makes of these bytes."""
    events: list[Event] = []
    async with EventSocket() as server:
        connection = make_connection(
            server.settings(transport=transport, connect_timeout=5.0, command_timeout=10.0), "reference"
        )
        await connection.open()
        connection.read(events.append)
        server.conversations[0].say(data)
        for _ in range(1_000):
            if len(events) >= expected:
                break
            await connection.send(NOLOG, "wait")
        await connection.close()
    return events


@pytest.mark.parametrize("client", CLIENTS)
async def test_recorded_events_are_the_same(client):
    """On every recording that has events, each whole stream in one piece."""
    differing: dict[str, int] = {}
    count = 0
    for name in recorded.streams():
        kinds = (b"text/event-plain",) if client == "greenswitch" else (b"text/event-plain", b"text/event-json")
        frames = [
            frame for frame in recorded.frames(name) if any(kind in frame.partition(b"\n\n")[0] for kind in kinds)
        ]
        ours = [decode(each) for frame in frames for each in Framer().feed(frame)]
        theirs = await through(client, b"".join(frames), len(ours)) if ours else []
        assert len(theirs) == len(ours), name
        count += len(ours)
        for one, other in zip(ours, theirs, strict=True):
            for field in HEADERS:
                if getattr(one, field) != getattr(other, field):
                    differing[field] = differing.get(field, 0) + 1
    assert differing == {field: times for field, (times, _) in RECORDED[client].items()}
    assert count == (889 if client == "greenswitch" else 953)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_events_are_what_the_table_says(client, what):
    data, expected = HOSTILE[what]
    if client not in expected:
        pytest.xfail("greenswitch reads no JSON")
    (told,) = await through(client, data, 1)
    assert {field: getattr(told, field) for field in expected[client]} == expected[client]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_long_reply_arrives(client):
    """60 KB, in a body and in a reply's header. Of more than 64 KB in a header ours ends the link."""
    long = "+OK " + "x" * 60_000
    async with EventSocket() as server:
        server.answers["api long"] = result(long)
        server.answers["nosuchlong"] = DONE.replace(b"+OK", long.encode())
        connection = make_connection(
            server.settings(transport=client, connect_timeout=5.0, command_timeout=10.0), "reference"
        )
        await connection.open()
        assert await connection.send(commands.api("long"), "ask") == long
        assert await connection.send(b"nosuchlong\n\n", "ask") == long
        await connection.close()
