"""Every block of the quickstart is run, in its order, by somebody who has just installed Cordpair."""

from pathlib import Path

import pytest

from docs.reader import reader
from lab.process import free_port

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/quickstart.md").read_text(encoding="utf-8")


@pytest.mark.timeout(180)
async def test_the_quickstart_works(tmp_path: Path) -> None:
    async with reader(tmp_path, {":8080": f":{free_port()}"}) as somebody:
        await somebody.read(PAGE)
        assert [each for each in somebody.ran if each == "cordpair serve"] == ["cordpair serve"] * 2
        assert "cordpair run" in somebody.ran
