"""Just enough of SIP and RTP for people on the far side of a real PBX: one UDP socket each, nothing is lost on
loopback. SIPp plays from a script; these do what a test tells them in the moment."""

import asyncio
import hashlib
import itertools
import re
import secrets
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from conformance.voices import FRAME, Ear, frames_of

TELEPHONE_EVENT = 101
PCMA = 8
FRAME_S = 0.02
DIGITS = "0123456789*#"


@dataclass
class Message:
    """A request or a response. Header names are lower case, in order."""

    start: str
    headers: list[tuple[str, str]]
    body: str = ""

    def get(self, name: str, default: str = "") -> str:
        return next((value for header, value in self.headers if header == name), default)

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        return self.get("cseq").split()[1] if self.status else self.start.split()[0]

    @property
    def number(self) -> int:
        return int(self.get("cseq").split()[0])

    def encode(self) -> bytes:
        lines = [self.start, *(f"{name.title()}: {value}" for name, value in self.headers)]
        return ("\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", self.body])).encode()


def decode(data: bytes) -> Message:
    head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Message(start, [header for header in headers if header[0] != "content-length"], body)


def uri(value: str) -> str:
    found = re.search(r"<([^>]*)>", value)
    return found[1] if found else value.partition(";")[0]


def user(value: str) -> str:
    return uri(value).removeprefix("sip:").partition("@")[0]


class Socket(asyncio.DatagramProtocol):
    """A UDP port of one's own."""

    def __init__(self, receive: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._receive = receive
        self.transport: asyncio.DatagramTransport | None = None
        self.address = ("", 0)

    @classmethod
    async def open(cls, host: str, receive: Callable[[bytes, tuple[str, int]], None]) -> "Socket":
        loop = asyncio.get_running_loop()
        transport, socket = await loop.create_datagram_endpoint(lambda: cls(receive), local_addr=(host, 0))
        socket.transport = transport
        socket.address = transport.get_extra_info("sockname")
        return socket

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receive(data, addr)

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        if self.transport is not None:
            self.transport.sendto(data, address)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Audio:
    """One RTP stream each way: our voice and digits out, the others' voices and digits in."""

    def __init__(self, voice: int, digit: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._voice = itertools.cycle(frames_of(voice))
        self._digit = digit
        self._ear = Ear(changed)
        self._socket: Socket | None = None
        self._far: tuple[str, int] | None = None
        self._task: asyncio.Task[None] | None = None
        self._source = secrets.randbits(31)
        self._sequence = 0
        self._time = 0
        self._last_event: int | None = None
        self._to_press: list[str] = []

    def heard(self) -> frozenset[str]:
        return self._ear.heard

    async def open(self, host: str) -> str:
        """The SDP that says where we listen."""
        if self._socket is None:
            self._socket = await Socket.open(host, self._receive)
        port = self._socket.address[1]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {PCMA} {TELEPHONE_EVENT}\r\na=rtpmap:{PCMA} PCMA/8000\r\n"
            f"a=rtpmap:{TELEPHONE_EVENT} telephone-event/8000\r\na=fmtp:{TELEPHONE_EVENT} 0-15\r\na=ptime:20\r\n"
        )

    def connect(self, sdp: str) -> None:
        host, port = re.search(r"c=IN IP4 (\S+)", sdp), re.search(r"m=audio (\d+)", sdp)
        if host and port and int(port[1]):
            self._far = host[1], int(port[1])
            if self._task is None:
                self._task = asyncio.create_task(self._speak())

    def press(self, digits: str) -> None:
        self._to_press += digits

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self._to_press:
                for payload in self._event(self._to_press.pop(0)):
                    self._send(TELEPHONE_EVENT, payload)
                    due += FRAME_S
                    await asyncio.sleep(due - loop.time())  # sleep: audio has a pace
                self._time += 12 * FRAME
            self._send(PCMA, next(self._voice))
            self._ear.check(loop.time())
            self._time += FRAME
            due += FRAME_S
            await asyncio.sleep(due - loop.time())  # sleep: audio has a pace

    def _event(self, digit: str) -> list[bytes]:
        """RFC 4733: six packets of a key held down, the end three times."""
        code = DIGITS.index(digit)
        held = [struct.pack("!BBH", code, 10, n * FRAME) for n in range(1, 7)]
        return held + [struct.pack("!BBH", code, 0x80 | 10, 7 * FRAME)] * 3

    def _send(self, kind: int, payload: bytes) -> None:
        if self._socket is not None and self._far is not None:
            self._sequence = (self._sequence + 1) & 0xFFFF
            header = struct.pack("!BBHII", 0x80, kind, self._sequence, self._time & 0xFFFFFFFF, self._source)
            self._socket.send(header + payload, self._far)

    def _receive(self, data: bytes, _: tuple[str, int]) -> None:
        if len(data) < 16:
            return
        kind, moment = data[1] & 0x7F, int.from_bytes(data[4:8])
        if kind == TELEPHONE_EVENT and moment != self._last_event and data[12] < len(DIGITS):
            self._last_event = moment
            self._digit(DIGITS[data[12]])
        elif kind == PCMA:
            self._ear.hear(data[12:], asyncio.get_running_loop().time())


@dataclass
class Dialog:
    """One call, seen from our side."""

    call_id: str
    local: str  # From or To of ours, with tag
    remote: str
    target: str  # where requests in the dialog go
    audio: Audio
    routes: list[str] = field(default_factory=list)
    number: int = 0  # our last CSeq
    invite: Message | None = None  # of ours, or theirs
    state: str = "calling"  # ringing | answered | ended
    ours: bool = True  # we sent the INVITE


class Agent:
    """A SIP user agent: a socket, its dialogs, the requests both sides send in them."""

    def __init__(self, number: str, host: str, pbx: tuple[str, int], voice: int) -> None:
        self.number = number
        self.voice = voice
        self.host = host
        self.pbx = pbx
        self.socket: Socket | None = None
        self.dialogs: dict[str, Dialog] = {}
        self.changed: Callable[[], None] = lambda: None
        self._branches = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self.socket = await Socket.open(self.host, self._receive)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for dialog in self.dialogs.values():
            dialog.audio.close()
        if self.socket is not None:
            self.socket.close()

    def audio(self, digit: Callable[[str], None] = lambda _: None) -> Audio:
        return Audio(self.voice, digit, self._something)

    def _something(self) -> None:
        self.changed()

    def heard(self) -> frozenset[str]:
        alive = [dialog for dialog in self.dialogs.values() if dialog.state == "answered"]
        return frozenset().union(*(dialog.audio.heard() for dialog in alive))

    @property
    def contact(self) -> str:
        assert self.socket is not None
        return f"<sip:{self.number}@{self.host}:{self.socket.address[1]}>"

    # ------------------------------------------------------------ messages out

    def send(self, message: Message) -> None:
        assert self.socket is not None
        self.socket.send(message.encode(), self.pbx)

    def via(self) -> tuple[str, str]:
        assert self.socket is not None
        branch = f"z9hG4bK{secrets.token_hex(6)}{next(self._branches)}"
        return "via", f"SIP/2.0/UDP {self.host}:{self.socket.address[1]};rport;branch={branch}"

    def reply(self, request: Message, status: int, *, tag: str = "", sdp: str = "", more: str = "OK") -> None:
        to = request.get("to")
        if tag and ";tag=" not in to:
            to += f";tag={tag}"
        headers = [*(("via", value) for value in request.all("via")), ("from", request.get("from")), ("to", to)]
        headers += [("record-route", value) for value in request.all("record-route")]
        headers += [(name, request.get(name)) for name in ("call-id", "cseq")]
        headers.append(("contact", self.contact))
        if sdp:
            headers.append(("content-type", "application/sdp"))
        self.send(Message(f"SIP/2.0 {status} {more}", headers, sdp))

    def in_dialog(
        self, dialog: Dialog, method: str, *more: tuple[str, str], body: str = "", cseq: int | None = None
    ) -> None:
        if cseq is None:
            dialog.number += 1
        number = dialog.number if cseq is None else cseq
        headers = [self.via(), ("from", dialog.local), ("to", dialog.remote), ("call-id", dialog.call_id)]
        headers += [("cseq", f"{number} {method}"), ("max-forwards", "70"), ("contact", self.contact), *more]
        self.send(Message(f"{method} {dialog.target} SIP/2.0", headers, body))

    def ack(self, dialog: Dialog, response: Message) -> None:
        """For a 2xx a request of its own; for a refusal it belongs to the INVITE."""
        if response.status < 300:
            self.in_dialog(dialog, "ACK", cseq=response.number)
        elif dialog.invite is not None:
            invite = dialog.invite
            headers = [("via", invite.get("via")), ("from", invite.get("from")), ("to", response.get("to"))]
            headers += [("call-id", dialog.call_id), ("cseq", f"{response.number} ACK"), ("max-forwards", "70")]
            self.send(Message(f"ACK {invite.start.split()[1]} SIP/2.0", headers))

    def bye(self, dialog: Dialog) -> None:
        if dialog.state == "answered":
            self.in_dialog(dialog, "BYE")
            self.over(dialog)

    def over(self, dialog: Dialog) -> None:
        dialog.state = "ended"
        dialog.audio.close()
        self.changed()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ------------------------------------------------------------ messages in

    def on_response(self, dialog: Dialog, message: Message) -> None: ...
    def on_invite(self, message: Message) -> None: ...
    def on_cancel(self, dialog: Dialog, message: Message) -> None: ...
    def on_bye(self, dialog: Dialog, message: Message) -> None: ...
    def on_other_response(self, message: Message) -> None: ...

    def on_refer(self, dialog: Dialog, message: Message) -> None:
        self.reply(message, 603, more="Decline")

    def _receive(self, data: bytes, _: tuple[str, int]) -> None:
        if not data.strip():
            return
        message = decode(data)
        dialog = self.dialogs.get(message.get("call-id"))
        if message.status:
            if dialog is not None:
                self.on_response(dialog, message)
            else:
                self.on_other_response(message)
            return
        self._request(dialog, message)

    def _request(self, dialog: Dialog | None, message: Message) -> None:
        method = message.method
        if method == "ACK":
            return
        if method == "OPTIONS":
            self.reply(message, 200, tag="o")
        elif method == "INVITE" and dialog is None:
            self.on_invite(message)
        elif dialog is None:
            self.reply(message, 481, tag="x", more="Call does not exist")
        elif method == "INVITE":
            if dialog.state == "answered":
                self.spawn(self._again(dialog, message))
        elif method == "CANCEL":
            self.reply(message, 200, tag="c")
            self.on_cancel(dialog, message)
        elif method == "BYE":
            self.reply(message, 200)
            self.on_bye(dialog, message)
            self.over(dialog)
        elif method == "REFER":
            self.on_refer(dialog, message)
        else:
            self.reply(message, 200)

    async def _again(self, dialog: Dialog, message: Message) -> None:
        """A re-INVITE: the same audio once more."""
        self.reply(message, 200, sdp=await dialog.audio.open(self.host))


def digest(challenge: str, method: str, target: str, name: str, password: str) -> str:
    values = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    first = hashlib.md5(f"{name}:{values['realm']}:{password}".encode()).hexdigest()
    second = hashlib.md5(f"{method}:{target}".encode()).hexdigest()
    count, own = "00000001", secrets.token_hex(8)
    middle = f"{values['nonce']}:{count}:{own}:auth" if "qop" in values else values["nonce"]
    answer = hashlib.md5(f"{first}:{middle}:{second}".encode()).hexdigest()
    text = (
        f'Digest username="{name}", realm="{values["realm"]}", nonce="{values["nonce"]}", uri="{target}", '
        f'response="{answer}", algorithm=MD5'
    )
    if "opaque" in values:
        text += f', opaque="{values["opaque"]}"'
    return text + (f', qop=auth, nc={count}, cnonce="{own}"' if "qop" in values else "")


__all__ = ["Agent", "Audio", "Dialog", "Message", "digest", "uri", "user"]
