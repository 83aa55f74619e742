"""From a file, or its text, to a checked configuration."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from cordpair.config.check import check
from cordpair.config.loops import check_loops
from cordpair.config.model import Config
from cordpair.config.problems import InvalidConfiguration, Problem, Problems, Severity
from cordpair.config.read import Reader
from cordpair.config.secrets import check_secrets
from cordpair.errors import ConfigurationError

LARGEST = 16 * 1024 * 1024
SHAPE = inspect.type_info(Config)


class Loaded(msgspec.Struct, frozen=True):
    """A configuration that can be used, and what its author may want to know. ``hash`` is that of the text."""

    config: Config
    warnings: tuple[Problem, ...]
    text: str
    hash: str


class Examined(msgspec.Struct, frozen=True):
    """``config``: where it is ``wrong``, defaults stand in for what is; ``more``: problems that are not told."""

    config: Config
    problems: tuple[Problem, ...]
    more: int
    wrong: bool

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def load(path: Path) -> Loaded:
    """Raises ConfigurationError when the file cannot be read, InvalidConfiguration when it cannot be used."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"{path}: cannot be read: {reason}.") from error
    if len(content) > LARGEST:
        raise ConfigurationError(f"{path}: is larger than {LARGEST >> 20} MiB; that is no configuration.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}: line {line} is not UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, source: str = "cordpair.toml") -> Loaded:
    """Every mistake in the text at once. Raises InvalidConfiguration; ``source`` names the text in its message."""
    found = examine(tables(text, source))
    if found.wrong:
        raise InvalidConfiguration(source, found.errors, found.more)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Loaded(found.config, found.problems, text, digest)


def tables(text: str, source: str = "cordpair.toml") -> dict[str, Any]:
    """The text as it stands, not looked at. Raises InvalidConfiguration when it is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidConfiguration(source, [Problem("", f"is not TOML: {reason}")]) from error


def examine(raw: Any) -> Examined:
    """What is said by tables as ``tomllib`` gives them, and every mistake in it."""
    problems = Problems()
    config: Config = Reader(problems).read(raw, SHAPE, ())
    check(config, problems)
    check_loops(config, problems)
    check_secrets(config, problems)
    return Examined(config, tuple(problems.found), problems.more, problems.wrong)


__all__ = ["SHAPE", "Examined", "Loaded", "examine", "load", "parse", "tables"]
