"""The API for programs: HTTP, a WebSocket stream, keys with roles, metrics."""

from cordpair.api.keys import make_key
from cordpair.api.roles import Role
from cordpair.api.server import Server, office_of, parse_listen, serve_api, tls_of, url_of

__all__ = ["Role", "Server", "make_key", "office_of", "parse_listen", "serve_api", "tls_of", "url_of"]
