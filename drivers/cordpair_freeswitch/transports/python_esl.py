"""python-ESL 1.4.18, FreeSWITCH's own C client: one thread that receives and one that sends, both ended by us.

Its C code waits without deadlines and gives the interpreter lock back while it does; shutting the socket wakes it. It
is handed a connection that is there already, as it would be an outbound one: it says ``connect`` first, which
FreeSWITCH answers with an error that means nothing, and then we log in.

Not mended: ``select`` with file numbers of 1024 and above ends the process, so such a connection is refused; it drops
empty values; a Content-Length that lies is believed, negative ones too.
"""

import fcntl
import os
import queue
import socket
import threading
from contextlib import suppress

import ESL
import msgspec

from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import AUTH_REQUEST, NOTICE, REJECTION, REPLY, RESPONSE, LostFraming
from cordpair_freeswitch.esl.events import decode_json
from cordpair_freeswitch.transports.threaded import Threaded

FD_SETSIZE = 1024


class PythonEsl(Threaded):
    def __init__(self, settings: Settings, purpose: str) -> None:
        super().__init__(settings, purpose)
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def _submit(self, command: bytes) -> None:
        self._outbox.put(command)

    def _run(self, connected: socket.socket) -> str:
        number = fcntl.fcntl(connected.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
        if number >= FD_SETSIZE:
            os.close(number)
            return f"python-ESL can use no more than {FD_SETSIZE} open files"
        connection = ESL.ESLconnection(number)
        if not connection.connected():
            return "closed by FreeSWITCH"
        sender = threading.Thread(target=self._send_all, args=(connection,), name=f"{self._name} sends", daemon=True)
        sender.start()
        try:
            return self._receive_all(connection)
        finally:
            with suppress(OSError):  # shut already
                connected.shutdown(socket.SHUT_RDWR)
            self._outbox.put(None)
            sender.join()

    def _send_all(self, connection: "ESL.ESLconnection") -> None:
        while (command := self._outbox.get()) is not None:
            connection.send(command.decode())  # a failure ends the receiving as well

    def _receive_all(self, connection: "ESL.ESLconnection") -> str:
        while True:
            event = connection.recvEvent()
            if event is None or event.getType() == "SERVER_DISCONNECTED":
                return "closed by FreeSWITCH"
            if event.getType() == "SOCKET_DATA":
                reason = self._answered(event)
                if reason:
                    return reason
                continue
            try:
                self.tell_event(decode_json(event.serialize("json").encode("utf-8", "surrogateescape")))
            except (LostFraming, msgspec.DecodeError):
                return "lost framing: no event"

    def _answered(self, event: "ESL.ESLevent") -> str:
        kind = event.getHeader("Content-Type")
        if kind == AUTH_REQUEST:
            self.tell_greeted()
        elif kind == REPLY:
            self.tell_reply(event.getHeader("Reply-Text") or "")
        elif kind == RESPONSE:
            self.tell_reply(event.getBody() or "")
        elif kind == NOTICE:
            return "FreeSWITCH has ended the connection"
        elif kind == REJECTION:
            return "FreeSWITCH admits no connection from this address (apply-inbound-acl)"
        else:
            return "lost framing: a frame that is none of the Event Socket's"
        return ""


__all__ = ["PythonEsl"]
