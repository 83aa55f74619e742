"""Parts of the web server are found by entry point, the gateway like anybody else's."""

from importlib.metadata import EntryPoint

import pytest
from aiohttp import web

from cordpair.api.addresses import TRUSTED, networks
from cordpair.cli.parts import GROUP, mounting, parts
from cordpair.config import Config
from cordpair.config.model import Http
from cordpair.errors import ConfigurationError
from cordpair_gateway.part import mount


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_they_come_in_the_order_of_their_names() -> None:
    found = parts([entry("z", "cordpair_gateway.part:mount"), entry("a", "json:dumps")])
    assert list(found) == ["a", "z"] and found["z"] is mount


@pytest.mark.parametrize("value", ["no_such_package:mount", "cordpair_gateway.part:no_such_thing"])
def test_one_that_cannot_be_loaded_is_named(value) -> None:
    with pytest.raises(ConfigurationError, match="'broken'"):
        parts([entry("broken", value)])


def test_proxies_are_trusted_without_a_gateway_too(tmp_path, monkeypatch) -> None:
    """Routes of the API ask where a request comes from, whatever else is served."""
    monkeypatch.setattr("cordpair.cli.parts.parts", dict)
    app = web.Application()
    mounting(Config(http=Http(trusted_proxies=("10.0.0.0/8",))), tmp_path)(app, None)  # type: ignore[arg-type]
    assert app[TRUSTED] == networks(["10.0.0.0/8"])
