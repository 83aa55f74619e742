"""Where the files are that a command reads: from a configuration, from the demonstration's, or the journal itself."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cordpair.cli import demo
from cordpair.cli.failures import fail
from cordpair.cli.settings import Settings, read_settings
from cordpair.config.reports import Reports

DEFAULT_FILE = Path("cordpair.toml")
SYSTEM_FILE = Path("/etc/cordpair/cordpair.toml")  # of the Debian package and its service


def usual(given: Path) -> Path:
    """Where nothing else is said: the file here, or else the one of this machine's service."""
    return SYSTEM_FILE if given == DEFAULT_FILE and not given.exists() and SYSTEM_FILE.exists() else given


File = Annotated[Path, typer.Argument(help="The configuration.", show_default=True, callback=usual)]
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.", callback=usual)]
Journal = Annotated[Path | None, typer.Option("--journal", help="The journal itself, instead of a configuration.")]
Demo = Annotated[bool, typer.Option("--demo", help="The journal of [bold]cordpair run[/].")]


class Places(msgspec.Struct, frozen=True):
    """``archive``: of reports, which need not be there. ``reports``: as configured, or as usual."""

    journal: Path
    archive: Path
    reports: Reports


def places_of(config: Path, journal: Path | None, use_demo: bool) -> Places:
    if journal is not None:
        usual = Reports()
        return Places(journal, journal.parent / usual.path, usual)
    settings = settings_of(config, use_demo)
    return Places(settings.journal, settings.reports, settings.loaded.config.reports)


def settings_of(config: Path, use_demo: bool = False) -> Settings:
    if use_demo:
        config = demo.directory() / demo.FILE
        if not config.exists():
            raise fail("the demonstration has not run yet: cordpair run")
    elif config == DEFAULT_FILE and not config.exists():
        raise fail(f"there is no {config} here: name yours with --config, or the journal with --journal")
    return read_settings(config)


def journal_of(config: Path, journal: Path | None, use_demo: bool) -> Path:
    return journal if journal is not None else settings_of(config, use_demo).journal


__all__ = ["DEFAULT_FILE", "Config", "Demo", "File", "Journal", "Places", "journal_of", "places_of", "settings_of"]
