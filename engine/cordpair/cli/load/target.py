"""Where callers call: a SIP URI, and whether it may be loaded without being asked twice."""

import ipaddress
import socket
from typing import NamedTuple

from cordpair.errors import ConfigurationError

SIP, DEFAULT_PORT = "sip:", 5060
# Loopback, RFC 1918, and what a machine gives itself.
OURS = [
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
]


class Target(NamedTuple):
    host: str
    """An IPv4 address in numbers."""
    port: int


def target(text: str, what: str = "TARGET") -> Target:
    """``sip:HOST``, ``sip:HOST:PORT``, and both without ``sip:``. Looks the name up. Raises ConfigurationError."""
    host, colon, port = text.removeprefix(SIP).partition(":")
    if not host or any(each in text.removeprefix(SIP) for each in "@;?/ "):
        raise ConfigurationError(f"{what}: {text!r} is not sip:HOST:PORT")
    if colon and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        raise ConfigurationError(f"{what}: {port!r} is no port")
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        raise ConfigurationError(f"{what}: {host!r} has no IPv4 address here") from None
    return Target(str(found[0][4][0]), int(port) if colon else DEFAULT_PORT)


def is_ours(host: str) -> bool:
    """Loopback, or of a private network: the lab's, most probably."""
    return any(ipaddress.ip_address(host) in network for network in OURS)


def check_own(address: str, option: str) -> str:
    """That it can be called from. Raises ConfigurationError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            raise ConfigurationError(f"{option}: {address!r} is no IPv4 address of this machine") from None
    return address


__all__ = ["Target", "check_own", "is_ours", "target"]
