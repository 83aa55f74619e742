"""Errors on the command line: one line to stderr for each, and a status; never a traceback for what others did."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from cordpair.errors import ConfigurationError, CordpairError, JournalError
from cordpair.runtime import EXIT_CONFIGURATION, EXIT_JOURNAL
from cordpair.store import StoreError

EXIT_FAILED = 1

P = ParamSpec("P")
R = TypeVar("R")

# A pipe has no width; tables in it are as wide as they like, within reason.
PIPE_WIDTH = 120

errors = Console(stderr=True, soft_wrap=True, highlight=False)
output = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def say_error(text: str) -> None:
    for line in text.splitlines():
        errors.print(f"[bold red]error:[/] {escape(line)}")


def say_warning(text: str) -> None:
    errors.print(f"[yellow]warning:[/] {escape(text)}")


def fail(text: str, status: int = EXIT_FAILED) -> typer.Exit:
    """``raise fail(…)``"""
    say_error(text)
    return typer.Exit(status)


def reports_errors(command: Callable[P, R]) -> Callable[P, R]:
    """For commands that look at something; ``serve`` has statuses of its own."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CordpairError as error:
            raise fail(str(error)) from error
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return wrapped


def status_of(error: CordpairError) -> int:
    """As an engine that runs as a service would end."""
    if isinstance(error, ConfigurationError):
        return EXIT_CONFIGURATION
    return EXIT_JOURNAL if isinstance(error, JournalError | StoreError) else EXIT_FAILED


__all__ = ["EXIT_FAILED", "errors", "fail", "output", "reports_errors", "say_error", "say_warning", "status_of"]
