"""``cordpair export``: the configuration in use, as a file."""

import sys
from pathlib import Path

from cordpair.cli.settings import read_settings
from cordpair.config import write
from cordpair.errors import ConfigurationError


def export(config: Path, to: Path | None) -> None:
    """Raises ConfigurationError; never overwrites a file."""
    text = write(read_settings(config).config)
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


__all__ = ["export"]
