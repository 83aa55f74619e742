"""A store in a file."""

from collections.abc import AsyncIterator

import pytest

from cordpair.store import Store


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "cordpair.db")
    yield opened
    await opened.close()
