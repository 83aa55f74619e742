"""What is looked at before there is a WebSocket."""

from aiohttp import web


def origin_of(request: web.BaseRequest) -> str:
    """Whose page sends it; empty, which is nobody's, unless there is exactly one."""
    origins = request.headers.getall("Origin", [])
    return origins[0] if len(origins) == 1 else ""


def speaks(request: web.BaseRequest, protocol: str) -> bool:
    """Whether the browser offers this subprotocol."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    return protocol in [word.strip() for word in offered.split(",")]


__all__ = ["origin_of", "speaks"]
