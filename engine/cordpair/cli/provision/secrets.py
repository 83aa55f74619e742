"""Secrets between the engine and its PBXs: made once, kept in the files that ``cordpair.toml`` names, never shown."""

import os
import secrets
from pathlib import Path

from cordpair.cli.provision.files import replace
from cordpair.config import resolve_secret
from cordpair.config.model import Secret
from cordpair.errors import ConfigurationError

BYTES = 24
OTHERS = ".register."  # a provider's password is the provider's to make


class Secrets:
    """Resolves references; what is missing is made, and is in its file when ``keep`` was called."""

    def __init__(self, base: Path) -> None:
        """``base``: the directory of the configuration's file."""
        self._base = base
        self._made: dict[Path, str] = {}

    def __call__(self, secret: Secret, key: str) -> str:
        path = self._base / (secret.file or "")
        if secret.file is None or OTHERS in key or path.exists():
            return resolve_secret(secret, key, os.environ, self._base)
        return self._made.setdefault(path, secrets.token_hex(BYTES))

    @property
    def missing(self) -> tuple[Path, ...]:
        return tuple(self._made)

    def keep(self) -> None:
        """Raises ConfigurationError."""
        for path, value in self._made.items():
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                replace(path, value + "\n", 0o600, like=self._base)
            except OSError as error:
                raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
        self._made.clear()


__all__ = ["Secrets"]
