"""The options of ``cordpair load``, what they come to, and its end."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cordpair.cli.failures import EXIT_FAILED, errors, fail, output
from cordpair.cli.load import wish as wishes
from cordpair.cli.load.run import Load, LoadError, Order, Phones
from cordpair.cli.load.screen import Bar, notes, screen
from cordpair.cli.load.tally import Limits, Result, highest
from cordpair.cli.load.target import Target, check_own, is_ours, target
from cordpair.errors import ConfigurationError
from cordpair.testing.conformance.sip_pbx import Seat, seats_of_file
from cordpair.testing.people import own_address
from cordpair.testing.sipp import Account

EXIT_NOT_RUN, EXIT_STOPPED = 2, 130
KEY = "CORDPAIR_LOAD_KEY"
SIPP_IS_MISSING = (
    "SIPp is missing: on Debian and Ubuntu, as root: apt-get install sip-tester; elsewhere a `sipp` on PATH"
)


class Report(msgspec.Struct, frozen=True):
    """For programs. Times are in seconds."""

    results: tuple[Result, ...]
    highest: float | None
    """The highest rate that held, calls a second."""
    agree: bool
    notes: tuple[str, ...]


def _option(panel: str, name: str, metavar: str | None, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, rich_help_panel=panel)


def _callers(name: str, metavar: str | None, text: str) -> Any:
    return _option("callers", name, metavar, text)


def _rate(name: str, metavar: str | None, text: str) -> Any:
    return _option("how many", name, metavar, text)


def _agents(name: str, metavar: str | None, text: str) -> Any:
    return _option("agents", name, metavar, text)


def _engine(name: str, metavar: str | None, text: str) -> Any:
    return _option("engine", name, metavar, text)


To = Annotated[str, typer.Argument(metavar="sip:HOST:PORT", help="Where callers call (UDP).")]
Dial = Annotated[str, _callers("--dial", "NUMBERS", "What they dial, in turn; ? is any digit.")]
From = Annotated[str, _callers("--from", "NUMBER", "Who they are; ? is any digit.")]
CallersFrom = Annotated[str, _callers("--callers-from", "IP", "From which they call: a trunk is known by it.")]
Abandon = Annotated[float, _callers("--abandon", "PERCENT", "So many give up when their patience is over.")]
Patience = Annotated[str, _callers("--patience", "SPAN", "20s, 5s-30s, or 'exponential 20s'.")]
Lasts = Annotated[str, _callers("--lasts", "DURATION", "Callers hang up after this, whatever happens.")]
Digits = Annotated[str, _callers("--digits", "DIGITS", "They press these while they wait (needs root).")]
DigitsAfter = Annotated[str, _callers("--digits-after", "DURATION", "So long after the PBX answered.")]
Rate = Annotated[str, _rate("--rate", "RATES", "Calls a second; 20,60,90 is one after the other.")]
Every = Annotated[str, _rate("--every", "DURATION", "Instead of a rate: the time between two calls.")]
For = Annotated[str, _rate("--for", "DURATION", "How long calls are placed, at each rate.")]
Calls = Annotated[int | None, _rate("--calls", "NUMBER", "Instead: how many, at each rate.")]
Forever = Annotated[bool, _rate("--forever", None, "The rates over and over, until Ctrl-C.")]
FindMost = Annotated[bool, _rate("--find-most", None, "Raise the rate until one does not hold.")]
OverWithin = Annotated[str, _rate("--over-within", "DURATION", "Who is there so long after the last call is hung up.")]
LimitLatency = Annotated[str, _rate("--limit-latency", "DURATION", "Holds while 99 of 100 offers come within this.")]
LimitFailed = Annotated[float, _rate("--limit-failed", "PERCENT", "Holds while no more calls fail.")]
PhonesFile = Annotated[
    Path | None, _agents("--phones", "FILE", "Agents' phones, USER:PASSWORD\\[:AGENT] a line. Without it, none.")
]
PhonesAt = Annotated[str, _agents("--phones-at", "HOST:PORT", "Where they register, if elsewhere.")]
PhonesFrom = Annotated[str, _agents("--phones-from", "IP", "At which they are reached.")]
Agents = Annotated[int | None, _agents("--agents", "NUMBER", "Only the first of the file.")]
Ring = Annotated[str, _agents("--ring", "SPAN", "They answer after this: 500ms, or 1s-4s.")]
Talk = Annotated[str, _agents("--talk", "SPAN", "Then hang up after this.")]
CallersEnd = Annotated[bool, _agents("--callers-hang-up", None, "Agents do not hang up: see --lasts.")]
WrapUp = Annotated[str, _agents("--wrap-up", "DURATION", "Of the queues: for so long no offer is expected.")]
SignIn = Annotated[str, _agents("--sign-in", "CODES", "They dial these first, unless the file names agents.")]
SignOut = Annotated[str, _agents("--sign-out", "CODES", "And these at the end.")]
EngineUrl = Annotated[str, _engine("--engine", "URL", "Of its API; with a key, both sides are compared.")]
KeyFile = Annotated[Path | None, _engine("--key-file", "FILE", f"Holds the key; or the variable {KEY}.")]
Queue = Annotated[list[str] | None, _engine("--queue", "NAME", "Only this one counts; may be repeated.")]
Seed = Annotated[int, _rate("--seed", "NUMBER", "The same seed brings the same callers.")]
Really = Annotated[bool, typer.Option("--yes-really", help="Also on a PBX that is in no private network.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def load(  # noqa: PLR0913, PLR0917  a command has as many arguments as options
    to: To,
    dial: Dial = "5000",
    caller: From = "030??????",
    callers_from: CallersFrom = "",
    abandon: Abandon = 0.0,
    patience: Patience = "10s-30s",
    lasts: Lasts = "",
    digits: Digits = "",
    digits_after: DigitsAfter = "1s",
    rate: Rate = "1",
    every: Every = "",
    for_: For = "30s",
    calls: Calls = None,
    forever: Forever = False,
    find_most: FindMost = False,
    over_within: OverWithin = "60s",
    limit_latency: LimitLatency = "500ms",
    limit_failed: LimitFailed = 1.0,
    phones: PhonesFile = None,
    phones_at: PhonesAt = "",
    phones_from: PhonesFrom = "",
    agents: Agents = None,
    ring: Ring = "500ms-2s",
    talk: Talk = "5s-15s",
    callers_hang_up: CallersEnd = False,
    wrap_up: WrapUp = "",
    sign_in: SignIn = "011,033",
    sign_out: SignOut = "022",
    engine: EngineUrl = "",
    key_file: KeyFile = None,
    queue: Queue = None,
    seed: Seed = 1,
    yes_really: Really = False,
    as_json: Json = False,
) -> None:
    """Call a PBX as a crowd does, be its agents' phones too, and say which rate held. SIPp places the calls.

    The table has SIPp's side and the engine's, and says where they disagree. Ctrl-C ends all calls in order.

    Exit status: 0 every rate held, both sides agree · 1 not so · 2 it could not be run · 130 stopped by Ctrl-C.
    """

    def limits() -> Limits:
        failed = wishes.share(limit_failed, "--limit-failed")
        return Limits(wishes.seconds(limit_latency, "--limit-latency"), failed)

    def crowd() -> wishes.Callers:
        return wishes.Callers(
            dialled=wishes.numbers(dial, "--dial"),
            caller=_one(wishes.numbers(caller, "--from"), "--from"),
            give_up=wishes.share(abandon, "--abandon"),
            patience=wishes.patience(patience, "--patience"),
            lasts=wishes.seconds(lasts, "--lasts") if lasts else None,
            digits=wishes.pressed(digits, "--digits"),
        )

    def people(there: Target, file: Path) -> Phones:
        if callers_hang_up and not lasts:
            raise ConfigurationError("--callers-hang-up: after which time? Say --lasts, too")
        at = target(phones_at, "--phones-at") if phones_at else there
        _may_load(at, yes_really)
        seats = _seats(file, agents)
        return Phones(
            accounts=[Account(seat.user, seat.password) for seat in seats],
            at=at,
            address=check_own(phones_from or own_address(at), "--phones-from"),
            ring=wishes.span(ring, "--ring"),
            talk=None if callers_hang_up else wishes.span(talk, "--talk"),
            wrap_up=wishes.seconds(wrap_up, "--wrap-up") if wrap_up else 0.0,
            named=_named(seats, engine),
            sign_in=wishes.numbers(sign_in, "--sign-in") if sign_in else (),
            sign_out=wishes.numbers(sign_out, "--sign-out") if sign_out else (),
        )

    def order() -> Order:
        there = target(to)
        _may_load(there, yes_really)
        if shutil.which("sipp") is None:
            raise ConfigurationError(SIPP_IS_MISSING)
        if digits and not _may_press():
            raise ConfigurationError("--digits: SIPp writes them as raw packets, which only root may send")
        if calls is not None and not 0 < calls <= wishes.MOST_CALLS:
            raise ConfigurationError(f"--calls: {calls} is no number of calls; 1 to {wishes.MOST_CALLS}")
        return Order(
            target=there,
            callers=crowd(),
            address=check_own(callers_from or own_address(there), "--callers-from"),
            rates=(1 / wishes.seconds(every, "--every"),) if every else wishes.rates(rate, "--rate"),
            find_most=find_most,
            forever=forever,
            lasts=wishes.seconds(for_, "--for"),
            calls=calls,
            over_within=wishes.seconds(over_within, "--over-within"),
            digits_after=wishes.seconds(digits_after, "--digits-after"),
            phones=people(there, phones) if phones is not None else None,
            engine=(engine, _key(key_file)) if engine else None,
            queues=tuple(queue or ()),
            limits=limits(),
            seed=seed,
        )

    try:
        asked = order()
    except (ConfigurationError, OSError) as wrong:
        raise fail(str(wrong), EXIT_NOT_RUN) from wrong
    errors.print(_announcement(asked), markup=False)
    raise typer.Exit(asyncio.run(_put_on(asked, as_json=as_json)))


# ---------------------------------------------------------------- what was asked for


def _may_load(there: Target, really: bool) -> None:
    if not is_ours(there.host) and not really:
        raise ConfigurationError(
            f"{there.host} is in no private network: these calls may cost, and hurt somebody. Is it yours, and not in "
            "service? Then say --yes-really"
        )


def _one(found: Sequence[str], option: str) -> str:
    if len(found) != 1:
        raise ConfigurationError(f"{option}: one number, with ? for any digit")
    return found[0]


def _seats(file: Path, most: int | None) -> Sequence[Seat]:
    seats = seats_of_file(file)
    if not seats:
        raise ConfigurationError(f"--phones: {file} names no phone")
    if most is not None and not 0 < most <= len(seats):
        raise ConfigurationError(f"--agents: {file} names {len(seats)} phones, not {most}")
    return seats[:most]


def _named(seats: Sequence[Seat], engine: str) -> Sequence[str]:
    """All of them or nobody: half a crowd that is signed in otherwise is hard to end."""
    named = [seat.endpoint for seat in seats if seat.endpoint]
    if named and (len(named) < len(seats) or not engine):
        raise ConfigurationError("--phones: either each line names an agent, and --engine is given, or none does")
    return named


def _key(file: Path | None) -> str:
    key = os.environ.get(KEY, "")
    if file is not None:
        try:
            key = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as why:
            raise ConfigurationError(f"--key-file: {file}: {why}") from None
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError(f"--engine: a key is needed, in {KEY} or --key-file; `cordpair keys add` makes one")
    return key


def _may_press() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        return False
    return True


def _announcement(order: Order) -> str:
    """What is about to happen."""
    where = f"{order.callers.dialled[0]}{', …' if len(order.callers.dialled) > 1 else ''} at sip:{order.target.host}:"
    where += str(order.target.port)
    whose = f", {len(order.phones.accounts)} agents' phones" if order.phones else ", no agents of ours"
    counts = [order.calls_at(rate) for rate in order.rates]
    many = " + ".join(str(count) for count in counts) + (f" = {sum(counts)}" if len(counts) > 1 else "")
    paces = ", ".join(f"{rate:g}" for rate in order.rates)
    if order.find_most:
        return f"placing {many} calls to {where} at {paces}/s, then more and more until a rate does not hold{whose}"
    until = ", over and over until Ctrl-C" if order.forever else ""
    return f"placing {many} calls to {where} at {paces}/s{until}{whose}"


# ---------------------------------------------------------------- until its end


async def _put_on(order: Order, *, as_json: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    wrong = ""
    with Bar(errors, silent=as_json) as bar:
        load = Load(order, bar, stop)
        try:
            await load.run()
        except LoadError as error:
            wrong = str(error)
    if load.results:
        _show(load.results, as_json=as_json)
    if wrong:
        raise fail(wrong, EXIT_NOT_RUN)
    if stop.is_set():
        return EXIT_STOPPED
    agree = not any(each.disagreements for each in load.results)
    held = all(each.held for each in load.results) or (order.find_most and highest(load.results) is not None)
    return 0 if agree and held else EXIT_FAILED


def _show(results: Sequence[Result], *, as_json: bool) -> None:
    if as_json:
        agree = not any(each.disagreements for each in results)
        report = Report(tuple(results), highest(results), agree, tuple(notes(results)))
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        output.print(screen(results))


__all__ = ["Report", "load"]
