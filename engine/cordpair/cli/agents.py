"""``cordpair agents``: who is an agent, who may sign in at a desk, and their passwords."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich import box
from rich.table import Table

from cordpair.adapters.cti import sent_for
from cordpair.api.passwords import LONGEST, SHORTEST, hash_password, make_password
from cordpair.cli import newcomers
from cordpair.cli.failures import errors, fail, output, reports_errors
from cordpair.cli.places import DEFAULT_FILE, Config
from cordpair.cli.settings import AUTHOR, Settings, read_settings
from cordpair.cli.text import day_time
from cordpair.cli.typed import typed_password
from cordpair.clock import AsyncioClock
from cordpair.ids import AgentId
from cordpair.store import CtiSecrets, Entry, Store

app = typer.Typer()
app.command("add")(newcomers.add)
app.command("remove")(newcomers.remove)
app.command("phone")(newcomers.phone)

T = TypeVar("T")


@app.command()
@reports_errors
def password(
    name: Annotated[str, typer.Argument(help="The agent, by the name in the configuration.")],
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input, a line.")] = False,
    generate: Annotated[bool, typer.Option("--generate", help="Make one and show it, once.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away, and sign the agent out.")] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Set an agent's password for the desk. Who is signed in with the one before is signed out within seconds."""
    if stdin + generate + remove > 1:
        raise fail("--stdin, --generate and --remove exclude each other", 2)
    settings = read_settings(config)
    if remove:
        if not asyncio.run(_remove(settings.store, AgentId(name))):
            raise fail(f"agent {name!r} has no password, and is not signed in")
        output.print(f"{name} has no password any more, and is signed out")
        return
    if name not in settings.loaded.config.agents:
        raise fail(f"there is no agent {name!r} in {settings.file}", 2)
    chosen = make_password() if generate else _read(name, stdin)
    asyncio.run(_put(settings.store, AgentId(name), hash_password(chosen)))
    if generate:
        errors.print("It is not shown again.")
        sys.stdout.write(chosen + "\n")
    else:
        output.print(f"set the password of {name}")


@app.command("cti-secret")
@reports_errors
def cti_secret(
    name: Annotated[str, typer.Argument(help="The agent, by the name in the configuration.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it away, and let the client go.")] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Make an agent's secret for a client of AsteriskCTI's protocol, and show it, once. It opens nothing else."""
    settings = read_settings(config)
    if remove:
        if not asyncio.run(_with_secrets(settings.store, lambda secrets: secrets.remove(AgentId(name)))):
            raise fail(f"agent {name!r} has no secret for the line protocol")
        output.print(f"{name} has no secret for the line protocol any more")
        return
    if name not in settings.loaded.config.agents:
        raise fail(f"there is no agent {name!r} in {settings.file}", 2)
    secret = make_password()
    hash, now = hash_password(sent_for(secret)), AsyncioClock().now_ms()
    asyncio.run(_with_secrets(settings.store, lambda secrets: secrets.put(AgentId(name), hash, now)))
    errors.print("It is not shown again.")
    sys.stdout.write(secret + "\n")


async def _with_secrets(path: Path, do: Callable[[CtiSecrets], Awaitable[T]]) -> T:
    store = await Store.open(path)
    try:
        return await do(store.cti_secrets)
    finally:
        await store.close()


def _read(name: str, stdin: bool) -> str:
    given = typed_password(name, stdin=stdin)
    if not SHORTEST <= len(given) <= LONGEST:
        raise fail(f"a password has {SHORTEST} to {LONGEST} characters", 2)
    if given == name:
        raise fail("a password is not the name", 2)
    return given


@app.command("list")
@reports_errors
def list_(config: Config = DEFAULT_FILE) -> None:
    """Who has a password for the desk, and since when."""
    settings = read_settings(config)
    since = asyncio.run(_passwords(settings.store))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("agent", "name", "seat", "browser phone", "password"):
        table.add_column(column)
    for name, *rest in _rows(settings):
        at = since.pop(AgentId(name), None)
        table.add_row(name, *rest, f"since {day_time(at)}" if at is not None else "none")
    for stranger, at in since.items():
        table.add_row(stranger, "", "", "", f"since {day_time(at)}, but there is no such agent")
    output.print(table)


def _rows(settings: Settings) -> list[tuple[str, str, str, str]]:
    config = settings.loaded.config
    seats = config.seats
    return [
        (name, agent.shown_as, agent.seat or "", "yes" if agent.seat in seats and seats[agent.seat].browser else "")
        for name, agent in config.agents.items()
    ]


async def _put(path: Path, agent: AgentId, hash: str) -> None:
    store = await Store.open(path)
    try:
        now = AsyncioClock().now_ms()
        await store.sign_ins.put_password(agent, hash, now, Entry(now, AUTHOR, "password_set", agent))
    finally:
        await store.close()


async def _remove(path: Path, agent: AgentId) -> bool:
    store = await Store.open(path)
    try:
        noted = Entry(AsyncioClock().now_ms(), AUTHOR, "password_removed", agent)
        return await store.sign_ins.remove_password(agent, noted)
    finally:
        await store.close()


async def _passwords(path: Path) -> dict[str, int]:
    store = await Store.open(path)
    try:
        return await store.sign_ins.passwords()
    finally:
        await store.close()


__all__ = ["app"]
