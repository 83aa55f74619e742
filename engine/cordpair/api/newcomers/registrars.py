"""Where a seat's phone registers, and whether it can be told. Pure."""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from cordpair.config import Config
from cordpair.config.model import Pbx, Seat

TRANSPORT = ";transport="


class Registrar(NamedTuple):
    address: str  # host or host:port
    transport: str


def registrar_of(config: Config, seat: Seat) -> Registrar | None:
    """None: nobody has said where, and what the engine calls the PBX is of no use elsewhere."""
    node = seat.node or next(iter(config.pbx), None)
    pbx = config.pbx.get(node or "")
    if pbx is None:
        return None
    address, _, transport = (pbx.phones or _guess(pbx)).partition(TRANSPORT)
    return Registrar(address, transport or "udp") if address else None


def is_fit_for_secrets(url: str | None) -> bool:
    """Whether a password may be fetched there: over TLS, or without leaving the machine."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or _is_here(parts.hostname or "")


def _guess(pbx: Pbx) -> str:
    """The PBX's host, as the engine calls it, with SIP's own port."""
    try:
        host = urlsplit(pbx.url).hostname or ""
    except ValueError:
        return ""
    if not host or _is_here(host):
        return ""
    return f"[{host}]" if ":" in host else host


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


__all__ = ["Registrar", "is_fit_for_secrets", "registrar_of"]
