"""What browsers send, read; and where they open their WebSockets. Pure."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from cordpair.config.model import Gateway


def read_message(text: str | bytes) -> dict[str, Any]:
    """Empty for what is no object."""
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def socket_url(gateway: Gateway, path: str) -> str:
    """Where browsers open a WebSocket."""
    url = gateway.url or "http://127.0.0.1:8080"
    return f"ws{url.removeprefix('http')}{path}"


def host_of(gateway: Gateway) -> str:
    """In SIP addresses of ours."""
    host = urlsplit(gateway.url or "http://127.0.0.1").hostname or "localhost"
    return f"[{host}]" if ":" in host else host


__all__ = ["host_of", "read_message", "socket_url"]
