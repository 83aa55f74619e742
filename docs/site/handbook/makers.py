"""Which mark in a page is filled with what: ``<!-- made: metrics -->`` alone on a line."""

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import typer.main

from cordpair.acd.events import Event
from cordpair.api.errors import ApiError
from cordpair.api.openapi import document
from cordpair.api.routes import ROUTES
from cordpair.cli import app
from cordpair.config import shape
from handbook.commands import command_line
from handbook.configuration import configuration
from handbook.decisions import decisions
from handbook.errors import error_codes
from handbook.event_fields import fields_of_events
from handbook.metrics import Metric, metrics_table, metrics_under
from handbook.routes import http_api

ROOT = Path(__file__).parents[3]
SOURCES = ("engine", "drivers", "webrtc-gateway/cordpair_gateway")
MARK = re.compile(r"^<!-- made: (?P<name>[\w-]+) -->$", re.MULTILINE)

Makers = Mapping[str, Callable[[], str]]


@functools.cache
def metrics() -> tuple[Metric, ...]:
    return tuple(metrics_under(ROOT / folder for folder in SOURCES))


MAKERS: Makers = {
    "configuration": lambda: configuration(shape().sections),
    "commands": lambda: command_line("cordpair", typer.main.get_command(app)),
    "routes": lambda: http_api(document(ROUTES)),
    "event-fields": lambda: fields_of_events(get_args(Event)),
    "metrics": lambda: metrics_table(metrics()),
    "error-codes": lambda: error_codes(ApiError),
    "decisions": lambda: decisions(ROOT / "docs/decisions"),
    "example": lambda: f"```toml\n{(ROOT / 'cordpair.example.toml').read_text(encoding='utf-8')}```\n",
}


def fill(markdown: str, makers: Makers = MAKERS) -> str:
    """The page with its marks filled. Raises KeyError for a mark that nothing makes."""
    return MARK.sub(lambda mark: makers[mark["name"]](), markdown)


__all__ = ["MAKERS", "MARK", "ROOT", "SOURCES", "fill", "metrics"]
