"""``cordpair conformance``: the driver suite on somebody's PBX, as a table, and the level that is reached."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import typer
from rich.markup import escape

from cordpair.cli.failures import EXIT_FAILED, errors, fail, output
from cordpair.errors import ConfigurationError, CordpairError
from cordpair.pbx import schemes
from cordpair.testing.conformance import (
    LEVELS,
    SCENARIOS,
    Level,
    Result,
    Rig,
    Rigs,
    Scenario,
    SipPbx,
    Verdict,
    examine,
    has_own_rig,
    own_rig,
    reached,
    rigs_on,
)
from cordpair.testing.conformance.sip_pbx import address, seats, seats_of_file

EXIT_NOT_RUN = 2
VARIABLES = "CORDPAIR_CONFORMANCE"
STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.NOT_RUN: "yellow"}
WIDTH = max(len(scenario.name) for scenario in SCENARIOS)


class Report(msgspec.Struct, frozen=True):
    """For programs."""

    asked: Level
    reached: Level | None  # None also when only some scenarios were run
    complete: bool  # false with --only
    results: tuple[Result, ...]


def _sip(name: str, metavar: str, text: str, envvar: str | None = None) -> Any:
    return typer.Option(name, metavar=metavar, help=text, envvar=envvar, rich_help_panel="SIP people")


def _suite(name: str, metavar: str | None, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, rich_help_panel="what is run")


def _there(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, rich_help_panel="what is there")


READABLE = "Others on this machine can read arguments: better the variable, or --seats."
Url = Annotated[
    str,
    typer.Argument(help="Of the PBX, as in a configuration: loopback:, asterisk+ari:…", envvar=f"{VARIABLES}_URL"),
]
Asked = Annotated[Level, _suite("--level", None, "Which must be reached for exit status 0.")]
Only = Annotated[str, _suite("--only", "PATTERN", "Some scenarios: phone_*")]
Restart = Annotated[
    str, _suite("--restart", "COMMAND", "Kills the PBX and starts it again; without it the level cannot be full.")
]
Sip = Annotated[str, _sip("--sip", "HOST:PORT", "Where phones register (UDP).")]
CallerSip = Annotated[str, _sip("--caller-sip", "HOST:PORT", "Where callers call, if elsewhere.")]
Seats = Annotated[
    list[str] | None,
    _sip("--seat", "USER:PASSWORD", f"A phone's account; three are needed. {READABLE}", f"{VARIABLES}_SEATS"),
]
SeatFile = Annotated[Path | None, _sip("--seats", "FILE", "The accounts, USER:PASSWORD\\[:ENDPOINT] a line.")]
Domain = Annotated[str, _sip("--domain", "NAME", "Of the phones' accounts, if not HOST:PORT.")]
CallerAddress = Annotated[str, _sip("--caller-address", "IP", "From which callers call.")]
PhoneAddress = Annotated[str, _sip("--phone-address", "IP", "From which phones register.")]
Cell = Annotated[str, _there("--cell", "NAME", "The cell whose application callers reach.")]
Dialled = Annotated[str, _there("--dial", "NUMBER", "What callers dial to reach it.")]
UnknownSeat = Annotated[str, _there("--unknown-seat", "ENDPOINT", "A seat that the PBX does not have.")]
Prompt = Annotated[str, _there("--prompt", "NAME", "A prompt of half a second or more, as the PBX calls it.")]
Music = Annotated[str, _there("--music", "NAME", "Music on hold, as the PBX calls it.")]
Target = Annotated[str, _there("--target", "URI", "Where callers are redirected and transferred to.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def conformance(  # noqa: PLR0913, PLR0917  a command has as many arguments as options
    url: Url,
    level: Asked = Level.FULL,
    only: Only = "*",
    restart: Restart = "",
    sip: Sip = "",
    caller_sip: CallerSip = "",
    seat: Seats = None,
    seat_file: SeatFile = None,
    domain: Domain = "",
    caller_address: CallerAddress = "",
    phone_address: PhoneAddress = "",
    cell: Cell = "main",
    dialled: Dialled = "4711",
    unknown_seat: UnknownSeat = "nobody",
    prompt: Prompt = "cordpair/welcome",
    music: Music = "default",
    target: Target = "",
    as_json: Json = False,
) -> None:
    """Run the driver suite on a PBX: what was promised and is not kept, and the level reached.

    The suite takes the application over as an engine would: an engine that runs there stops. Never on a PBX in service.
    Passwords are best in the environment (CORDPAIR_CONFORMANCE_URL, …_SEATS) or in a file.

    Exit status: 0 the level asked for is reached · 1 it is not · 2 the suite could not be run.
    """

    def described() -> SipPbx:
        _check_scheme(url)
        accounts = [*(seats_of_file(seat_file) if seat_file else ()), *seats(seat or [], "--seat")]
        return SipPbx(
            url=url,
            phone_sip=address(sip, "--sip"),
            caller_sip=address(caller_sip, "--caller-sip") if caller_sip else None,
            seats=accounts,
            domain=domain,
            caller_address=caller_address,
            phone_address=phone_address,
            cell=cell,
            dialled=dialled,
            unknown_seat=unknown_seat,
            prompt=prompt,
            music=music,
            target=target,
            restart=restart,
        )

    try:
        scenarios = _chosen(only)
        place = _own(url) if has_own_rig(url) else rigs_on(described())
        results = asyncio.run(_examine(place, scenarios, silent=as_json))
    except (CordpairError, OSError) as failed:
        raise fail(str(failed), EXIT_NOT_RUN) from failed
    raise typer.Exit(_conclude(results, level, as_json=as_json))


# ---------------------------------------------------------------- what is run


def _chosen(pattern: str) -> list[Scenario]:
    found = [scenario for scenario in SCENARIOS if fnmatchcase(scenario.name, pattern)]
    if not found:
        raise ConfigurationError(f"--only: no scenario is called {pattern!r}")
    return found


def _check_scheme(url: str) -> None:
    scheme = urlsplit(url).scheme
    if scheme not in schemes():
        raise ConfigurationError(f"no driver for {scheme!r} URLs is installed; there are: {', '.join(schemes())}")


@asynccontextmanager
async def _own(url: str) -> AsyncIterator[Rigs]:
    @asynccontextmanager
    async def one() -> AsyncIterator[Rig]:
        yield own_rig(url)

    yield one


async def _examine(
    place: AbstractAsyncContextManager[Rigs], scenarios: list[Scenario], *, silent: bool
) -> list[Result]:
    results = []
    async with place as rigs:
        async for result in examine(rigs, scenarios):
            results.append(result)
            if not silent:
                _show(result)
    return results


# ---------------------------------------------------------------- what is said


def _show(result: Result) -> None:
    """A row, as soon as it is known."""
    needs = " ".join(result.needs) or "-"
    row = f"[{STYLES[result.verdict]}]{result.verdict:<8}[/] {result.level:<6} {result.scenario:<{WIDTH}}  {needs}"
    output.print(row, soft_wrap=True)
    if result.reason:
        output.print(f"         {escape(result.reason)}", soft_wrap=True)


def _conclude(results: list[Result], asked: Level, *, as_json: bool) -> int:
    passed = {result.scenario for result in results if result.verdict is Verdict.PASSED}
    complete = len(results) == len(SCENARIOS)
    level = reached(passed) if complete else None
    if as_json:
        report = Report(asked, level, complete, tuple(results))
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        _sum_up(results, asked, level, complete=complete)
    if not complete:
        return 0 if len(passed) == len(results) else EXIT_FAILED
    return 0 if level is not None and LEVELS[asked] <= passed else EXIT_FAILED


def _sum_up(results: list[Result], asked: Level, level: Level | None, *, complete: bool) -> None:
    counts = [(verdict, sum(result.verdict is verdict for result in results)) for verdict in Verdict]
    output.print(", ".join(f"{number} {verdict}" for verdict, number in counts if number or verdict is Verdict.PASSED))
    lacking = sorted({need for result in results if result.verdict is Verdict.FAILED for need in result.needs})
    if lacking:
        output.print(f"capabilities that are touched by failures: {', '.join(lacking)}", soft_wrap=True)
    if not complete:
        output.print("level: not judged, since only some scenarios were run")
        return
    output.print(f"level: [bold]{level or 'none'}[/] (asked for: {asked})")
    left_out = [result for result in results if result.verdict is Verdict.NOT_RUN]
    if left_out and asked is Level.FULL:
        names = ", ".join(result.scenario for result in left_out)
        errors.print(f"[yellow]warning:[/] the level cannot be full while this is not run: {escape(names)}")


__all__ = ["Report", "conformance"]
