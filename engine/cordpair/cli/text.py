"""How times and durations are shown to people."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path


def span(ms: int) -> str:
    """``7 s``, ``1:05``, ``2:03:04``."""
    seconds = max(0, ms) // 1_000
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def clock_time(ms: int, *, precise: bool = False) -> str:
    """The time of day here, of a moment in ms since the epoch."""
    moment = datetime.fromtimestamp(ms / 1_000, UTC).astimezone()
    return f"{moment:%H:%M:%S}" + (f".{ms % 1_000:03}" if precise else "")


def day_time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1_000, UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def short(name: str) -> str:
    """An id without the token that all ids of a journal share."""
    return name.partition("-")[2] or name


def program() -> str:
    """How this program was called, for commands that people copy."""
    called = sys.argv[0]
    if Path(called).name != "cordpair":
        return "cordpair"
    found = shutil.which("cordpair")
    if found is not None and Path(found).resolve() == Path(called).resolve():
        return "cordpair"
    near = os.path.relpath(called)
    return str(Path(called).resolve()) if near.startswith("..") else near


def count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def size(number: int) -> str:
    """``12.3 MB``."""
    value, units = float(number), ["bytes", "KB", "MB", "GB", "TB"]
    while value >= 1_000 and len(units) > 1:
        value /= 1_000
        del units[0]
    return f"{value:.0f} {units[0]}" if units[0] == "bytes" else f"{value:.1f} {units[0]}"


__all__ = ["clock_time", "count", "day_time", "program", "short", "size", "span"]
