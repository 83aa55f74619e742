"""What is wrong with a configuration: everything at once, each with the key it is about."""

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from cordpair.errors import ConfigurationError

Path = tuple[str | int, ...]

SHOWN = 50  # problems in one message
SUGGESTIONS = 100  # near misses looked up for one file; each costs a comparison with every candidate
CANDIDATES = 2_000
MOST = 1_000  # errors that are told, and warnings; the rest is counted

LONGEST_KEY = 300  # characters of a key in a path: more than any that is good

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True):
    """``path`` is the key as one would write it: ``queues.billing.steps[1].levels.german``."""

    path: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidConfiguration(ConfigurationError):
    """Carries every problem that was found; nothing was applied."""

    def __init__(self, source: str, problems: Iterable[Problem], more: int = 0) -> None:
        """``more``: how many there are beside these."""
        self.source = source
        self.problems = tuple(problems)
        self.more = more
        lines = [f"{source}: {problem}" for problem in self.problems[:SHOWN]]
        if (rest := len(self.problems[SHOWN:]) + more) > 0:
            lines.append(f"{source}: … and {rest} more")
        super().__init__("\n".join(lines))


class Problems:
    """Collects them. One problem for a key: what follows from it is not said again."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.more = 0
        self._told = dict.fromkeys(Severity, 0)
        self._errors: set[Path] = set()
        self._suggestions = SUGGESTIONS

    def error(self, path: Path, message: str) -> None:
        if not self.known(path):
            self._errors.add(path)
            self._note(path, message, Severity.ERROR)

    def warning(self, path: Path, message: str) -> None:
        if not self.known(path):
            self._note(path, message, Severity.WARNING)

    @property
    def wrong(self) -> bool:
        return bool(self._errors)

    def _note(self, path: Path, message: str, severity: Severity) -> None:
        self._told[severity] += 1
        if self._told[severity] <= MOST:
            self.found.append(Problem(show_path(path), escape(message), severity))
        else:
            self.more += 1

    def known(self, path: Path) -> bool:
        """Whether this key, or one that holds it, was found wrong already."""
        return any(path[:length] in self._errors for length in range(len(path) + 1))

    def nearest(self, word: str, candidates: Iterable[str]) -> str:
        """``; did you mean "…"?``, or nothing."""
        known = list(candidates)
        if self._suggestions <= 0 or len(known) > CANDIDATES or len(word) > 64:
            return ""
        self._suggestions -= 1
        close = difflib.get_close_matches(word, known, n=1)
        return f"; did you mean {quote(close[0])}?" if close else ""


def show_path(path: Path) -> str:
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            bare = BARE_KEY.fullmatch(part) and len(part) <= LONGEST_KEY
            key = part if bare else quote(part, LONGEST_KEY)
            shown += f".{key}" if shown else key
    return shown


def quote(value: Any, most: int = 60) -> str:
    """A value of the file in a message: escaped, and not longer than a line, or ``most`` characters."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            shown = escape(value[:most].replace("\\", "\\\\").replace('"', '\\"'))
            return f'"{shown}"' if len(value) <= most else f'"{shown}…"'
        case int() | float():
            text = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a huge number"
        case None:
            text = "null"
        case dict():
            text = "a table"
        case list():
            text = "a list"
        case _:
            text = "a date or time"
    return text


def escape(text: str) -> str:
    """The text with what cannot be printed written out."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else f"\\u{ord(character):04X}" for character in text)


__all__ = ["InvalidConfiguration", "Path", "Problem", "Problems", "Severity", "escape", "quote", "show_path"]
