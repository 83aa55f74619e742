"""``cordpair keys``: who may use the API. A key is shown once, when it is made; the store keeps its hash only."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.table import Table

from cordpair.api import Role, make_key
from cordpair.api.people import KeyWish, Known, lasts_ms, wrong_with_key
from cordpair.cli.failures import errors, fail, output, reports_errors
from cordpair.cli.places import DEFAULT_FILE, Config
from cordpair.cli.settings import AUTHOR, read_settings
from cordpair.cli.text import day_time
from cordpair.clock import AsyncioClock
from cordpair.store import ApiKey, Entry, Store

app = typer.Typer(help="Who may use the API.", no_args_is_help=True)

OPTIONS = {"queues": "queue"}  # what is called otherwise here


@app.command()
@reports_errors
def add(
    role: Annotated[Role, typer.Option("--role", help="What it may do.")],
    name: Annotated[str, typer.Option("--name", help="What it is for: a program, a person.")] = "",
    agent: Annotated[
        str | None, typer.Option("--agent", help="Whose it is: for role agent; callcenter and dial may.")
    ] = None,
    portal: Annotated[str | None, typer.Option("--portal", help="Which web site it is of, for role portal.")] = None,
    queue: Annotated[list[str] | None, typer.Option("--queue", help="Only this queue; may be repeated.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", metavar="DURATION", help="Such as 90d.")] = None,
    config: Config = DEFAULT_FILE,
) -> None:
    """Make a key and show it, once."""
    settings = read_settings(config)
    wish = KeyWish(role.value, name, agent, portal, tuple(queue or ()), expires)
    known = settings.loaded.config
    for wrong in wrong_with_key(wish, Known(known.agents, known.queues, known.portals)):
        raise fail(f"--{OPTIONS.get(wrong.path, wrong.path)}: {wrong.message} in {settings.file}", 2)
    lasts = lasts_ms(wish)
    now = AsyncioClock().now_ms()
    key, kept = make_key(
        name=name,
        role=role,
        at_ms=now,
        agent=agent,
        portal=portal,
        queues=tuple(queue or ()),
        expires_at=now + lasts if lasts is not None else None,
    )
    asyncio.run(_add(settings.store, kept, Entry(now, AUTHOR, "key_made", kept.id, kept.role)))
    errors.print("Keep it: it is not shown again.")
    sys.stdout.write(key + "\n")


@app.command("list")
@reports_errors
def list_(
    config: Config = DEFAULT_FILE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """All keys there are, revoked and expired ones too."""
    found = asyncio.run(_all(read_settings(config).store))
    if as_json:
        shown = [{k: v for k, v in msgspec.structs.asdict(key).items() if k != "hash"} for key in found]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(shown)).decode() + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "role", "for", "made", "state"):
        table.add_column(column)
    now = AsyncioClock().now_ms()
    for key in found:
        whose = ", ".join(filter(None, (key.agent, key.portal, *key.queues)))
        table.add_row(key.id, key.name, key.role, whose, day_time(key.created_at), _state(key, now))
    output.print(table)


@app.command()
@reports_errors
def revoke(
    id: Annotated[str, typer.Argument(help="The key's id, or the key itself.")], config: Config = DEFAULT_FILE
) -> None:
    """Make a key useless, within a second."""
    wanted = id.removeprefix("cp_").partition("_")[0]
    if not asyncio.run(_revoke(read_settings(config).store, wanted)):
        raise fail(f"there is no key {wanted!r} that is not revoked yet")
    output.print(f"revoked {wanted}")


def _state(key: ApiKey, now_ms: int) -> str:
    if key.revoked_at is not None:
        return f"revoked {day_time(key.revoked_at)}"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= now_ms else 'good until'} {day_time(key.expires_at)}"


async def _add(path: Path, key: ApiKey, noted: Entry) -> None:
    store = await Store.open(path)
    try:
        await store.keys.add(key, noted)
    finally:
        await store.close()


async def _all(path: Path) -> list[ApiKey]:
    store = await Store.open(path)
    try:
        return await store.keys.all()
    finally:
        await store.close()


async def _revoke(path: Path, id: str) -> bool:
    store = await Store.open(path)
    try:
        now = AsyncioClock().now_ms()
        return await store.keys.revoke(id, now, Entry(now, AUTHOR, "key_revoked", id))
    finally:
        await store.close()


__all__ = ["app"]
