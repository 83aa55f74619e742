"""The commands. Each is a few lines here; what it does is in the module of its name."""

from pathlib import Path
from typing import Annotated

import typer

from cordpair import __version__
from cordpair.cli import agents, demo, importing, keys, people, reporting, tables
from cordpair.cli import check as checking
from cordpair.cli import conformance as conforming
from cordpair.cli import doctor as examining
from cordpair.cli import drain as draining
from cordpair.cli import export as exporting
from cordpair.cli import load as loading
from cordpair.cli import provision as provisioning
from cordpair.cli import replay as replaying
from cordpair.cli import run as running
from cordpair.cli import serve as serving
from cordpair.cli import watch as watching
from cordpair.cli import why as explaining
from cordpair.cli.failures import EXIT_FAILED, fail, output, reports_errors
from cordpair.cli.keeping import backup as back_up
from cordpair.cli.keeping import journal_app, store_app
from cordpair.cli.keeping import restore as put_back
from cordpair.cli.places import DEFAULT_FILE, Config, Demo, File, Journal, journal_of
from cordpair.cli.settings import read_settings
from cordpair.config.durations import parse_duration

app = typer.Typer(
    help="Open call-centre engine for Asterisk and FreeSWITCH.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(keys.app, name="keys")
app.add_typer(importing.app, name="import")
app.add_typer(agents.app, name="agents")
app.add_typer(people.app, name="people")
app.add_typer(journal_app, name="journal")
app.add_typer(store_app, name="store")
app.add_typer(reporting.app, name="reports")

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback(invoke_without_command=True)
def cordpair(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        output.print(f"cordpair {__version__}")
        raise typer.Exit


@app.command()
@reports_errors
def serve(
    file: File = DEFAULT_FILE,
    config: Annotated[Path | None, typer.Option("--config", "-c", help="The same, as an option.")] = None,
    take_file: Annotated[
        bool, typer.Option("--take-file", help="Take the file although the store's configuration was edited.")
    ] = False,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="PORTAL", help="For a lab: show the demonstration's shop, at /shop.")
    ] = None,
) -> None:
    """Run the engine in the foreground, until SIGTERM or Ctrl-C; calls on the PBX go on without it.

    Exit status: 0 stopped · 70 a defect · 74 the journal or store cannot be used · 75 another engine took the PBX
    over · 78 the configuration cannot be used. A service should restart it, but not on 75 and 78.
    """
    raise typer.Exit(serving.serve(config or file, take_file=take_file, shop=shop))


@app.command()
@reports_errors
def check(file: File = DEFAULT_FILE) -> None:
    """Say everything that is wrong with a configuration. Exit status 1 if anything is."""
    raise typer.Exit(0 if checking.check(file) else EXIT_FAILED)


@app.command()
@reports_errors
def doctor(file: File = DEFAULT_FILE, as_json: Json = False) -> None:
    """Examine this machine, the PBX, the journal and the store; say how to mend what is wrong. Changes nothing.

    Plays, records and deletes on the PBX what fails silently there. Exit status 1 if there is an error.
    """
    raise typer.Exit(examining.doctor(file, as_json=as_json))


@app.command()
@reports_errors
def run(
    for_: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="End by itself after this.")] = None,
    callers: Annotated[
        float, typer.Option("--callers", min=0, max=6_000, help="Callers per minute.")
    ] = demo.CALLERS_PER_MINUTE,
    seed: Annotated[int, typer.Option("--seed", help="The same seed brings the same callers.")] = demo.SEED,
    directory: Annotated[
        Path | None, typer.Option("--directory", help="Where it keeps its files; its journal there begins anew.")
    ] = None,
) -> None:
    """Try it: the engine on the embedded PBX, a small centre, simulated callers and phones, the live view."""
    for_ms = parse_duration(for_) if for_ is not None else None
    if for_ is not None and (for_ms is None or for_ms <= 0):
        raise fail(f"--for: {for_!r} is no duration; write 30s, 5m or 1h30m", 2)
    place = directory or demo.directory()
    raise typer.Exit(running.run(place, for_ms=for_ms, callers_per_minute=callers, seed=seed))


@app.command()
@reports_errors
def watch(
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    use_demo: Demo = False,
    once: Annotated[bool, typer.Option("--once", help="One frame, then end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One frame, for programs.")] = False,
) -> None:
    """Show queues and agents live, from the journal of an engine that runs on this machine."""
    watching.watch(journal_of(config, journal, use_demo), once=once, as_json=as_json)


@app.command()
@reports_errors
def why(
    contact: Annotated[str | None, typer.Argument(help="The contact's id; without it, the newest are listed.")] = None,
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    use_demo: Demo = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many are listed.")] = explaining.NEWEST,
    as_json: Json = False,
) -> None:
    """Explain what became of a contact: for each offer, who was considered and why each other was passed over."""
    path = journal_of(config, journal, use_demo)
    if contact is None:
        explaining.latest(path, limit=limit, as_json=as_json)
    else:
        explaining.why(path, contact, as_json=as_json)


@agents.app.callback(invoke_without_command=True)
@reports_errors
def list_agents(
    context: typer.Context,
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    use_demo: Demo = False,
    as_json: Json = False,
) -> None:
    """List the agents: state, since when, with whom, where. Or say who may sign in at a desk."""
    if context.invoked_subcommand is None:
        tables.agents(journal_of(config, journal, use_demo), as_json=as_json)


@app.command()
@reports_errors
def queues(
    config: Config = DEFAULT_FILE, journal: Journal = None, use_demo: Demo = False, as_json: Json = False
) -> None:
    """List the queues: who waits, who works, what became of those who came."""
    tables.queues(journal_of(config, journal, use_demo), as_json=as_json)


@app.command()
@reports_errors
def contacts(
    config: Config = DEFAULT_FILE,
    journal: Journal = None,
    use_demo: Demo = False,
    queue: Annotated[str | None, typer.Option("--queue", "-q", help="Only those of this queue.")] = None,
    as_json: Json = False,
) -> None:
    """List the contacts that are there now: those who talk, then those who wait, in their order."""
    tables.contacts(journal_of(config, journal, use_demo), as_json=as_json, queue=queue)


@app.command()
@reports_errors
def drain(
    node: Annotated[str, typer.Argument(help="The PBX, by its name in the configuration.")],
    stop: Annotated[bool, typer.Option("--stop", help="Use it again.")] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Empty a PBX before work on it: no new calls, and who waits is moved to another. Says what is left; ask again."""
    draining.drain(read_settings(config), node, stop=stop)


@app.command()
@reports_errors
def provision(
    kind: Annotated[str, typer.Argument(help="The kind of PBX: asterisk, freeswitch, or another driver's.")],
    node: Annotated[str | None, typer.Option("--node", help="Which, where there are several of the kind.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Where its files are; left out, where it has them.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write the files, and have the PBX read them again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that are not ours, or were edited; they are kept beside.")
    ] = False,
    config: Config = DEFAULT_FILE,
) -> None:
    """Give a PBX what it needs: modules, dialplan, the engine's way in, trunks. Shows what would change.

    Exit status 1 when a file there is not ours or was edited by hand, and when the question is answered with no.
    """
    raise typer.Exit(provisioning.provision(config, kind, node=node, to=to, apply=apply, yes=yes, force=force))


@app.command()
@reports_errors
def replay(
    journal: Annotated[Path, typer.Argument(help="The journal.")],
    at: Annotated[str | None, typer.Option("--at", help="Up to this moment: 2026-11-21T09:30, or 09:30.")] = None,
    seq: Annotated[int | None, typer.Option("--seq", min=0, help="Up to this entry.")] = None,
    as_json: Json = False,
) -> None:
    """Fold a journal, show the state at a moment, and decide every input again: the same must follow.

    Exit status 1 when something would be decided otherwise; the first such entry is shown with both sides.
    """
    if not replaying.replay(journal, at=at, seq=seq, as_json=as_json):
        raise typer.Exit(EXIT_FAILED)


@app.command()
@reports_errors
def backup(
    directory: Annotated[Path, typer.Argument(help="A new directory.")],
    config: Config = DEFAULT_FILE,
) -> None:
    """Copy journal and store, also while the engine runs; the copy is read back."""
    back_up(read_settings(config), directory)


@app.command()
@reports_errors
def restore(
    directory: Annotated[Path, typer.Argument(help="What `cordpair backup` made.")],
    config: Config = DEFAULT_FILE,
    replace: Annotated[bool, typer.Option("--replace", help="Move what is there aside.")] = False,
) -> None:
    """Put a backup in its place. Never under a running engine."""
    put_back(read_settings(config), directory, replace=replace)


@app.command()
@reports_errors
def export(
    config: Config = DEFAULT_FILE,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="A new file, instead of the terminal.")] = None,
) -> None:
    """Write the configuration that the engine uses, from its store, as TOML."""
    exporting.export(config, to)


app.command()(reports_errors(conforming.conformance))
app.command()(reports_errors(loading.load))


__all__ = ["app"]
