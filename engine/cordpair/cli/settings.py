"""From a configuration file to what an engine is made of: its revision in the store, secrets, paths."""

import asyncio
import contextlib
import getpass
import logging
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from cordpair.clock import AsyncioClock
from cordpair.config import Config, Loaded, load, url_with_secret
from cordpair.ids import NodeId
from cordpair.observe import traces_from_environment
from cordpair.runtime import Origin, Setup
from cordpair.store import Store, StoreError, to_configuration

log = logging.getLogger(__name__)

AUTHOR = "command line"  # in the audit trail; nobody's name has a space


class Settings(msgspec.Struct, frozen=True):
    """A file, read; the paths in it are relative to it."""

    file: Path
    loaded: Loaded

    @property
    def journal(self) -> Path:
        return self.file.parent / self.loaded.config.journal.path

    @property
    def store(self) -> Path:
        return self.file.parent / self.loaded.config.store.path

    @property
    def reports(self) -> Path:
        return self.file.parent / self.loaded.config.reports.path

    @contextlib.asynccontextmanager
    async def prepared(
        self, *, take_file: bool = False, urls: Mapping[NodeId, str] | None = None
    ) -> AsyncIterator["Prepared"]:
        """Everything that is needed to run, with the store open. The file becomes a new revision if it changed;
        ``take_file``: also when the store's was edited since. ``urls`` stand in for those of the configuration.

        Raises ConfigurationError, StoreError.
        """
        store = await Store.open(self.store)
        try:
            store.failed.add_done_callback(_records_lost)
            active, changed = await store.import_file(
                self.loaded,
                at_ms=AsyncioClock().now_ms(),
                author=_author(),
                source=str(self.file.resolve()),
                take_file=take_file,
            )
            revision = active.revision.revision
            log.info("configuration revision %d, %s", revision, "new from the file" if changed else "as before")
            setup = Setup(
                configuration=to_configuration(active.config, revision),
                pbxs=self._urls(active.config) if urls is None else urls,
                journal=self.journal,
                synchronous=active.config.journal.synchronous,
                snapshot_every=active.config.journal.snapshot_every,
                keep_ms=active.config.journal.keep,
                wait_for_counting=True,
                records=store.records,
                origin=Origin(store, self.file, active.config, revision, self.loaded.hash, _author()),
                traces=traces_from_environment(),
            )
            yield Prepared(setup, store, active.config)
        finally:
            await store.close()

    def _urls(self, config: Config) -> dict[NodeId, str]:
        pbxs = config.pbx.items()
        return {NodeId(name): url_with_secret(name, pbx, os.environ, self.file.parent) for name, pbx in pbxs}


class Prepared(NamedTuple):
    """Everything that is needed to run an engine and its API. ``config`` is in force: the file's, or the store's."""

    setup: Setup
    store: Store
    config: Config


def read_settings(file: Path) -> Settings:
    """Raises ConfigurationError."""
    return Settings(file, load(file))


def _records_lost(failed: "asyncio.Future[StoreError]") -> None:
    if not failed.cancelled():
        log.error("callers' data is no longer kept, calls go on without: %s", failed.result())


def _author() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, in a container
        return str(os.getuid())


__all__ = ["AUTHOR", "Prepared", "Settings", "read_settings"]
