"""How results are printed: a line for each size, the budget and whether it is met beside it."""

import os
import platform
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least ``part`` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * part * 1000) // 1000) - 1))]


def spread(values: Sequence[float], unit: str = "ms", digits: int = 1) -> str:
    shown = {"p50": median(values), "p99": percentile(values, 0.99), "max": max(values)}
    return " ".join(f"{name} {value:.{digits}f} {unit}" for name, value in shown.items()) + f" ({len(values)})"


def budget(text: str, met: bool) -> str:
    return f"   budget {text}: {'met' if met else 'NOT MET'}"


def line(text: str, *judged: str) -> None:
    print(text + "".join(judged), flush=True)


def ratio(what: str, theirs: float, ours: float, *judged: str) -> None:
    """The last line of a comparison."""
    print(f"{what}{''.join(judged)}   ratio {theirs / ours:.2f}", flush=True)


def machine() -> str:
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, {_distribution()}, Python {platform.python_version()}, load {one:.1f} {five:.1f}"


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


__all__ = ["budget", "line", "machine", "percentile", "ratio", "spread"]
