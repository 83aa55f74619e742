"""A SIP phone with an ear, for tests: it does what it is told, over UDP, and sends and hears A-law tones.

SIPp plays a crowd; this plays one party whose every step a test decides: when to ring, when to answer, what was in
the INVITE, which tone is heard.
"""

import asyncio
import hashlib
import itertools
import math
import re
import secrets
import struct
from collections.abc import Mapping
from typing import Self, cast

FRAME = 160  # samples in 20 ms
_numbers = itertools.count(1)


class Message:
    """One SIP message, as far as a test phone reads it."""

    def __init__(self, text: str) -> None:
        head, _, self.body = text.partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        return self["CSeq"].split()[-1] if self.status else self.start.split()[0]


class Sound(asyncio.DatagramProtocol):
    """RTP: plays one tone (or nothing) and keeps what it heard last."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.packets = asyncio.Event()
        self.sources: set[int] = set()
        self._transport: asyncio.DatagramTransport | None = None
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data[12:])
        del self.heard[:-50]
        self.sources.add(struct.unpack("!I", data[8:12])[0])
        self.packets.set()

    def play(self, hertz: int, to: tuple[str, int]) -> None:
        self.stop()
        self._sending = asyncio.create_task(self._send(tone(hertz), to))

    def stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    async def _send(self, samples: bytes, to: tuple[str, int]) -> None:
        source, loop = secrets.randbits(32), asyncio.get_running_loop()
        begun = loop.time()
        for n in itertools.count():
            payload = bytes(samples[(n * FRAME + i) % len(samples)] for i in range(FRAME))
            assert self._transport is not None
            self._transport.sendto(
                struct.pack("!BBHII", 0x80, 8, n & 0xFFFF, n * FRAME & 0xFFFFFFFF, source) + payload, to
            )
            await asyncio.sleep(max(0.0, begun + (n + 1) * 0.02 - loop.time()))  # sleep: the pace of RTP

    async def hears(self, hertz: int, *, frames: int = 10, deadline: float = 5.0) -> bool:
        """Whether, at some moment from now to the deadline, the last ``frames`` all hold the tone."""
        self.heard.clear()
        try:
            async with asyncio.timeout(deadline):
                while True:
                    if len(self.heard) >= frames and all(strength(f, hertz) > 0.2 for f in self.heard[-frames:]):
                        return True
                    self.packets.clear()
                    await self.packets.wait()
        except TimeoutError:
            return False

    async def fresh(self, frames: int = 25) -> list[bytes]:
        """The next frames that come in."""
        self.heard.clear()
        async with asyncio.timeout(5):
            while len(self.heard) < frames:
                self.packets.clear()
                await self.packets.wait()
        return self.heard[:frames]

    def close(self) -> None:
        self.stop()
        if self._transport is not None:
            self._transport.close()


class Call:
    """A call at the phone. Everything the other side sends in it is in ``inbox``."""

    def __init__(self, phone: "Phone", call_id: str, tag: str) -> None:
        self.phone, self.id, self.tag = phone, call_id, tag
        self.invite = Message("")
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.remote = self.local = self.target = ""
        self.outgoing = False
        self.sequence = 1
        self.sound = Sound()
        self.media: tuple[str, int] | None = None
        self._branch = ""
        self._dialled = ""

    async def until(self, what: int | str) -> Message:
        """The next message with this status (of an INVITE) or method; others are passed over."""
        async with asyncio.timeout(10):
            while True:
                message = await self.inbox.get()
                if message.status == what or (not message.status and message.method == what):
                    return message

    def reply(self, request: Message, status: int, reason: str = "X", *, body: str = "") -> None:
        lines = [f"SIP/2.0 {status} {reason}", *(f"Via: {via}" for via in request.all("Via"))]
        lines += [f"From: {request['From']}", f"To: {_tagged(request['To'], self.tag)}"]
        lines += [f"Call-ID: {self.id}", f"CSeq: {request['CSeq']}", f"Contact: <{self.phone.uri}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        self.phone.send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))

    async def ring(self) -> None:
        self.reply(self.invite, 180, "Ringing")

    async def answer(self) -> None:
        self.media = _media(self.invite.body)
        self.reply(self.invite, 200, "OK", body=await self.phone.offer(self))

    async def reject(self, status: int) -> None:
        self.reply(self.invite, status)

    async def hang_up(self) -> None:
        """BYE, or CANCEL of a call of ours that nobody answered; returns at once."""
        if self.outgoing and not self.media:
            self._request("CANCEL", self._dialled, self.sequence, branch=self._branch)
            return
        self.sequence += 1
        self._request("BYE", self.target, self.sequence)

    def notify_transferred(self) -> None:
        """The end of a REFER. Without it Asterisk keeps the channel for minutes after its call."""
        self.sequence += 1
        headers = {"Event": "refer", "Subscription-State": "terminated;reason=noresource"}
        headers["Content-Type"] = "message/sipfrag;version=2.0"
        self._request("NOTIFY", self.target or self.phone.uri, self.sequence, body="SIP/2.0 200 OK", headers=headers)

    def send_invite(self, number: str, body: str, headers: Mapping[str, str], authorization: str = "") -> None:
        self.outgoing = True
        self._dialled = f"sip:{number}@{self.phone.server[0]}:{self.phone.server[1]}"
        self._branch = _token()
        extra = dict(headers) | ({"Authorization": authorization} if authorization else {})
        self._request("INVITE", self._dialled, self.sequence, branch=self._branch, body=body, headers=extra)

    def answered(self, message: Message) -> None:
        if message.status >= 200:
            self.remote = message["To"] or self.remote
            self.target = _uri(message["Contact"]) or self._dialled
            if message.status < 300:
                self.media = _media(message.body)
            branch = self._branch if message.status >= 300 else _token()
            uri = self.target if message.status < 300 else self._dialled
            self._request("ACK", uri, int(message["CSeq"].split()[0]), branch=branch)

    def _request(
        self,
        method: str,
        uri: str,
        sequence: int,
        *,
        branch: str = "",
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        host, port = self.phone.address
        lines = [f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{branch or _token()}"]
        lines += [f"From: {self.local}", f"To: {self.remote}", f"Call-ID: {self.id}", f"CSeq: {sequence} {method}"]
        lines += [f"Contact: <{self.phone.uri}>", "Max-Forwards: 70"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += ["Content-Type: application/sdp"] if body and "Content-Type" not in (headers or {}) else []
        self.phone.send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))


class Phone(asyncio.DatagramProtocol):
    """A phone (``async with``). With a password it is an agent's, and registers; without, a caller on a trunk."""

    def __init__(self, server: tuple[str, int], name: str, password: str = "", *, host: str = "127.0.0.1") -> None:
        self.server, self.name, self.password, self.host = server, name, password, host
        self.address = (host, 0)
        self.calls: dict[str, Call] = {}
        self.incoming: asyncio.Queue[Call] = asyncio.Queue()
        self._replies: asyncio.Queue[Message] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self._registration = secrets.token_hex(6)

    @property
    def uri(self) -> str:
        return f"sip:{self.name}@{self.address[0]}:{self.address[1]}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        self.address = self._transport.get_extra_info("sockname")
        if self.password:
            await self.register()
        return self

    async def __aexit__(self, *_: object) -> None:
        for call in self.calls.values():
            call.sound.close()
        if self._transport is not None:
            self._transport.close()

    async def register(self, expires: int = 300) -> None:
        await self._register(expires, 1, "")
        challenge = (await self._reply())["WWW-Authenticate"]
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        await self._register(expires, 2, self._digest("REGISTER", uri, challenge))
        reply = await self._reply()
        assert reply.status == 200, reply.start

    async def call(
        self, number: str, *, to: str = "", display: str = "Carla", headers: Mapping[str, str] | None = None
    ) -> Call:
        """Dial; returns when the INVITE is on its way and any challenge is met."""
        call = self._new(f"{_token()}@test")
        call.local = f'"{display}" <sip:{self.name}@{self.host}>;tag={call.tag}'
        call.remote = f"<sip:{to or number}@{self.server[0]}>"
        body = await self.offer(call)
        call.send_invite(number, body, headers or {})
        if self.password:
            challenged = await call.until(401)
            call.sequence += 1
            call.remote = f"<sip:{to or number}@{self.server[0]}>"
            uri = f"sip:{number}@{self.server[0]}:{self.server[1]}"
            call.send_invite(number, body, headers or {}, self._digest("INVITE", uri, challenged["WWW-Authenticate"]))
        return call

    async def next_call(self, deadline: float = 10.0) -> Call:
        async with asyncio.timeout(deadline):
            return await self.incoming.get()

    def send(self, text: str) -> None:
        assert self._transport is not None
        self._transport.sendto(text.encode(), self.server)

    async def offer(self, call: Call) -> str:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: call.sound, local_addr=(self.host, 0))
        port = transport.get_extra_info("sockname")[1]
        lines = ["v=0", f"o=- 1 1 IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0"]
        return "\r\n".join([*lines, f"m=audio {port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", ""])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message(data.decode(errors="replace"))
        if message.method == "REGISTER":
            self._replies.put_nowait(message)
        elif message.method == "OPTIONS" or (message["Call-ID"] not in self.calls and message.method != "INVITE"):
            if not message.status:
                Call(self, message["Call-ID"], _token()).reply(message, 200, "OK")
        elif message.method == "INVITE" and not message.status:
            self._ring(message)
        else:
            self._in_call(self.calls[message["Call-ID"]], message)

    def _ring(self, message: Message) -> None:
        if message["Call-ID"] in self.calls:  # sent again
            return
        call = self._new(message["Call-ID"])
        call.invite = message
        call.local, call.remote = _tagged(message["To"], call.tag), message["From"]
        call.target = _uri(message["Contact"])
        self.incoming.put_nowait(call)

    def _in_call(self, call: Call, message: Message) -> None:
        if message.status and message.method == "INVITE":
            call.answered(message)
        elif message.method == "BYE" and not message.status:
            call.reply(message, 200, "OK")
        elif message.method == "CANCEL" and not message.status:
            call.reply(message, 200, "OK")
            call.reply(call.invite, 487, "Request Terminated")
        elif message.method == "REFER" and not message.status:
            call.reply(message, 202, "Accepted")
            call.notify_transferred()
        if message.method == "INVITE" or not message.status:
            call.inbox.put_nowait(message)

    def _new(self, call_id: str) -> Call:
        call = self.calls[call_id] = Call(self, call_id, _token())
        return call

    async def _reply(self) -> Message:
        async with asyncio.timeout(5):
            return await self._replies.get()

    async def _register(self, expires: int, sequence: int, authorization: str) -> None:
        host, port = self.address
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        me = f"<sip:{self.name}@{self.server[0]}>"
        lines = [f"REGISTER {uri} SIP/2.0", f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{_token()}"]
        lines += [
            f"From: {me};tag={_token()}",
            f"To: {me}",
            f"Call-ID: {self._registration}",
            f"CSeq: {sequence} REGISTER",
        ]
        lines += [f"Contact: <{self.uri}>", f"Expires: {expires}", "Max-Forwards: 70"]
        lines += [f"Authorization: {authorization}"] if authorization else []
        self.send("\r\n".join([*lines, "Content-Length: 0", "", ""]))

    def _digest(self, method: str, uri: str, challenge: str) -> str:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        realm, nonce, client = given["realm"], given["nonce"], _token()
        one = _md5(f"{self.name}:{realm}:{self.password}")
        response = _md5(f"{one}:{nonce}:00000001:{client}:auth:{_md5(f'{method}:{uri}')}")
        parts = {
            "username": self.name,
            "realm": realm,
            "nonce": nonce,
            "uri": uri,
            "response": response,
            "cnonce": client,
        }
        parts |= {"opaque": given["opaque"]} if "opaque" in given else {}
        return "Digest " + ", ".join(f'{k}="{v}"' for k, v in parts.items()) + ", nc=00000001, qop=auth, algorithm=MD5"


def tone(hertz: int) -> bytes:
    """A second of a sine, as A-law; a multiple of 5 Hz joins its own beginning."""
    return bytes(_a_law(round(8000 * math.sin(2 * math.pi * hertz * n / 8000))) for n in range(8000))


def strength(frame: bytes, hertz: int) -> float:
    """How much of the frame is this tone: 0 none, about 1 nothing else (Goertzel)."""
    samples = [_LINEAR[byte] for byte in frame]
    energy = sum(s * s for s in samples)
    if energy < len(samples) * 100**2:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / 8000)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    return (before * before + last * last - turn * before * last) * 2 / len(samples) / energy


def _a_law(sample: int) -> int:
    sign, magnitude = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    magnitude = min(magnitude >> 4, 0x7FF)
    exponent = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude >> max(exponent, 1) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def _expand(byte: int) -> int:
    byte ^= 0x55
    exponent, mantissa = byte >> 4 & 7, byte & 15
    value = (mantissa << 4) + 8 if not exponent else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if byte & 0x80 else -value


_LINEAR = [_expand(byte) for byte in range(256)]


def _tagged(to: str, tag: str) -> str:
    return to if ";tag=" in to else f"{to};tag={tag}"


def _uri(contact: str) -> str:
    found = re.search(r"<([^>]+)>", contact)
    return found[1] if found else contact


def _media(body: str) -> tuple[str, int] | None:
    port, host = re.search(r"m=audio (\d+)", body), re.search(r"c=IN IP4 (\S+)", body)
    return (host[1], int(port[1])) if port and host else None


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _token() -> str:
    return f"{secrets.token_hex(5)}{next(_numbers)}"
