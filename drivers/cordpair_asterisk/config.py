"""The URL of an Asterisk: where it is, who we are to it, how long we wait."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId

SCHEMES = {"asterisk+ari": "http", "asterisk+aris": "https"}
PORTS = {"http": 8088, "https": 8089}  # what Asterisk's http.conf.sample says
SECRET_OPTIONS = {"password_env", "password_file"}
# Seconds. ARI answers in a millisecond; what takes longer than this is stuck, not slow.
REQUEST_TIMEOUT = 5.0
CONNECT_TIMEOUT = 5.0
# A dead peer is noticed within one and a half of these.
HEARTBEAT = 10.0


class Settings(msgspec.Struct, frozen=True):
    """What the URL says. ``repr`` and messages use ``shown``, which has no secret."""

    base: str
    user: str
    password: str
    shown: str
    request_timeout: float = REQUEST_TIMEOUT
    connect_timeout: float = CONNECT_TIMEOUT
    heartbeat: float = HEARTBEAT

    def __repr__(self) -> str:
        return f"Settings({self.shown})"


def parse(node: NodeId, url: str) -> Settings:
    """Read ``asterisk+ari://user:password@host:8088/?request_timeout=5``; ConfigurationError names what is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"pbx.{node}.url: not a URL; write asterisk+ari://user:password@host:8088/") from None
    transport = SCHEMES.get(parts.scheme)
    if transport is None:
        raise ConfigurationError(f"pbx.{node}.url: the scheme must be one of {', '.join(SCHEMES)}")
    if not parts.hostname:
        raise ConfigurationError(f"pbx.{node}.url: names no host")
    if not parts.username:
        raise ConfigurationError(
            f"pbx.{node}.url: names no user; write {parts.scheme}://user:password@{parts.hostname}/"
        )
    options = _options(node, parts.query)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix("/ari")
    base = f"{transport}://{host}:{port or PORTS[transport]}{path}/ari"
    return Settings(
        base=base,
        user=unquote(parts.username),
        password=_password(node, parts.password, options),
        shown=f"{parts.scheme}://{parts.username}@{host}:{port or PORTS[transport]}{path}/",
        request_timeout=_seconds(node, options, "request_timeout", REQUEST_TIMEOUT),
        connect_timeout=_seconds(node, options, "connect_timeout", CONNECT_TIMEOUT),
        heartbeat=_seconds(node, options, "heartbeat", HEARTBEAT),
    )


def _options(node: NodeId, query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    known = SECRET_OPTIONS | {"request_timeout", "connect_timeout", "heartbeat"}
    unknown = sorted(options.keys() - known)
    if unknown:
        raise ConfigurationError(f"pbx.{node}.url: unknown option {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return options


def _seconds(node: NodeId, options: dict[str, str], name: str, default: float) -> float:
    if name not in options:
        return default
    try:
        seconds = float(options[name])
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds <= 3600.0:
        raise ConfigurationError(f"pbx.{node}.url: {name} must be a number of seconds above 0, at most 3600")
    return seconds


def _password(node: NodeId, written: str | None, options: dict[str, str]) -> str:
    given = [name for name in sorted(SECRET_OPTIONS) if name in options]
    if (written is not None) + len(given) != 1:
        raise ConfigurationError(
            f"pbx.{node}.url: the password comes from exactly one place: user:password@, "
            "?password_env=NAME or ?password_file=PATH"
        )
    if written is not None:
        return unquote(written)
    name = options[given[0]]
    if given[0] == "password_env":
        if name not in os.environ:
            raise ConfigurationError(f"pbx.{node}.url: the environment variable {name} (password_env) is not set")
        return os.environ[name]
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"pbx.{node}.url: cannot read {name} (password_file): {reason}") from None


__all__ = ["Settings", "parse"]
