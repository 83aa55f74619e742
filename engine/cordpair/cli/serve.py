"""``cordpair serve``: the engine in the foreground."""

from pathlib import Path

from cordpair.cli.failures import say_error, say_warning, status_of
from cordpair.cli.settings import read_settings
from cordpair.errors import CordpairError
from cordpair.runtime import log_to_stderr, run_engine, run_loop


def serve(file: Path) -> int:
    """The exit status, see ``cordpair.runtime.exits``."""
    log_to_stderr()
    try:
        settings = read_settings(file)
        for warning in settings.warnings:
            say_warning(f"{file}: {warning}")
        with settings.setup() as setup:
            return run_loop(run_engine(setup))
    except CordpairError as error:
        say_error(str(error))
        return status_of(error)


__all__ = ["serve"]
