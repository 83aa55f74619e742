"""The doctor's own telephone: FreeSWITCH calls it, it answers, and what it hears is what a caller would hear.

It needs no module, no account and no place in the dialplan: an INVITE to where it listens, with a name that nobody
else knows. It takes one call at a time, says nothing, and speaks only as much SIP as FreeSWITCH does to it.
"""

import asyncio
import re
import secrets
import socket
from collections.abc import Callable
from typing import cast

PCMU, PCMA = 0, 8
# Of 32,768. What stands for silence in G.711 is up to 8.
LOUD = 64
RTP_HEADER = 12
_AUDIO = re.compile(r"^m=audio \d+ RTP/AVP ([\d ]+)", re.MULTILINE)
_COPIED = ("via", "from", "to", "call-id", "cseq")
_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact"}
_IN_DIALOG = ("BYE", "CANCEL", "INFO", "OPTIONS", "UPDATE")

Address = tuple[str, int]
Receive = Callable[[bytes, Address], None]


def loudness(payload: bytes, codec: int) -> int:
    """The loudest sample of G.711 audio."""
    if codec == PCMU:
        return max(((((~byte & 0x0F) << 3) + 0x84) << ((~byte & 0x70) >> 4)) - 0x84 for byte in payload)
    return max(_a_law(byte ^ 0x55) for byte in payload)


def _a_law(code: int) -> int:
    size, exponent = ((code & 0x0F) << 4) + 8, (code & 0x70) >> 4
    return (size + 0x100) << (exponent - 1) if exponent else size


class Telephone:
    """Listens on the address of this machine from which ``towards`` is reached. Raises OSError when there is none."""

    def __init__(self, towards: Address) -> None:
        self._name = f"doctor-{secrets.token_hex(8)}"
        self._host = _address_towards(towards)
        self._tag = secrets.token_hex(4)
        self._signalling: asyncio.DatagramTransport | None = None
        self._audio: asyncio.DatagramTransport | None = None
        self._invite: dict[str, str] = {}
        self._there: Address | None = None
        self._heard = 0
        self._news = asyncio.Event()

    async def open(self) -> None:
        self._signalling = await self._listen(self._sip)
        self._audio = await self._listen(self._rtp)

    async def _listen(self, receive: Receive) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Packets(receive), local_addr=(self._host, 0))
        return transport

    @property
    def address(self) -> str:
        """What FreeSWITCH has to dial."""
        return f"{self._name}@{self._host}:{_port(self._signalling)}"

    def close(self) -> None:
        """Hang up, also where nobody can ask FreeSWITCH for it any more."""
        if self._invite and self._there is not None and self._signalling is not None:
            self._signalling.sendto(self._bye(), self._there)
        for transport in (self._signalling, self._audio):
            if transport is not None:
                transport.close()
        self._signalling = self._audio = None

    async def listen(self, seconds: float) -> bool:
        """Whether something is heard in that time; returns as soon as it is."""
        self._heard = 0
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                while self._heard < LOUD:
                    await self._news.wait()
                    self._news.clear()
        except TimeoutError:
            return False
        return True

    # ------------------------------------------------------------ packets

    def _rtp(self, data: bytes, _: Address) -> None:
        if len(data) <= RTP_HEADER or data[0] >> 6 != 2:
            return
        codec = data[1] & 0x7F
        if codec in {PCMU, PCMA}:
            self._heard = max(self._heard, loudness(data[RTP_HEADER:], codec))
            self._news.set()

    def _sip(self, data: bytes, source: Address) -> None:
        head, _, body = data.decode(errors="replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        headers = _headers(lines)
        if method == "INVITE" and rest.startswith(f"sip:{self._name}@"):
            self._answer(lines, headers, body, source)
        elif method in _IN_DIALOG and headers.get("call-id") == self._invite.get("call-id", headers):
            self._say("200 OK", lines, source)
            if method == "BYE":
                self._invite = {}

    def _answer(self, lines: list[str], headers: dict[str, str], body: str, source: Address) -> None:
        offered = _AUDIO.search(body)
        codecs = offered[1].split() if offered else []
        common = [codec for codec in (PCMA, PCMU) if str(codec) in codecs]
        if not common:
            self._say("488 Not Acceptable Here", lines, source)
            return
        self._invite, self._there = headers, source
        description = (
            f"v=0\r\no=- 1 1 IN IP4 {self._host}\r\ns=-\r\nc=IN IP4 {self._host}\r\nt=0 0\r\n"
            f"m=audio {_port(self._audio)} RTP/AVP {common[0]}\r\na=ptime:20\r\n"
        )
        self._say("200 OK", lines, source, description)

    def _say(self, status: str, lines: list[str], source: Address, body: str = "") -> None:
        copied = []
        for line in lines:
            name = _name_of(line)
            tagged = name == "to" and "tag=" not in line
            if name in _COPIED:
                copied.append(f"{line};tag={self._tag}" if tagged else line)
        more = [f"Contact: <sip:{self.address}>", *(["Content-Type: application/sdp"] if body else [])]
        head = "\r\n".join([f"SIP/2.0 {status}", *copied, *more, f"Content-Length: {len(body)}"])
        if self._signalling is not None:
            self._signalling.sendto(f"{head}\r\n\r\n{body}".encode(), source)

    def _bye(self) -> bytes:
        there = self._invite.get("contact", "").partition("<")[2].partition(">")[0]
        lines = (
            f"BYE {there} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._host}:{_port(self._signalling)};branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: {self._invite.get('to', '')};tag={self._tag}",
            f"To: {self._invite.get('from', '')}",
            f"Call-ID: {self._invite.get('call-id', '')}",
            "CSeq: 1 BYE",
            "Content-Length: 0",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Packets(asyncio.DatagramProtocol):
    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self._receive(data, cast("Address", addr))


def _address_towards(there: Address) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(there)
        return str(probe.getsockname()[0])


def _port(transport: asyncio.DatagramTransport | None) -> int:
    return int(transport.get_extra_info("sockname")[1]) if transport is not None else 0


def _name_of(line: str) -> str:
    name = line.partition(":")[0].strip().lower()
    return _SHORT.get(name, name)


def _headers(lines: list[str]) -> dict[str, str]:
    return {_name_of(line): line.partition(":")[2].strip() for line in reversed(lines)}


__all__ = ["LOUD", "Telephone", "loudness"]
