"""``cordpair check``: everything that is wrong with a configuration, at once."""

import os
from pathlib import Path

from rich.markup import escape

from cordpair.cli.failures import errors, output, say_error, say_warning
from cordpair.cli.text import count
from cordpair.config import Config, InvalidConfiguration, load, url_with_secret
from cordpair.config.web import browser_nodes
from cordpair.errors import ConfigurationError
from cordpair.ids import NodeId
from cordpair.pbx import HasSipSwitch, make_driver


def check(file: Path) -> bool:
    """Whether an engine could be started with it. Says what it found."""
    try:
        loaded = load(file)
    except InvalidConfiguration as invalid:
        for problem in invalid.problems:
            errors.print(f"[bold red]error:[/] {escape(str(file))}: {escape(str(problem))}")
        errors.print(count(len(invalid.problems), "error"))
        return False
    except ConfigurationError as error:
        say_error(str(error))
        return False
    for warning in loaded.warnings:
        say_warning(f"{file}: {warning}")
    if not _drivers(file, loaded.config):
        return False
    config = loaded.config
    output.print(
        f"{escape(str(file))}: good: {count(len(config.queues), 'queue')}, {count(len(config.agents), 'agent')}, "
        f"{count(len(config.seats), 'seat')}, {count(len(config.services), 'service')}",
        soft_wrap=True,
    )
    return True


def _drivers(file: Path, config: Config) -> bool:
    """A secret that is not here is no mistake of the file: the service may have it."""
    good = True
    for name, pbx in config.pbx.items():
        try:
            url = url_with_secret(name, pbx, os.environ, file.parent)
        except ConfigurationError as error:
            say_warning(f"{file}: {error}")
            url = pbx.url
            if pbx.password is not None:
                user, _, host = pbx.url.partition("@")
                url = f"{user}:unknown@{host}" if host else pbx.url
        try:
            driver = make_driver(NodeId(name), url, config.cell.name, ())
        except ConfigurationError as error:
            say_error(f"{file}: {error}")
            good = False
            continue
        if name in browser_nodes(config) and pbx.door is None and not isinstance(driver, HasSipSwitch):
            say_error(f"{file}: pbx.{name}.door.url is missing: browsers must be led to its SIP WebSocket")
            good = False
    return good


__all__ = ["check"]
