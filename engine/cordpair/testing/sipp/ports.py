"""Ports for SIPp: two that are started at once must not be given the same free one."""

import itertools
import random
import socket
from collections.abc import Iterator

SIP_PORTS = range(25000, 30000)
MEDIA_PORTS = range(31000, 32500, 4)


class NoFreePort(Exception):
    """All that were tried are taken."""


# Handed out in turn, beginning anywhere.
_PORTS = itertools.cycle(random.sample(SIP_PORTS, len(SIP_PORTS)))
_MEDIA_PORTS = itertools.cycle(random.sample(MEDIA_PORTS, len(MEDIA_PORTS)))


def free_port(address: str) -> int:
    return _next_free(_PORTS, address)


def free_media_port(address: str) -> int:
    return _next_free(_MEDIA_PORTS, address)


def _next_free(ports: Iterator[int], address: str) -> int:
    for port in itertools.islice(ports, 200):
        if is_free(address, port):
            return port
    raise NoFreePort


def is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


__all__ = ["NoFreePort", "free_media_port", "free_port", "is_free"]
