"""An Event Socket that says what a real FreeSWITCH said (tests/data/esl), and goes wrong as a test wants it to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Self
from urllib.parse import quote

from cordpair.ids import NodeId
from cordpair_freeswitch import FreeSwitchDriver, factory
from cordpair_freeswitch.client import EslConnection
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import EVENT_JSON, EVENT_PLAIN, Framer, json_headers, plain_headers
from freeswitch_driver import recorded
from freeswitch_driver.switch_strings import Packet, read_packets

PASSWORD = "s3cr3t-word"
Answer = bytes | Callable[[Packet], bytes | None]


def _said(name: str, after: bytes = b"") -> bytes:
    """What FreeSWITCH wrote next when a client had written this."""
    heard = not after
    for chunk in recorded.chunks(name):
        if heard and chunk.direction == "s2c":
            return chunk.data
        heard = heard or (chunk.direction == "c2s" and chunk.data.startswith(after))
    raise AssertionError(f"{name} has no reply to {after!r}")


GREETING = _said("01_auth_ok")
ACCEPTED = _said("01_auth_ok", b"auth ")
INVALID = _said("02_auth_wrong", b"auth ")  # the reply and the notice
TOO_LATE = recorded.stream("02d_auth_idle").removeprefix(GREETING)  # the notice
UNKNOWN = _said("01_auth_ok", b"nosuchverb")
SUBSCRIBED = _said("30_protocol_corner_cases", b"event json ").replace(b"plain", b"json")
FILTERED = _said("30_protocol_corner_cases", b"filter ")
DONE = b"Content-Type: command/reply\nReply-Text: +OK\n\n"  # sendmsg: 09_sendmsg_inbound
REJECTED = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"  # mod_event_socket.c


def result(text: str) -> bytes:
    """What an API function said."""
    body = text.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body


def event(headers: Mapping[str, str]) -> bytes:
    """An event as JSON."""
    body = json.dumps(headers, ensure_ascii=False, separators=(",", ":")).encode()
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(body) + body


def plain_event(headers: Mapping[str, str]) -> bytes:
    """The same as switch_event_serialize writes it: values url-encoded, the body after a blank line."""
    lines = [f"{name}: {quote(value, safe='/:@ ')}" for name, value in headers.items() if name != "_body"]
    if "_body" in headers:
        lines.append(f"Content-Length: {len(headers['_body'].encode())}")
    body = ("\n".join(lines) + "\n\n" + headers.get("_body", "")).encode()
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body) + body


def recorded_events(name: str) -> list[dict[str, str]]:
    """Every event of a recording, whatever format it was recorded in."""
    read = {EVENT_JSON: json_headers, EVENT_PLAIN: plain_headers}
    return [read[frame.kind](frame.body) for frame in Framer().feed(recorded.stream(name)) if frame.kind in read]


class Conversation:
    """One connection that was accepted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.subscribed = self.over = False

    def say(self, data: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(data)

    def cut(self) -> None:
        """As when the machine or the cable is gone: no end of file, a reset."""
        self.writer.transport.abort()


class EventSocket:
    """``answers`` maps the beginning of a command to the reply, or to what makes it; the longest that fits counts."""

    def __init__(self, *, greeting: bytes | None = GREETING, then_closes: bool = False) -> None:
        self.answers: dict[str, Answer] = {
            "event ": SUBSCRIBED,
            "filter ": FILTERED,
            "nolog": DONE,
            "noevents": DONE,
            "sendmsg ": DONE,
            "sendevent ": self._fired,
            "api ": result("+OK\n"),
            "bgapi ": self._background,
        }
        self.seen: list[Packet] = []
        self.conversations: list[Conversation] = []
        self.silent = asyncio.Event()  # set: nothing is answered any more
        self.ignored: tuple[str, ...] = ()  # commands that are never answered; what follows them is
        self.format = event  # what events are told in
        self._greeting, self._then_closes = greeting, then_closes
        self._held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """FreeSWITCH is gone, with all its connections."""
        assert self._server is not None
        self._server.close()
        for gate in self._held.values():
            gate.set()
        for conversation in self.conversations:
            conversation.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    # ------------------------------------------------------------ who connects

    def settings(self, **others: object) -> Settings:
        given: dict[str, object] = {"command_timeout": 0.3, "connect_timeout": 0.5, "heartbeat": 30.0, "nudge": 0.0}
        where = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "",
            "password": PASSWORD,
            "shown": "freeswitch+esl://x/",
        }
        return Settings(**(where | given | others))  # type: ignore[arg-type]

    def connection(self, **others: object) -> EslConnection:
        return EslConnection(self.settings(**others), "test")

    def driver(self, *, cell: str = "main", endpoints: tuple[str, ...] = (), options: str = "") -> FreeSwitchDriver:
        url = f"freeswitch+esl://:{PASSWORD}@127.0.0.1:{self.port}/?domain=fs.test&connect_timeout=2{options}"
        made = factory(NodeId("pbx"), url, cell, endpoints)
        assert isinstance(made, FreeSwitchDriver)
        return made

    # ------------------------------------------------------------ what happens

    def hold(self, beginning: str) -> asyncio.Event:
        """Answer no such command, nor any after it on its connection, until the event is set."""
        return self._held.setdefault(beginning, asyncio.Event())

    def say(self, data: bytes) -> None:
        """To whoever has subscribed."""
        for conversation in self.listeners:
            conversation.say(data)

    @property
    def listeners(self) -> list[Conversation]:
        return [one for one in self.conversations if one.subscribed and not one.over]

    def cut(self) -> None:
        for conversation in self.conversations:
            conversation.cut()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until a command or a connection has made it true."""
        async with asyncio.timeout(10):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def saw(self, beginning: str) -> Packet:
        def found() -> Packet | None:
            return next((packet for packet in self.seen if packet.command.startswith(beginning)), None)

        await self.until(lambda: found() is not None)
        packet = found()
        assert packet is not None
        return packet

    # ------------------------------------------------------------ the server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        conversation = Conversation(reader, writer)
        self.conversations.append(conversation)
        self._changed.set()
        try:
            await self._talk(conversation)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            conversation.over = True
            self._changed.set()
            self._tasks.discard(task)
            writer.close()

    async def _talk(self, conversation: Conversation) -> None:
        if self._greeting is not None:
            conversation.say(self._greeting)
        if self._then_closes:
            return
        received = b""
        while data := await conversation.reader.read(65_536):
            received += data
            complete, received = _complete(received)
            for packet in read_packets(complete):
                self.seen.append(packet)
                self._changed.set()
                if not await self._answer(conversation, packet):
                    return

    async def _answer(self, conversation: Conversation, packet: Packet) -> bool:
        for beginning, gate in self._held.items():
            if packet.command.startswith(beginning):
                await gate.wait()
        if self.silent.is_set() or packet.command.startswith(self.ignored):
            return True
        if packet.command.startswith(("auth ", "userauth ")):
            right = packet.command.endswith((f" {PASSWORD}", f":{PASSWORD}"))
            conversation.say(ACCEPTED if right else INVALID)
            return right
        fitting = [beginning for beginning in self.answers if packet.command.startswith(beginning)]
        answer = self.answers[max(fitting, key=len)] if fitting else UNKNOWN
        conversation.subscribed = conversation.subscribed or packet.command.startswith("event ")
        said = answer(packet) if callable(answer) else answer
        if said is not None:
            conversation.say(said)
        return True

    def _fired(self, packet: Packet) -> bytes:
        """``sendevent``: all who listen hear it."""
        self.say(self.format({"Event-Name": "CUSTOM", **dict(packet.headers)}))
        return DONE

    def _background(self, packet: Packet) -> bytes:
        """As in 05_bgapi_originate_ok."""
        job = dict(packet.headers).get("Job-UUID", "")
        return f"Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n".encode()


def _complete(received: bytes) -> tuple[bytes, bytes]:
    """Whole commands, and what is not one yet."""
    end = 0
    while (head := received.find(b"\n\n", end)) >= 0:
        length = 0
        for line in received[end:head].split(b"\n"):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if len(received) < head + 2 + length:
            break
        end = head + 2 + length
    return received[:end], received[end:]


async def soon(awaitable: Awaitable[object]) -> object:
    """What must not hang."""
    async with asyncio.timeout(10):
        return await awaitable
