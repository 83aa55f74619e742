"""``cordpair import``: TOML to stdout, and to stderr what did not fit, with its line."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cordpair.cli.failures import errors, reports_errors
from cordpair.cli.importing.callcenter import import_callcenter
from cordpair.cli.importing.draft import Draft
from cordpair.cli.importing.queues_conf import import_queues
from cordpair.config import parse
from cordpair.errors import ConfigurationError

LARGEST = 4 * 1024 * 1024

app = typer.Typer(help="Bring a centre from app_queue or mod_callcenter.", no_args_is_help=True)

Theirs = Annotated[Path, typer.Argument(help="Their file.")]


@app.command("queues.conf")
@reports_errors
def queues_conf(
    file: Theirs,
    rules: Annotated[Path | None, typer.Option("--rules", help="Their queuerules.conf.")] = None,
) -> None:
    """app_queue's queues.conf: the configuration to stdout, what is not in it to stderr."""
    text = _text(file)
    _give(import_queues(text, _text(rules) if rules is not None else ""), file)


@app.command("callcenter")
@reports_errors
def callcenter(file: Theirs) -> None:
    """mod_callcenter's callcenter.conf.xml: the configuration to stdout, what is not in it to stderr."""
    try:
        draft = import_callcenter(_content(file))
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from error
    _give(draft, file)


def _give(draft: Draft, file: Path) -> None:
    text = draft.text()
    warnings = parse(text, "the result").warnings
    for line, note in sorted(draft.notes):
        errors.print(f"{file}:{line}: {note}" if line else f"{file}: {note}", markup=False)
    for warning in warnings:
        errors.print(f"the result: {warning}", markup=False)
    sys.stdout.write(text)


def _text(file: Path) -> str:
    """What is not UTF-8 is replaced: comments and names are old."""
    return _content(file).decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"{file}: cannot be read: {reason}.") from error
    if len(content) > LARGEST:
        raise ConfigurationError(f"{file}: is larger than {LARGEST >> 20} MiB; that is no such file.")
    return content


__all__ = ["app"]
