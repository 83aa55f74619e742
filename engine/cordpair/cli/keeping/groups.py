"""``cordpair journal …`` and ``cordpair store …``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cordpair.cli.failures import fail, reports_errors
from cordpair.cli.keeping import at_rest
from cordpair.cli.places import DEFAULT_FILE, Config
from cordpair.cli.settings import read_settings
from cordpair.config.durations import parse_duration
from cordpair.config.reports import Reports

Journal = Annotated[Path | None, typer.Option("--journal", help="The journal itself, instead of a configuration.")]

journal_app = typer.Typer(help="The journal, while no engine runs.", no_args_is_help=True)
store_app = typer.Typer(help="The store, while no engine runs.", no_args_is_help=True)


@journal_app.command()
@reports_errors
def mend(config: Config = DEFAULT_FILE, journal: Journal = None) -> None:
    """Take a torn last entry off. A copy of the journal is kept beside it."""
    at_rest.mend(journal or read_settings(config).journal)


@journal_app.command()
@reports_errors
def compact(
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="DURATION", help="Prune what is older, such as 90d.")
    ] = None,
) -> None:
    """Make the file as small as it can be; with --keep prune it before, when all is counted for the reports."""
    keep_ms = parse_duration(keep) if keep is not None else None
    if keep is not None and (keep_ms is None or keep_ms < 0):
        raise fail(f"--keep: {keep!r} is no duration; write 90d or 12h", 2)
    if journal is None:
        settings = read_settings(config)
        at_rest.make_small(settings.journal, keep_ms, settings.reports)
    else:
        beside = journal.parent / Reports().path
        at_rest.make_small(journal, keep_ms, beside if beside.exists() else None)


@store_app.command()
@reports_errors
def migrate(
    config: Config = DEFAULT_FILE,
    to: Annotated[int | None, typer.Option("--to", min=1, help="The one to end at; without it, the newest.")] = None,
) -> None:
    """Bring the store's tables to another version's: back, before an older Cordpair is installed again.

    A copy is kept beside it. What only the newer tables held is in the copy alone.
    """
    at_rest.migrate(read_settings(config), to)


@store_app.command()
@reports_errors
def migrations(config: Config = DEFAULT_FILE) -> None:
    """List the migrations; those with * are applied."""
    at_rest.list_migrations(read_settings(config))


@store_app.command()
@reports_errors
def erase(
    contact: Annotated[str | None, typer.Option("--contact", metavar="ID", help="Of this contact.")] = None,
    number: Annotated[
        str | None,
        typer.Option("--number", help="All of this caller, or customer of a web site; - reads it from standard input."),
    ] = None,
    older: Annotated[
        str | None, typer.Option("--older", metavar="DURATION", help="All that arrived longer ago, such as 365d.")
    ] = None,
    config: Config = DEFAULT_FILE,
) -> None:
    """Erase people's data: number, name, context, notes and kept pages of contacts. What was decided stays.

    Overwritten in the file. Backups, and logs of queue_log with callers, have them still.
    """
    if len([each for each in (contact, number, older) if each]) != 1:
        raise fail("name exactly one of --contact, --number and --older", 2)
    older_ms = parse_duration(older) if older is not None else None
    if older is not None and (older_ms is None or older_ms < 0):
        raise fail(f"--older: {older!r} is no duration; write 365d or 12h", 2)
    whose = sys.stdin.readline().strip() if number == "-" else number
    at_rest.erase(read_settings(config), contact=contact, number=whose, older_ms=older_ms)


__all__ = ["journal_app", "store_app"]
