"""Parts of the web server that other packages bring, found by entry point (``cordpair.web``): the gateway is one."""

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from aiohttp import web

from cordpair.api.addresses import TRUSTED, networks
from cordpair.api.call import DEMONSTRATION, Office
from cordpair.config.model import Config
from cordpair.errors import ConfigurationError

GROUP = "cordpair.web"

Part = Callable[[web.Application, Office, Config, Path], None]


def parts(found: Iterable[EntryPoint] | None = None) -> dict[str, Part]:
    """By name, in the order of their names. Raises ConfigurationError when one cannot be loaded."""
    known: dict[str, Part] = {}
    for entry in sorted(entry_points(group=GROUP) if found is None else found, key=lambda each: each.name):
        try:
            known[entry.name] = entry.load()
        except (ImportError, AttributeError) as error:
            raise ConfigurationError(f"the web part {entry.name!r} cannot be loaded: {error}") from error
    return known


def mounting(config: Config, directory: Path, shop: str | None = None) -> Callable[[web.Application, Office], None]:
    """Adds every part to the API's application, which is told whose word about addresses to believe.

    ``directory``: of the configuration's file. ``shop``: the portal whose customers the demonstration's shop plays.
    Raises ConfigurationError."""
    known = parts()
    if shop is not None and (config.gateway.url is None or shop not in config.portals):
        raise ConfigurationError(f"no shop can be shown: there is no portal {shop!r}, or no [gateway] url.")

    def mount(app: web.Application, office: Office) -> None:
        app[TRUSTED] = networks(config.http.trusted_proxies)
        if shop is not None:
            app[DEMONSTRATION] = shop
        for part in known.values():
            part(app, office, config, directory)

    return mount


__all__ = ["GROUP", "Part", "mounting", "parts"]
