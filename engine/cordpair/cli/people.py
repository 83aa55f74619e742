"""``cordpair people``: who works in the office, and their passwords. The first administrator is made here."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from cordpair.api.passwords import hash_password, make_password, wrong_with
from cordpair.api.people import FIRST_LINK_MS, PASSWORD_PAGE, wrong_with_full_name, wrong_with_name
from cordpair.cli.failures import errors, fail, output, reports_errors
from cordpair.cli.places import DEFAULT_FILE, Config
from cordpair.cli.settings import AUTHOR, Settings, read_settings
from cordpair.cli.text import day_time
from cordpair.cli.typed import typed_password
from cordpair.clock import AsyncioClock
from cordpair.store import Entry, Person, Store

app = typer.Typer(help="Who works in the office, and their passwords.", no_args_is_help=True)

T = TypeVar("T")

Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the password from standard input, a line.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and show it, once.")]


class Role(StrEnum):
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    READ_ONLY = "read-only"


@app.command()
@reports_errors
def add(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    full_name: Annotated[str, typer.Option("--full-name", help="As colleagues see it.")] = "",
    ask: Annotated[bool, typer.Option("--ask", help="Ask for a password, instead of a link to set one.")] = False,
    stdin: Stdin = False,
    generate: Generate = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Let somebody into the office, and show a link by which they set their password, once, within 24 hours."""
    settings = read_settings(config)
    _one_of({"--ask": ask, "--stdin": stdin, "--generate": generate})
    for wrong in wrong_with_name(name) + wrong_with_full_name(full_name):
        raise fail(f"{name!r}: {wrong.message}", 2)
    by_link = not (ask or stdin or generate)
    if by_link:
        _address(settings)
    chosen = "" if by_link else _password(name, stdin, generate)
    person = Person(name, full_name, role.value, True, AsyncioClock().now_ms())

    async def do(store: Store) -> str:
        await store.people.add(person, AUTHOR, is_agent=name in settings.loaded.config.agents)
        return await _set(store, settings, name, chosen)

    _tell(name, generate, asyncio.run(_in(settings, do)))


@app.command()
@reports_errors
def password(
    name: Name,
    link: Annotated[bool, typer.Option("--link", help="Show a link by which they set it, once.")] = False,
    stdin: Stdin = False,
    generate: Generate = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away, and sign them out.")] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Set a person's password. Who is signed in with the one before is signed out within seconds."""
    settings = read_settings(config)
    _one_of({"--link": link, "--stdin": stdin, "--generate": generate, "--remove": remove})
    if asyncio.run(_in(settings, lambda store: store.people.find(name))) is None:
        raise fail(f"there is no person {name!r}: cordpair people list", 2)
    if remove:
        noted = Entry(AsyncioClock().now_ms(), AUTHOR, "password_removed", name)
        if not asyncio.run(_in(settings, lambda store: store.sign_ins.remove_password(name, noted))):
            raise fail(f"{name!r} has no password, and is not signed in")
        output.print(f"{name} has no password any more, and is signed out")
        return
    if link:
        _address(settings)
    chosen = "" if link else _password(name, stdin, generate)
    _tell(name, generate, asyncio.run(_in(settings, lambda store: _set(store, settings, name, chosen))))


@app.command("list")
@reports_errors
def list_(config: Config = DEFAULT_FILE) -> None:
    """Who works in the office, what they may do, and who has a password."""
    settings = read_settings(config)

    async def do(store: Store) -> tuple[list[Person], dict[str, int]]:
        return await store.people.all(), await store.sign_ins.passwords()

    people, since = asyncio.run(_in(settings, do))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("name", "full name", "role", "may sign in", "password"):
        table.add_column(column)
    for person in people:
        at = since.get(person.name)
        word = f"since {day_time(at)}" if at is not None else "none"
        table.add_row(person.name, Text(person.full_name), person.role, "yes" if person.enabled else "no", word)
    output.print(table)


@app.command()
@reports_errors
def remove(name: Name, config: Config = DEFAULT_FILE) -> None:
    """Take somebody out of the office, and sign them out. An agent of that name keeps desk and password."""
    settings = read_settings(config)

    async def do(store: Store) -> bool:
        person = await store.people.find(name)
        if person is not None:
            is_agent = name in settings.loaded.config.agents
            now = AsyncioClock().now_ms()
            await store.people.remove(name, person.version, AUTHOR, now, is_agent=is_agent)
        return person is not None

    if not asyncio.run(_in(settings, do)):
        raise fail(f"there is no person {name!r}")
    output.print(f"{name} is not in the office any more")


def _one_of(options: dict[str, bool]) -> None:
    if sum(options.values()) > 1:
        raise fail(f"{', '.join(options)} exclude each other", 2)


def _password(name: str, stdin: bool, generate: bool) -> str:
    chosen = make_password() if generate else typed_password(name, stdin=stdin)
    wrong = wrong_with(name, chosen)
    if wrong:
        raise fail(wrong, 2)
    return chosen


def _address(settings: Settings) -> str:
    url = settings.loaded.config.gateway.url
    if url is None:
        raise fail(f"gateway.url is missing in {settings.file}: links and the office need an address", 2)
    return url


async def _set(store: Store, settings: Settings, name: str, chosen: str) -> str:
    """The password, or a link to it: what is shown."""
    now = AsyncioClock().now_ms()
    if chosen:
        await store.sign_ins.put_password(name, hash_password(chosen), now, Entry(now, AUTHOR, "password_set", name))
        return chosen
    token = secrets.token_urlsafe(32)
    await store.resets.put(name, token, now + FIRST_LINK_MS, Entry(now, AUTHOR, "password_link_made", name))
    return _address(settings) + PASSWORD_PAGE + token


def _tell(name: str, generate: bool, shown: str) -> None:
    if generate or PASSWORD_PAGE in shown:
        errors.print("It is not shown again." if generate else "A link for one use, within 24 hours:")
        sys.stdout.write(shown + "\n")
    else:
        output.print(f"set the password of {name}")


async def _in(settings: Settings, do: Callable[[Store], Awaitable[T]]) -> T:
    store = await Store.open(settings.store)
    try:
        return await do(store)
    finally:
        await store.close()


__all__ = ["app"]
