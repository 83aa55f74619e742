"""The URL as a part of the API's server, found by the command line by its entry point."""

from pathlib import Path

from aiohttp import web

from cordpair.adapters.call_url.pages import Pages
from cordpair.adapters.call_url.serving import CallUrl
from cordpair.api.call import Office
from cordpair.config.model import Config


def mount(app: web.Application, office: Office, config: Config, directory: Path) -> None:
    """Nothing, unless ``[adapters.call_url]`` is there."""
    wishes = config.adapters.call_url
    if wishes is None:
        return
    pages = Pages(frozenset(wishes.origins), foreign=wishes.foreign_pages)
    CallUrl(office, wishes, pages).add_to(app)


__all__ = ["mount"]
