"""A SIP party that writes its messages itself: what no phone would send, and what a phone sees, word for word."""

import asyncio
import re
import secrets
from typing import Self

DEADLINE = 3.0
SDP = "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


class Stranger(asyncio.DatagramProtocol):
    """One UDP socket. It answers OPTIONS, so that it is taken for a phone that is there."""

    def __init__(self) -> None:
        self._seen: asyncio.Queue[tuple[str, tuple[str, int]]] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self.host, self.port = "", 0

    @classmethod
    async def open(cls, host: str = "127.0.0.1") -> Self:
        _, party = await asyncio.get_running_loop().create_datagram_endpoint(cls, local_addr=(host, 0))
        return party

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.host, self.port = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = data.decode(errors="replace")
        if message.startswith("OPTIONS"):
            self.answer((message, addr), "200 OK")
        else:
            self._seen.put_nowait((message, addr))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def next(self, start: str, deadline: float = DEADLINE) -> tuple[str, tuple[str, int]]:
        """The next message that begins so, and where it came from."""
        async with asyncio.timeout(deadline):
            while True:
                seen = await self._seen.get()
                if seen[0].startswith(start):
                    return seen

    async def hears_nothing(self, during: float) -> bool:
        try:
            await self.next("", during)
        except TimeoutError:
            return True
        return False

    def answer(self, seen: tuple[str, tuple[str, int]], status: str, *more: str) -> None:
        copied = re.findall(r"^((?:Via|From|Call-ID|CSeq):[^\r]*)\r", seen[0], re.MULTILINE)
        to = re.search(r"^To:[^\r]*", seen[0], re.MULTILINE)
        assert to is not None
        tagged = to[0] if "tag=" in to[0] else f"{to[0]};tag=s"
        self._send([f"SIP/2.0 {status}", *copied, tagged, *more], "", seen[1])

    async def ask(
        self, port: int, method: str, uri: str = "sip:101@127.0.0.1", *more: str, call_id: str = "", body: str = ""
    ) -> int:
        """Send one request; the status of the first answer that is not 100."""
        self.send(port, method, uri, *more, call_id=call_id, body=body)
        while True:
            status = int((await self.next("SIP/2.0"))[0].split()[1])
            if status != 100:
                return status

    async def invite(self, port: int, uri: str, *more: str) -> int:
        sdp = SDP.format(host=self.host)
        return await self.ask(port, "INVITE", uri, "Content-Type: application/sdp", *more, body=sdp)

    def send(self, port: int, method: str, uri: str, *more: str, call_id: str = "", body: str = "") -> None:
        call_id = call_id or secrets.token_hex(8)
        head = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{call_id}",
            f"From: <sip:stranger@{self.host}>;tag={call_id}",
            f"To: <{uri}>",
            f"Call-ID: {call_id}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:stranger@{self.host}:{self.port}>",
            "Max-Forwards: 70",
        ]
        self._send([*head, *more], body, ("127.0.0.1", port))

    def _send(self, lines: list[str], body: str, to: tuple[str, int]) -> None:
        assert self._transport is not None
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._transport.sendto(text.encode(), to)
