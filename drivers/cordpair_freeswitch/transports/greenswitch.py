"""greenswitch 0.0.19, in a thread with a hub of its own.

Ours: the connection, every deadline, the login (greenswitch knows no ``userauth``), and the ends at which it would wait
or spin for ever: a link that drops, an end of file in the middle of a body, text that is not UTF-8, a line without end.
Its own, and not mended: it unquotes a whole event before it splits lines, so ``%0A`` in a value forges headers; it
cannot read ``event json``; a body's lines with ``": "`` become headers.
"""

import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import gevent
import gevent.event
import gevent.pool
import gevent.socket
from greenswitch.esl import ESLEvent, InboundESL

from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import NOTICE, event_of
from cordpair_freeswitch.esl.frames import MAX_BODY, MAX_HEAD
from cordpair_freeswitch.transports.threaded import Threaded


class GreenSwitch(Threaded):
    def __init__(self, settings: Settings, purpose: str) -> None:
        super().__init__(settings, purpose)
        self._lock = threading.Lock()
        self._hub_loop: Any = None
        self._client: Any = None
        self._senders: Any = None

    def _submit(self, command: bytes) -> None:
        text = command.decode().removesuffix("\n\n").replace("event json ", "event plain ", 1)
        with self._lock:
            if self._hub_loop is not None:
                self._hub_loop.run_callback_threadsafe(self._spawn, text)

    def _spawn(self, text: str) -> None:
        self._senders.spawn(self._converse, text)

    def _converse(self, text: str) -> None:
        """In a greenlet: greenswitch waits without a deadline, ours is in the loop."""
        try:
            self.tell_reply(self._client.send(text).data or "")
        except Exception as error:  # noqa: BLE001  whatever it is, the replies are out of step
            self._client.over(f"a command could not be sent: {type(error).__name__}")

    def _run(self, connected: socket.socket) -> str:
        hub = gevent.get_hub()
        self._senders = gevent.pool.Group()
        mine = gevent.socket.socket(fileno=os.dup(connected.fileno()))
        self._client = client = _Client(self, mine)
        with self._lock:
            self._hub_loop = hub.loop
        try:
            client.start_event_handlers()
            return str(client.reason.get())
        finally:
            with self._lock:
                self._hub_loop = None
            client.kill()
            self._senders.kill()
            hub.destroy(destroy_loop=True)


class _Client(InboundESL):  # type: ignore[misc]  # it has no types
    """On a connection that is there already; says once, as ``reason``, why it has ended."""

    def __init__(self, owner: GreenSwitch, connection: Any) -> None:
        super().__init__(host="", port=0, password="")
        self.owner = owner
        self.reason = gevent.event.AsyncResult()
        self.connected = True
        self.sock = connection
        self.sock_file = _Bounded(connection.makefile("rb"), self.over)
        self.register_handle("*", self._told)
        self.register_handle("DISCONNECT", lambda _: self.over("FreeSWITCH has ended the connection"))

    def over(self, reason: str) -> None:
        if not self.reason.ready():
            self.reason.set(reason)

    def receive_events(self) -> None:
        try:
            super().receive_events()
            self.over("closed by FreeSWITCH")
        except Exception as error:  # noqa: BLE001  greenswitch trusts what it reads
            self.over(f"lost framing: {type(error).__name__}")

    def handle_event(self, event: ESLEvent) -> None:
        super().handle_event(event)
        if self._auth_request_event.is_set():
            self.owner.tell_greeted()
        if not self.connected and event.headers.get("Content-Type") != NOTICE:
            self.over("FreeSWITCH admits no connection from this address (apply-inbound-acl)")

    def _told(self, event: ESLEvent) -> None:
        headers = dict(event.headers)
        if "Event-Name" not in headers:
            return  # a log line
        # The lines of an event's body are read on into its last header.
        length, cut, body = headers.get("Content-Length", "").partition("\n")
        if cut and length.isdigit():
            headers["_body"] = body.removeprefix("\n")
        self.owner.tell_event(event_of(headers))

    def kill(self) -> None:
        self._run = False
        gevent.killall([self._receive_events_greenlet, self._process_events_greenlet])
        self.sock_file.close()
        self.sock.close()


class _Bounded:
    """Its file: no line without end, and no reading past the end of file, on which greenswitch spins."""

    def __init__(self, file: Any, over: Callable[[str], None]) -> None:
        self._file, self._over = file, over
        self._head = 0

    def readline(self) -> bytes:
        line: bytes = self._file.readline(MAX_HEAD + 1)
        self._head = 0 if line == b"\n" else self._head + len(line)
        if self._head > MAX_HEAD:
            raise self._end(f"lost framing: a header block of more than {MAX_HEAD} bytes")
        return line

    def read(self, length: int) -> bytes:
        if not 0 <= length <= MAX_BODY:
            raise self._end(f"lost framing: a body of {length} bytes")
        data: bytes = self._file.read(length)
        if len(data) < length:
            raise self._end("closed by FreeSWITCH in the middle of a frame")
        return data

    def _end(self, reason: str) -> EOFError:
        self._over(reason)
        return EOFError(reason)

    def close(self) -> None:
        self._file.close()


__all__ = ["GreenSwitch"]
