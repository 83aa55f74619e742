"""WebSocket frames (RFC 6455) as a server reads and writes them, without extensions. Pure.

Strict: what a browser does not send is an error, which says the close code.
"""

import struct
from typing import NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_CONTINUATION = 0
_KNOWN = frozenset({_CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
CONTROL = 8  # from here on; at most SHORT bytes, never in pieces
SHORT = 125

WRONG, TOO_LARGE = 1002, 1009


class FrameError(Exception):
    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class Frame(NamedTuple):
    """Whole: pieces are joined."""

    kind: int
    payload: bytes


class Frames:
    """What comes from one browser. Nothing is kept between messages."""

    __slots__ = ("_at", "_data", "_kind", "_most", "_pieces")

    def __init__(self, most: int) -> None:
        """``most``: bytes of a message."""
        self._most = most
        self._data, self._at = b"", 0
        self._kind = _CONTINUATION  # of the message whose pieces come
        self._pieces = b""

    def feed(self, data: bytes) -> None:
        self._data, self._at = self._data[self._at :] + data, 0

    def next(self) -> Frame | None:
        """Raises FrameError, after which there is nothing more. None: more must be fed."""
        while (found := self._head(self._data, self._at)) is not None:
            final, kind, begins, ends = found
            if len(self._data) < ends:
                break
            payload = _masked(self._data[begins : begins + 4], self._data[begins + 4 : ends])
            self._at = ends
            if (whole := self._take(final, kind, payload)) is not None:
                return whole
        if self._at == len(self._data):
            self._data, self._at = b"", 0
        return None

    def _head(self, data: bytes, at: int) -> tuple[bool, int, int, int] | None:
        """Whether it is the last piece, its kind, where its mask begins and where it ends. None: too little is there
        to say so."""
        if len(data) < at + 2:
            return None
        first, second = data[at], data[at + 1]
        final, kind, length, begins = first >= 0x80, first & 0x0F, second & 0x7F, at + 2
        if first & 0x70 or kind not in _KNOWN:
            raise FrameError(WRONG, "an extension that nobody agreed on")
        if second < 0x80:
            raise FrameError(WRONG, "a frame of a browser is masked")
        if kind >= CONTROL and (not final or length > SHORT):
            raise FrameError(WRONG, "a control frame is short and whole")
        if length > SHORT:
            size = 2 if length == SHORT + 1 else 8
            if len(data) < begins + size:
                return None
            length = int.from_bytes(data[begins : begins + size], "big")
            begins += size
        if length + len(self._pieces) > self._most:
            raise FrameError(TOO_LARGE, f"a message has at most {self._most} bytes")
        return final, kind, begins, begins + 4 + length

    def _take(self, final: bool, kind: int, payload: bytes) -> Frame | None:
        if kind >= CONTROL:
            return Frame(kind, payload)
        if (kind == _CONTINUATION) != (self._kind != _CONTINUATION):
            raise FrameError(WRONG, "pieces of two messages are mixed")
        kind, payload = self._kind or kind, self._pieces + payload if self._pieces else payload
        if final:
            self._kind, self._pieces = _CONTINUATION, b""
            return Frame(kind, payload)
        self._kind, self._pieces = kind, payload
        return None


def _masked(mask: bytes, payload: bytes) -> bytes:
    """Twice is not at all."""
    size = len(payload)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


def frame(kind: int, payload: bytes) -> bytes:
    """As a server sends it."""
    size = len(payload)
    if size <= SHORT:
        return bytes((0x80 | kind, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x80 | kind, SHORT + 1, size) + payload
    return struct.pack("!BBQ", 0x80 | kind, SHORT + 2, size) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason.encode()[: SHORT - 2])


__all__ = ["BINARY", "CLOSE", "PING", "PONG", "TEXT", "TOO_LARGE", "WRONG", "Frame", "FrameError", "Frames",
           "close_frame", "frame"]  # fmt: skip
