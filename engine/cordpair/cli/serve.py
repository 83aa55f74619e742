"""``cordpair serve``: the engine in the foreground, its API, and what follows its journal."""

import os
from pathlib import Path

from cordpair.api import parse_listen, serve_api, tls_of
from cordpair.cli.failures import say_error, say_warning, status_of
from cordpair.cli.parts import mounting
from cordpair.cli.settings import Settings, read_settings
from cordpair.errors import CordpairError
from cordpair.observe import log_to_stderr
from cordpair.reports.clerk import counting_of
from cordpair.reports.queue_log import writing
from cordpair.reports.sending import plans_of, sending
from cordpair.runtime import READY, Engine, beating, run_engine, run_loop, tell


def serve(file: Path, *, take_file: bool, shop: str | None = None) -> int:
    """The exit status, see ``cordpair.runtime.exits``. ``shop``: the portal of the demonstration's shop."""
    log_to_stderr()
    try:
        settings = read_settings(file)
        for warning in settings.loaded.warnings:
            say_warning(f"{file}: {warning}")
        return run_loop(_serve(settings, take_file, shop))
    except CordpairError as error:
        say_error(str(error))
        return status_of(error)


async def _serve(settings: Settings, take_file: bool, shop: str | None) -> int:
    async with settings.prepared(take_file=take_file) as (setup, store, config):
        parse_listen(config.http.listen)  # before anything else is begun
        directory = settings.file.parent
        tls = tls_of(config.http, directory)
        mount = mounting(config, directory, shop)
        plans = plans_of(config, os.environ, directory)

        async def beside(engine: Engine) -> None:
            async with (
                writing(engine, store, setup.journal, config.queue_log, directory),
                counting_of(engine, setup.journal, config.reports, directory) as reports,
                sending(plans, reports, store, engine.clock),
                beating(),
            ):
                listen = config.http.listen
                await serve_api(engine, store, setup.journal, listen, tls, mount, reports, lambda: tell(READY))

        return await run_engine(setup, started=beside)


__all__ = ["serve"]
