"""From a configuration file to what an engine is made of."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from cordpair.cli.applied import applied
from cordpair.config import Config, load, url_with_secret
from cordpair.ids import NodeId
from cordpair.runtime import Setup


class Settings(msgspec.Struct, frozen=True):
    """A file, read; its paths are relative to it."""

    file: Path
    config: Config
    text: str
    hash: str
    warnings: tuple[str, ...]

    @property
    def journal(self) -> Path:
        return self.file.parent / self.config.journal.path

    @property
    def store(self) -> Path:
        return self.file.parent / self.config.store.path

    @contextlib.contextmanager
    def setup(self, urls: Mapping[NodeId, str] | None = None) -> Iterator[Setup]:
        """Everything that is needed to run; ``urls`` stand in for the file's. Raises ConfigurationError."""
        yield Setup(
            configuration=applied(self.config, 1),
            pbxs=self._urls() if urls is None else urls,
            journal=self.journal,
            synchronous=self.config.journal.synchronous,
            snapshot_every=self.config.journal.snapshot_every,
        )

    def _urls(self) -> dict[NodeId, str]:
        pbxs = self.config.pbx.items()
        return {NodeId(name): url_with_secret(name, pbx, os.environ, self.file.parent) for name, pbx in pbxs}


def read_settings(file: Path) -> Settings:
    """Raises ConfigurationError."""
    loaded = load(file)
    return Settings(file, loaded.config, loaded.text, loaded.hash, tuple(map(str, loaded.warnings)))


__all__ = ["Settings", "read_settings"]
