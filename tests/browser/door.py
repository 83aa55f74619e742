"""A SIP door that says as much as a phone needs to hear: registered, ringing, and a call with a late offer."""

import asyncio
import re

from aiohttp import web

from browser.peer import PATIENCE

FINAL = {"BYE", "CANCEL", "REGISTER"}


def header(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.+?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else ""


def reply(request: str, status: str, body_headers: str = "") -> str:
    lines = [f"SIP/2.0 {status}"]
    lines += [f"Via: {via}" for via in re.findall(r"^Via: (.+?)\r?$", request, re.MULTILINE)]
    to = header(request, "To")
    lines += [
        f"From: {header(request, 'From')}",
        f"To: {to if ';tag=' in to else to + ';tag=door'}",
        f"Call-ID: {header(request, 'Call-ID')}",
        f"CSeq: {header(request, 'CSeq')}",
        f"Contact: {header(request, 'Contact') or '<sip:door@example.invalid;transport=ws>'}",
        *([body_headers] if body_headers else []),
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


class Door:
    def __init__(self) -> None:
        self.frames: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self._news = asyncio.Condition()

    async def serve(self, socket: web.WebSocketResponse) -> None:
        self.sockets.append(socket)
        async for message in socket:
            text = str(message.data)
            async with self._news:
                self.frames.append(text)
                self._news.notify_all()
            method = text.split(" ", 1)[0]
            if method == "INVITE":
                await socket.send_str(reply(text, "100 Trying"))
                await socket.send_str(reply(text, "180 Ringing"))
            elif method in FINAL:
                expires = f"Expires: {header(text, 'Expires')}" if method == "REGISTER" else ""
                await socket.send_str(reply(text, "200 OK", expires))

    async def seen(self, *patterns: str) -> str:
        """The first frame in which all are found."""

        def found() -> str | None:
            fitting = (
                frame for frame in self.frames if all(re.search(pattern, frame, re.MULTILINE) for pattern in patterns)
            )
            return next(fitting, None)

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(found)
        return found() or ""

    async def ring(self, call_id: str) -> None:
        """An INVITE without an offer, as hold and transfer by re-INVITE bring it too."""
        register = await self.seen("^REGISTER ")
        contact = re.search(r"<(sip:[^>]+)>", header(register, "Contact"))
        assert contact
        lines = [
            f"INVITE {contact.group(1)} SIP/2.0",
            f"Via: SIP/2.0/WS door.invalid;branch=z9hG4bK{call_id}",
            "Max-Forwards: 70",
            "From: <sip:help@example.invalid>;tag=caller",
            f"To: {header(register, 'To')}",
            f"Call-ID: {call_id}",
            "CSeq: 1 INVITE",
            "Contact: <sip:door@door.invalid;transport=ws>",
            "Content-Length: 0",
        ]
        await self.sockets[-1].send_str("\r\n".join(lines) + "\r\n\r\n")
