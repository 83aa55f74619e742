"""``cordpair doctor``: what is wrong here and on the PBX, why it matters, and how to mend it. Changes nothing."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
from rich.markup import escape
from rich.padding import Padding

from cordpair.cli.doctor import files, machine
from cordpair.cli.failures import EXIT_FAILED, output
from cordpair.cli.settings import Settings
from cordpair.cli.text import count
from cordpair.clock import AsyncioClock
from cordpair.config import Config, InvalidConfiguration, load, url_with_secret
from cordpair.config.check import CODE_RESULTS, actions
from cordpair.config.trunks import settled
from cordpair.errors import ConfigurationError, CordpairError
from cordpair.ids import NodeId
from cordpair.pbx import Diagnosable, Finding, Level, Wanted, make_driver
from cordpair.pbx.diagnosis import error, good, warning

# The driver bounds each of its steps; this only ends one that does not.
PATIENCE_S = 120.0
MARKS = {Level.OK: "[green]ok[/]     ", Level.WARNING: "[yellow]warning[/]", Level.ERROR: "[bold red]error[/]  "}


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding, and where: the machine, the configuration, pbx.NAME, the journal, the store."""

    where: str
    level: Level
    about: str
    what: str
    why: str = ""
    mend: str = ""


def doctor(file: Path, *, as_json: bool) -> int:
    """The exit status: 1 when there is an error."""
    reports: list[Report] = []
    for where, found in asyncio.run(examine(file)):
        reports += [Report(where, f.level, f.about, f.what, f.why, f.mend) for f in found]
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(reports)).decode() + "\n")
    else:
        _show(reports)
    return EXIT_FAILED if any(report.level is Level.ERROR for report in reports) else 0


async def examine(file: Path) -> list[tuple[str, list[Finding]]]:
    settings, found = _configuration(file)
    parts = [("configuration", found)]
    if settings is None:
        return [*parts, ("machine", machine.names({}))]
    config = settings.loaded.config
    told = machine.registrars({name: pbx.phones for name, pbx in config.pbx.items() if pbx.phones is not None})
    urls, secrets = _urls(settings)
    parts += [(f"pbx.{node}", [finding]) for node, finding in secrets.items()]
    agents = len(config.agents)
    parts.append(("machine", [*machine.names(urls), *told, machine.open_files(settings.journal, agents)]))
    parts += [("journal", files.journal(settings.journal, config.cell.name)), ("store", files.store(settings.store))]
    for node, url in urls.items():
        parts.append((f"pbx.{node}", await _pbx(config, NodeId(node), url)))
    return parts


def _configuration(file: Path) -> tuple[Settings | None, list[Finding]]:
    why = "the engine does not start with it"
    try:
        loaded = load(file)
    except InvalidConfiguration as invalid:
        mend = "correct the file; `cordpair check` says the same"
        return None, [error("file", f"{file}: {problem}", why, mend) for problem in invalid.problems]
    except ConfigurationError as wrong:
        return None, [error("file", str(wrong), why, "name the right file, or make it readable")]
    found = [
        warning("file", f"{file}: {each}", "it may not do what was meant", "see docs/how-to/queues-and-skills.md")
        for each in loaded.warnings
    ]
    return Settings(file, loaded), found or [good("file", f"{file}: good")]


def _urls(settings: Settings) -> tuple[dict[str, str], dict[str, Finding]]:
    urls, missing = {}, {}
    for name, pbx in settings.loaded.config.pbx.items():
        try:
            urls[name] = url_with_secret(name, pbx, os.environ, settings.file.parent)
        except ConfigurationError as wrong:
            mend = "set it here too: run the doctor as the service does, with its environment"
            missing[name] = error("password", str(wrong), "without it the PBX cannot be examined", mend)
    return urls, missing


async def _pbx(config: Config, node: NodeId, url: str) -> list[Finding]:
    endpoints = tuple(seat.endpoint for seat in config.seats.values() if seat.node in (None, node))
    try:
        driver = make_driver(node, url, config.cell.name, endpoints)
    except ConfigurationError as wrong:
        return [error("url", str(wrong), "the engine does not start with it", "correct [pbx] url")]
    if not isinstance(driver, Diagnosable):
        return [good("link", "not examined: its driver has no diagnosis")]
    try:
        async with asyncio.timeout(PATIENCE_S):
            return list(await driver.diagnose(wanted(config, node), AsyncioClock().now_ms))
    except TimeoutError:
        what = f"the examination was not done within {PATIENCE_S:.0f} s"
        return [error("link", what, "calls will be slow too", "look at the PBX's load and at the network")]
    except CordpairError as failed:
        return [error("link", f"cannot be examined: {failed}", "the engine needs it", "look at the PBX")]


def wanted(config: Config, node: NodeId | None = None) -> Wanted:
    """The music and the prompts that calls can meet, the phones that only accounts make, pictures, and trunks."""
    voice = [queue for queue in config.queues.values() if queue.medium == "voice"]
    names = {name for name in CODE_RESULTS if name in config.prompts} | {config.no_service.prompt}
    names |= {queue.prompt for queue in voice}
    names |= {action.prompt for queue in voice for _, action in actions(queue)}
    media = {config.prompts.get(name, name) for name in names - {""}}
    browsers = sorted({seat.endpoint for seat in config.seats.values() if seat.browser})
    video = any("video" in portal.media for portal in config.portals.values())
    phones = sorted({seat.endpoint for seat in config.seats.values() if seat.account})
    trunks = tuple(
        name
        for name, trunk in config.trunks.items()
        if node is not None and trunk.node in (None, node) and settled(trunk).options
    )
    music = tuple(sorted({queue.music for queue in voice}))
    return Wanted(music, tuple(sorted(media)), tuple(browsers), tuple(phones), video, trunks)


def _show(reports: list[Report]) -> None:
    where = ""
    for report in reports:
        if report.where != where:
            where = report.where
            output.print(f"[bold]{escape(where)}[/]")
        output.print(f"  {MARKS[report.level]} {report.about}: {escape(report.what)}", soft_wrap=True)
        for label, text in (("why", report.why), ("mend", report.mend)):
            if text:
                output.print(Padding(f"[dim]{label}:[/] {escape(text)}", (0, 0, 0, 10), expand=False), soft_wrap=True)
    worst = [sum(report.level is level for report in reports) for level in (Level.ERROR, Level.WARNING)]
    output.print(f"{count(worst[0], 'error')}, {count(worst[1], 'warning')}")


__all__ = ["Report", "doctor", "examine", "wanted"]
