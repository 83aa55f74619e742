"""Durations as people write them: ``"250ms"``, ``"90s"``, ``"5m"``, ``"1h30m"``, ``"2d"``, or a number of seconds."""

import math
import re

UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
WRITTEN = re.compile(r"\s*(-?)\s*((?:\d{1,12}(?:\.\d{1,6})?\s*(?:ms|[dhms])\s*)+)")
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[dhms])", re.ASCII)


def parse_duration(value: str | int | float) -> int | None:
    """In ms, or None when it is no duration. No more precise than a ms."""
    if isinstance(value, str):
        written = WRITTEN.fullmatch(value) if value.isascii() and len(value) <= 64 else None
        if written is None:
            return None
        total = sum(float(number) * UNITS[unit] for number, unit in PART.findall(written[2]))
        return round(-total if written[1] else total)
    ms = value * 1_000
    return round(ms) if isinstance(ms, int) or math.isfinite(ms) else None


def format_duration(ms: int) -> str:
    """The shortest way to write it that ``parse_duration`` reads back to the same."""
    sign, rest = ("-", -ms) if ms < 0 else ("", ms)
    parts = []
    for unit, length in UNITS.items():
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return sign + "".join(parts) if parts else "0s"


__all__ = ["format_duration", "parse_duration"]
