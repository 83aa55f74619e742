"""Ways to the PBX behind the door: its own WebSocket transport, or a PBX inside this process."""

import asyncio

import aiohttp

from cordpair.pbx import SipLine, SipSwitch
from cordpair.sip import MAX_MESSAGE
from cordpair_gateway.door.ports import Line, NoPbx

OPEN_S = 5.0
CLOSE_S = 2.0
WAITING = 64  # frames of an in-process PBX that nobody has taken yet


class WebSocketUpstream:
    """``url``: ``ws://127.0.0.1:8088/ws`` of Asterisk, the ws-binding of a sofia profile on FreeSWITCH."""

    def __init__(self, url: str, *, open_s: float = OPEN_S) -> None:
        self._url = url
        self._open_s = open_s

    async def open(self) -> Line:
        session = aiohttp.ClientSession()  # of its own: no cookie and no header of anybody else's
        try:
            async with asyncio.timeout(self._open_s):
                socket = await session.ws_connect(
                    self._url,
                    protocols=("sip",),
                    max_msg_size=MAX_MESSAGE * 2,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as why:
            await session.close()
            raise NoPbx(f"the PBX's SIP WebSocket does not answer: {type(why).__name__}") from why
        except BaseException:
            await session.close()
            raise
        return _Socket(session, socket)


class _Socket:
    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session, self._socket = session, socket

    async def send(self, frame: bytes) -> None:
        try:
            await self._socket.send_str(frame.decode())
        except (aiohttp.ClientError, OSError) as why:
            raise NoPbx("the PBX closed the connection") from why

    async def receive(self) -> bytes | None:
        message = await self._socket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            return str(message.data).encode()
        return bytes(message.data) if message.type is aiohttp.WSMsgType.BINARY else None

    async def close(self) -> None:
        await self._socket.close()
        await self._session.close()


class InProcessUpstream:
    """A PBX without a socket. One that says more than is taken is hung up on, as a socket would be."""

    def __init__(self, switch: SipSwitch) -> None:
        self._switch = switch

    async def open(self) -> Line:
        return _InProcess(self._switch)


class _InProcess:
    def __init__(self, switch: SipSwitch) -> None:
        self._heard: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._line: SipLine | None = switch.connect(self._hear, self._gone)

    async def send(self, frame: bytes) -> None:
        if self._line is None:
            raise NoPbx("the PBX closed the connection")
        self._line.say(frame)

    async def receive(self) -> bytes | None:
        return await self._heard.get()

    async def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _hear(self, frame: bytes) -> None:
        if self._heard.full():
            self._gone()
        else:
            self._heard.put_nowait(frame)

    def _gone(self) -> None:
        line, self._line = self._line, None
        if self._heard.full():
            self._heard.get_nowait()
        self._heard.put_nowait(None)
        if line is not None:
            line.close()


__all__ = ["InProcessUpstream", "WebSocketUpstream"]
