"""Queues and agents as tables for a terminal, and as plain lines where there is none."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cordpair.cli.text import clock_time, short, span
from cordpair.runtime import AgentFigures, Figures, QueueFigures

# A wait that a supervisor wants to see, and one that they must see.
LONG_MS, TOO_LONG_MS = 30_000, 120_000

STYLES = {
    "free": "green",
    "talking": "cyan",
    "ringing": "bold yellow",
    "wrap-up": "magenta",
    "delayed": "yellow",
    "unreachable": "bold red",
    "not ready": "dim",
    "signed out": "dim",
}
LINKS = {"open": "green", "settling": "yellow", "draining": "yellow", "drained": "dim"}
LINKS |= {"down": "bold red", "fenced": "bold red"}


def screen(shown: Figures, title: str, footer: str = "") -> RenderableType:
    """One frame."""
    head = Text.assemble((title, "bold"), "   ", clock_time(shown.at))
    for node, status in sorted(shown.links.items()):
        head.append(f"   {node} ")
        head.append(status, LINKS.get(status, ""))
    parts: list[RenderableType] = [head, "", _queues(shown.queues), "", _agents(shown)]
    if footer:
        parts += ["", Text(footer, "dim", no_wrap=True, overflow="ellipsis")]
    return Group(*parts)


def _plain_table() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)


def _queues(queues: tuple[QueueFigures, ...]) -> Table:
    """80 columns wide, with names of usual length."""
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, show_footer=len(queues) > 1
    )
    total = {
        name: sum(getattr(queue, name) for queue in queues)
        for name in ("waiting", "offered", "connected", "abandoned", "otherwise")
    }
    table.add_column("queue", "all" if len(queues) > 1 else "", style="bold", min_width=10)
    for name, footer in (
        ("waiting", str(total["waiting"])),
        ("longest", ""),
        ("ready", ""),
        ("busy", ""),
        ("offered", str(total["offered"])),
        ("connected", str(total["connected"])),
        ("abandoned", str(total["abandoned"])),
        ("other", str(total["otherwise"])),
    ):
        table.add_column(name, footer, justify="right")
    for queue in queues:
        table.add_row(
            queue.queue,
            Text(str(queue.waiting), "bold" if queue.waiting else "dim"),
            _wait(queue),
            f"{queue.ready}/{queue.signed_in}",
            str(queue.busy),
            str(queue.offered),
            str(queue.connected),
            str(queue.abandoned),
            str(queue.otherwise) if queue.otherwise else Text("0", "dim"),
        )
    return table


def _wait(queue: QueueFigures) -> Text:
    wait = queue.longest_wait_ms
    if not queue.waiting:
        return Text("–", "dim")
    return Text(span(wait), "bold red" if wait >= TOO_LONG_MS else "yellow" if wait >= LONG_MS else "")


def _agents(shown: Figures) -> Table:
    table = _plain_table()
    table.add_column("agent", style="bold", min_width=12)
    table.add_column("state", min_width=10)
    table.add_column("since", justify="right", min_width=7)
    table.add_column("with", min_width=8)
    table.add_column("queue", min_width=8)
    table.add_column("seat")
    table.add_column("calls", justify="right")
    for agent in shown.agents:
        table.add_row(
            agent.agent,
            _state(agent),
            span(shown.at - agent.since),
            short(agent.contact) if agent.contact else "",
            agent.queue or "",
            agent.seat or Text("–", "dim"),
            str(agent.calls),
        )
    return table


def _state(agent: AgentFigures) -> Text:
    text = Text(agent.state, STYLES.get(agent.state, ""))
    if agent.reason:
        text.append(f" ({agent.reason})", "dim")
    return text


def plain_lines(shown: Figures) -> Iterator[str]:
    """For a log or a pipe: a line for each queue."""
    for queue in shown.queues:
        longest = f", longest {span(queue.longest_wait_ms)}" if queue.waiting else ""
        yield (
            f"{clock_time(shown.at)} {queue.queue}: {queue.waiting} waiting{longest} · {queue.ready} ready, "
            f"{queue.busy} busy · {queue.offered} offered, {queue.connected} connected, {queue.abandoned} abandoned, "
            f"{queue.otherwise} otherwise"
        )


__all__ = ["plain_lines", "screen"]
