"""A centre whose configuration is in a file and in a store, as with ``cordpair serve``: to be changed over the API."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from api.conftest import NODE, Api, serving
from cordpair.api.call import Office
from cordpair.api.limits import Limits
from cordpair.config import Config, load
from cordpair.runtime import Origin
from cordpair.store import Store, to_configuration
from cordpair_loopback import LoopbackDriver

TEXT = f"""
[pbx.{NODE}]
url = "loopback:"
[skills]
german = "speaks German"
english = "speaks English"
[reasons.break]
[reasons.training]
[queues.sales]
steps = [{{ levels = {{ german = 5 }} }}]
[queues.support]
wrap_up = "60s"
[queues.mails]
medium = "mail"
[services.sales]
queue = "sales"
dialled = ["5001"]
[services.support]
queue = "support"
dialled = ["5002"]
[seats.seat-ann]
endpoint = "ann"
[seats.seat-bob]
endpoint = "bob"
[seats.seat-cleo]
endpoint = "cleo"
[agents.ann]
seat = "seat-ann"
skills = {{ german = 9 }}
queues = {{ sales = {{}}, mails = {{}} }}
capacity = {{ voice = 1, mail = 1 }}
[agents.bob]
seat = "seat-bob"
skills = {{ german = 5, english = 9 }}
queues = {{ sales = {{}}, support = {{}} }}
[agents.cleo]
seat = "seat-cleo"
queues = {{ support = {{}} }}
[timing]
settle = "0s"
"""


@asynccontextmanager
async def centre(
    directory: Path,
    text: str = TEXT,
    limits: Limits | None = None,
    kind: type[LoopbackDriver] = LoopbackDriver,
    part: Callable[[web.Application, Office, Config, Path], None] | None = None,
) -> AsyncIterator[Api]:
    """On the store that is in the directory, or a new one; ``part`` is mounted."""
    file = directory / "cordpair.toml"
    if not file.exists():
        file.write_text(text)
    loaded = load(file)
    store = await Store.open(directory / "store.db")
    try:
        active, _ = await store.import_file(loaded, at_ms=1_000, author="root", source=str(file))
        revision = active.revision.revision
        origin = Origin(store, file, active.config, revision, loaded.hash, "root")
        configuration = to_configuration(active.config, revision)
        mount = None if part is None else lambda app, office: part(app, office, active.config, directory)
        async with serving(directory, configuration, limits, origin, kind=kind, mount=mount) as api:
            yield api
    finally:
        await store.close()
