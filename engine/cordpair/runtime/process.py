"""What concerns the whole process: the event loop, threads, open files, the garbage collector."""

import asyncio
import contextlib
import gc
import resource
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# Of ten million tracked objects nearly all live as long as their call. With the defaults (700, 10, 10) a full
# collection came every few seconds and took 62 ms; so it comes seldom, and what recovery loaded is not looked at. The
# first is small all the same: 50,000 new objects, as when thousands of browsers connect, took 20 ms to look at.
GC_THRESHOLDS = (5_000, 200, 50)

# The journal's writer and the store have threads of their own. With the default (5 ms) each of their turns may wait so
# long while the event loop has work: a commit that takes 0.2 ms then takes 5.
SWITCH_INTERVAL_S = 0.000_5


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415  not on every platform
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def tune_process() -> None:
    """Call when everything long-lived is loaded."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    take_files()
    tune_gc()


def take_files() -> None:
    """As many as there may be: a service begins with 1,024, and each browser that waits is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError):  # a system that says "any number" and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tune_gc() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


__all__ = ["GC_THRESHOLDS", "SWITCH_INTERVAL_S", "run_loop", "take_files", "tune_gc", "tune_process"]
