"""A UDP port of one's own."""

import asyncio
import socket
from collections.abc import Callable
from typing import Self

from cordpair.testing.people.messages import Address


class Socket(asyncio.DatagramProtocol):
    def __init__(self, receive: Callable[[bytes, Address], None]) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None
        self.address: Address = ("", 0)

    @classmethod
    async def open(cls, host: str, receive: Callable[[bytes, Address], None]) -> Self:
        loop = asyncio.get_running_loop()
        transport, port = await loop.create_datagram_endpoint(lambda: cls(receive), local_addr=(host, 0))
        port._transport = transport
        port.address = transport.get_extra_info("sockname")
        return port

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._receive(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there (any more): silence says the same."""

    def send(self, data: bytes, address: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(data, address)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def own_address(far: Address) -> str:
    """The address of this machine by which ``far`` is reached; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(far)
        return str(probe.getsockname()[0])


__all__ = ["Socket", "own_address"]
