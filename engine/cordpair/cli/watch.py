"""``cordpair watch``: the live view, read from the journal beside a running engine."""

import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.live import Live

from cordpair.cli.failures import output
from cordpair.cli.screen import plain_lines, screen
from cordpair.cli.text import day_time, span
from cordpair.clock import AsyncioClock
from cordpair.runtime import figures
from cordpair.runtime.history import Follower

INTERVAL_S = 0.25
PLAIN_INTERVAL_S = 5.0
# A running engine may be silent at night; then its figures are as old as its last decision, and right.
SILENT_MS = 60_000


def watch(journal: Path, *, once: bool, as_json: bool) -> None:
    """Raises JournalError."""
    follower = Follower(journal)
    clock = AsyncioClock()
    try:
        if as_json:
            follower.catch_up()
            shown = figures(follower.acd.state, clock.now_ms())
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(shown)).decode() + "\n")
        elif once:
            follower.catch_up()
            output.print(screen(figures(follower.acd.state, clock.now_ms()), "cordpair", _age(follower, clock)))
        elif output.is_terminal and not output.is_dumb_terminal:
            _live(follower, clock)
        else:
            _plain(follower, clock)
    finally:
        follower.close()


def _live(follower: Follower, clock: AsyncioClock) -> None:
    with Live(console=Console(), screen=True, auto_refresh=False) as live:
        while True:
            follower.catch_up()
            footer = _age(follower, clock) or "Ctrl-C ends the view"
            live.update(screen(figures(follower.acd.state, clock.now_ms()), "cordpair", footer))
            live.refresh()
            time.sleep(INTERVAL_S)


def _plain(follower: Follower, clock: AsyncioClock) -> None:
    while True:
        follower.catch_up()
        for line in plain_lines(figures(follower.acd.state, clock.now_ms())):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
        time.sleep(PLAIN_INTERVAL_S)


def _age(follower: Follower, clock: AsyncioClock) -> str:
    """What there is to say about how old the figures are."""
    age = clock.now_ms() - follower.last_at
    if age < SILENT_MS:
        return ""
    return f"nothing was decided for {span(age)}, since {day_time(follower.last_at)}: is the engine running?"


__all__ = ["watch"]
