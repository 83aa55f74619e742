"""A packet capture of our own: every INVITE and BYE on loopback to or from a PBX's ports, with the kernel's time.

A packet socket with a filter in the kernel: no package to install, nothing but those two requests wakes us, and the
times are the kernel's, whatever this process is doing. Needs root, as the lab does.
"""

import asyncio
import ctypes
import re
import socket
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self

SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35
ETH_P_IP = 0x0800
REQUEST = re.compile(rb"(INVITE|BYE) sips?:([^@;> ]*)@")
FROM = re.compile(rb"\r\nFrom:[^\r]*?sips?:([^@;>]*)@", re.IGNORECASE)
CALL_ID = re.compile(rb"\r\nCall-ID: *([^\r]*)", re.IGNORECASE)


class Request(NamedTuple):
    at: float
    """Seconds since the epoch."""
    method: str
    to_pbx: bool
    called: str
    """The user in the request's URI."""
    caller: str
    """The user in From."""
    call_id: str


def _program(ports: Sequence[int]) -> bytes:
    """Classic BPF, on the packet from its IP header on: UDP, from or to a port, a body of INVITE or BYE."""
    load_byte, load_header, load_half, load_word, equal, leave = 0x30, 0xB1, 0x48, 0x40, 0x15, 0x06
    checks = len(ports)
    program = [
        (load_byte, 0, 0, 9),
        (equal, 0, 2 * checks + 6, socket.IPPROTO_UDP),
        (load_header, 0, 0, 0),
        (load_half, 0, 0, 0),
        *((equal, 2 * checks - n, 0, port) for n, port in enumerate(ports)),
        (load_half, 0, 0, 2),
        *((equal, checks - 1 - n, 0 if n < checks - 1 else 4, port) for n, port in enumerate(ports)),
        (load_word, 0, 0, 8),
        (equal, 1, 0, int.from_bytes(b"INVI", "big")),
        (equal, 0, 1, int.from_bytes(b"BYE ", "big")),
        (leave, 0, 0, 0xFFFF),
        (leave, 0, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in program)


class Capture:
    """``async with Capture(ports) as seen: …`` then ``seen.requests``."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self.requests: list[Request] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        program = _program(ports)
        kept = ctypes.create_string_buffer(program, len(program))
        attached = struct.pack("HL", len(program) // 8, ctypes.addressof(kept))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, attached)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self._socket.bind(("lo", ETH_P_IP))
        self._socket.setblocking(False)

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._drain)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drain()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def take(self) -> list[Request]:
        """What was seen since the last time."""
        self._drain()
        taken, self.requests = self.requests, []
        return taken

    def _drain(self) -> None:
        while True:
            try:
                packet, ancillary, _, _ = self._socket.recvmsg(65_535, 64)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
            self._add(seconds + nanoseconds / 1e9, packet)

    def _add(self, at: float, packet: bytes) -> None:
        udp = packet[4 * (packet[0] & 15) :]
        body = udp[8:]
        request, caller, call_id = REQUEST.match(body), FROM.search(body), CALL_ID.search(body)
        if request is None or caller is None or call_id is None:
            return
        to_pbx = int.from_bytes(udp[2:4], "big") in self._ports
        words = (request[1], request[2], caller[1], call_id[1])
        method, called, calling, name = (word.decode(errors="replace") for word in words)
        self.requests.append(Request(at, method, to_pbx, called, calling, name))


__all__ = ["Capture", "Request"]
