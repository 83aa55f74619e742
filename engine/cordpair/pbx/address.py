"""Reads the URL of a PBX that is reached over the network. Messages and ``shown`` never hold the secret."""

import os
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId

SECRET_OPTIONS = frozenset({"password_env", "password_file"})
LONGEST = 3600.0


class Address:
    """``scheme://user:password@host:port/path?option=value``, checked. Raises ConfigurationError naming what is wrong.

    The password comes from exactly one place: the URL, an environment variable or a file.
    """

    def __init__(self, node: NodeId, url: str, ports: Mapping[str, int], options: Collection[str]) -> None:
        self._node = node
        example = next(iter(ports))
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise self.wrong(f"not a URL; write {example}://user:password@host:{ports[example]}/") from None
        if parts.scheme not in ports:
            raise self.wrong(f"the scheme must be one of {', '.join(ports)}")
        if not parts.hostname:
            raise self.wrong("names no host")
        self.scheme = parts.scheme
        self.hostname = parts.hostname
        self.host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.port = port or ports[parts.scheme]
        self.user = unquote(parts.username or "")
        self.path = parts.path.rstrip("/")
        self._written = parts.password
        self._options = dict(parse_qsl(parts.query, keep_blank_values=True))
        known = SECRET_OPTIONS | set(options)
        unknown = sorted(self._options.keys() - known)
        if unknown:
            raise self.wrong(f"unknown option {unknown[0]!r}; there are {', '.join(sorted(known))}")
        name = f"{parts.username}@" if parts.username else ""
        self.shown = f"{self.scheme}://{name}{self.host}:{self.port}{self.path}/"

    def wrong(self, message: str) -> ConfigurationError:
        return ConfigurationError(f"pbx.{self._node}.url: {message}")

    def option(self, name: str, default: str = "") -> str:
        return self._options.get(name, default)

    def transport(self, packages: Mapping[str, str]) -> str:
        """Which client stands behind the driver's port: ``own``, or one whose package is installed (an extra)."""
        chosen = self.option("transport", "own")
        if chosen not in packages:
            raise self.wrong(f"transport must be one of {', '.join(packages)}")
        try:
            if packages[chosen]:
                distribution(packages[chosen])
        except PackageNotFoundError:
            raise self.wrong(f"transport={chosen} needs a package: pip install 'cordpair[{chosen}]'") from None
        return chosen

    def seconds(self, name: str, default: float) -> float:
        """A number of seconds above 0, at most an hour."""
        if name not in self._options:
            return default
        try:
            seconds = float(self._options[name])
        except ValueError:
            seconds = 0.0
        if not 0.0 < seconds <= LONGEST:
            raise self.wrong(f"{name} must be a number of seconds above 0, at most {LONGEST:g}")
        return seconds

    @property
    def password(self) -> str:
        given = [name for name in sorted(SECRET_OPTIONS) if name in self._options]
        if (self._written is not None) + len(given) != 1:
            raise self.wrong(
                "the password comes from exactly one place: user:password@, ?password_env=NAME or ?password_file=PATH"
            )
        if self._written is not None:
            return unquote(self._written)
        name = self._options[given[0]]
        if given[0] == "password_env":
            if name not in os.environ:
                raise self.wrong(f"the environment variable {name} (password_env) is not set")
            return os.environ[name]
        try:
            return Path(name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise self.wrong(f"cannot read {name} (password_file): {reason}") from None


__all__ = ["Address"]
