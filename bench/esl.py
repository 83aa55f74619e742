"""Event Socket: how fast recorded events become events in Python, ours against greenswitch's and python-ESL's parsers.

All read the same recorded events, turn by turn, in CPU time of the thread that parses. Ours is fed pieces of 64 KB,
greenswitch a file in memory, python-ESL a local socket: its parser is C code that knows nothing else.
"""

import asyncio
import gzip
import importlib.util
import io
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median

from bench.report import line, machine, ratio
from cordpair_freeswitch.client import make_connection
from cordpair_freeswitch.config import TRANSPORTS, Settings
from cordpair_freeswitch.esl import HEADERS, Event, Framer, decode

RECORDED = Path(__file__).parents[1] / "tests" / "data" / "esl"
PLAIN, JSON = b"text/event-plain", b"text/event-json"
MODULES = {
    name: importlib.util.find_spec(module)
    for name, module in {"greenswitch": "greenswitch", "python-esl": "ESL"}.items()
}
TURNS, EVENTS, PIECE = 7, 2_000, 65_536
OK = b"Content-Type: command/reply\nReply-Text: +OK\n\n"


async def main(_: Path) -> None:
    line(machine())
    as_json, as_plain = _events("04_events_json_all", JSON), _events("03_events_plain_all", PLAIN)
    size = {name: len(data) / EVENTS for name, data in (("json", as_json), ("plain", as_plain))}
    line(
        f"{EVENTS} events of a call, {TURNS} turns; bytes an event: json {size['json']:.0f}, plain {size['plain']:.0f}"
    )
    parsers: dict[str, tuple[Callable[[bytes], int], bytes]] = {
        "ours, json": (_ours, as_json),
        "ours, plain": (_ours, as_plain),
    }
    if MODULES["greenswitch"]:
        parsers["greenswitch, plain"] = (_greenswitch, as_plain)
    if MODULES["python-esl"]:
        parsers["python-ESL, json"] = (_python_esl, as_json)
        parsers["python-ESL, json, our fields read"] = (_python_esl_fields, as_json)
        parsers["python-ESL, plain"] = (_python_esl, as_plain)
    took: dict[str, list[float]] = {name: [] for name in parsers}
    for _turn in range(TURNS):
        for name, (parse, data) in parsers.items():
            began = time.thread_time()  # others use the machine, too
            count = parse(data)
            took[name].append((time.thread_time() - began) / EVENTS * 1e6)
            assert count == EVENTS, (name, count)
    each = {name: median(times) for name, times in took.items()}
    for name, microseconds in each.items():
        line(f"{name:36} {microseconds:7.1f} µs an event, {1e6 / microseconds:7.0f} events/s")
    ours = each["ours, json"]
    for name, microseconds in each.items():
        if not name.startswith("ours"):
            ratio(f"ours, json, against {name}", microseconds, ours)
    await _through_the_port(as_json, as_plain)
    line(machine())


async def _through_the_port(as_json: bytes, as_plain: bytes) -> None:
    """From the socket to the driver, in CPU time of all threads: what a transport costs."""
    took: dict[str, float] = {}
    for transport in TRANSPORTS:
        if not MODULES.get(transport, True):
            line(f"{transport} is not installed: not measured")
            continue
        data = as_plain if transport == "greenswitch" else as_json
        times = [await _received(transport, data) for _turn in range(TURNS)]
        took[transport] = median(times) / EVENTS * 1e6
        line(f"through the port, {transport:18} {took[transport]:7.1f} µs an event")
    for transport, microseconds in took.items():
        if transport != "own":
            ratio(f"through the port, own against {transport}", microseconds, took["own"])


async def _received(transport: str, data: bytes) -> float:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Content-Type: auth/request\n\n")
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the turn is over
            while command := await reader.readuntil(b"\n\n"):
                writer.write(OK + (data if command.startswith(b"noevents") else b""))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = Settings("127.0.0.1", port, "", "secret", "bench", transport=transport, nudge=0.0, command_timeout=30.0)
    connection = make_connection(settings, "bench")
    done, count = asyncio.Event(), 0

    def receive(_: Event) -> None:
        nonlocal count
        count += 1
        if count == EVENTS:
            done.set()

    await connection.open()
    connection.read(receive)
    began = time.process_time()
    await connection.send(b"noevents\n\n", "begin")
    await asyncio.wait_for(done.wait(), 60)
    took = time.process_time() - began
    await connection.close()
    server.close()
    return took


def _events(recording: str, kind: bytes) -> bytes:
    """The recorded event frames, over and over again."""
    written = b""
    with gzip.open(RECORDED / f"{recording}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            written += row["data"].encode() if row.get("dir") == "s2c" else b""
    found, begin = [], 0
    while begin < len(written):
        head, _, _ = written[begin:].partition(b"\n\n")
        length = [int(each[15:]) for each in head.split(b"\n") if each.startswith(b"Content-Length:")]
        end = begin + len(head) + 2 + (length[0] if length else 0)
        if kind in head:
            found.append(written[begin:end])
        begin = end
    return b"".join(found[number % len(found)] for number in range(EVENTS))


def _ours(data: bytes) -> int:
    framer, count = Framer(), 0
    for at in range(0, len(data), PIECE):
        for frame in framer.feed(data[at : at + PIECE]):
            decode(frame)
            count += 1
    return count


def _greenswitch(data: bytes) -> int:
    """Its own reading and parsing of frames; without its two greenlets, which only cost."""
    from greenswitch.esl import ESLProtocol  # noqa: PLC0415  an optional package

    protocol = ESLProtocol()
    protocol.sock_file = io.BytesIO(data)
    protocol.receive_events()
    return int(protocol._esl_event_queue.qsize())


def _python_esl(data: bytes, read: Callable[[object], None] = lambda _: None) -> int:
    import ESL  # noqa: PLC0415  an optional package

    ours, theirs = socket.socketpair()
    sender = threading.Thread(target=ours.sendall, args=(OK + data,))
    sender.start()
    connection = ESL.ESLconnection(theirs.detach())
    count = 0
    for count in range(1, EVENTS + 1):  # noqa: B007
        read(connection.recvEvent())
    sender.join()
    connection.disconnect()
    ours.close()
    return count


def _python_esl_fields(data: bytes) -> int:
    """What our decoder gives at once: every field of ours."""

    def read(event: object) -> None:
        header = event.getHeader  # type: ignore[attr-defined]
        for name in HEADERS.values():
            header(name)

    return _python_esl(data, read)
