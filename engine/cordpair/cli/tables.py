"""``cordpair agents``, ``queues``, ``contacts``: the tables of a running engine, read from its journal as ``watch``."""

import sys
from pathlib import Path

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from cordpair.acd.model import ContactRow, State
from cordpair.cli.failures import errors, output
from cordpair.cli.screen import STYLES
from cordpair.cli.text import clock_time, short, span
from cordpair.cli.watch import SILENT_MS
from cordpair.clock import AsyncioClock
from cordpair.ids import AgentId, ContactId, NodeId, QueueId, ServiceId
from cordpair.runtime import figures
from cordpair.runtime.history import Follower

CONTACT_COLUMNS = ("contact", "state", "since", "queue", "waited", "agent", "service", "arrived")


class ContactFigures(msgspec.Struct, frozen=True):
    """A contact that is there now. ``state``: arrived · waiting · ringing · answered · talking · closing."""

    contact: ContactId
    state: str
    since: int  # ms since the epoch
    medium: str
    queue: QueueId | None
    waited_ms: int  # so far, or until it was answered
    agents: tuple[AgentId, ...]  # who talk to it, or are alerted
    service: ServiceId | None
    node: NodeId
    arrived_at: int


def agents(journal: Path, *, as_json: bool) -> None:
    """Raises JournalError."""
    state, now = _look(journal)
    found = figures(state, now).agents
    if as_json:
        _print_json(found)
        return
    queues = {
        agent.agent: ", ".join(each.queue for each in agent.assignments if each.active)
        for agent in state.configuration.agents
    }
    table = _table("agent", "state", "since", "with", "queue", "seat", "calls", "works", right=("since", "calls"))
    for agent in found:
        shown = Text(agent.state, STYLES.get(agent.state, ""))
        if agent.reason:
            shown.append(f" ({agent.reason})", "dim")
        contact = short(agent.contact) if agent.contact else ""
        since, calls = span(now - agent.since), str(agent.calls)
        row = (since, contact, agent.queue or "", agent.seat or "", calls, queues.get(agent.agent, ""))
        table.add_row(agent.agent, shown, *row)
    output.print(table)


def queues(journal: Path, *, as_json: bool) -> None:
    """Raises JournalError."""
    state, now = _look(journal)
    found = figures(state, now).queues
    if as_json:
        _print_json(found)
        return
    names = ("waiting", "longest", "signed in", "ready", "busy", "offered", "connected", "abandoned", "otherwise")
    table = _table("queue", *names, right=names)
    for queue in found:
        longest = span(queue.longest_wait_ms) if queue.waiting else "–"
        numbers = (queue.signed_in, queue.ready, queue.busy, queue.offered, queue.connected, queue.abandoned)
        table.add_row(queue.queue, str(queue.waiting), longest, *map(str, numbers), str(queue.otherwise))
    output.print(table)


def contacts(journal: Path, *, as_json: bool, queue: str | None = None) -> None:
    """Those who talk, then those who wait, in their order. Raises JournalError."""
    state, now = _look(journal)
    found = [each for each in contact_figures(state, now) if queue in (None, each.queue)]
    if as_json:
        _print_json(found)
        return
    table = _table(*CONTACT_COLUMNS, right=("since", "waited"))
    for each in found:
        table.add_row(
            short(each.contact),
            each.state,
            span(now - each.since),
            each.queue or "",
            span(each.waited_ms),
            ", ".join(each.agents),
            each.service or "",
            clock_time(each.arrived_at),
        )
    output.print(table if found else "nobody is there")


def contact_figures(state: State, now: int) -> list[ContactFigures]:
    def order(contact: ContactRow) -> tuple[int, int]:
        visit = state.visits.get(contact.visit) if contact.visit is not None else None
        return (1, visit.key) if visit is not None else (0, contact.arrived_at)

    return [_contact(state, row, now) for row in sorted(state.contacts.values(), key=order)]


def _contact(state: State, row: ContactRow, now: int) -> ContactFigures:
    visit = state.visits.get(row.visit) if row.visit is not None else None
    what, since, waited = "arrived", row.arrived_at, 0
    queue: QueueId | None = None
    who: tuple[AgentId, ...] = ()
    if row.connection is not None:
        talk = row.connection
        what, since, queue, who = "talking", talk.since, talk.queue, (talk.agent,)
        waited = talk.since - talk.enqueued_at
    elif visit is not None:
        offers = [state.offers[offer] for offer in visit.offers]
        what = "answered" if visit.accepted is not None else "ringing" if offers else "waiting"
        since = max((offer.made_at for offer in offers), default=visit.began_at)
        queue, waited, who = visit.queue, now - visit.enqueued_at, tuple(offer.agent for offer in offers)
    elif row.closing is not None:
        what = "closing"
    return ContactFigures(
        row.contact, what, since, row.medium, queue, max(0, waited), who, row.service, row.node, row.arrived_at
    )


def _look(journal: Path) -> tuple[State, int]:
    follower = Follower(journal)
    try:
        now = AsyncioClock().now_ms()
        age = now - follower.last_at
        if age >= SILENT_MS:
            errors.print(f"[dim]nothing was decided for {span(age)}: is the engine running?[/]")
        return follower.acd.state, now
    finally:
        follower.close()


def _table(*names: str, right: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if name in right else "left", style="bold" if not number else "")
    return table


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")


__all__ = ["ContactFigures", "agents", "contact_figures", "contacts", "queues"]
