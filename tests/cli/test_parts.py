"""Parts of the web server are found by entry point, the gateway like anybody else's."""

from importlib.metadata import EntryPoint

import pytest

from cordpair.cli.parts import GROUP, parts
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
