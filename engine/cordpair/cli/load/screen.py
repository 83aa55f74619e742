"""A load test in a terminal: the bar while it goes on, the table at its end."""

import time
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cordpair.cli.load.tally import Cpu, Result, Spread, highest
from cordpair.testing.sipp import Counts

PLAIN_EVERY_S = 5.0


class Bar:
    """On a terminal a bar for each rate, elsewhere a line from time to time; to where errors go."""

    def __init__(self, console: Console, *, silent: bool = False, now: Callable[[], float] = time.monotonic) -> None:
        self._console, self._silent, self._now = console, silent, now
        self._lively = console.is_terminal and not console.is_dumb_terminal and not silent
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("calls"),
            TimeElapsedColumn(), TextColumn("{task.fields[told]}"), console=console,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._said_at = 0.0

    def __enter__(self) -> "Bar":
        if self._lively:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._lively:
            self._progress.stop()

    def says(self, text: str) -> None:
        if not self._silent:
            self._console.print(text, style="dim", markup=False)

    def begins(self, rate: float, calls: int) -> None:
        self._task = self._progress.add_task(f"{rate:g}/s", total=calls, told="")
        self._said_at = self._now()

    def goes_on(self, callers: Counts, answered: int | None) -> None:
        told = f"{callers.up} up" + ("" if answered is None else f", {answered} answered")
        told += f", {callers.failed} without an end" if callers.failed else ""
        if self._task is not None:
            self._progress.update(self._task, completed=callers.created, told=told)
        if not self._lively and self._now() - self._said_at >= PLAIN_EVERY_S:
            self._said_at = self._now()
            self.says(f"{callers.created} calls placed, {told}")

    def ended(self, found: Result) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=found.offered, told="held" if found.held else "not held")


# ---------------------------------------------------------------- the table


def screen(results: Sequence[Result]) -> RenderableType:
    parts: list[RenderableType] = [_calls(results), Text(), _times(results)]
    if any(each.cpu for each in results):
        parts += [Text(), _processors(results)]
    parts += [Text(), *map(Text, notes(results))]
    return Group(*parts)


def notes(results: Sequence[Result]) -> list[str]:
    """What the figures come to, a line each."""
    found = []
    for each in results:
        found += [f"{each.rate:g}/s: {what}" for what in each.disagreements]
    found = [f"they DISAGREE: {line}" for line in found] or [_agreement(results)]
    for each in results:
        found += [f"{each.rate:g}/s: {what}" for what in _remarks(each)]
        if not each.held:
            found.append(f"{each.rate:g}/s did not hold: {', '.join(each.why_not)}{_busy(each.cpu)}")
    most = highest(results)
    found.append("no rate held" if most is None else f"the highest rate that held: {most:g} calls/s")
    return found


def _remarks(found: Result) -> list[str]:
    """What the two sides see differently, and why."""
    told = [
        (found.undecided, "hung up at the moment when an agent answered: answered here, either for the engine"),
        (found.unseen, "gave up before the engine saw them"),
        (found.in_vain, "answers came to nothing: an agent or the caller hung up before they were joined"),
    ]
    return [f"{number} {what}" for number, what in told if number]


def _agreement(results: Sequence[Result]) -> str:
    engine = any(each.engine for each in results)
    return "our counts and SIPp's agree" + (", and so do the engine's" if engine else "; the engine was not asked")


def _busy(cpu: Cpu | None) -> str:
    if cpu is None:
        return ""
    others = max(0.0, cpu.machine - (cpu.pbx or 0.0) - (cpu.engine or 0.0) - cpu.sipp)
    known = [("PBX", cpu.pbx), ("engine", cpu.engine), ("SIPp", cpu.sipp), ("all else", others)]
    told = ", ".join(f"{name} {value:.2f}" for name, value in known if value is not None)
    return f" ({cpu.machine:.2f} of {cpu.processors} processors busy: {told})"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _calls(results: Sequence[Result]) -> Table:
    table = _table("calls/s", "by", "offered", "answered", "abandoned", "otherwise", "stopped", "failed", "held")
    table.columns[1].justify = table.columns[7].justify = "left"
    for each in results:
        failed = ", ".join(f"{number} {cause}" for cause, number in sorted(each.failed.items())) or "0"
        answered = "–" if each.answered is None else str(each.answered)
        held = Text("yes", "green") if each.held else Text("no", "bold red")
        kinds = (str(each.abandoned), str(each.otherwise), str(each.stopped), failed)
        table.add_row(f"{each.rate:g}", "SIPp", str(each.offered), answered, *kinds, held)
        if each.engine is not None:
            engine = each.engine
            shown = ("connected", "abandoned", "failed")
            rest = [f"{number} {name}" for name, number in sorted(engine.outcomes.items()) if name not in shown]
            level = "" if engine.service_level is None else f"level {engine.service_level:.0%}"
            table.add_row(
                "", "engine", str(engine.offered), str(engine.of("connected")), str(engine.of("abandoned")),
                ", ".join(rest) or "0", "", str(engine.of("failed")), Text(level, "dim"),
            )  # fmt: skip
    return table


def _times(results: Sequence[Result]) -> Table:
    table = _table(
        "calls/s", "placed at", "wait p50", "p95", "p99", "offers", "offer latency p50", "p95", "p99", "most"
    )
    for each in results:
        row = [f"{each.rate:g}", f"{each.pace:.1f}/s", *_cells(each.wait)[:3], str(each.offers), *_cells(each.latency)]
        table.add_row(*row)
    return table


def _cells(found: Spread | None) -> list[str]:
    if found is None:
        return ["–"] * 4
    return [_time(each) for each in (found.p50, found.p95, found.p99, found.most)]


def _time(seconds: float) -> str:
    return f"{seconds * 1_000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _processors(results: Sequence[Result]) -> Table:
    table = _table("calls/s", "PBX", "engine", "SIPp", "the machine", "PBX a call", "engine a call")
    for each in results:
        if each.cpu is None:
            continue
        cpu = each.cpu
        table.add_row(
            f"{each.rate:g}", _share(cpu.pbx), _share(cpu.engine), _share(cpu.sipp),
            f"{cpu.machine:.2f} of {cpu.processors}", _a_call(cpu.pbx, each), _a_call(cpu.engine, each),
        )  # fmt: skip
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _a_call(value: float | None, found: Result) -> str:
    if value is None or not found.offered or found.cpu is None:
        return "–"
    return f"{value * found.cpu.seconds / found.offered * 1_000:.1f} ms"


__all__ = ["Bar", "notes", "screen"]
