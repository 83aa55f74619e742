"""What concerns the whole process: the event loop, the garbage collector, the log."""

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Of ten million tracked objects nearly all live as long as their call. With the defaults (700, 10, 10) a full
# collection came every few seconds and took 62 ms; so it comes seldom, and what recovery loaded is not looked at.
GC_THRESHOLDS = (50_000, 20, 50)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415  not on every platform
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def tune_gc() -> None:
    """Call when everything long-lived is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def log_to_stderr(level: int = logging.INFO) -> None:
    """One line for each change of a link, the configuration or a failure; no caller's data, whatever the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("cordpair").setLevel(level)


__all__ = ["GC_THRESHOLDS", "log_to_stderr", "run_loop", "tune_gc"]
