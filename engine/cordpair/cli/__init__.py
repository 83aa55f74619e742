"""The command line: the composition root. It finds drivers by entry point and puts an engine together."""

from cordpair.cli.app import app


def main() -> None:
    """The console script."""
    app(prog_name="cordpair")


__all__ = ["app", "main"]
