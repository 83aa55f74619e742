"""``cordpair reports``: what happened, in figures, counted beside a running engine or without one."""

import asyncio
import os
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from cordpair.cli.failures import EXIT_FAILED, fail, output, reports_errors, say_warning
from cordpair.cli.places import DEFAULT_FILE, Config, Demo, Journal, Places, places_of, settings_of
from cordpair.clock import AsyncioClock
from cordpair.config.durations import parse_duration
from cordpair.errors import ConfigurationError, JournalError
from cordpair.reports import By, Line, Occupancy, Policy, ServiceLevel
from cordpair.reports.archive import Archive
from cordpair.reports.days import bounds, day_of, local, zone_of
from cordpair.reports.deliveries import Deliveries
from cordpair.reports.formats import written
from cordpair.reports.grouping import dimensions
from cordpair.reports.report import Asked, Report, make_report
from cordpair.reports.report import Format as Written
from cordpair.reports.sending import Parcel, Plan, asked_at, due_before, plans_of, send
from cordpair.reports.sheets import number_cell
from cordpair.reports.tallies import policy_of

# What a terminal has room for, of all that the other formats tell.
SHOWN = (
    "offered", "waiting", "answered", "abandoned", "service_level", "abandon_rate", "asa_s", "offers", "missed",
    "handled", "aht_s", "signed_in_s", "occupancy",
)  # fmt: skip
MINUTES = "%Y-%m-%d %H:%M"
SHARES = ("service_level", "abandon_rate", "occupancy")
EVERYTHING = 1 << 62

app = typer.Typer(help="What happened, in figures.", invoke_without_command=True)


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@app.callback()
@reports_errors
def reports(  # noqa: PLR0913, PLR0917  a command has as many arguments as options
    context: typer.Context,
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    use_demo: Demo = False,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="2026-11-21; without it, today.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, included.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Whose days and hours these are.")] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="interval, hour, day, week, queue, agent, skill, service, disposition; or some: day,queue"
        ),
    ] = "queue",
    level: Annotated[ServiceLevel | None, typer.Option("--service-level", help="Which.")] = None,
    threshold: Annotated[
        str | None, typer.Option("--threshold", metavar="DURATION", help="In time is within this.")
    ] = None,
    short: Annotated[
        str | None, typer.Option("--short-abandon", metavar="DURATION", help="Who gave up within this does not count.")
    ] = None,
    occupancy: Annotated[Occupancy | None, typer.Option("--occupancy", help="Of which time.")] = None,
    shape: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.TABLE,
) -> None:
    """Report service levels, waits, handling and occupancy, of an engine on this machine.

    What is left out is as in the configuration's [reports].
    """
    if context.invoked_subcommand is not None:
        return
    places = places_of(config, journal, use_demo)
    usual = policy_of(places.reports)
    policy = Policy(
        level or usual.service_level,
        usual.threshold_s if threshold is None else _whole_seconds("--threshold", threshold),
        usual.short_abandon_s if short is None else _whole_seconds("--short-abandon", short),
        occupancy or usual.occupancy,
    )
    found = read(places, asked_of(first, last, zone or places.reports.zone, by, policy))
    _warn(found)
    _write(found, shape)


@app.command("send")
@reports_errors
def send_now(
    name: Annotated[str, typer.Argument(help="Of [reports.schedules].")], config: Config = DEFAULT_FILE
) -> None:
    """Send a scheduled report now, once: the one that was due last. Exit status 1 when it was not taken."""
    settings = settings_of(config)
    plans = {plan.name: plan for plan in plans_of(settings.loaded.config, os.environ, settings.file.parent)}
    if name not in plans:
        known = ", ".join(plans) or "none"
        raise ConfigurationError(f"there is no schedule {name!r} in [reports.schedules]; there are: {known}")
    places = places_of(config, None, False)
    if not asyncio.run(_send(plans[name], places)):
        raise typer.Exit(EXIT_FAILED)


async def _send(plan: Plan, places: Places) -> bool:
    clock = AsyncioClock()
    zone = zone_of(places.reports.zone)
    due = due_before(plan.schedule, zone, clock.now_ms())
    asked = asked_at(plan.schedule, zone, due, policy_of(places.reports))
    shape = Written(plan.schedule.format)
    parcel = Parcel(plan.name, due, asked, shape, written(await asyncio.to_thread(read, places, asked), shape))
    failures: dict[str, str] = {}
    if plan.mailbox is not None:
        failures["by mail"] = (
            await send(plan.mailbox, parcel.letter(plan.mailbox, plan.schedule), plan.schedule.to)
        ).why
    if plan.hook is not None:
        async with Deliveries(clock) as deliveries:
            failures["to the webhook"] = await deliveries.attempt(plan.hook, parcel.message())
    for way, why in failures.items():
        output.print(f"{parcel.id}: {way}: {why or 'sent'}", soft_wrap=True)
    return not any(failures.values())


def asked_of(first: str | None, last: str | None, zone: str, by: str, policy: Policy) -> Asked:
    """Raises ConfigurationError."""
    place, wanted = zone_of(zone), dimensions(by)
    today = local(AsyncioClock().now_ms(), place).date()
    from_day = day_of(first, "from") if first is not None else today
    to_day = day_of(last, "to") if last is not None else max(today, from_day)
    bounds(from_day, to_day, place)
    return Asked(from_day, to_day, zone, wanted, policy)


def read(places: Places, asked: Asked) -> Report:
    """As of the last decision: what was counted beside the engine, and counted on from there; nothing is written.

    Raises JournalError, ConfigurationError.
    """
    with Archive.open(places.archive, places.journal, write=False) as archive:
        archive.follow(EVERYTHING)
        if not archive.at:
            raise JournalError("the journal is empty")
        return make_report(archive, asked)


def _warn(found: Report) -> None:
    zone = zone_of(found.zone)
    begin, _ = bounds(day_of(found.first, "from"), day_of(found.last, "to"), zone)
    complete = found.complete_from
    if complete is not None and begin < complete.timestamp() * 1_000:
        when = f"{complete.astimezone(zone):{MINUTES}}"
        say_warning(f"the journal was pruned: of what was before {when} not all is known")
    for difference in found.differences:
        say_warning(str(difference))
    for each in found.disagreements:
        say_warning(f"the quarter from {each.start.astimezone(zone):{MINUTES}} did not agree when it was reconciled")


def _write(found: Report, shape: Format) -> None:
    if shape is not Format.TABLE:
        sys.stdout.buffer.write(written(found, Written(shape.value)))
        if shape is Format.JSON:
            sys.stdout.buffer.write(b"\n")
        sys.stdout.flush()
    elif not found.lines:
        output.print("nothing was counted in these days")
    else:
        output.print(_table(found, found.by))
        output.print(_footer(found), soft_wrap=True, style="dim")


def _table(found: Report, by: tuple[By, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    names = [name for name in found.lines[0].measures if name in SHOWN]
    for each in by:
        table.add_column(each.value, style="bold", no_wrap=True)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for line in found.lines:
        cells = [_cell(name, line) for name in names]
        table.add_row(*(Text(value or "–") for value in line.by.values()), *cells)
    return table


def _cell(name: str, line: Line) -> str:
    value = line.measures[name]
    if value is None:
        return "–"
    if name in SHARES:
        return f"{value * 100:.1f} %"
    return number_cell(value) if isinstance(value, int) else f"{value:.0f}"


def _footer(found: Report) -> str:
    policy = found.policy
    short = f", who gave up within {policy.short_abandon_s} s not counted" if policy.short_abandon_s else ""
    agree = "disagrees with" if found.differences else "agrees with"
    reconciled = ""
    if found.reconciled is not None:
        when = f"{found.reconciled.end.astimezone(zone_of(found.zone)):{MINUTES}}"
        reconciled = f"; reconciled at {when}, {'agrees' if found.reconciled.agrees else 'disagrees'}"
    as_of = f"{found.as_of.astimezone(zone_of(found.zone)):{MINUTES}}"
    return (
        f"service level {policy.service_level} {policy.threshold_s} s{short}; occupancy {policy.occupancy}; "
        f"{found.zone}; as of {as_of}; {agree} the engine's counters{reconciled}"
    )


def _whole_seconds(option: str, given: str) -> int:
    """Waits are kept in whole seconds."""
    ms = parse_duration(given)
    if ms is None or ms < 0 or ms % 1_000:
        raise fail(f"{option}: {given!r} is no whole number of seconds; write 20s or 1m", 2)
    return ms // 1_000


__all__ = ["Format", "app", "read"]
