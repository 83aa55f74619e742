"""``cordpair export``: the configuration in use, as a file."""

import asyncio
import sys
from pathlib import Path

from cordpair.cli.settings import read_settings
from cordpair.errors import ConfigurationError
from cordpair.store import Store


def export(config: Path, to: Path | None) -> None:
    """Raises ConfigurationError, StoreError; never overwrites a file."""
    path = read_settings(config).store
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no store. Has the engine run once with this configuration?")
    text = asyncio.run(_text(path))
    if to is None:
        sys.stdout.write(text)
        return
    try:
        with to.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(f"{to}: exists already; nothing was written.") from None
    except OSError as error:
        raise ConfigurationError(f"{to}: cannot be written: {error.strerror}.") from error


async def _text(path: Path) -> str:
    store = await Store.open(path)
    try:
        return await store.export()
    finally:
        await store.close()


__all__ = ["export"]
