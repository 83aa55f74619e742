"""A client that blocks, behind a port that does not: it has a thread of ours, and the deadlines are ours.

Everything here runs in the event loop, except what ``_run`` and the methods called ``tell_…`` say.
"""

import asyncio
import logging
import socket
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from cordpair.pbx import CommandTimedOut, LinkEnd, LinkLost, LoginRefused
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import Event, commands
from cordpair_freeswitch.port import MAX_UNANSWERED

log = logging.getLogger(__name__)

# A thread that does not end by then is left to itself; it is a daemon, and its socket is shut.
THREAD_END = 2.0


class Threaded(ABC):
    """One connection. A subclass says what the thread does, how a command is handed to it and what wakes it up."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        self._settings = settings
        self._name = f"{settings.shown} ({purpose}, {settings.transport})"
        self._loop = asyncio.get_running_loop()
        self._receive: Callable[[Event], None] | None = None
        self._replies: deque[asyncio.Future[str]] = deque()
        self._greeted: asyncio.Future[None] = self._loop.create_future()
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self.ended: asyncio.Future[LinkEnd] = self._loop.create_future()

    # ------------------------------------------------------------ what a subclass does

    @abstractmethod
    def _run(self, connected: socket.socket) -> str:
        """In the thread: converse until the end, and say why it ended. ``connected`` blocks, and is shut to end it."""

    @abstractmethod
    def _submit(self, command: bytes) -> None:
        """In the loop: have the thread send it. ``tell_reply`` answers, in the order of the commands."""

    # ------------------------------------------------------------ the port

    async def open(self) -> None:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_timeout):
                self._socket = await self._connect()
                self._thread = threading.Thread(target=self._main, args=(self._socket,), name=self._name, daemon=True)
                self._thread.start()
                await self._greeted
                await self._log_in()
        except BaseException as error:
            lost = self._lost(error)
            self.end(str(lost or "the login was given up"))
            if lost is not None:
                raise lost from None
            raise

    async def _connect(self) -> socket.socket:
        """A name is looked up and a port reached with our deadline, not with theirs: most have none."""
        found = await self._loop.getaddrinfo(self._settings.host, self._settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        connecting = socket.socket(family, kind, protocol)
        try:
            connecting.setblocking(False)
            await self._loop.sock_connect(connecting, address)
            connecting.setblocking(True)
        except BaseException:
            connecting.close()
            raise
        return connecting

    async def _log_in(self) -> None:
        user, password = self._settings.user, self._settings.password
        login = commands.userauth(user, password) if user else commands.auth(password)
        if not (await self.send(login, "log in")).startswith("+OK"):
            raise LoginRefused(f"{self._name}: the user name or password is not accepted")

    def _lost(self, error: BaseException) -> LinkLost | None:
        if isinstance(error, LinkLost):
            return error
        if isinstance(error, CommandTimedOut):
            return LinkLost(f"{self._name}: no answer to the login")
        if isinstance(error, TimeoutError):
            return LinkLost(f"{self._name}: no answer within {self._settings.connect_timeout:g} s")
        if isinstance(error, OSError):
            return LinkLost(f"{self._name}: cannot connect: {error.strerror or type(error).__name__}")
        return None

    async def send(self, command: bytes, what: str) -> str:
        if self.ended.done() or self._thread is None:
            reason = self.ended.result().reason if self.ended.done() else "not connected"
            raise LinkLost(f"{what}: {self._name}: {reason}")
        if len(self._replies) >= MAX_UNANSWERED:
            self.end(f"{MAX_UNANSWERED} commands are unanswered")
            raise LinkLost(f"{what}: {self._name}: {MAX_UNANSWERED} commands are unanswered")
        reply: asyncio.Future[str] = self._loop.create_future()
        self._replies.append(reply)
        self._submit(command)
        try:
            async with asyncio.timeout(self._settings.command_timeout):
                return await reply
        except TimeoutError:
            raise CommandTimedOut(f"{what}: no answer within {self._settings.command_timeout:g} s") from None

    def read(self, receive: Callable[[Event], None]) -> None:
        self._receive = receive

    async def close(self) -> None:
        """Bounded, whatever the thread does."""
        self.end("closed by us")
        if self._thread is not None:
            try:
                async with asyncio.timeout(THREAD_END):
                    await asyncio.shield(self._stopped)
            except TimeoutError:
                log.warning("%s: its thread does not end", self._name)
            else:
                self._thread.join()
            self._thread = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def end(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(LinkEnd(reason))
        if self._socket is not None:
            with suppress(OSError):  # the other end was faster
                self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread, wherever it waits
        if not self._greeted.done():
            self._greeted.set_exception(LinkLost(f"{self._name}: {reason}"))
            self._greeted.exception()  # looked at: nobody may be waiting
        while self._replies:
            waiting = self._replies.popleft()
            if not waiting.done():
                waiting.set_exception(LinkLost(f"{self._name}: {reason}"))

    # ------------------------------------------------------------ the thread

    def _main(self, connected: socket.socket) -> None:
        try:
            reason = self._run(connected)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the end of the link
            reason = f"the client failed: {type(error).__name__}"
        self._tell(self.end, reason)
        self._tell(self._stopped.set_result, None)

    def tell_greeted(self) -> None:
        """From the thread, as all of these."""
        self._tell(self._greet)

    def tell_reply(self, text: str) -> None:
        self._tell(self._reply, text)

    def tell_event(self, event: Event) -> None:
        self._tell(self._take, event)

    def _tell(self, what: Callable[..., object], *args: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(what, *args)

    # ------------------------------------------------------------ what the thread has told, in the loop

    def _greet(self) -> None:
        if not self._greeted.done():
            self._greeted.set_result(None)

    def _reply(self, text: str) -> None:
        if self._replies:
            reply = self._replies.popleft()
            if not reply.done():  # its deadline has passed
                reply.set_result(text)
        elif not self.ended.done():
            self.end("a reply to nothing")

    def _take(self, event: Event) -> None:
        if self._receive is None or self.ended.done():
            return
        try:
            self._receive(event)
        except Exception:
            log.exception("an event from %s could not be processed", self._name)
            self.end("an event could not be processed")


__all__ = ["Threaded"]
