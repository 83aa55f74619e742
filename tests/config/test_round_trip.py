"""A configuration written is a configuration read."""

from hypothesis import given

from config.valid import configs
from cordpair.config import parse, write


@given(configs())
def test_any_configuration_comes_back_from_its_text(config) -> None:
    text = write(config)
    loaded = parse(text)
    assert loaded.config == config
    # Order counts in services and agents, and is kept everywhere.
    assert [list(table) for table in (loaded.config.services, loaded.config.agents, loaded.config.queues)] == [
        list(table) for table in (config.services, config.agents, config.queues)
    ]
    assert write(loaded.config) == text
