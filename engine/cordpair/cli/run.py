"""``cordpair run``: the engine on the embedded PBX, with people simulated, a shop, desks, and the live view."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from rich import box
from rich.live import Live
from rich.table import Table

from cordpair.api import Role, Server, make_key, office_of, url_of
from cordpair.api.passwords import hash_password, make_password
from cordpair.cli.demo import DESKS, NODE, SHOP, directory, pbx_url, prepare
from cordpair.cli.failures import output
from cordpair.cli.parts import mounting
from cordpair.cli.screen import plain_lines, screen
from cordpair.cli.settings import AUTHOR, Settings, read_settings
from cordpair.cli.text import program
from cordpair.clock import AsyncioClock
from cordpair.errors import ConfigurationError
from cordpair.ids import AgentId
from cordpair.journal.lock import WriterLock
from cordpair.observe import log_to
from cordpair.reports.clerk import counting_of
from cordpair.runtime import Engine, Figures, figures, run_engine, run_loop
from cordpair.store import Person, Store

LISTEN = ("127.0.0.1", 8080)
INTERVAL_S = 0.25
PLAIN_INTERVAL_S = 5.0
LOG = "engine.log"
ADMIN = "admin"


def run(place: Path, *, for_ms: int | None, callers_per_minute: float, seed: int) -> int:
    """The exit status. Raises ConfigurationError, JournalError."""
    with bound() as port:  # first of all: browsers are told where it is
        settings = read_settings(prepare(place, url_of(port.getsockname())))
        begin_anew(settings)
        log_to_file(place / LOG)
        options = "--demo" if place == directory() else f"-c {settings.file}"
        view = View(for_ms, f"beside it: {program()} watch {options}, {program()} why {options}")
        status = run_loop(_run(settings, port, pbx_url(callers_per_minute, seed), view))
    if view.last is not None:
        output.print(summary(view.last))
    if status:
        output.print(f"the engine ended with status {status}: see {place / LOG}", soft_wrap=True)
    else:
        output.print(
            f"{program()} why {options}   lists the newest contacts; with one of them it explains every offer",
            soft_wrap=True,
        )
    return status


async def _run(settings: Settings, port: socket.socket, url: str, view: "View") -> int:
    async with settings.prepared(urls={NODE: url}) as (setup, store, config):
        key, kept = make_key(name="demonstration", role=Role.ADMIN, at_ms=AsyncioClock().now_ms())
        await store.keys.add(kept)
        passwords = await make_passwords(store)
        admin = await make_admin(store)
        mount = mounting(config, settings.file.parent, SHOP)

        async def started(engine: Engine) -> None:
            async with (
                counting_of(engine, setup.journal, config.reports, settings.file.parent) as reports,
                office_of(engine, store.keys, setup.journal, store, reports=reports) as office,
            ):
                server = Server(office, mount=mount)
                try:
                    view.tell_url(await server.listen_on(port), key, passwords, admin)
                    await view.show(engine)
                finally:
                    await server.close()

        return await run_engine(setup, started=started)


def bound() -> socket.socket:
    """A port of this machine only: the usual one, or any if that one is taken."""
    for address in (LISTEN, (LISTEN[0], 0)):
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(address)
            made.listen()  # two sockets may be bound to a port, but only one listens
        except OSError:
            made.close()
        else:
            return made
    raise ConfigurationError(f"nothing can listen on {LISTEN[0]}.")


async def make_passwords(store: Store) -> dict[str, str]:
    """Of the agents in browsers: new ones each time."""
    made = {name: make_password() for name in DESKS}
    for name, password in made.items():
        await store.sign_ins.put_password(AgentId(name), hash_password(password), AsyncioClock().now_ms())
    return made


async def make_admin(store: Store) -> str:
    """The password of who works in the office."""
    now, word = AsyncioClock().now_ms(), make_password()
    await store.people.add(Person(ADMIN, "Administrator", "admin", True, now), AUTHOR, is_agent=False)
    await store.sign_ins.put_password(ADMIN, hash_password(word), now)
    return word


def begin_anew(settings: Settings) -> None:
    """Every demonstration begins with an empty journal; never takes one away from an engine that writes it."""
    lock = WriterLock(settings.journal)
    lock.acquire()
    try:
        for path in (settings.journal, settings.store, settings.reports):
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
    finally:
        lock.release()


def log_to_file(path: Path) -> None:
    log_to(path.open("w", encoding="utf-8"), as_json=False)


class View:
    """What is shown while the engine runs; ``last`` is the last of it."""

    def __init__(self, for_ms: int | None, footer: str) -> None:
        self.last: Figures | None = None
        self._for_ms = for_ms
        self._footer = footer
        self._ends_at: int | None = None

    def tell_url(self, url: str, key: str, passwords: Mapping[str, str], admin: str) -> None:
        """The key and the passwords are of this demonstration only: its store is made anew each time."""
        people = [f"Customer: {url}/shop   press Get help"]
        people += [f"Agent:    {url}/desk   name {name}   password {word}" for name, word in passwords.items()]
        people.append(f"Office:   {url}/office   name {ADMIN}   password {admin}")
        for line in people:
            output.print(line, soft_wrap=True, highlight=False, markup=False)
        output.print(f"API: {url}/v1/openapi.json   ready: {url}/readyz   live: {url}/v1/stream", soft_wrap=True)
        output.print(f"with: Authorization: Bearer {key}", soft_wrap=True)
        self._footer = "\n".join([*people, f"Ctrl-C ends it · API {url} · {self._footer}"])

    async def show(self, engine: Engine) -> None:
        if self._for_ms is not None:
            self._ends_at = engine.clock.now_ms() + self._for_ms
        try:
            live = output.is_terminal and not output.is_dumb_terminal
            await (self._live(engine) if live else self._plain(engine))
        finally:
            self._look(engine)

    def _look(self, engine: Engine) -> Figures:
        self.last = figures(engine.state, engine.clock.now_ms())
        return self.last

    def _rest_s(self, engine: Engine, interval_s: float) -> float:
        if self._ends_at is None:
            return interval_s
        return min(interval_s, (self._ends_at - engine.clock.now_ms()) / 1_000)

    async def _live(self, engine: Engine) -> None:
        with Live(console=output, screen=True, auto_refresh=False) as live:
            while (rest := self._rest_s(engine, INTERVAL_S)) > 0:
                live.update(screen(self._look(engine), "cordpair · demonstration", self._footer))
                live.refresh()
                await asyncio.sleep(rest)

    async def _plain(self, engine: Engine) -> None:
        interval_s = 1.0  # soon, then seldom
        while (rest := self._rest_s(engine, interval_s)) > 0:
            await asyncio.sleep(rest)
            interval_s = PLAIN_INTERVAL_S
            for line in plain_lines(self._look(engine)):
                sys.stdout.write(line + "\n")
            sys.stdout.flush()


def summary(shown: Figures) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    names = ("offered", "connected", "abandoned", "otherwise", "waiting")
    table.add_column("queue", "all", style="bold")
    for name in names:
        total = sum(getattr(queue, name) for queue in shown.queues)
        table.add_column("still waiting" if name == "waiting" else name, str(total), justify="right")
    for queue in shown.queues:
        table.add_row(queue.queue, *(str(getattr(queue, name)) for name in names))
    return table


__all__ = ["View", "begin_anew", "log_to_file", "run", "summary"]
