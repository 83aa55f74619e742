"""``cordpair why``: what became of a contact, and for each offer why this agent and no other."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cordpair.acd.explain import Explanation
from cordpair.acd.placing import PLACED
from cordpair.cli.failures import output
from cordpair.cli.text import clock_time, count, day_time, short, span
from cordpair.clock import AsyncioClock
from cordpair.ids import AgentId
from cordpair.journal import SqliteReader, current_codec
from cordpair.runtime.history import Story, Way, at_beginning, find_contact, stories, way_of
from cordpair.runtime.recovery import reading_on

NEWEST = 20


def latest(journal: Path, *, limit: int, as_json: bool) -> None:
    """The newest contacts. Raises JournalError."""
    with SqliteReader(journal, current_codec()) as reader:
        found = list(stories(reader.read()).values())[-limit:]
    if as_json:
        _print_json(found)
    elif not found:
        output.print("the journal holds no contact yet")
    else:
        output.print(_overview(found))


def why(journal: Path, given: str, *, as_json: bool) -> None:
    """One contact. Raises JournalError, also when there is no such contact."""
    with SqliteReader(journal, current_codec()) as reader:
        known = stories(reader.read())
        contact = find_contact(known, given)
        story = known[contact]
        acd, seq = at_beginning(reader)
        way = way_of(reading_on(reader, seq), contact, AsyncioClock().now_ms(), acd)
    if as_json:
        _print_json({"contact": story, "moments": way.moments, "obstacles": way.obstacles})
        return
    for part in _tell(story, way):
        output.print(part)


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")


def _overview(found: list[Story]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("contact", "arrived", "queue", "outcome", "waited", "agent", "end"):
        table.add_column(name, justify="right" if name == "waited" else "left")
    for story in found:
        table.add_row(
            short(story.contact),
            clock_time(story.arrived_at),
            story.queue or "",
            story.outcome.replace("_", " ") if story.visits else "no queue",
            "" if story.waited_ms is None else span(story.waited_ms),
            story.agent or "",
            story.end.replace("_", " "),
        )
    return table


def _tell(story: Story, way: Way) -> Iterator[RenderableType]:
    yield Text.assemble((f"contact {story.contact}", "bold"), f"   arrived {day_time(story.arrived_at)}")
    yield ""
    for moment in way.moments:
        style = "bold" if moment.explanation is not None else ""
        yield Text.assemble(clock_time(moment.at, precise=True), "  ", (moment.what.replace("_", " "), style))
        if moment.explanation is not None:
            yield Padding(_explain(moment.explanation, story), (0, 0, 1, 4))
    if way.obstacles:
        yield ""
        yield Text("nobody is alerted now:", "bold")
        yield Padding(_table(way.obstacles.items(), story), (0, 0, 0, 4))
    elif not any(moment.explanation for moment in way.moments):
        yield ""
        yield "It was never offered to an agent."


def _explain(why: Explanation, story: Story) -> RenderableType:
    table = _table([(each.agent, each.passed_over) for each in why.candidates if not each.chosen], story, why)
    return Group(Text(_circumstances(why), "dim"), table)


def _table(obstacles: Iterable[tuple[AgentId, tuple[str, ...]]], story: Story, why: Explanation | None = None) -> Table:
    """Who was chosen, and what stands against the others; ids without the token that all of them share."""
    token = story.contact.partition("-")[0] + "-"
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column("agent", style="bold", no_wrap=True)
    table.add_column("why", overflow="fold")
    if why is not None:
        table.add_row(Text(why.agent, "green"), Text(f"chosen: {STRATEGIES[why.strategy]}", "green"))
    for agent, reasons in obstacles:
        table.add_row(agent, "; ".join(reasons).replace(token, "") or "nothing")
    return table


def _circumstances(why: Explanation) -> str:
    levels = ", ".join(f"{skill} ≥ {level}" for skill, level in sorted(why.requirement.items())) or "no skill"
    return (
        f"after {why.waited_ms / 1_000:.1f} s in {why.queue}; asked for: {levels}; "
        f"{count(why.waiting, 'contact')} in this line, {count(why.available, 'agent')} available"
    )


# What the chosen agent was first in.
STRATEGIES = {
    "longest_idle": "idle for longest",
    "fewest_calls": "has taken the fewest calls",
    "least_talk": "has talked least",
    "round_robin": "the last offer is longest ago",
    "top_down": "first in the configuration",
    "best_skill": "the best skills, then idle for longest",
    "random": "drawn by lot",
    "ring_all": "one of those who are alerted together",
    "ring_progressively": "next in the group",
    PLACED: "asked for this call",
}

__all__ = ["NEWEST", "STRATEGIES", "latest", "why"]
