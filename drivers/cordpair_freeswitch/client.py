"""The Event Socket's transport: connections that log in, send commands with deadlines and read events.

A link is one connection that only reads events, so that nothing ever holds them up, and several for commands: ``api``
is answered on its own connection without the module's 20 ms poll, a ``bgapi`` result would come as an event and wait
for it. What blocks inside FreeSWITCH (originate) is sent as ``bgapi``. Commands about one leg go by one connection,
where they are carried out in their order. FreeSWITCH gives its processor away after every byte of a command that it
reads: on a busy machine a single connection is what everybody waits for. See docs/decisions/0017.
"""

import asyncio
import logging
import zlib
from collections import deque
from collections.abc import Callable
from typing import cast

from cordpair.pbx import CommandTimedOut, LinkEnd, LinkLost, LoginRefused
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import (
    AUTH_REQUEST,
    EVENT_JSON,
    EVENT_PLAIN,
    NOTICE,
    REJECTION,
    REPLY,
    RESPONSE,
    Event,
    Frame,
    Framer,
    LostFraming,
    commands,
    decode,
)
from cordpair_freeswitch.port import MAX_UNANSWERED, Connection

log = logging.getLogger(__name__)


class EslConnection(asyncio.Protocol):
    """Our own: the sans-IO parser over an asyncio protocol. It never stops reading: a slow reader stalls FreeSWITCH."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        self._settings = settings
        self._name = f"{settings.shown} ({purpose})"
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._replies: deque[asyncio.Future[str]] = deque()
        self._greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._receive: Callable[[Event], None] | None = None
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()

    # ------------------------------------------------------------ the port

    async def open(self) -> None:
        try:
            await self._open()
        except BaseException as error:  # also when we are cancelled: nobody would close it any more
            self.end(str(error) if isinstance(error, LinkLost) else "the login was given up")
            raise

    async def _open(self) -> None:
        settings = self._settings
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_timeout):
                await loop.create_connection(lambda: self, settings.host, settings.port)
                await self._greeted
                await self._log_in()
        except CommandTimedOut:
            raise LinkLost(f"{self._name}: no answer to the login") from None
        except TimeoutError:  # before OSError, which it is
            raise LinkLost(f"{self._name}: no answer within {settings.connect_timeout:g} s") from None
        except OSError as error:
            raise LinkLost(f"{self._name}: cannot connect: {error.strerror or type(error).__name__}") from None

    async def _log_in(self) -> None:
        settings = self._settings
        if settings.user:
            command = commands.userauth(settings.user, settings.password)
        else:
            command = commands.auth(settings.password)
        if not (await self.send(command, "log in")).startswith("+OK"):
            raise LoginRefused(f"{self._name}: the user name or password is not accepted")

    async def send(self, command: bytes, what: str) -> str:
        transport = self._transport
        if transport is None or self.ended.done():
            reason = self.ended.result().reason if self.ended.done() else "not connected"
            raise LinkLost(f"{what}: {self._name}: {reason}")
        if len(self._replies) >= MAX_UNANSWERED:
            self.end(f"{MAX_UNANSWERED} commands are unanswered")
            raise LinkLost(f"{what}: {self._name}: {MAX_UNANSWERED} commands are unanswered")
        reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._replies.append(reply)
        transport.write(command)
        try:
            async with asyncio.timeout(self._settings.command_timeout):
                return await reply
        except TimeoutError:
            raise CommandTimedOut(f"{what}: no answer within {self._settings.command_timeout:g} s") from None

    def read(self, receive: Callable[[Event], None]) -> None:
        self._receive = receive

    async def close(self) -> None:
        self.end("closed by us")

    def nudge(self) -> None:
        """An empty line: it means nothing, and makes FreeSWITCH look whether there are events to send."""
        if self._transport is not None and not self.ended.done():
            self._transport.write(b"\n")

    def end(self, reason: str) -> None:
        """Whatever is under way is lost with the connection."""
        if not self.ended.done():
            self.ended.set_result(LinkEnd(reason))
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        if not self._greeted.done():
            self._greeted.set_exception(LinkLost(f"{self._name}: {reason}"))
            self._greeted.exception()  # looked at: nobody may be waiting
        while self._replies:
            waiting = self._replies.popleft()
            if not waiting.done():
                waiting.set_exception(LinkLost(f"{self._name}: {reason}"))

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.ended.done():
            transport.close()
            return
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._framer.feed(data):
                self._take(frame)
                if self.ended.done():
                    return
        except LostFraming as error:
            # Where, not what: the bytes may hold a caller's number.
            log.warning("lost framing from %s: %s", self._name, error)
            self.end(f"lost framing: {error}")
        except Exception:
            log.exception("an event from %s could not be processed", self._name)
            self.end("an event could not be processed")

    def eof_received(self) -> bool:
        self.end("closed by FreeSWITCH" if self._framer.at_rest else "closed by FreeSWITCH in the middle of a frame")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.end(f"the connection failed: {type(error).__name__}" if error else "closed by FreeSWITCH")

    def _take(self, frame: Frame) -> None:
        if frame.kind in {EVENT_JSON, EVENT_PLAIN}:
            if self._receive is not None:
                self._receive(decode(frame))
        elif frame.kind in {REPLY, RESPONSE}:
            if not self._replies:
                raise LostFraming("a reply to nothing")
            reply = self._replies.popleft()
            if not reply.done():  # its deadline has passed
                reply.set_result(frame.reply)
        elif frame.kind == AUTH_REQUEST:
            if not self._greeted.done():
                self._greeted.set_result(None)
        elif frame.kind == NOTICE:
            self.end("FreeSWITCH has ended the connection")
        elif frame.kind == REJECTION:
            self.end("FreeSWITCH admits no connection from this address (apply-inbound-acl)")


class Client:
    """One link: its connections, kept awake and watched. Over when ``ended`` is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._events: Connection = make_connection(settings, "events")
        count = settings.command_connections if settings.transport == "own" else 1
        self._commands: tuple[Connection, ...] = tuple(make_connection(settings, "commands") for _ in range(count))
        self._tasks: list[asyncio.Task[None]] = []
        self.ended: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()

    async def connect(self) -> None:
        """Log in on all; no event is asked for yet."""
        for connection in (self._events, *self._commands):
            await connection.open()
        for connection in (self._events, *self._commands):
            connection.ended.add_done_callback(lambda ended: self.end(ended.result().reason))
        self._tasks.append(asyncio.create_task(self._watch(), name=f"esl heartbeat {self._settings.shown}"))
        if self._settings.nudge and isinstance(self._events, EslConnection):
            self._tasks.append(asyncio.create_task(self._nudge(self._events), name=f"esl nudge {self._settings.shown}"))

    async def listen(self, *subscriptions: bytes, receive: Callable[[Event], None]) -> None:
        """Ask for events; they go to ``receive`` from now on."""
        self._events.read(receive)
        for subscription in subscriptions:
            reply = await self._events.send(subscription, "subscribe")
            if not reply.startswith("+OK"):
                raise LinkLost(f"{self._settings.shown}: the events are refused: {reply.strip()}")

    async def send(self, command: bytes, what: str, about: str = "") -> str:
        """Commands ``about`` the same leg are carried out in their order."""
        connection = self._commands[zlib.crc32(about.encode()) % len(self._commands)]
        return await connection.send(command, what)

    def end(self, reason: str, *, fenced: bool = False) -> None:
        if not self.ended.done():
            self.ended.set_result(LinkEnd(reason, fenced))

    async def close(self) -> None:
        self.end("closed by us")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for connection in (self._events, *self._commands):
            await connection.close()

    async def _watch(self) -> None:
        """A connection that FreeSWITCH, or the way to it, has forgotten ends nothing by itself: it is asked."""
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            for connection in (self._events, *self._commands):
                name = "event" if connection is self._events else "command"
                try:
                    await connection.send(commands.encode("nolog"), "heartbeat")
                except CommandTimedOut:
                    self.end(f"the {name} connection does not answer")
                except LinkLost as lost:
                    self.end(str(lost))

    async def _nudge(self, events: EslConnection) -> None:
        while True:
            await asyncio.sleep(self._settings.nudge)
            events.nudge()


def make_connection(settings: Settings, purpose: str) -> Connection:
    """Of the transport that the URL names. Raises LinkLost when its package is not installed."""
    if settings.transport == "own":
        return EslConnection(settings, purpose)
    from cordpair_freeswitch.transports import make  # noqa: PLC0415  optional packages

    return make(settings, purpose)


__all__ = ["Client", "Connection", "EslConnection", "make_connection"]
