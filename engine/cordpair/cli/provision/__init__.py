"""``cordpair provision``: gives a PBX what it needs of the configuration, shows it before, and has it read again."""

import asyncio
import os
import sys
from pathlib import Path

import typer
from rich.markup import escape

from cordpair.cli.failures import EXIT_FAILED, errors, fail, output, say_warning
from cordpair.cli.provision.files import Change, compare, diff, marked, write
from cordpair.cli.provision.planning import plan_of
from cordpair.cli.provision.secrets import Secrets
from cordpair.cli.settings import Settings, read_settings
from cordpair.cli.text import count
from cordpair.config import Config, url_with_secret
from cordpair.pbx import PbxError
from cordpair.pbx.provisioning import Plan, Provisioner, Reloaded, find_provisioner, kinds
from cordpair.store import Store

PATIENCE_S = 60.0
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def provision(file: Path, kind: str, *, node: str | None, to: Path | None, apply: bool, yes: bool, force: bool) -> int:
    """The exit status: 0 when nothing was to be done, or all of it was done (or shown); 1 when something is refused."""
    settings = read_settings(file)
    config, name = asyncio.run(_in_force(settings, kind, node))
    made = find_provisioner(config.pbx[name].url.partition(":")[0])
    if made is None:
        raise fail(f"pbx.{name} cannot be provisioned: its driver brings nothing for it")
    secrets = Secrets(file.parent)
    plan = plan_of(config, name, secrets)
    directory = to or Path(made.directory)
    changes = compare(directory, made.files(plan), made.own)
    if not changes and not secrets.missing:
        output.print(f"{escape(str(directory))}: nothing to change")
        return 0
    _show(changes, made)
    for path in secrets.missing:
        output.print(f"new secret: {escape(str(path))}", soft_wrap=True)
    conflicts = [change for change in changes if change.conflict]
    if conflicts and not force:
        return _refuse(conflicts, directory, made.own)
    if not apply:
        output.print(f"{count(len(changes), 'file')} to change in {escape(str(directory))}; --apply writes them")
        return 0
    if not yes and not _asked(changes, directory):
        return EXIT_FAILED
    secrets.keep()
    write(directory, changes, made.own)
    output.print(f"{count(len(changes), 'file')} written in {escape(str(directory))}", soft_wrap=True)
    _reload(settings, config, plan, made, changes)
    return 0


async def _in_force(settings: Settings, kind: str, node: str | None) -> tuple[Config, str]:
    """The configuration that the engine has, or would start with; which node is meant."""
    if not settings.store.exists():
        return settings.loaded.config, _node(settings.loaded.config, kind, node)
    store = await Store.open(settings.store)
    try:
        config, _ = await store.look_at_file(settings.loaded, source=str(settings.file.resolve()))
        return config, _node(config, kind, node)
    finally:
        await store.close()


def _node(config: Config, kind: str, wanted: str | None) -> str:
    known = kinds()
    if kind not in known:
        raise fail(f"there is no kind of PBX {kind!r} that can be provisioned; there are: {', '.join(known)}", 2)
    nodes = [name for name, pbx in config.pbx.items() if pbx.url.partition(":")[0] in known[kind]]
    if wanted is None and len(nodes) == 1:
        return nodes[0]
    if wanted in nodes:
        return str(wanted)
    there = ", ".join(nodes) or "none"
    if wanted is None:
        raise fail(f"say which with --node: the nodes that are of kind {kind}: {there}", 2)
    raise fail(f"there is no node {wanted!r} of kind {kind}; there are: {there}", 2)


def _show(changes: list[Change], made: Provisioner) -> None:
    for change in changes:
        for line in diff(change, made.own, made.secrets):
            colour = COLOURS.get(line[:1])
            text = escape(line)
            output.print(f"[{colour}]{text}[/]" if colour else text, soft_wrap=True)


def _refuse(conflicts: list[Change], directory: Path, own: str) -> int:
    for change in conflicts:
        errors.print(f"[bold red]conflict:[/] {escape(str(directory / change.path))}: {change.state}")
    errors.print(
        f"Nothing was written. Take what is yours to {own}/, which is read after ours and never touched; then --force "
        "writes ours, and keeps what is there now beside it as NAME.before-1."
    )
    return EXIT_FAILED


def _asked(changes: list[Change], directory: Path) -> bool:
    if not sys.stdin.isatty():
        errors.print("Nothing was written: nobody is there to be asked. --yes answers.")
        return False
    return typer.confirm(f"Write {count(len(changes), 'file')} in {directory}?")


def _reload(settings: Settings, config: Config, plan: Plan, made: Provisioner, changes: list[Change]) -> None:
    """What cannot be reached is no failure of ours: the files are there, and are read when the PBX starts."""
    changed = {
        change.path: "" if change.text is None else marked(change.path, change.text, made.own) for change in changes
    }
    url = url_with_secret(plan.node, config.pbx[plan.node], os.environ, settings.file.parent)
    try:
        reloaded = asyncio.run(_bounded(made, plan, url, changed))
    except (PbxError, TimeoutError) as error:
        say_warning(f"the PBX was not told: {str(error) or 'no answer in time'}. It reads the files when it starts.")
        return
    for line in reloaded.done:
        output.print(f"[green]done[/]  {escape(line)}", soft_wrap=True)
    for line in reloaded.left:
        output.print(f"[yellow]left[/]  {escape(line)}", soft_wrap=True)


async def _bounded(made: Provisioner, plan: Plan, url: str, changed: dict[str, str]) -> Reloaded:
    async with asyncio.timeout(PATIENCE_S):
        return await made.reload(plan, url, changed)


__all__ = ["provision"]
